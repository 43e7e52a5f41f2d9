"""The page "What changed since the last edition": words and markup.

It says what :mod:`.changes` found and measures nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from .. import words
from ..narrative.ledger import badge
from ..units import HUNDREDTHS
from .changes import Cause, Changes, Judgement, Moved
from .layout import FOLDER
from .shell import table

_FIRST = "This is the first edition kept: there is none before it to compare with."
_MISSING = "not available"
#: What differs with every new row, and so says nothing.
_WITH_EVERY_ROW = ("rank", "n", "period", "method")
_MEANINGS: dict[Cause, str] = {
    "code": "how the report measures, with the same data",
    "dependencies": "other versions of Python or its packages",
    "revised data": "rows that the earlier edition saw and that read differently now",
    "parameters": "other settings of the report than its dates",
    "new data": "rows that the earlier edition could not see yet",
}


def title(changes: Changes) -> str:
    """Heading of the page."""
    if not changes.since:
        return "What changed: the first edition"
    return f"What changed since the edition of {words.date(changes.since)}"


def summary(changes: Changes) -> str:
    """The changes in a sentence or two, as plain text."""
    if not changes.since:
        return _FIRST
    if not (changes.claims or changes.findings):
        return "No verdict and no finding changed."
    flips, moves = len(changes.flips), len(changes.moves)
    verdicts = f"{words.plural(flips, 'verdict')} flipped" if flips else "no verdict flipped"
    far = f"{moves} of {words.plural(changes.headlines, 'headline')} moved by at least 1% of "
    said = f"{verdicts}, and {far}the interval's half width."
    told = [j.active for j in changes.flips] + [m.active for m in changes.moves]
    active = {i for steps in told for i in steps}
    causes = f" Because of {changes.because(tuple(sorted(active)))}." if active else ""
    return said[0].upper() + said[1:] + causes


def body(changes: Changes, pages: Sequence[str], top: str) -> str:
    """What the page shows below its heading.

    Args:
        changes: what changed.
        pages: addresses of the later edition's pages, as seen from this page.
        top: prefix from this page to the top folder.
    """
    if not changes.since:
        return f"<p>{_FIRST}</p>"
    earlier = f"{top}{FOLDER}/{changes.since}/index.html"
    parts = [
        f"<p>{escape(summary(changes))}</p>",
        f'<p>Compared with the <a href="{earlier}">edition of {words.date(changes.since)}</a>.</p>',
        *_claims(changes, pages),
        *_findings(changes, pages),
        *_data(changes),
        *_inputs(changes),
    ]
    return "\n".join(parts)


def _claims(changes: Changes, pages: Sequence[str]) -> Iterator[str]:
    yield "<section><h2>Verdicts that flipped</h2>"
    rows = [
        (
            _link(j.change.title, j.change.chapter, f"claim-{j.change.id}", pages),
            badge(j.change.before),
            badge(j.change.after),
            escape(changes.because(j.active)),
        )
        for j in changes.flips
    ]
    heads = ("Claim", "Before", "Now", "Because of")
    yield table("Verdicts that flipped", heads, rows) if rows else "<p>None.</p>"
    others = [j for j in changes.claims if j.change.kind != "verdict"]
    if others:
        said = "".join(f"<li>{_other_claim(j, changes)}</li>" for j in others)
        yield f"<p>Other changes of claims:</p><ul>{said}</ul>"
    yield "</section>"


def _other_claim(judgement: Judgement, changes: Changes) -> str:
    change = judgement.change
    told = {
        "appeared": f"is new ({change.after})",
        "vanished": f"is gone (it was: {change.before})",
        "rule": "is judged by another rule",
        "evidence": f"rests on other evidence: {_evidence(change.before, changes)} before, "
        f"{_evidence(change.after, changes)} now",
    }[change.kind]
    because = changes.because(judgement.active)
    return f"<em>{escape(change.title)}</em> {escape(told)}; because of {escape(because)}."


def _evidence(said: str, changes: Changes) -> str:
    """What tests said, with the findings' names in place of their ids."""
    parts = []
    for part in said.split("; "):
        name, _, outcome = part.partition(" ")
        parts.append(f"“{changes.labels.get(name, name)}” {outcome}")
    return words.join(parts)


def _findings(changes: Changes, pages: Sequence[str]) -> Iterator[str]:
    yield "<section><h2>Headlines that moved</h2>"
    yield (
        "<p>A headline is a finding that a verdict rests on. Changes are in half widths of the "
        "interval before: 1 means that the value moved from the middle of its interval to its "
        "edge. Where there is no interval, they are in the value's own unit.</p>"
    )
    caption = "Headlines that moved, the furthest first"
    yield _moved_table(caption, changes.moves, changes, pages)
    yield "</section>"
    others = [m for m in changes.findings if not m.headline and not m.change.slight]
    slight = sum(m.change.slight for m in changes.findings)
    if others:
        summary_line = f"The other findings that moved: {len(others)}"
        yield (
            f"<section><h2>Other findings</h2><details><summary>{summary_line}</summary>"
            f"{_moved_table('Other findings that moved', others, changes, pages)}</details>"
        )
    if slight:
        noun = words.plural(slight, "finding")
        yield f"<p>{noun} moved by less than 1% of the interval's half width, or of the value.</p>"
    if others:
        yield "</section>"


