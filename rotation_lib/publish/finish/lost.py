"""The page for addresses that lead nowhere, and what tells crawlers of those that do.

A static host shows ``404.html`` for whatever is asked for, at any depth; a sitemap needs whole
addresses, which only the site's owner knows. Neither asks another host for anything.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import escape, unescape
from pathlib import Path
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

from ..draw.runtime import write_atomic
from ..owned import LOST
from .frame import TEMPLATE, framed, once

SITEMAP, ROBOTS = "sitemap.xml", "robots.txt"
_SCRIPT = Path(__file__).parents[1] / "assets" / "lost.js"
_SHEET = '<link href="assets/styles-'
_OPTIONS = re.compile(r'<script src="_static/documentation_options\.js[^"]*"></script>')
_HELPERS = re.compile(
    r'\s*<script src="_static/(?:doctools|sphinx_highlight)\.js[^"]*"></script>'
    r'|\s*<link rel="(?:preload|canonical)"[^>]*>'
)
_TITLE = re.compile(r'<meta property="og:title" content="([^"]*)"')
_DESCRIPTION = "There is no page at this address; here is what there is."


def write_lost(html: Path, pages: Sequence[str], address: str) -> None:
    """Write the page into a finished site.

    Args:
        html: the site's folder.
        pages: addresses of its chapters, in reading order.
        address: of the site, with a final slash; empty if not known.

    Raises:
        BuildError: if the search page has not the frame that was expected.
    """
    template = (html / TEMPLATE).read_text(encoding="utf-8")
    links = "".join(f'<li><a href="{page}">{_title(html / page)}</a></li>' for page in pages)
    body = (
        "<p>The page was renamed, or belongs to an edition that is no longer kept, or the address "
        "has a slip.</p>\n"
        f'<form class="lost-search" role="search" action="{TEMPLATE}" method="get">'
        '<label for="lost-words">Search the report</label> '
        '<input id="lost-words" type="search" name="q" required> '
        "<button>Search</button></form>\n"
        f"<h2>Chapters</h2>\n<ul>{links}</ul>"
    )
    page = framed(template, "404", "There is no such page", _DESCRIPTION, body)
    write_atomic(html / LOST, _anywhere(page, html, address))


def _title(page: Path) -> str:
    found = _TITLE.search(page.read_text(encoding="utf-8"))
    return escape(unescape(found[1])) if found else page.stem


def _anywhere(page: str, html: Path, address: str) -> str:
    """The page with addresses that hold wherever a server shows it."""
    options = (html / "_static" / "documentation_options.js").read_text(encoding="utf-8")
    script = _SCRIPT.read_text(encoding="utf-8")
    page = _HELPERS.sub("", page)
    page = once(_OPTIONS, f"<script>\n{options.strip()}\n</script>", page)
    tries = 'onerror="rotationHigher(this)" onload="rotationFound()" '
    page = once(_SHEET, _SHEET.replace("<link ", f"<link {tries}"), page)
    base = f'<base href="{escape(urlsplit(address).path)}">' if address else ""
    head = f'<meta name="robots" content="noindex">{base}<script>\n{script}</script>'
    return once('<meta charset="utf-8" />', f'<meta charset="utf-8" />{head}', page)


def write_sitemap(html: Path, pages: Sequence[str], address: str) -> dict[str, Any]:
    """Write the list of a site's pages, where its address is known; what ``build.json`` says of it.

    Crawlers read ``robots.txt`` at a host's top only, so it is written there alone.

    Args:
        html: the site's folder.
        pages: addresses from it.
        address: of the site, with a final slash; empty if not known.
    """
    if not address:
        return {"address": None, "sitemap": None, "robots": None}
    said: Mapping[str, str] = {SITEMAP: urljoin(address, SITEMAP)}
    named = (quote("" if page == "index.html" else page) for page in pages)
    rows = "".join(f"<url><loc>{escape(urljoin(address, n))}</loc></url>\n" for n in named)
    write_atomic(
        html / SITEMAP,
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{rows}</urlset>\n',
    )
    top = urlsplit(address).path == "/"
    if top:
        write_atomic(html / ROBOTS, f"User-agent: *\nAllow: /\n\nSitemap: {said[SITEMAP]}\n")
    return {"address": address, "sitemap": SITEMAP, "robots": ROBOTS if top else None}
