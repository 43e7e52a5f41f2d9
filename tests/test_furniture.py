"""What strangers look for in a repository: each file follows its schema, and names only what is there."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import tomllib
from pathlib import Path

import pytest
import typer.main
import yaml
from preloaded import python

from rotation_lib.cli import app
from rotation_lib.project import PROJECT_ROOT

GITHUB = PROJECT_ROOT / ".github"
FORMS = sorted((GITHUB / "ISSUE_TEMPLATE").glob("*.yml"))
DOCKERFILE = (PROJECT_ROOT / "Dockerfile").read_text(encoding="utf-8")
BINDER = PROJECT_ROOT / "binder"
PYPROJECT = tomllib.loads((PROJECT_ROOT / "pyproject.toml").read_text(encoding="utf-8"))
TARGETS = set(re.findall(r"^([a-z]+):", (PROJECT_ROOT / "Makefile").read_text("utf-8"), re.M))
COMMANDS = set(typer.main.get_command(app).commands)  # type: ignore[attr-defined]
#: All that speaks to strangers.
SPOKEN = [
    PROJECT_ROOT / "SECURITY.md",
    GITHUB / "pull_request_template.md",
    *FORMS,
    PROJECT_ROOT / "Dockerfile",
    PROJECT_ROOT / ".devcontainer" / "devcontainer.json",
    BINDER / "postBuild",
]


def told(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("schema", "files", "good", "bad"),
    [
        ("dependabot", [GITHUB / "dependabot.yml"], "interval: weekly", "interval: often"),
        ("github-issue-forms", FORMS, "type: textarea", "type: novel"),
    ],
)
def test_each_file_follows_its_schema(
    schema: str, files: list[Path], good: str, bad: str, tmp_path: Path
) -> None:
    spoilt = tmp_path / "spoilt.yml"
    spoilt.write_text(told(files[0]).replace(good, bad), encoding="utf-8")
    command = [python(), "-m", "check_jsonschema", "--builtin-schema", f"vendor.{schema}"]
    for status, names in ((0, files), (1, [spoilt])):
        done = subprocess.run(
            [*command, *map(str, names)], capture_output=True, text=True, check=False
        )
        assert done.returncode == status, done.stdout + done.stderr


@pytest.mark.parametrize("path", SPOKEN, ids=lambda path: path.name)
def test_commands_that_strangers_are_told_exist(path: Path) -> None:
    text = told(path)
    assert set(re.findall(r"(?:`|/|RUN )rotation ([a-z][a-z-]*)", text)) <= COMMANDS
    for line in re.findall(r"(?:`|\"|^|RUN )make ([a-z ]+)", text, re.M):
        assert set(line.split()) <= TARGETS


def test_what_a_form_gives_as_an_example_is_there() -> None:
    text = told(GITHUB / "ISSUE_TEMPLATE" / "wrong-number.yml")
    (finding,) = re.findall(r"such as (\w+\.\w+)", text)
    assert f'finding = "{finding}"' in told(PROJECT_ROOT / "data" / "claims.toml")


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem)
def test_an_issue_form_asks_for_something_and_little(path: Path) -> None:
    form = yaml.safe_load(told(path))
    assert 0 < len(form["body"]) <= 3
    assert any(part.get("validations", {}).get("required") for part in form["body"])
    names = [part["id"] for part in form["body"]]
    assert len(set(names)) == len(names)
    assert not re.search(r"https?://", told(path)), "the project knows of no address"


def stages() -> dict[str, str]:
    """Each stage of the Dockerfile → what it starts from."""
    return {name: base for base, name in re.findall(r"^FROM (\S+) AS (\S+)$", DOCKERFILE, re.M)}


def test_the_container_runs_both_commands_as_somebody_without_rights() -> None:
    made = stages()
    assert made == {
        "tools": "python:3.13-slim-bookworm",
        "report": "tools",
        "test": "report",
        "site": "scratch",
    }
    runs = re.findall(r"^(RUN .*|USER .*|FROM .*)$", DOCKERFILE, re.M)
    user = runs.index("USER 1000")
    assert user < runs.index("RUN make report") < runs.index("RUN make test")
    assert set(re.findall(r"--target (\S+)", DOCKERFILE)) == {"site", "test"} <= set(made)
    copied = re.findall(r"COPY --from=report /home/reader/report/(\S+)", DOCKERFILE)
    assert copied == ["_build/html"]


def test_what_is_made_here_does_not_travel_into_the_container() -> None:
    left = told(PROJECT_ROOT / ".dockerignore").splitlines()
    assert {".venv*", "_build"} <= set(left)
    # The revision that the report names is asked of git.
    assert not any(line.startswith(".git") for line in left)


def test_the_devcontainer_builds_on_the_same_tools() -> None:
    folder = PROJECT_ROOT / ".devcontainer"
    held = json.loads(told(folder / "devcontainer.json"))
    built = held["build"]
    assert (folder / built["dockerfile"]).resolve() == PROJECT_ROOT / "Dockerfile"
    assert (folder / built["context"]).resolve() == PROJECT_ROOT
    assert built["target"] in stages()
    assert f" {held['remoteUser']}" in DOCKERFILE
    make, *targets = shlex.split(held["postCreateCommand"])
    assert make == "make" and set(targets) <= TARGETS
    port = re.findall(r"Port on 127.*= (\d+)", told(PROJECT_ROOT / "rotation_lib" / "cli.py"))
    assert [str(p) for p in held["forwardPorts"]] == port


def test_binder_installs_the_lock_and_then_this_checkout() -> None:
    """Binder reads its folder alone: without one it would take the Dockerfile."""
    assert sorted(path.name for path in BINDER.iterdir()) == [
        "postBuild",
        "requirements.txt",
        "runtime.txt",
    ]
    (line,) = told(BINDER / "requirements.txt").splitlines()
    lock = (BINDER / line.removeprefix("-r ")).resolve()
    assert lock == PROJECT_ROOT / "requirements.txt"
    assert told(BINDER / "runtime.txt") == "python-3.13\n"
    assert PYPROJECT["project"]["requires-python"] == ">=3.11,<3.14"
    assert os.access(BINDER / "postBuild", os.X_OK)
    assert "pip install --no-deps --no-build-isolation --editable .\n" in told(BINDER / "postBuild")
    assert re.search(r"^setuptools==", told(lock), re.M), "what the package is built with"


def test_the_package_says_of_itself_what_is_so() -> None:
    held = PYPROJECT["project"]
    cited = yaml.safe_load(told(PROJECT_ROOT / "CITATION.cff"))
    assert set(cited["keywords"]) <= set(held["keywords"])
    pythons = [c.rsplit(" ", 1)[1] for c in held["classifiers"] if "Python :: 3." in c]
    assert pythons == ["3.11", "3.12", "3.13"]
    assert (PROJECT_ROOT / "rotation_lib" / "py.typed").is_file()
    # An address that nobody has is worse than none.
    assert "urls" not in held
