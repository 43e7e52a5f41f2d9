"""Signs of a finished page as a printer would set them, whoever wrote the sentence.

Apostrophes, per cent signs, and places where a line must not end; names in a table's code get
places where it may. It must never change a word, a number, code, an attribute or a picture.
"""

from __future__ import annotations

import re

_TAG = re.compile(r'(<!--.*?-->|<[^>"]*(?:"[^"]*"[^>"]*)*>)', re.DOTALL)
_NAME = re.compile(r"</?([a-z][a-z0-9]*)", re.IGNORECASE)
#: What is not running text: code in all its forms, scripts, drawings, and what a reader types.
_AS_IT_IS = frozenset({"code", "pre", "kbd", "samp", "script", "style", "svg", "textarea"})
_ARTICLE = re.compile(r"<article\b.*?</article>", re.DOTALL)
_TABLE = re.compile(r"<table\b.*?</table>", re.DOTALL)
_CODE = re.compile(r'(<code\b[^>]*>(?:<span class="pre">)?)([^<]+)')
_FIXED = "\u00a0"
_RULES = (
    # Between letters, and after a plural's s: quotation marks are set by Markdown already.
    (re.compile(r"(?<=\w)(?:'|&#x27;|&#39;)(?=[a-z]\b|re\b|ve\b|ll\b)"), "’"),
    (re.compile(r"(?<=\d)[ \u00a0]%"), "%"),
    (re.compile(r"(\bp|^) (=|&lt;|<) (?=\d)"), rf"\1{_FIXED}\2{_FIXED}"),
    (re.compile(r"(?<=[\d%]) to (?=[−+]?\d[\d.,]*%?\))"), f"{_FIXED}to{_FIXED}"),
)
#: Before the ending of a file's name, and after what joins the words of a name.
_BREAKS = re.compile(r"(?<=\w)(?=\.[a-z]+\b)|(?<=\w[_/])(?=\w)")


def typeset(html: str) -> str:
    """A page whose article is set so.

    Args:
        html: a page.

    >>> typeset("<article>2025's best 5 %, <code>it's 5 %</code></article>")
    "<article>2025’s best 5%, <code>it's 5 %</code></article>"
    """
    return _ARTICLE.sub(lambda hit: _with_breaks(_set(hit[0])), html)


def _set(html: str) -> str:
    kept = 0
    pieces = _TAG.split(html)
    for place, piece in enumerate(pieces):
        if place % 2:
            name = _NAME.match(piece)
            if name and name[1].lower() in _AS_IT_IS:
                kept += -1 if piece.startswith("</") else 1
        elif piece and not kept:
            for pattern, new in _RULES:
                piece = pattern.sub(new, piece)
            pieces[place] = piece
    return "".join(pieces)


def _with_breaks(html: str) -> str:
    """File names and settings in tables, which a phone would else part anywhere."""

    def parted(hit: re.Match[str]) -> str:
        return hit[1] + _BREAKS.sub("<wbr>", hit[2])

    return _TABLE.sub(lambda table: _CODE.sub(parted, table[0]), html)
