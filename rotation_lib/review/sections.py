"""A review as titled tables and lists of plain text, the same for Markdown and HTML.

Words are chosen here; markup is not. Nothing is compared.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .. import words
from .marks import marked
from .model import ClaimChange, CodeChange, FindingChange, Review, SeriesChange, WordChange

_MISSING = "—"
_CLAIM_WORDS = {
    "appeared": ("new", ""),
    "vanished": ("", "gone"),
}


@dataclass(frozen=True)
class Section:
    """One titled table.

    Attributes:
        title: what it lists.
        heads: names of the columns; a single column is a list.
        rows: texts, the most important row first.
        after: a sentence below.
    """

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    after: str = ""


def summary(review: Review) -> str:
    """The review in one sentence."""
    if review.unchanged:
        counts = review.counts
        held = [
            words.plural(counts["findings"], "finding"),
            words.plural(counts["claims"], "claim"),
        ]
        if counts["charts"]:
            held += [words.plural(counts["charts"], "chart"), "all words"]
        return f"No change to the report: {words.join(held)} are the same as before."
    far = [f for f in review.findings if not f.slight]
    flips = [c for c in review.claims if c.kind == "verdict"]
    rows = sum(s.added + s.revised + s.lost for s in review.series)
    unlisted = sum(s.unlisted for s in review.series)
    told = [
        (len(flips), "verdict flips", "verdicts flip"),
        (len(review.claims) - len(flips), "other claim changes", "other claims change"),
        (len(far), "finding moves", "findings move"),
        (len(review.findings) - len(far), "moves slightly", "move slightly"),
        (rows, "row of data differs", "rows of data differ"),
        (unlisted, "series differs", "series differ"),
        (len(review.charts), "chart looks different", "charts look different"),
        (len(review.words), "sentence reads differently", "sentences read differently"),
    ]
    return words.join(f"{n:,} {one if n == 1 else many}" for n, one, many in told if n) + "."


def sections(review: Review) -> list[Section]:
    """All that differs, verdicts first; parts without a difference are left out."""
    drawing = [c for c in review.code if c.role == "drawing"]
    wording = [c for c in review.code if c.role == "wording"]
    measuring = [c for c in review.code if c.role in ("measuring", "rules")]
    found = [
        Section(
            "Claims",
            ("claim", "before", "after", "because of"),
            tuple(_claim(c) for c in review.claims),
        ),
        _findings(review),
        Section(
            "Data",
            ("series", "new", "revised", "gone", "which"),
            tuple(_series(s) for s in review.series),
        ),
        Section(
            "Charts",
            ("chart", "what differs", "part of the picture"),
            tuple(
                (c.id, _chart(c.kind, c.style, c.values), f"{c.share:.1%}" if c.share else "")
                for c in review.charts
            ),
            _changed("Drawn by changed code", drawing),
        ),
        Section(
            "Words",
            ("chapter", "before", "after"),
            tuple(_wording(w) for w in review.words),
            _changed("Computed by changed code", wording),
        ),
        Section("Code and rules that measure", ("",), tuple((_code(c),) for c in measuring)),
        Section("Inputs", ("",), tuple((line,) for line in review.details)),
        Section("Notes", ("",), tuple((line,) for line in review.notes)),
    ]
    return [s for s in found if s.rows or s.after]


def _findings(review: Review) -> Section:
    far = [f for f in review.findings if not f.slight]
    slight = [f for f in review.findings if f.slight]
    after = ""
    if slight:
        causes = sorted({f.because.text() for f in slight})
        after = (
            f"{words.plural(len(slight), 'finding')} moved by less than 1% of the interval's half "
            f"width, or of the value where there is no interval, because of {words.join(causes)}."
        )
    heads = ("finding", "before", "after", "change", "because of")
    return Section("Findings", heads, tuple(_finding(f) for f in far), after)


def _finding(change: FindingChange) -> tuple[str, ...]:
    before = _quantity(change.before, change.unit, change.before_interval)
    after = _quantity(change.after, change.unit, change.after_interval)
    if change.kind == "appeared":
        before, moved = "", "new"
    elif change.kind == "vanished":
        after, moved = "", "gone"
    elif change.units is not None:
        moved = f"{words.number(change.units, 2, signed=True)} half widths"
    elif change.share is not None:
        moved = f"{words.pct(change.share, 1, signed=True)} of its size"
    else:
        moved = ""
    others = [f for f in change.fields if f not in ("interval", "rank")]
    if others and change.kind in ("moved", "redefined"):
        moved = f"{moved}; also {', '.join(others)}" if moved else ", ".join(others)
    return f"{change.id} ({change.label})", before, after, moved, change.because.text()


def _quantity(value: float | None, unit: str, interval: tuple[float, float] | None) -> str:
    if value is None:
        return _MISSING
    bounds = interval or (None, None)
    return words.described(words.Number(value, bounds[0], bounds[1], unit))


def _claim(change: ClaimChange) -> tuple[str, ...]:
    before, after = change.before, change.after
    if change.kind == "appeared":
        before = "new"
    elif change.kind == "vanished":
        after = "gone"
    elif change.kind != "verdict":
        before, after = f"{change.kind}: {before}", f"{change.kind}: {after}"
    return f"{change.id} ({change.title})", before, after, change.because.text()


def _series(change: SeriesChange) -> tuple[str, ...]:
    if change.unlisted:
        return change.id, "?", "?", "?", "its checksum differs; the rows are not at hand"
    counts = [str(n) if n else "" for n in (change.added, change.revised, change.lost)]
    return change.id, *counts, "; ".join(change.examples)


def _chart(kind: str, style: bool, values: bool) -> str:
    if kind != "redrawn":
        return {"appeared": "new", "vanished": "gone"}[kind]
    return (
        "how it is drawn, and its values"
        if style and values
        else ("how it is drawn" if style else "its values")
    )


def _wording(change: WordChange) -> tuple[str, ...]:
    kind = "" if change.typed else " (computed)"
    return f"{change.chapter}{kind}", *marked(change.before, change.after)


def _changed(lead: str, changes: Sequence[CodeChange]) -> str:
    return f"{lead}: {'; '.join(map(_code, changes))}." if changes else ""


def _code(change: CodeChange) -> str:
    what = f"{change.path}: {change.name}" if change.name else change.path
    return what if change.kind == "changed" else f"{what} ({change.kind})"
