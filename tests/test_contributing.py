"""The recipes of CONTRIBUTING.md, followed to the letter in copies of the project."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from small_project import NAME, copy_of_project, edit, rotation, small_project

from rotation_lib.errors import ParameterError
from rotation_lib.project import PROJECT_ROOT
from rotation_lib.review.scaffold import start_chapter

BIN = Path(sys.executable).parent
GUIDE = (PROJECT_ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def recipe(name: str) -> str:
    """The commands of one recipe."""
    (block,) = re.findall(rf"<!-- recipe: {name} -->\n```sh\n(.*?)```", GUIDE, re.DOTALL)
    return str(block)


def run(command: list[str], project: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=project,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(project), "PYTHONHASHSEED": "0"},
        capture_output=True,
        text=True,
        check=False,
        timeout=800,
    )


@pytest.mark.slow
def test_a_chapter_is_added_by_the_recipe_and_passes_every_check(tmp_path: Path) -> None:
    project = copy_of_project(tmp_path / "a clone")
    command = project / ".venv" / "bin" / "rotation"
    command.parent.mkdir(parents=True)
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m rotation_lib "$@"\n', "utf-8")
    command.chmod(0o755)
    done = run(["bash", "-e", "-c", recipe("chapter")], project)
    assert done.returncode == 0, done.stdout + done.stderr
    written = re.findall(r"^wrote: (.*)$", done.stdout, re.MULTILINE)
    python = [name for name in written if name.endswith(".py")]
    assert len(python) == 4
    steps = [
        [str(BIN / "ruff"), "check", *python],
        [str(BIN / "ruff"), "format", "--check", *python],
        [str(BIN / "mypy"), "--cache-dir", str(tmp_path / "types")],
        [str(BIN / "lint-imports"), "--no-cache"],
        [sys.executable, "-W", "error", "-m", "pytest", "-q", "-m", "not slow", *SUITE],
    ]
    for step in steps:
        done = run(step, project)
        assert done.returncode == 0, done.stdout[-3_000:] + done.stderr[-3_000:]


#: The tests that look at chapters, findings or claims as a whole, and the new chapter's own.
SUITE = [
    "tests/test_notebooks.py::test_our_chapters_are_stored_as_they_should_be",
    *(f"tests/test_{name}.py" for name in ("market_breadth", "claims", "params", "fingerprint")),
]


@pytest.mark.slow
def test_a_finding_and_a_claim_are_added_as_told(tmp_path: Path) -> None:
    project = small_project(tmp_path / "a clone")
    study = project / "rotation_lib" / "studies" / f"{NAME}.py"
    new = '    "best_month": ("Largest lead of a month", lambda x: np.asarray(x[0].max(-1))),\n'
    edit(study, '    "lead_spread": (', f'{new}    "lead_spread": (')
    claims = project / "data" / "claims.toml"
    text = claims.read_text(encoding="utf-8")
    second = text.replace("small-caps-lead", "one-good-month").replace(
        ".monthly_lead", ".best_month"
    )
    claims.write_text(text + second, encoding="utf-8")
    done = rotation(project, "claims", "--json")
    assert done.returncode == 0, done.stderr
    record = json.loads(done.stdout)
    best = next(f for f in record["findings"] if f["id"] == f"{NAME}.best_month")
    assert best["low"] <= best["value"] <= best["high"] + 1e-12
    verdicts = {c["id"]: c["verdict"] for c in record["claims"]}
    assert verdicts["one-good-month"] == "holds"
    claims.write_text(text + second.replace(".best_month", ".worst_month"), encoding="utf-8")
    done = rotation(project, "claims", "--json")
    assert done.returncode == 1
    assert f"{NAME}.best_month" in done.stderr or "no finding is called" in done.stderr


@pytest.mark.parametrize(
    ("name", "title", "said"),
    [
        ("Risks", None, "lower-case"),
        ("a-b", None, "lower-case"),
        ("../x", None, "lower-case"),
        ("risks", None, "exists already"),
        ("summary", None, "exists already"),
        ("new_one", 'a "title"', "one line"),
        ("new_one", "", "one line"),
    ],
)
def test_a_bad_name_writes_nothing(name: str, title: str | None, said: str, tmp_path: Path) -> None:
    for folder in ("rotation_lib/studies/risks", "chapters", "tests"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "chapters" / "summary.ipynb").write_text("{}", encoding="utf-8")
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(ParameterError, match=said):
        start_chapter(name, title, tmp_path)
    assert sorted(tmp_path.rglob("*")) == before


def test_every_command_of_the_guide_exists() -> None:
    import typer.main

    from rotation_lib.cli import app

    known = set(typer.main.get_command(app).commands)  # type: ignore[attr-defined]
    told = set(re.findall(r"\brotation ([a-z][a-z-]*)", GUIDE))
    assert told
    assert told <= known
    targets = set(re.findall(r"^([a-z]+):", (PROJECT_ROOT / "Makefile").read_text("utf-8"), re.M))
    assert set(re.findall(r"`make ([a-z]+)`|^make ([a-z]+)", GUIDE, re.M)) <= {
        pair for t in targets for pair in ((t, ""), ("", t))
    }


def test_the_hooks_run_what_is_there() -> None:
    import yaml

    held = yaml.safe_load((PROJECT_ROOT / ".pre-commit-config.yaml").read_text("utf-8"))
    (local,) = held["repos"]
    assert local["repo"] == "local"
    for hook in local["hooks"]:
        program = hook["entry"].split()[0]
        assert program.startswith(".venv/bin/")
        assert (BIN / Path(program).name).exists(), program


def test_git_compares_notebooks_cell_by_cell_after_one_command(tmp_path: Path) -> None:
    project = tmp_path / "a clone"
    project.mkdir()
    from small_project import git

    git(project, "init", "--quiet")
    for name in ("Makefile", ".gitattributes", ".pre-commit-config.yaml"):
        (project / name).write_bytes((PROJECT_ROOT / name).read_bytes())
    (project / ".venv").symlink_to(BIN.parent)
    done = run(["make", "--assume-old=.venv/.ready", "hooks"], project)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (project / ".git" / "hooks" / "pre-commit").is_file()
    chapter = project / "chapters" / "risks.ipynb"
    chapter.parent.mkdir()
    source = (PROJECT_ROOT / "chapters" / "risks.ipynb").read_text(encoding="utf-8")
    chapter.write_text(source, encoding="utf-8")
    git(project, "add", "chapters")
    git(project, "commit", "--quiet", "--no-verify", "--message", "Start")
    chapter.write_text(source.replace("## What the evidence says", "## What it says"), "utf-8")
    shown = git(project, "diff")
    assert "nbdiff" in shown
    assert "What it says" in shown
