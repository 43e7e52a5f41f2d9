"""Every cell of prose in every chapter, in made-up worlds: true, whole, and each branch taken."""

from __future__ import annotations

import re

import pytest
from prose_worlds import Taken, cells, named, worlds

from rotation_lib.findings import FindingSet
from rotation_lib.judging import Judged
from rotation_lib.params import EXTRAS, NoExtras, ReportParams
from rotation_lib.prose import Prose, tell
from rotation_lib.prose.judged import Ledger
from rotation_lib.prose.template import NOT_MEASURED

CELLS = cells()
GONE = NOT_MEASURED.format("made up to be missing")
#: What must never be seen on a page.
_BROKEN = re.compile(r"\{\{|\}\}|%\}|\bNone\b|\bUndefined\b|<built-in|\(\)|\s[.,;:](?:\s|$)|  ")

#: What stands in a cell whatever was measured: definitions, and what others say.
_STATED = re.compile(r"1% of|95% intervals|“[^”]*”")


def parameters(chapter: str) -> dict[str, object]:
    own = EXTRAS.get(chapter, NoExtras)().model_dump()
    return ReportParams().as_strings() | own


def test_there_are_cells_of_prose() -> None:
    assert len(CELLS) >= 12


@pytest.mark.slow
@pytest.mark.parametrize(
    ("chapter", "cell", "source"), CELLS, ids=[f"{c}-{i}" for c, i, _ in CELLS]
)
def test_a_cell_is_whole_in_every_world_and_takes_each_branch(
    chapter: str,
    cell: str,
    source: str,
    results: tuple[FindingSet, tuple[Judged, ...]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    findings, judged = results
    own = FindingSet(f for f in findings.values() if f.chapter == chapter or "." in chapter)
    held = own if len(own) else findings
    ids = named(source, held, chapter)
    counts = "ledger." in source
    assert ids or counts, f"{cell} names neither finding nor ledger: make it Markdown"
    taken = Taken()
    taken.watch(monkeypatch)
    ledgers = [Ledger(judged), Ledger(judged[:1]), Ledger(())] if counts else [Ledger(judged)]
    made_up = [(*world, ledger) for world in worlds(held, ids) for ledger in ledgers]
    for world, made, ledger in made_up:
        told = tell(source, made, chapter, parameters(chapter) | {"ledger": ledger})
        text = Prose.of(*told).text
        assert not (found := _BROKEN.search(text)), f"{cell} in {world}: {found} in {text}"
        if world == "missing" and ids:
            assert GONE in text
            assert not re.search(r"\d%", _STATED.sub("", text))
    tell(source, held, chapter, parameters(chapter) | {"ledger": Ledger(judged)})
    assert sorted(taken.there - taken.taken) == []
