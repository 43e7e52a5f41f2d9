"""A review as Markdown that fits the comment of a pull request.

All text comes from the change under review, so every piece of it is escaped: it can neither
call people, nor load pictures, nor leave its cell.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from .marks import rendered
from .model import Review
from .sections import Section, sections, summary

#: GitHub refuses comments over 65,536 characters.
LIMIT = 60_000
#: By this line a workflow finds the comment it wrote before.
MARK = "<!-- rotation diff -->"
_CELL = 300
_STEPS = (10_000, 200, 100, 60, 30, 15, 8, 4, 2, 1)
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>|~#!$])")


def markdown(review: Review) -> str:
    """The review as Markdown of fewer than :data:`LIMIT` characters, biggest changes first."""
    parts = [] if review.unchanged and not review.code else sections(review)
    head = f"{_opening(review)}\n"
    text = head
    for rows in _STEPS:
        text = head + "".join(_section(part, rows) for part in parts)
        if len(text) < LIMIT:
            break
    return text


def _opening(review: Review) -> str:
    said = escaped(summary(review), len(summary(review)))
    if review.unchanged:
        if review.code:
            said += " The code differs in a way that no reader of the report sees."
        return f"{said} {MARK}"
    return (
        f"### What this change does to the report {MARK}\n\n{said} "
        f"Compared: {escaped(review.base)} → {escaped(review.head)}."
    )


def _section(part: Section, limit: int) -> str:
    rows = part.rows[:limit]
    lines = [f"\n#### {part.title}\n"]
    if len(part.heads) == 1:
        lines += [f"- {escaped(row[0])}" for row in rows]
    elif rows:
        lines += [_row(part.heads), _row(["---"] * len(part.heads))]
        lines += [_row([rendered(escaped(cell), "**", "**") for cell in row]) for row in rows]
    left = len(part.rows) - len(rows)
    if left:
        lines.append(f"\n… and {left:,} more; the HTML and JSON forms list them all.")
    if part.after:
        lines.append(f"\n{escaped(part.after, 1_500)}")
    return "\n".join(lines) + "\n"


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def escaped(text: str, limit: int = _CELL) -> str:
    """One line of text that Markdown shows as it is; long text is cut in the middle."""
    flat = " ".join(text.split())
    if len(flat) > limit:
        flat = f"{flat[: limit // 2]} … {flat[-limit // 2 :]}"
    # A zero-width space keeps "@name" and "#12" from calling a person or another thread.
    quiet = re.sub(r"([@#])(?=\w)", "\\1\u200b", flat)
    return _SPECIAL.sub(r"\\\1", quiet).replace("://", ":\u200b//").replace("www.", "www\u200b.")
