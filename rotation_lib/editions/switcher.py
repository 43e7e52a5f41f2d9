"""The bar on every page that says which edition it is and leads to the others.

What it says is fixed when the page is made; the list of editions comes from ``editions.js`` in
the site's top folder, so that old editions know of newer ones. It must never change what else a
page says; a canonical address, where the site's own is known, is part of it.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from html import escape
from pathlib import Path

from .. import words
from ..errors import BuildError
from .layout import CHANGES_PAGE, FEED, LIST_PAGE, SCRIPT

_BEGIN, _END = "<!-- editions -->", "<!-- /editions -->"
_OURS = re.compile(rf"{_BEGIN}.*?{_END}\n", re.DOTALL)
#: The bar goes before the first of these, which follow the page's row of buttons.
_CONTENT = re.compile(
    r'<div id="jb-print-docs-body"|<div class="bd-search-container">|<article class="bd-article"'
)
_CANONICAL = re.compile(r'[ \t]*<link rel="canonical"[^>]*>\n?')
_CODE = "_static/editions.js"


@dataclass(frozen=True)
class Place:
    """Where a site lies among the editions.

    Attributes:
        day: date of the edition; empty for a site that is not kept as one.
        below: its folder as seen from the top folder, with a final slash; empty at the top.
        through: last day of its data.
        address: of the top folder on the web, with a final slash; empty if not known.
    """

    day: str
    below: str
    through: str
    address: str = ""


def dress_site(site: Path, pages: tuple[str, ...], place: Place) -> None:
    """Put the bar on pages of a site, in place of one they may have.

    Args:
        site: its folder, whose files are not shared with another site.
        pages: addresses of its pages.
        place: where it lies.
    """
    code = site / _CODE
    stamp = hashlib.sha256(code.read_bytes()).hexdigest()[:8] if code.is_file() else ""
    for page in pages:
        path = site / page
        text = dressed(path.read_text(encoding="utf-8"), page, place, stamp)
        # A new file: the old one may be shared.
        path.unlink()
        path.write_text(text, encoding="utf-8")


def undressed(html: str) -> str:
    """A page without its bar."""
    return _OURS.sub("", html)


def dressed(html: str, page: str, place: Place, stamp: str = "") -> str:
    """A page with its bar.

    Args:
        html: the page.
        page: its address from its site's top folder.
        place: where the site lies.
        stamp: changes with the switcher's code, so that no browser keeps an old one.

    Raises:
        BuildError: if the page has no place for it.
    """
    html = undressed(html)
    if place.address:
        html = _CANONICAL.sub("", html)
    own = "../" * page.count("/")
    top = own + "../" * place.below.count("/")
    spot = _CONTENT.search(html)
    if spot is None or html.count("</head>") != 1:
        raise BuildError(f"{page}: there is no place for the editions; has the theme changed?")
    html = html[: spot.start()] + _bar(page, place, own, top, stamp) + html[spot.start() :]
    return html.replace("</head>", f"{_head(page, place, top)}</head>")


def _head(page: str, place: Place, top: str) -> str:
    about = 'rel="alternate" type="application/atom+xml" title="Editions of the report"'
    links = [f'<link {about} href="{top}{FEED}" />']
    if place.address:
        own = f"{place.address}{place.below}{'' if page == 'index.html' else page}"
        links.append(f'<link rel="canonical" href="{escape(own)}" />')
    return f"{_BEGIN}{''.join(links)}{_END}\n"


def _bar(page: str, place: Place, own: str, top: str, stamp: str) -> str:
    day = place.day or place.through
    said = f'<time datetime="{escape(day)}">{words.date(day)}</time>' if day else ""
    if place.day:
        parts = [f"Edition of {said}"]
        if page != CHANGES_PAGE:
            parts.append(f'<a href="{own}{CHANGES_PAGE}">What changed</a>')
    else:
        parts = [f"Data through {said}, not kept as an edition" if said else "Not an edition"]
    parts.append(f'<a href="{top}{LIST_PAGE}">All editions</a>')
    code = f"{own}{_CODE}?v={stamp}" if stamp else ""
    scripts = f'<script src="{top}{SCRIPT}"></script><script src="{code}"></script>'
    return (
        f'{_BEGIN}<nav class="editions d-print-none" aria-label="Editions" '
        f'data-edition="{escape(place.day)}" data-top="{top}" data-page="{escape(page)}">'
        f'<p class="edition-notice" role="status"></p><p>{" · ".join(parts)}</p></nav>'
        f"{scripts if code else ''}{_END}\n"
    )
