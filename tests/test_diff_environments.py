"""Sides that lock other packages: an environment for each lock, or a note that says why not."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from diff_records import finding, record
from small_project import commit_all

from rotation_lib.environment import pins, read, requirements
from rotation_lib.errors import BuildError
from rotation_lib.project import PROJECT_ROOT
from rotation_lib.publish.provenance import environment
from rotation_lib.review import sides
from rotation_lib.review.compare import compared
from rotation_lib.review.environments import Environments, lacking, set_up
from rotation_lib.review.model import Review
from rotation_lib.review.sides import workshop

HERE = Path(sys.executable)


def test_pins_are_those_of_this_machine() -> None:
    lock = (
        "numpy==2.4.6 \\\n    --hash=sha256:ab \\\n    # via pandas\n"
        'Some.Thing==1.0 ; sys_platform == "no-such-system" \\\n    --hash=sha256:cd\n'
        'Typing_Extensions==4.1 ; python_full_version >= "3.11" \\\n    --hash=sha256:ef\n'
        "coverage[toml,x]==7.17.3 \\\n    --hash=sha256:01\n"
    )
    assert pins(lock) == {"numpy": "2.4.6", "typing-extensions": "4.1", "coverage": "7.17.3"}


def test_the_report_runs_on_what_it_names_and_what_that_asks_for() -> None:
    found = set(read(requirements(PROJECT_ROOT), None).packages)
    assert {"pandas", "numpy", "jinja2", "sphinx"} <= found
    assert not {"ruff", "mypy", "pytest-xdist", "pre-commit"} & found


def tree(folder: Path, lock: str, recipe: str = "exit 1") -> Path:
    """A checkout of a project that runs on numpy and pandas."""
    (folder / "tools").mkdir(parents=True, exist_ok=True)
    (folder / "pyproject.toml").write_text(
        '[project]\ndependencies = ["numpy>=2", "pandas"]\n', encoding="utf-8"
    )
    (folder / "requirements.txt").write_text(lock, encoding="utf-8")
    (folder / "tools" / "setup.sh").write_text(recipe, encoding="utf-8")
    return folder


def test_packages_that_only_the_workshop_uses_do_not_count(tmp_path: Path) -> None:
    version = environment()["packages"]["numpy"]
    assert lacking(tree(tmp_path, f"numpy=={version}\nruff==0.0.1\n")) == []
    assert lacking(tree(tmp_path, "numpy==0.9\nruff==0.0.1\n")) == [f"numpy 0.9, here {version}"]


def test_an_environment_is_set_up_once_for_each_lock(tmp_path: Path) -> None:
    made = []

    def install(where: Path, folder: Path) -> str:
        made.append(where.name)
        folder.mkdir()
        return ""

    there = Environments(tmp_path / "kept", install)
    first = there.python(tree(tmp_path / "a", "numpy==0.9\n"), "a")
    assert first.name == "python" and first.is_relative_to(tmp_path / "kept")
    assert there.python(tree(tmp_path / "b", "numpy==0.9\n"), "b") == first
    assert there.python(tree(tmp_path / "c", "numpy==0.8\n"), "c") != first
    assert made == ["a", "c"]
    assert there.notes == []


@pytest.mark.parametrize(
    ("recipe", "reason"),
    [
        ("echo starting; echo 'no index answers' >&2; exit 3", "no index answers"),
        ("exit 3", "tools/setup.sh ended with 3"),
        (None, "it has no tools/setup.sh"),
    ],
)
def test_an_environment_that_cannot_be_had_is_one_note(
    recipe: str | None, reason: str, tmp_path: Path
) -> None:
    where = tree(tmp_path / "a", "numpy==0.9\n", recipe or "")
    if recipe is None:
        (where / "tools" / "setup.sh").unlink()
    there = Environments(tmp_path / "kept")
    assert there.python(where, "v1") == HERE
    (note,) = there.notes
    assert note.startswith("v1 locks other packages (numpy 0.9, here ")
    assert "what the packages change is undetermined" in note
    assert note.endswith(reason)
    assert not list((tmp_path / "kept").glob("*"))


def test_the_recipe_is_given_the_folder(tmp_path: Path) -> None:
    where = tree(tmp_path / "a", "", 'mkdir -p "$1/bin" && echo made > "$1/bin/python"')
    assert set_up(where, tmp_path / "an environment") == ""
    assert (tmp_path / "an environment" / "bin" / "python").read_text() == "made\n"


# -- secrets ----------------------------------------------------------------------------------

SECRETS = {
    "FRED_API_KEY": "0123456789abcdef0123456789abcdef",
    "GITHUB_TOKEN": "ghp-1",
    "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "id-2",
    "AWS_SECRET_ACCESS_KEY": "aws-3",
    "AWS_ACCESS_KEY_ID": "aws-4",
    "fred_api_key": "lower-5",
    "PGPASSWORD": "pg-6",
    "MY_PASS": "pass-7",
    "GOOGLE_APPLICATION_CREDENTIALS": "file-8",
    "SSH_AUTH_SOCK": "agent-9",
    "HTTPS_PROXY": "http://me:proxy-10@127.0.0.1:1",
    "PIP_EXTRA_INDEX_URL": "https://example.org/simple https://u:index-11@example.org/simple",
    "SENTRY_DSN": "dsn-12",
    "OPENAI_KEY2": "key-13",
}
#: Named or built a little like a secret, and needed.
PLAIN = {
    "KEYBOARD": "us",
    "COMPASS_HEADING": "a:b",
    "AUTHOR": "me",
    "HTTP_PROXY": "http://127.0.0.1:1",
    "SSL_CERT_FILE": "cert.pem",
    "LANG": "C.UTF-8",
    "PIP_INDEX_URL": "https://example.org/@scope/simple",
}


def test_no_code_of_another_revision_sees_a_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither what builds it, nor the recipe of its environment, nor a hook of its checkout."""
    project = tmp_path / "project"
    where = tree(project, "", 'env >"$1"')
    hook = project / "hooks" / "post-checkout"
    hook.parent.mkdir()
    hook.write_text(f"#!/bin/sh\nenv >'{tmp_path / 'hooked'}'\n", encoding="utf-8")
    hook.chmod(0o755)
    commit_all(project, "first", new=True)
    subprocess.run(["git", "-C", str(project), "config", "core.hooksPath", "hooks"], check=True)
    for name, value in (SECRETS | PLAIN).items():
        monkeypatch.setenv(name, value)
    assert set_up(where, tmp_path / "recipe") == ""
    built = sides._run(where, HERE, "-c", "import os; print(*map('='.join, os.environ.items()))")
    with workshop(project, tmp_path / "kept") as shop:
        assert shop._worktree("HEAD").is_dir()
    hooked = (tmp_path / "hooked").read_text(encoding="utf-8")
    for seen in (built, (tmp_path / "recipe").read_text(encoding="utf-8"), hooked):
        assert [name for name, value in SECRETS.items() if value in seen] == []
        assert [name for name, value in PLAIN.items() if f"{name}={value}" not in seen] == []


