"""The rooms of a theme: one topic has one name on both floors, and no picture changes a number."""

from __future__ import annotations

import ast
from importlib import import_module
from pathlib import Path

import pytest

from rotation_lib import fingerprint
from rotation_lib.findings import FindingSet
from rotation_lib.project import PACKAGE, THEMES, drawing, measuring

HOME = PACKAGE / "themes"


def topics(theme: str, floor: str) -> set[str]:
    return {p.stem for p in (HOME / theme / floor).glob("*.py")} - {"__init__"}


@pytest.mark.parametrize("theme", THEMES)
def test_a_picture_has_the_name_of_what_it_draws(theme: str) -> None:
    drawn = topics(theme, "pictures")
    assert drawn
    assert drawn - topics(theme, "measures") == set()
    assert {p.name for p in (HOME / theme).iterdir() if p.suffix or "__" not in p.name} == {
        "__init__.py", "measures", "pictures",
    }  # fmt: skip


@pytest.mark.parametrize("theme", THEMES)
def test_findings_rest_on_no_picture(theme: str) -> None:
    read = {Path(p).relative_to(PACKAGE) for p in fingerprint._closure([measuring(theme)])}
    assert HOME.relative_to(PACKAGE) / theme / "measures" / "__init__.py" in read
    assert [p for p in read if p.parts[0] == "charts" or "pictures" in p.parts] == []


def test_a_new_colour_leaves_the_key_of_the_findings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "rotation_lib"
    room = root / "themes" / "fair"
    for place in (root, root / "themes", room, room / "measures", room / "pictures"):
        place.mkdir()
        (place / "__init__.py").write_text("", encoding="utf-8")
    monkeypatch.setattr(fingerprint, "PACKAGE", root)
    measures = ["rotation_lib.themes.fair.measures"]
    before = fingerprint.code_key(measures)
    (room / "pictures" / "__init__.py").write_text("COLOUR = 'red'\n", encoding="utf-8")
    assert fingerprint.code_key(measures) == before
    (room / "__init__.py").write_text("from . import pictures\n", encoding="utf-8")
    assert fingerprint.code_key(measures) != before


@pytest.mark.parametrize("theme", THEMES)
def test_a_search_finds_each_finding_and_what_measured_it(
    theme: str, results: tuple[FindingSet, object]
) -> None:
    made = [f for f in results[0].values() if f.chapter == theme]
    assert len(made) > 20
    for finding in made:
        module, _, name = finding.made_by.partition(":")
        assert module.startswith(f"{measuring(theme)}.")
        source = Path(str(import_module(module).__file__)).read_text("utf-8")
        (function,) = (
            n for n in ast.parse(source).body if isinstance(n, ast.FunctionDef) and n.name == name
        )
        told = [ast.unparse(d) for d in function.decorator_list]
        assert any(f"'{finding.id}'" in text for text in told), finding.id


def test_each_theme_has_both_its_floors() -> None:
    for theme in THEMES:
        assert callable(import_module(measuring(theme)).findings)
        assert import_module(drawing(theme)).__doc__