def _moved_table(
    caption: str, moved: Sequence[Moved], changes: Changes, pages: Sequence[str]
) -> str:
    if not moved:
        return "<p>None.</p>"
    active = sorted({i for m in moved for i in m.active})
    split = active if len(active) > 1 else []
    parts = tuple(" or ".join(changes.steps[i]) for i in split)
    heads = ("Finding", "Before", "Now", "Change", *parts, *(() if split else ("Because of",)))
    rows = [
        (
            _link(m.change.label, m.change.chapter, "", pages),
            *(escape(_quantity(m, side)) for side in ("before", "after")),
            _change(m),
            *((_part(m, i) for i in split) if split else (_why(m, changes),)),
        )
        for m in moved
    ]
    return table(caption, heads, rows)


def _why(moved: Moved, changes: Changes) -> str:
    return escape(changes.because(moved.active))


def _quantity(moved: Moved, side: str) -> str:
    change = moved.change
    value = change.before if side == "before" else change.after
    bounds = change.before_interval if side == "before" else change.after_interval
    if value is None:
        return "" if change.kind in ("appeared", "vanished") else _MISSING
    low, high = bounds or (None, None)
    return words.described(words.Number(value, low, high, change.unit))


def _change(moved: Moved) -> str:
    change = moved.change
    if change.kind in ("appeared", "vanished"):
        return "new" if change.kind == "appeared" else "gone"
    told = [part for part in moved.parts if part is not None]
    if len(told) == len(moved.parts) and _visible(sum(told), moved):
        return _measured(sum(told), moved)
    others = [f for f in change.fields if f not in _WITH_EVERY_ROW]
    return escape(words.join(others)) or "its rank"


def _part(moved: Moved, step: int) -> str:
    part = moved.parts[step]
    if step not in moved.active:
        return "0"
    return "differs" if part is None else _measured(part, moved)


def _measured(part: float, moved: Moved) -> str:
    """A change in half widths, or in the value's own unit."""
    unit = "" if moved.change.units is not None else moved.change.unit
    if unit in HUNDREDTHS:
        return words.pp(part, signed=True, short=True)
    if unit == "basis points":
        return words.bp(part, signed=True, short=True)
    return words.number(part, 2, signed=True) + (" pp" if unit == "percent" else "")


def _visible(part: float, moved: Moved) -> bool:
    """Whether a change shows in two decimals of a half width; facts always show it."""
    return abs(part) >= 0.005 if moved.change.units is not None else part != 0


def _data(changes: Changes) -> Iterator[str]:
    yield "<section><h2>Data</h2>"
    if changes.series is None:
        yield (
            "<p>Which rows are new and which were revised is not known: the data of the later "
            "edition are no longer at hand, or the earlier one kept no record of its rows.</p>"
        )
    elif not changes.series:
        yield "<p>No series has new or revised rows.</p>"
    else:
        revised = [s for s in changes.series if s.revised]
        added = sum(s.new for s in changes.series)
        said = (
            f"{words.plural(len(revised), 'series', 'series')} revised"
            if revised
            else "No row that the earlier edition saw was revised"
        )
        rows = [
            (escape(s.id), f"{s.new:,}" if s.new else "", escape(_years(s.revised)))
            for s in changes.series
        ]
        heads = ("Series", "New rows", "Revised in")
        listed = table("Series with new or revised rows", heads, rows)
        yield (
            f"<p>{said}; {added:,} rows are new.</p><details><summary>"
            f"{words.plural(len(rows), 'series', 'series')} with new or revised rows</summary>"
            f"{listed}</details>"
        )
    yield "</section>"


def _years(years: Sequence[str]) -> str:
    if len(years) > 2 and int(years[-1]) - int(years[0]) == len(years) - 1:
        return f"{years[0]} to {years[-1]}"
    return words.join(years)


def _inputs(changes: Changes) -> Iterator[str]:
    yield "<section><h2>How causes are told apart</h2>"
    if changes.details:
        yield f"<ul>{''.join(f'<li>{escape(line)}</li>' for line in changes.details)}</ul>"
    meanings = {c: _MEANINGS[c] for causes in changes.steps for c in causes}
    if meanings:
        told = "".join(
            f"<dt>{cause.capitalize()}</dt><dd>{text[0].upper()}{text[1:]}.</dd>"
            for cause, text in meanings.items()
        )
        yield f"<dl>{told}</dl>"
    if len(changes.steps) > 1:
        yield (
            f"<p>The inputs are exchanged one after the other: {escape(_order(changes))}. What a "
            "step changes is put down to its input, and the parts of a change add up to the "
            "whole.</p>"
        )
        idle = set(range(len(changes.steps))) - _active(changes)
        if idle:
            named = words.join(" and ".join(changes.steps[i]) for i in sorted(idle))
            yield f"<p>By themselves, {named} changed nothing that is told here.</p>"
    if any(len(causes) > 1 for causes in changes.steps):
        yield (
            "<p>Causes that are named together changed together and could not be told apart: the "
            "report between them cannot be measured any more.</p>"
        )
    yield "</section>"


def _order(changes: Changes) -> str:
    return ", then ".join(" and ".join(causes) for causes in changes.steps)


def _active(changes: Changes) -> set[int]:
    told = [j.active for j in changes.claims] + [m.active for m in changes.findings]
    return {i for steps in told for i in steps}


def _link(text: str, chapter: str, part: str, pages: Sequence[str]) -> str:
    """A link into the edition, where it has the chapter."""
    page = f"chapters/{chapter}.html"
    if page not in pages:
        return escape(text)
    return f'<a href="{page}{f"#{part}" if part else ""}">{escape(text)}</a>'
