"""Where the report's words are written, counted on a made-up chapter."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from rotation_lib.project import PROJECT_ROOT


@pytest.fixture
def language(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(PROJECT_ROOT / "tools"))
    monkeypatch.delitem(sys.modules, "language", raising=False)
    import language

    return language


def told(source: str, text: str) -> dict[str, Any]:
    return {"cell_type": "code", "source": source, "outputs": [{"data": {"text/markdown": text}}]}


def test_words_are_counted_without_markup_and_tables(language: Any) -> None:
    text = "## Small caps lead\n\nBy **2.5%** ([how](a.md)).\n\n| a | b |\n| - | - |\n\n<p id='x'>Yes</p>"
    assert language.words(text) == 7


def test_typed_words_are_told_from_computed_ones_and_records_are_neither(language: Any) -> None:
    cells = [
        {"cell_type": "markdown", "source": ["# Title\n", "Typed."]},
        told("%%prose\nThe ratio is {{ f.a }}.", "The ratio is 1.3."),
        told("words.answer(f)", "Computed words."),
        told("chapter.verdicts()", "The ledger."),
        {"cell_type": "code", "source": "print(1)", "outputs": [{"text": "1"}]},
    ]
    assert list(language.pieces({"cells": cells})) == [
        (True, "# Title\nTyped."), (True, "The ratio is 1.3."), (False, "Computed words."),
    ]  # fmt: skip
