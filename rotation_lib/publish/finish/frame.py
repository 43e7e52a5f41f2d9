"""Pages of our own in the clothes of a site: its search page with other contents.

The search page carries the site's frame and nothing of a chapter. Every change names the markup it
expects and fails if a new theme no longer has it.
"""

from __future__ import annotations

import re
from html import escape

from ...errors import BuildError

TEMPLATE = "search.html"
_CONTENT = re.compile(
    r'<div class="bd-search-container">.*?(?=<footer class="prev-next-footer)', re.DOTALL
)
_SEARCH_SCRIPTS = re.compile(
    r'\s*<script src="(?:_static/searchtools|_static/language_data|searchindex)\.js[^"]*"></script>'
)


def framed(html: str, name: str, title: str, description: str, body: str) -> str:
    """A page of a site's top folder.

    Args:
        html: the site's finished search page, for its frame.
        name: of the page, without its ending.
        title: as a reader sees it.
        description: for search engines and previews.
        body: HTML below the heading.

    Raises:
        BuildError: if the frame is not what was expected.
    """
    article = (
        f'<article class="bd-article"><section><h1>{escape(title)}</h1>\n{body}\n</section>'
        "</article>\n"
    )
    html = once(_CONTENT, article, html)
    html = _SEARCH_SCRIPTS.sub("", html)
    html = once(r"<title>.*?</title>", f"<title>{escape(title)} — Small-Cap Rotation</title>", html)
    html = once(r"pagename = 'search'", f"pagename = '{name}'", html)
    html = once(r'(<link rel="search" title="Search" href=)"#"', rf'\1"{TEMPLATE}"', html)
    html = once(r'(<form class="bd-search[^>]*?action=)"#"', rf'\1"{TEMPLATE}"', html)
    said = escape(description)
    for key, text in (
        ('name="description"', said),
        ('property="og:description"', said),
        ('property="og:title"', escape(title)),
    ):
        html = once(rf'(<meta {key} content=)"[^"]*"', rf'\1"{text}"', html)
    return html


def once(pattern: str | re.Pattern[str], new: str, html: str) -> str:
    """The page with one place changed, which must be there once; a group in it stays."""

    def put(hit: re.Match[str]) -> str:
        return new.replace(r"\1", hit.group(1) if hit.re.groups else "")

    html, count = re.subn(pattern, put, html)
    if count != 1:
        said = pattern if isinstance(pattern, str) else pattern.pattern
        raise BuildError(
            f"{TEMPLATE}: expected {said[:60]!r} once, found {count}; has the theme changed?"
        )
    return html
