"""Which words of an edited sentence changed, marked so that each renderer can show them.

Marks are two characters of Unicode's private use area; they never reach a reader.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence

OPEN, CLOSE = "\ue000", "\ue001"
#: Unchanged stretches longer than this many words are cut in the middle.
_STRETCH = 24
_KEPT = 10
_EMPHASIS = re.compile(r"\*\*|(?<!\w)\*(?=\S)|(?<=\S)\*(?!\w)")


def marked(before: str, after: str) -> tuple[str, str]:
    """Both forms of a sentence, with the words that differ between marks.

    Args:
        before: the old sentence; empty if it is new.
        after: the new sentence; empty if it is gone.

    Returns:
        The same without signs of emphasis, unless these are all that differs. A sentence that
        stands alone has no marks.
    """
    old, new = unmarked(before), unmarked(after)
    plain = _EMPHASIS.sub("", old), _EMPHASIS.sub("", new)
    if plain[0] != plain[1]:
        old, new = plain
    if not (old and new):
        return old, new
    a, b = old.split(" "), new.split(" ")
    left: list[str] = []
    right: list[str] = []
    for kind, i, j, k, m in difflib.SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if kind == "equal":
            left.append(_cut(a[i:j]))
            right.append(_cut(b[k:m]))
            continue
        for words, side in ((a[i:j], left), (b[k:m], right)):
            if words:
                side.append(f"{OPEN}{' '.join(words)}{CLOSE}")
    return " ".join(left), " ".join(right)


def unmarked(text: str) -> str:
    """Text without marks, whoever put them there."""
    return text.replace(OPEN, "").replace(CLOSE, "")


def rendered(text: str, start: str, end: str) -> str:
    """Marks as markup; dropped where one of a pair has been cut away.

    Args:
        text: text with marks, escaped already.
        start: what opens a changed word.
        end: what closes it.
    """
    signs = [c for c in text if c in (OPEN, CLOSE)]
    if signs != [OPEN, CLOSE] * (len(signs) // 2):
        return unmarked(text)
    return text.replace(OPEN, start).replace(CLOSE, end)


def _cut(words: Sequence[str]) -> str:
    if len(words) <= _STRETCH:
        return " ".join(words)
    return " ".join([*words[:_KEPT], "…", *words[-_KEPT:]])
