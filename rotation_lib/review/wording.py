"""Sentences of the report that read differently in two built sites.

Sentences typed in a chapter count as they are. In computed ones figures and dates are blanked
first: that a number moved is said by the findings, once. It must never judge a wording.
"""

from __future__ import annotations

import difflib
import html
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ..publish.source.notebooks import read_notebook
from .model import WordChange

_SPELLED = "zero one two three four five six seven eight nine ten eleven twelve"
_MONTHS = (
    "January February March April May June July August September October November December "
    "Jan Feb Mar Apr Jun Jul Aug Sep Sept Oct Nov Dec"
)
_FIGURES = re.compile(
    rf"\b(?=\w*\d)[0-9a-f]{{8,}}\b|[-−+]?\d[\d,.]*\d|[-−+]?\d|\b(?:{'|'.join(_MONTHS.split())})\b"
    rf"|\b(?i:{'|'.join(_SPELLED.split())})\b"
)
_BLOCKS = re.compile(r"</?(?:div|p|br|li|ul|ol|dl|dt|dd|table|thead|tbody|tr|td|th|h\d)\b[^>]*>")
_TAGS = re.compile(r"<[^>]*>")
_BREAKS = re.compile(r"\n\s*\n|\n(?=\s*(?:[-*#|>]|\d+\.)\s)|(?<=[.!?])\s+(?=[^a-z\s])")
_SIMILAR = 0.5


def word_changes(base: Path, head: Path) -> list[WordChange]:
    """Sentences that differ between two sites, chapter by chapter.

    Args:
        base: folder of the site before.
        head: folder of the site after.
    """
    changes: list[WordChange] = []
    for typed in (True, False):
        old, new = _sentences(base, typed), _sentences(head, typed)
        for chapter in dict.fromkeys([*old, *new]):
            pairs = differing(old.get(chapter, ()), new.get(chapter, ()), blank=not typed)
            changes += [
                WordChange(chapter=chapter, typed=typed, before=a, after=b) for a, b in pairs
            ]
    return changes


def differing(
    old: Sequence[str], new: Sequence[str], *, blank: bool = False
) -> list[tuple[str, str]]:
    """Pairs of sentences before and after; one of them is empty if it is new or gone.

    Args:
        old: sentences in order.
        new: the same after.
        blank: compare with figures and dates blanked.
    """
    keys = [[_FIGURES.sub("#", s) if blank else s for s in side] for side in (old, new)]
    matcher = difflib.SequenceMatcher(None, keys[0], keys[1], autojunk=False)
    pairs: list[tuple[str, str]] = []
    for kind, i, j, k, m in matcher.get_opcodes():
        if kind != "equal":
            pairs += _paired(old[i:j], new[k:m])
    return pairs


def _paired(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[str, str]]:
    """An edited sentence beside its old form; others by themselves."""
    left = list(new)
    for sentence in old:
        scored = [(difflib.SequenceMatcher(None, sentence, s).ratio(), s) for s in left]
        score, nearest = max(scored, default=(0.0, ""))
        if score >= _SIMILAR:
            left.remove(nearest)
        yield sentence, nearest if score >= _SIMILAR else ""
    for sentence in left:
        yield "", sentence


def sentences(text: str) -> list[str]:
    """Plain sentences of a piece of Markdown, without tags and needless spaces."""
    plain = html.unescape(_TAGS.sub("", _BLOCKS.sub("\n\n", text)))
    parts = (" ".join(part.split()) for part in _BREAKS.split(plain))
    return [part for part in parts if part]


def _sentences(site: Path, typed: bool) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for path in sorted((site / "downloads" / "notebooks").glob("*.ipynb")):
        notebook = read_notebook(path)
        found[path.stem] = [
            s for cell in notebook.cells for t in _texts(cell, typed) for s in sentences(t)
        ]
    if not typed:
        for path in sorted((site / "downloads" / "figures").glob("*.vl.json")):
            title = json.loads(path.read_text(encoding="utf-8")).get("title", {})
            said = [
                f"{title[k]} (chart {path.name[:-8]})" for k in ("text", "subtitle") if k in title
            ]
            found.setdefault(path.name.split(".")[0], []).extend(said)
    return found


def _texts(cell: Mapping[str, Any], typed: bool) -> Iterator[str]:
    if cell["cell_type"] == "markdown" and typed:
        yield str(cell["source"])
    if cell["cell_type"] == "code" and not typed:
        for output in cell["outputs"]:
            yield str(output.get("data", {}).get("text/markdown", ""))
