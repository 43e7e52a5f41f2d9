"""The recipes of CONTRIBUTING.md, followed to the letter in copies of the project."""

from __future__ import annotations

import datetime as dt
import json
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest
from live_commands import LAUNCH, environment
from live_world import same_numbers, serve
from preloaded import python
from small_project import copy_of_project, edit, rotation, small_project
from standin import serving

from rotation_lib.errors import ParameterError
from rotation_lib.project import PROJECT_ROOT
from rotation_lib.review.scaffold import start_chapter
from rotation_lib.sources import Dataset
from rotation_lib.sources.snapshot import SnapshotSource

BIN = Path(sys.executable).parent
GUIDE = (PROJECT_ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
#: What to do with a block: run it, or put it into a file.
STEP = re.compile(
    r'<!-- (?:(run)|(append|above "(.*?)"|instead of "(.*?)"|cell "(.*?)"): (\S+)) -->'
    r"\n```\w+\n(.*?)```\n",
    re.DOTALL,
)


def follow(section: str, project: Path, **more: str) -> list[subprocess.CompletedProcess[str]]:
    """Do what a section of the guide says, block by block; the commands it ran."""
    (text,) = re.findall(rf"^## {section}\n(.*?)(?=^## |\Z)", GUIDE, re.DOTALL | re.MULTILINE)
    blocks = list(STEP.finditer(text))
    assert len(blocks) == text.count("```") // 2 > 0, "every block says what to do with it"
    ran = []
    for block in blocks:
        is_run, _, above, instead, cell, name, body = block.groups()
        if is_run:
            ran.append(run(["bash", "-e", "-c", body], project, **more))
            assert ran[-1].returncode == 0, ran[-1].stdout[-3_000:] + ran[-1].stderr[-3_000:]
        elif above:
            edit(project / name, above, body + above)
        elif instead:
            edit(project / name, f"{instead}\n", body)
        elif cell:
            edit_cell(project / name, cell, body)
        else:
            path = project / name
            path.write_text(path.read_text(encoding="utf-8") + body, encoding="utf-8")
    return ran


def edit_cell(chapter: Path, cell_id: str, line: str) -> None:
    """Add a line to a cell of a chapter, as its author would in JupyterLab."""
    notebook = nbformat.read(chapter, as_version=4)
    (cell,) = (c for c in notebook.cells if c.id == cell_id)
    cell.source += f"\n{line.rstrip()}"
    nbformat.write(notebook, chapter)


def run(command: list[str], project: Path, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=project,
        # Whatever else is set, the clone's own sources run, and it is the clone that changes.
        env={
            "PATH": "/usr/bin:/bin", **more, "PYTHONPATH": str(project), "PYTHONHASHSEED": "0",
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=800,
    )  # fmt: skip


def with_commands(
    project: Path, rotation: str = "-m rotation_lib", by: Callable[[], str] = python
) -> Path:
    """A clone with an environment: ``rotation`` and ``pytest`` of the one in use, on its sources."""
    folder = project / ".venv" / "bin"
    folder.mkdir(parents=True)
    for name, how in (("rotation", rotation), ("pytest", "-W error -m pytest")):
        command = folder / name
        command.write_text(f'#!/bin/sh\nexec "{by()}" {how} "$@"\n', encoding="utf-8")
        command.chmod(0o755)
    return project


@pytest.mark.slow
def test_a_chapter_is_added_by_the_recipe_and_passes_every_check(tmp_path: Path) -> None:
    project = with_commands(copy_of_project(tmp_path / "a clone"))
    (done,) = follow("Add a chapter", project)
    written = re.findall(r"^wrote: (.*)$", done.stdout, re.MULTILINE)
    python = [name for name in written if name.endswith(".py")]
    assert len(python) == 6
    types = PROJECT_ROOT / ".mypy_cache"
    if types.is_dir():
        # What the type check learnt of the other modules, told apart by their content.
        shutil.copytree(types, tmp_path / "types")
    steps = [
        [str(BIN / "ruff"), "check", *python],
        [str(BIN / "ruff"), "format", "--check", *python],
        [str(BIN / "mypy"), "--cache-dir", str(tmp_path / "types")],
        [str(BIN / "lint-imports"), "--no-cache"],
        [".venv/bin/pytest", "-q", "-m", "not slow", *SUITE],
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
def test_a_finding_and_a_claim_are_added_by_their_recipes(tmp_path: Path) -> None:
    project = with_commands(small_project(tmp_path / "a clone"))
    start_chapter("market_breadth", "Market breadth", project)
    (done,) = follow("Add a finding", project)
    assert done.stdout.startswith("stored: market_breadth.ipynb\n")
    assert " passed in " in done.stdout
    theme = str(project / "rotation_lib" / "themes" / "market_breadth")
    for command in (["check"], ["format", "--check"]):
        done = run([str(BIN / "ruff"), *command, theme], project)
        assert done.returncode == 0, done.stdout
    (claims,) = follow("Add a claim", project)
    assert re.search(r"one-good-month +│ holds", claims.stdout), claims.stdout
    chapter = project / "chapters" / "market_breadth.ipynb"
    assert "market_breadth.best_month" in chapter.read_text(encoding="utf-8")
    table = project / "data" / "claims.toml"
    edit(table, '"market_breadth.best_month"', '"market_breadth.worst_month"')
    done = rotation(project, "claims", "--json")
    assert done.returncode == 1
    assert "no finding is called 'market_breadth.worst_month'" in done.stderr


@pytest.mark.slow
def test_a_series_is_added_by_the_recipe(tmp_path: Path, dataset: Dataset) -> None:
    """The publishers are a stand-in on this computer; the commands are those of the guide."""
    made = same_numbers(dataset)
    saturday = dt.datetime(2026, 8, 1, 12, 0, tzinfo=dt.UTC)
    known = made.observations
    made = replace(made, observations=known[known["date"] <= "2026-08-01"])
    project = copy_of_project(tmp_path / "a clone")
    (tmp_path / "launch.py").write_text(LAUNCH, encoding="utf-8")
    with_commands(project, f'"{tmp_path}/launch.py"')
    with serving(saturday) as server:
        serve(server, made)
        server.macro["COMPUTSA"] = server.macro["HOUST"].round(0)
        (done,) = follow("Add a series", project, **environment(server, tmp_path))
    assert re.search(r"^COMPUTSA: \d+ new \(2000-01-01 to 2026-\d\d-01\)$", done.stdout, re.M)
    record = json.loads((project / "data" / "snapshot" / "manifest.json").read_text("utf-8"))
    assert record["series"]["COMPUTSA"]["publisher"] == "US Census Bureau"
    values = SnapshotSource(project / "data" / "snapshot").load()
    held = values.observations.set_index("series_id").loc["COMPUTSA", "value"]
    assert held.to_list() == server.macro["COMPUTSA"].loc["2000":].to_list()


UV = """
import sys
name = sys.argv[-2]  # -o NAME --quiet
with open(name, "a") as lock:
    lock.write("humanize==4.99 --hash=sha256:00\\n")
"""


def test_a_package_is_added_by_the_recipe(tmp_path: Path) -> None:
    """The package index is a stand-in: it knows the new package and changes nothing else."""
    told = "-c 'import sys; print(*sys.argv)'"
    project = with_commands(tmp_path / "a clone", told, lambda: sys.executable)
    (project / "tools").mkdir()
    locks = [*PROJECT_ROOT.glob("requirements*.txt"), *PROJECT_ROOT.glob("tools/*.txt")]
    names = [path.relative_to(PROJECT_ROOT).as_posix() for path in locks]
    for name in [*names, "Makefile", "pyproject.toml", "tools/lock.py"]:
        (project / name).write_bytes((PROJECT_ROOT / name).read_bytes())
    (project / ".venv" / "bin" / "python").symlink_to(sys.executable)
    (project / ".venv" / ".ready").touch()
    (project / "tools" / "setup.sh").write_text('echo "set up: $*"\n', encoding="utf-8")
    (project / "uv.py").write_text(UV, encoding="utf-8")
    (done,) = follow("Add or renew a package", project)
    asked = tomllib.loads((project / "pyproject.toml").read_text("utf-8"))["project"][
        "dependencies"
    ]
    assert "humanize>=4.11" in asked
    for name in names:
        before = (PROJECT_ROOT / name).read_text(encoding="utf-8")
        assert (project / name).read_text("utf-8") == before + "humanize==4.99 --hash=sha256:00\n"
    said = done.stdout.splitlines()
    assert said[-3:] == ["set up: .venv requirements.txt", "touch .venv/.ready", "-c diff main ."]
    # The table tells of every lock.
    assert set(names) == set(re.findall(r"^\| `(\S+\.txt)` \|", GUIDE, re.M))


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
    for folder in ("rotation_lib/themes/risks/measures", "chapters", "tests"):
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
        if program == "git":
            continue
        assert program.startswith(".venv/bin/")
        assert (BIN / Path(program).name).exists(), program


@pytest.mark.slow
def test_git_compares_notebooks_cell_by_cell_after_one_command(tmp_path: Path) -> None:
    project = tmp_path / "a clone"
    project.mkdir()
    from small_project import git

    git(project, "init", "--quiet")
    (project / "tools").mkdir()
    for name in ("Makefile", ".gitattributes", ".pre-commit-config.yaml", "tools/notebook_diff.py"):
        (project / name).write_bytes((PROJECT_ROOT / name).read_bytes())
    (project / ".venv").symlink_to(BIN.parent)
    done = run(["make", "--assume-old=.venv/.ready-test", "hooks"], project)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (project / ".git" / "hooks" / "pre-commit").is_file()
    chapter = project / "chapters" / "risks.ipynb"
    chapter.parent.mkdir()
    source = (PROJECT_ROOT / "chapters" / "risks.ipynb").read_text(encoding="utf-8")
    chapter.write_text(source, encoding="utf-8")
    git(project, "add", "chapters")
    git(project, "commit", "--quiet", "--no-verify", "--message", "Start")
    (number,) = re.findall(r'"risks\.beta +(\S+)', source)
    changed = source.replace("## What this says", "## What it says")
    chapter.write_text(changed.replace(number, "9.999999"), "utf-8")
    shown = re.sub(r"\x1b\[\d*m", "", git(project, "diff"))
    assert "nbdiff" in shown
    assert "What it says" in shown
    # Of the long headline table only the line that changed is shown as changed.
    moved = [line for line in shown.splitlines() if re.match(r"[-+] *risks\.", line)]
    assert [(line[0], line.split()[1]) for line in moved] == [("-", number), ("+", "9.999999")]
