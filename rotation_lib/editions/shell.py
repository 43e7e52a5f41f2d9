"""Pages of our own in the clothes of a site: its search page with other contents.

The search page carries the site's frame and nothing of a chapter. Every change names the markup it
expects and fails if a new theme no longer has it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from pathlib import Path

from ..errors import BuildError
from .switcher import undressed

TEMPLATE = "search.html"
_CONTENT = re.compile(
    r'<div class="bd-search-container">.*?(?=<footer class="prev-next-footer)', re.DOTALL
)
_SEARCH_SCRIPTS = re.compile(
    r'\s*<script src="(?:_static/searchtools|_static/language_data|searchindex)\.js[^"]*"></script>'
)


def shell(site: Path, name: str, title: str, description: str, body: str) -> str:
    """A page of a site's top folder.

    Args:
        site: a finished site, for its frame.
        name: of the page, without its ending.
        title: as a reader sees it.
        description: for search engines and previews.
        body: HTML below the heading.

    Raises:
        BuildError: if the frame is not what was expected.
    """
    path = site / TEMPLATE
    try:
        html = undressed(path.read_text(encoding="utf-8"))
    except OSError:
        raise BuildError(f"the site has no {TEMPLATE} to take its frame from.") from None
    article = (
        f'<article class="bd-article"><section><h1>{escape(title)}</h1>\n{body}\n</section>'
        "</article>\n"
    )
    html = _once(_CONTENT, article, html)
    html = _SEARCH_SCRIPTS.sub("", html)
    html = _once(
        r"<title>.*?</title>", f"<title>{escape(title)} — Small-Cap Rotation</title>", html
    )
    html = _once(r"pagename = 'search'", f"pagename = '{name}'", html)
    html = _once(r'(<link rel="search" title="Search" href=)"#"', rf'\1"{TEMPLATE}"', html)
    html = _once(r'(<form class="bd-search[^>]*?action=)"#"', rf'\1"{TEMPLATE}"', html)
    said = escape(description)
    for key, text in (
        ('name="description"', said),
        ('property="og:description"', said),
        ('property="og:title"', escape(title)),
    ):
        html = _once(rf'(<meta {key} content=)"[^"]*"', rf'\1"{text}"', html)
    return html


def _once(pattern: str | re.Pattern[str], new: str, html: str) -> str:
    def put(hit: re.Match[str]) -> str:
        return new.replace(r"\1", hit.group(1) if hit.re.groups else "")

    html, count = re.subn(pattern, put, html)
    if count != 1:
        said = pattern if isinstance(pattern, str) else pattern.pattern
        raise BuildError(
            f"{TEMPLATE}: expected {said[:60]!r} once, found {count}; has the theme changed?"
        )
    return html


def table(caption: str, heads: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """A table of ready-made cells; the first of each row is its heading.

    Args:
        caption: of the table, as plain text.
        heads: of the columns, as plain text.
        rows: HTML of the cells.
    """
    top = "".join(f'<th scope="col">{escape(h)}</th>' for h in heads)
    body = "".join(
        f'<tr><th scope="row">{row[0]}</th>{"".join(f"<td>{cell}</td>" for cell in row[1:])}</tr>'
        for row in rows
    )
    return (
        f'<div class="table-wrap" tabindex="0" role="region" aria-label="{escape(caption)}">'
        f"<table><caption>{escape(caption)}</caption><thead><tr>{top}</tr></thead>"
        f"<tbody>{body}</tbody></table></div>"
    )
