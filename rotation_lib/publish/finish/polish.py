"""Finished pages, mended: what the theme gets wrong, and the scripts that charts need.

Every change names the markup it expects and fails if a new theme no longer has it,
so that an update cannot silently undo a repair. It must never change a word or a number.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape, unescape

from ...errors import BuildError
from ..pages.fold import with_folds
from .reading import filter_bar
from .typeset import typeset

#: The page that Sphinx makes for searching.
SEARCH_PAGE = "search"
_TABLE = re.compile(r"<table\b.*?</table>", re.DOTALL)
_SCORECARD = re.compile(r'<table class="scorecard".*?</table>', re.DOTALL)
_ROLES = (
    ("<table", "table"),
    ("<thead", "rowgroup"),
    ("<tbody", "rowgroup"),
    ("<tr", "row"),
    ("<td", "cell"),
    ('<th scope="col"', "columnheader"),
    ('<th scope="row"', "rowheader"),
)
_CAPTION = re.compile(r"<caption\b[^>]*>(.*?)</caption>", re.DOTALL)
_WRAPPED = re.compile(
    r'class="[^"]*(?:table-wrap|rotation-table|pst-scrollable-table-container)[^"]*"[^>]*>\s*$'
)
_SCROLLS = re.compile(
    r'<pre(?=>)|<div class="(?:output [^"]*|pst-scrollable-table-container)"(?![^>]*tabindex)'
)
_FIRST_PARAGRAPH = re.compile(r'<p(?: class="question")?>(.*?)</p>', re.DOTALL)


@dataclass(frozen=True)
class PageScripts:
    """Addresses, relative to the page, of what its charts load, in order."""

    urls: tuple[str, ...]


def polished(html: str, page: str, scripts: PageScripts | None) -> str:
    """A page as it will be published.

    Args:
        html: as Sphinx wrote it.
        page: its name, for messages.
        scripts: what its charts load; ``None`` for a page without charts.

    Raises:
        BuildError: if the theme's markup is not what the repairs were made for.
    """
    html = _without_icon_script(html, page)
    html = _without_search_scripts(html, page)
    html = _with_system_theme(html, page)
    html = _accessible(html, page)
    html = _SCORECARD.sub(lambda hit: _with_roles(hit.group(0)), _with_tables_wrapped(html))
    html = _with_tab_stops(typeset(with_folds(_with_description(html))))
    if scripts:
        tags = "".join(f'<script defer src="{escape(u)}"></script>\n' for u in scripts.urls)
        # In the head: asked for, and run, before the theme's scripts at the end of the page.
        html = _replaced(html, "</head>", f"{tags}</head>", page)
    return html


def _without_icon_script(html: str, page: str) -> str:
    """The theme's icon script weighs more than all else; rotation.css draws the few icons used."""
    pattern = r"\s*<!--[^>]*custom icons -->\s*<script defer[^>]*fontawesome\.js[^>]*></script>"
    return _substituted(html, pattern, "", page)


def _without_search_scripts(html: str, page: str) -> str:
    """Only the search page searches; elsewhere the index would be loaded for nothing."""
    if page == SEARCH_PAGE:
        return html
    for name in ("_static/searchtools", "_static/language_data", "searchindex"):
        html = _substituted(html, rf'\s*<script src="[^"]*{name}\.js[^"]*"></script>', "", page)
    return html


def _with_system_theme(html: str, page: str) -> str:
    """Readers who asked for no theme get their system's before the first paint, not after it."""
    mode = 'dataset.mode = localStorage.getItem("mode") || "";'
    html = _replaced(html, mode, mode.replace('""', '"auto"'), page)
    stored = 'dataset.theme = localStorage.getItem("theme") || "";'
    asked = 'matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light"'
    return _replaced(html, stored, stored.replace('""', f"({asked})"), page)


def _with_tab_stops(html: str) -> str:
    """What may scroll is reached by keyboard; the theme takes back the stops of what does not.

    It looks at a fold only once it is open, and then not at once.
    """
    return _SCROLLS.sub(r'\g<0> tabindex="0"', html)


def _accessible(html: str, page: str) -> str:
    # A label that differs from the visible text cannot be spoken to a voice control.
    field = '<button class="btn search-button-field search-button__button pst-js-only"'
    html = _replaced(html, f'{field} title="Search" aria-label="Search"', field, page)
    html = re.sub(r'(<summary) aria-label="Toggle hidden content"', r"\1", html)
    # Everything on a page must lie in a landmark.
    return _replaced(
        html,
        '<div id="pst-primary-sidebar" class="',
        '<div id="pst-primary-sidebar" role="region" aria-label="Report navigation" class="',
        page,
    )


def _with_tables_wrapped(html: str) -> str:
    """Wide tables scroll inside a region of their own, also by keyboard."""

    def wrap(hit: re.Match[str]) -> str:
        if _WRAPPED.search(html, max(0, hit.start() - 300), hit.start()):
            return hit.group(0)
        caption = _CAPTION.search(hit.group(0))
        label = _plain(caption.group(1)) if caption else "Table"
        bar = filter_bar(hit.group(0)) if _SCORECARD.match(hit.group(0)) else ""
        return (
            f'{bar}<div class="table-wrap" tabindex="0" role="region" aria-label="{escape(label)}">'
            f"{hit.group(0)}</div>"
        )

    # The span stays in sight while a wide table scrolls below it.
    return _CAPTION.sub(r"<caption><span>\1</span></caption>", _TABLE.sub(wrap, html))


def _with_roles(table: str) -> str:
    """The scorecard is laid out as cards on a phone; without roles it would stop being a table."""
    for tag, role in _ROLES:
        table = re.sub(rf"{re.escape(tag)}(?=[ >])", f'{tag} role="{role}"', table)
    return table


def _with_description(html: str) -> str:
    """The first paragraph as the page's description, for search engines and previews."""
    start = html.find("</h1>")
    first = _FIRST_PARAGRAPH.search(html, start) if start >= 0 else None
    if not first:
        return html
    text = escape(_plain(first.group(1))[:200])
    heading = escape(_plain(re.sub(r'<a class="headerlink".*?</a>', "", _first_heading(html))))
    tags = (
        f'<meta name="description" content="{text}" />',
        f'<meta property="og:description" content="{text}" />',
        f'<meta property="og:title" content="{heading}" />',
        '<meta property="og:type" content="article" />',
        '<meta property="og:site_name" content="Small-Cap Rotation" />',
    )
    return html.replace("</head>", "\n".join(tags) + "\n</head>", 1)


def _first_heading(html: str) -> str:
    # The theme repeats the title for print, before the article.
    article = max(html.find("<article"), 0)
    found = re.compile(r"<h1[^>]*>(.*?)</h1>", re.DOTALL).search(html, article)
    return found.group(1) if found else ""


def _plain(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", "", html)).split())


def _replaced(html: str, old: str, new: str, page: str) -> str:
    if html.count(old) != 1:
        raise BuildError(f"{page}: expected {old[:60]!r} once in the page; has the theme changed?")
    return html.replace(old, new)


def _substituted(html: str, pattern: str, new: str, page: str) -> str:
    html, count = re.subn(pattern, new, html)
    if count != 1:
        raise BuildError(f"{page}: expected {pattern[:60]!r} once; has the theme changed?")
    return html
