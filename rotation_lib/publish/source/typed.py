"""Numbers typed in prose that the data could change.

Years, counts, definitions and quoted words are let through; measured quantities are not. It is
one pure function, and errs on the side of asking.
"""

from __future__ import annotations

import re

#: Parts of Markdown that are no prose of ours: code, link targets, tags, glossaries, factors of a
#: formula, what others said.
_NOT_PROSE = re.compile(
    r"```.*?```|<dl.*?</dl>|[−+]?\s?[\d.]+·\w+|`[^`]*`|\]\([^)]*\)|<[^>]*>|https?://\S+"
    r"|“[^”]*”|\"[^\"\n]*\"",
    re.DOTALL,
)
_NUMBER = r"\d[\d,]*(?:\.\d+)?"
_MEASURED = re.compile(
    rf"[−+]\s?{_NUMBER}(?:\s?%)?"  # a sign
    rf"|[$€£]\s?{_NUMBER}"
    rf"|{_NUMBER}\s?(?:%|per cent\b|percentage points?\b|basis points?\b|bp\b|pp\b)"
    r"|\b\d[\d,]*\.\d+\b"  # a decimal point
)
#: Levels of confidence, shares trimmed and bounds of a scale are definitions.
_LEVELS = {"1", "99", *(str(level) for level in range(0, 101, 5))}
#: A version, a day.month, a dotted section: no measurement either.
_NAMES = re.compile(r"\b(?:\d+\.){2,}\d+\b|\b[Vv](?:ersion)?\s?\d+(?:\.\d+)*")


def typed_numbers(markdown: str) -> list[str]:
    """Quantities in a Markdown cell that look measured: signed, decimal, in money, % or points.

    Args:
        markdown: source of the cell.

    Returns:
        Each as it is written, in order. Whole numbers without a unit (years, counts, lengths of
        windows), usual levels in per cent, code, links and quoted words are not among them.
    """
    prose = _NAMES.sub(" ", _NOT_PROSE.sub(" ", markdown))
    found = (hit.group(0).strip() for hit in _MEASURED.finditer(prose))
    return [text for text in found if not _is_level(text)]


def _is_level(text: str) -> bool:
    return re.fullmatch(r"(\d+)\s?(?:%|per cent)", text) is not None and (
        re.sub(r"\D", "", text) in _LEVELS
    )
