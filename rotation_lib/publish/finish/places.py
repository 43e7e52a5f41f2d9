"""Claims and charts by name on the search page, above the pages that Sphinx finds.

It reads finished pages and writes to the search page alone; it must never word anything itself.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from html import unescape
from pathlib import Path

from ...errors import BuildError
from ..draw.runtime import write_atomic
from .polish import SEARCH_PAGE

_SCRIPT = Path(__file__).parents[1] / "assets" / "places.js"
_RESULTS = '<div id="search-results"></div>'
_HEADING = re.compile(r"<h1[^>]*>(.*?)(?:<a class=\"?headerlink|</h1>)", re.DOTALL)
_CLAIM = re.compile(
    r'<div class="claim" id="(claim-[\w-]+)">\s*<p class="claim-title"><strong>(.*?)</strong>'
    r'\s*<span class="verdict" data-verdict="([^"]*)"',
    re.DOTALL,
)
_CHART = re.compile(
    r'<figure class="rotation-figure" id="([^"]+)".*?<p class="fig-title">(.*?)</p>'
    r'\s*<p class="fig-subtitle">(.*?)</p>',
    re.DOTALL,
)


def places(address: str, html: str) -> Iterator[tuple[str, str, str, str, str]]:
    """Claims, then charts of a page: kind, title, address, name of the page, and what else is said.

    Args:
        address: of the page, from the site's top folder.
        html: of the page.
    """
    found = _HEADING.search(html)
    page = _plain(found[1]) if found else address
    for anchor, title, verdict in _CLAIM.findall(html):
        yield "Claim", _plain(title), f"{address}#{anchor}", page, _plain(verdict)
    for anchor, title, more in _CHART.findall(html):
        yield "Chart", _plain(title), f"{address}#{anchor}", page, _plain(more)


def searchable(site: Path, addresses: Iterable[str]) -> None:
    """Let the search page of a site offer the claims and charts of its pages.

    Args:
        site: its folder; without a search page nothing is done.
        addresses: of the pages, in the order of the book.

    Raises:
        BuildError: if the search page has no place for results.
    """
    page = site / f"{SEARCH_PAGE}.html"
    if not page.is_file():
        return
    text = page.read_text(encoding="utf-8")
    if text.count(_RESULTS) != 1:
        raise BuildError("the search page has no place for its results; has the theme changed?")
    listed = [p for a in addresses for p in places(a, (site / a).read_text(encoding="utf-8"))]
    listed.sort(key=lambda place: place[0] != "Claim")
    held = json.dumps(listed, ensure_ascii=False, separators=(",", ":"))
    script = f"window.rotationPlaces={held};\n{_SCRIPT.read_text(encoding='utf-8')}"
    name = f"assets/places-{hashlib.sha256(script.encode()).hexdigest()[:12]}.js"
    write_atomic(site / name, script)
    offered = f'<div id="search-places"></div><script src="{name}"></script>'
    page.write_text(text.replace(_RESULTS, offered + _RESULTS), encoding="utf-8")


def _plain(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", "", html)).split())
