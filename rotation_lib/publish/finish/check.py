"""What must be true of a finished site: every local link leads somewhere, nothing is asked of others.

It reads files and never the network.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

from ...errors import BuildError

#: Tag → attribute that makes a browser fetch something by itself.
_FETCHED = {"script": "src", "img": "src", "iframe": "src", "source": "src", "link": "href"}
#: Relations of a link element that fetch nothing.
_INERT = {"canonical", "prev", "next", "index", "search", "author", "license"}


class _Reader(HTMLParser):
    """Collects ids and references of one page."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.twice: set[str] = set()
        self.references: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = dict(attrs)
        name = held.get("id")
        if name:
            (self.twice if name in self.ids else self.ids).add(name)
        key = _FETCHED.get(tag, "href" if tag == "a" else "")
        target = held.get(key) if key else None
        if target and not (tag == "link" and _INERT & set((held.get("rel") or "").split())):
            self.references.append((tag, target))


@cache
def _read(page: Path, stamp: int) -> _Reader:
    reader = _Reader()
    reader.feed(page.read_text(encoding="utf-8"))
    return reader


def _page(path: Path) -> _Reader:
    return _read(path, path.stat().st_mtime_ns)


def local_references(page: Path) -> Iterator[tuple[str, Path]]:
    """Files a page names: ``(tag, path)``; addresses on other hosts are left out."""
    for tag, target in _page(page).references:
        parts = urlsplit(target)
        if not parts.scheme and not parts.netloc and parts.path:
            yield tag, (page.parent / unquote(parts.path)).resolve()


def check_site(html: Path, *, fragments: bool = True, pages: Iterable[Path] | None = None) -> None:
    """Check every page.

    Args:
        html: the site's folder.
        fragments: also check that ``#parts`` exist; off while chapters are missing.
        pages: only these files below it.

    Raises:
        BuildError: for the first dead link, repeated id, or thing fetched from another host.
    """
    html = html.resolve()
    chosen = html.rglob("*.html") if pages is None else (page.resolve() for page in pages)
    for page in sorted(chosen):
        where = page.relative_to(html)
        if {"_static", "downloads"} & set(where.parts):
            continue
        reader = _page(page)
        if reader.twice:
            raise BuildError(
                f"{where}: the id {sorted(reader.twice)[0]!r} occurs twice; rename one."
            )
        for tag, target in reader.references:
            fault = _fault(html, page, tag, target, fragments)
            if fault:
                raise BuildError(
                    f"{where}: the link {target!r} {fault}; correct it in the chapter."
                )


def _fault(html: Path, page: Path, tag: str, target: str, fragments: bool) -> str:
    parts = urlsplit(target)
    if parts.scheme or parts.netloc:
        fetched = tag in _FETCHED and parts.scheme != "data"
        return "would be fetched from another host" if fetched else ""
    path = (page.parent / unquote(parts.path)).resolve() if parts.path else page
    if html not in path.parents or not path.is_file():
        return "leads to no file of the site"
    part = unquote(parts.fragment)
    if fragments and part and path.suffix == ".html" and part not in _page(path).ids:
        return "leads to no such place on its page"
    return ""
