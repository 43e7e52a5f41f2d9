"""Aids to reading: a filter over the ledger, and terms explained where they first occur.

Both leave the page whole where scripts do not run; neither may change a word of it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from html import escape, unescape

_ENTRY = re.compile(
    r'<dt id="(term-[\w-]+)"(?: data-also="([^"]*)")?>(.*?)</dt>\s*<dd>(.*?)</dd>', re.DOTALL
)
_ROW = re.compile(r'<tr\b[^>]*\bdata-verdict="([^"]*)" data-chapter="([^"]*)".*?</tr>', re.DOTALL)
_LAST_CELL = re.compile(r"<td\b[^>]*>([^<]*)</td>\s*</tr>$")
_PIECES = re.compile(r"(<[^>]+>)")
_NAME = re.compile(r"</?([a-zA-Z][\w-]*)")
#: A term is only explained in running text, and in the caveats below charts and tables.
_TEXT = {"p", "li", "dd"}
_CAVEAT = re.compile(r'<p class="(?:fig|rotation)-note">')
_CLOSED = {
    *("h1", "h2", "h3", "h4", "h5", "h6", "dt", "table", "figure", "code", "pre"),
    *("a", "button", "summary", "script", "noscript"),
}


def filter_bar(table: str) -> str:
    """Two choices over the ledger and a count; empty for a table whose rows do not say enough.

    Args:
        table: HTML of the ledger; rows carry ``data-verdict`` and ``data-chapter``.
    """
    rows = [(m[1], m[2], m[0]) for m in _ROW.finditer(table)]
    if not rows:
        return ""
    titles = {
        chapter: found[1] if (found := _LAST_CELL.search(row)) else chapter
        for _, chapter, row in rows
    }
    verdicts = Counter(verdict for verdict, _, _ in rows)
    chapters = Counter(chapter for _, chapter, _ in rows)
    return (
        '<div class="ledger-filter pst-js-only" role="group" aria-label="Filter the claims">'
        + _choice("verdict", "Verdict", {unescape(v): (v, n) for v, n in verdicts.items()})
        + _choice("chapter", "Chapter", {c: (titles[c], n) for c, n in chapters.items()})
        + '<button type="button" disabled>Show all</button>'
        + f'<p role="status">{len(rows)} of {len(rows)} claims</p></div>'
    )


def _choice(name: str, label: str, options: Mapping[str, tuple[str, int]]) -> str:
    listed = "".join(
        f'<option value="{escape(value)}">{text} ({count})</option>'
        for value, (text, count) in options.items()
    )
    return (
        f'<span><label for="ledger-{name}">{label}</label>'
        f'<select id="ledger-{name}" data-filter="{name}" autocomplete="off">'
        f'<option value="">All</option>{listed}</select></span>'
    )


def glossary(page: str) -> dict[str, tuple[str, str]]:
    """Word or phrase → its anchor and definition, from the page that defines them.

    A heading ``Value at risk (VaR), historical`` gives "value at risk"; ``Real yield and
    breakeven`` gives both; one that speaks of two things per something gives none. Other words
    for it stand in ``data-also``, separated by semicolons.
    """
    terms = {}
    for anchor, also, name, said in _ENTRY.findall(page):
        for word in filter(None, (w.strip().lower() for w in also.split(";"))):
            terms[word] = (anchor, _plain(said))
        plain = re.sub(r"\(.*?\)", "", _plain(name)).split(",")[0].strip().lower()
        parts = plain.split(" and ")
        if len(parts) > 1 and " per " in plain:
            continue
        for part in parts:
            terms[part.strip()] = (anchor, _plain(said))
    return terms


def with_terms(page: str, terms: Mapping[str, tuple[str, str]], address: str) -> str:
    """The page with the first use of each term linked to its definition, which it carries.

    Args:
        page: finished HTML; only running text inside its article is touched.
        terms: as :func:`glossary` gives them.
        address: of the page that defines them, from this page.
    """
    start, end = page.find("<article"), page.find("</article>")
    if not terms or start < 0 or end < 0:
        return page
    longest = sorted(terms, key=len, reverse=True)
    wanted = re.compile(rf"(?<![\w-])({'|'.join(map(re.escape, longest))})s?(?![\w-])", re.I)
    seen: set[str] = set()

    def explained(hit: re.Match[str]) -> str:
        anchor, said = terms[hit[1].lower()]
        if anchor in seen:
            return hit[0]
        seen.add(anchor)
        return (
            f'<a class="term" href="{address}#{anchor}" data-definition="{escape(said)}">'
            f"{hit[0]}</a>"
        )

    out, depth, caveat = [], Counter[str](), False
    for piece in _PIECES.split(page[start:end]):
        if piece.startswith("<"):
            caveat = bool(_CAVEAT.match(piece)) or (caveat and piece != "</p>")
            if found := _NAME.match(piece):
                depth[found[1].lower()] += -1 if piece.startswith("</") else 1
        elif caveat or (
            any(depth[t] > 0 for t in _TEXT) and not any(depth[t] > 0 for t in _CLOSED)
        ):
            piece = wanted.sub(explained, piece)
        out.append(piece)
    return page[:start] + "".join(out) + page[end:]


def _plain(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", "", html)).split())