# -- whole comparisons, with builds that are written rather than made --------------------------


class Builds:
    """Answers in the place of real builds; the value is a sum, so that each part can be told."""

    def __init__(self) -> None:
        self.measured: list[tuple[Path, str]] = []
        self.broken = False

    def __call__(self, where: Path, python: Path, *arguments: str) -> str:
        packages = environment()
        if python != HERE:
            packages = {**packages, "packages": {**packages["packages"], "numpy": "0.9"}}
        if arguments[0] == "-c":
            return json.dumps(packages)
        code = (where / "rotation_lib" / "code").read_text(encoding="utf-8")
        value = float(code) + (0.5 if python != HERE else 0.0)
        held = record(finding(value=value), params={})
        if "claims" in arguments:
            if self.broken:
                raise BuildError("the old code does not run")
            self.measured.append((python, code))
            return json.dumps(held)
        html = Path(arguments[-1]) / "html"
        html.mkdir(parents=True, exist_ok=True)
        commit = _head(where)
        build = {
            **packages,
            "params": {},
            "extras": {},
            "source": "snapshot",
            "data_sha256": "d",
            "code_sha256": code,
            "revision": commit,
            "dirty": False,
        }
        (html / "build.json").write_text(json.dumps(build), encoding="utf-8")
        (html / "findings.json").write_text(json.dumps(held), encoding="utf-8")
        return ""


