"""What every file of the project keeps to: short, and saying at its head what it is for."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from rotation_lib.project import PACKAGE, PROJECT_ROOT
from rotation_lib.publish.owned import SOURCES as FOLDERS
from rotation_lib.publish.source.conflicts import first_mark

LONGEST = 400
VAGUE = {"utils", "util", "helpers", "helper", "misc", "stuff"}
SOURCES = sorted(
    path
    for folder in ("rotation_lib", "tests", "tools", "benchmarks")
    for path in (PROJECT_ROOT / folder).rglob("*")
    if path.suffix in {".py", ".js", ".css", ".sh"} and "__pycache__" not in path.parts
)
MODULES = [path for path in SOURCES if path.suffix == ".py" and path.is_relative_to(PACKAGE)]


def told(paths: list[Path]) -> list[str]:
    return [path.relative_to(PROJECT_ROOT).as_posix() for path in paths]


def test_no_file_is_longer_than_a_reader_holds_in_mind() -> None:
    assert len(SOURCES) > 300
    long = [path for path in SOURCES if len(path.read_text("utf-8").splitlines()) > LONGEST]
    assert told(long) == []


def test_no_module_has_a_name_that_could_hold_anything() -> None:
    assert told([path for path in SOURCES if path.stem in VAGUE]) == []


def opening(source: str) -> int:
    """Lines with words at the head of a module, before its first code."""
    text = ast.get_docstring(ast.parse(source)) or ""
    return sum(bool(line.strip()) for line in text.splitlines())


@pytest.mark.parametrize(
    ("source", "lines"),
    [("x = 1\n", 0), ('"""One."""\n', 1), ('"""One.\n\nTwo\nthree.\n"""\n', 3)],
)
def test_the_lines_of_an_opening_are_counted(source: str, lines: int) -> None:
    assert opening(source) == lines


def test_each_module_says_what_it_is_for_and_what_it_must_never_do() -> None:
    short = [p for p in MODULES if p.name != "__main__.py" and opening(p.read_text("utf-8")) < 2]
    assert told(short) == []


def test_no_file_holds_marks_of_a_merge_conflict() -> None:
    places = [PROJECT_ROOT, *(PROJECT_ROOT / name for name in (*FOLDERS, ".github"))]
    texts = [
        path
        for place in places
        for path in (place.iterdir() if place == PROJECT_ROOT else place.rglob("*"))
        if path.is_file() and path.suffix in {"", ".cff", ".ipynb", ".md", ".toml", ".yml", ".csv"}
    ]
    assert len(texts) > 30
    assert told([path for path in [*texts, *SOURCES] if first_mark(path.read_text("utf-8"))]) == []