def _head(where: Path) -> str:
    asked = ["git", "-C", str(where), "rev-parse", "HEAD"]
    return subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()


@pytest.fixture
def review_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[Mapping[str, str], Mapping[str, str]], tuple[Review, Builds]]:
    """The review of two commits that differ in code, lock, or both."""
    monkeypatch.chdir(tmp_path)
    builds = Builds()
    monkeypatch.setattr(sides, "_run", builds)

    def install(where: Path, folder: Path) -> str:
        (folder / "bin").mkdir(parents=True)
        return ""

    def run(
        before: Mapping[str, str], after: Mapping[str, str], **options: Any
    ) -> tuple[Review, Builds]:
        project = tmp_path / "project"
        for number, parts in enumerate((before, after)):
            tree(project, parts["lock"])
            (project / "rotation_lib").mkdir(exist_ok=True)
            (project / "rotation_lib" / "code").write_text(parts["code"], encoding="utf-8")
            (project / "data" / "snapshot").mkdir(parents=True, exist_ok=True)
            (project / "data" / "snapshot" / "manifest.json").write_text("{}", encoding="utf-8")
            commit_all(project, str(number), new=number == 0)
        builds.broken = options.pop("broken", False)
        with workshop(project, tmp_path / "kept", **{"install": install, **options}) as shop:
            return compared(shop.open("HEAD~1"), shop.open("HEAD"), shop), builds

    return run


OLD, NEW = "numpy==0.9\n", f"numpy=={environment()['packages']['numpy']}\n"


def test_other_packages_alone_are_the_cause(review_of: Callable[..., Any]) -> None:
    told, builds = review_of({"lock": OLD, "code": "1"}, {"lock": NEW, "code": "1"})
    (change,) = told.findings
    assert change.because.text() == "dependencies"
    assert (change.before, change.after) == (1.5, 1.0)
    assert told.details == (f"numpy 0.9 → {NEW[7:].strip()}",)
    assert builds.measured == []
    assert told.base.startswith("HEAD~1 (") and told.notes == ()


def test_packages_and_code_are_told_apart(review_of: Callable[..., Any]) -> None:
    told, builds = review_of({"lock": OLD, "code": "1"}, {"lock": NEW, "code": "3"})
    (change,) = told.findings
    assert change.because.text() == "code and dependencies"
    assert builds.measured == [(HERE, "1")]


def test_without_an_environment_the_packages_are_undetermined(
    review_of: Callable[..., Any],
) -> None:
    told, _ = review_of({"lock": OLD, "code": "1"}, {"lock": NEW, "code": "3"}, install=None)
    (change,) = told.findings
    assert change.because.text() == "code"
    assert any("what the packages change is undetermined" in note for note in told.notes)


def test_a_combination_that_does_not_run_leaves_the_cause_undetermined(
    review_of: Callable[..., Any],
) -> None:
    told, _ = review_of({"lock": OLD, "code": "1"}, {"lock": NEW, "code": "3"}, broken=True)
    (change,) = told.findings
    assert change.because.text() == "undetermined (code or dependencies)"
    assert any(note.endswith("the old code does not run") for note in told.notes)
