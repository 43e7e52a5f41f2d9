"""Pages about editions in the clothes of their site, and the tables on them.

It dresses what it is given and must never read a site's numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path

from ..errors import BuildError
from ..publish.finish.frame import TEMPLATE, framed
from .switcher import undressed


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
    try:
        html = (site / TEMPLATE).read_text(encoding="utf-8")
    except OSError:
        raise BuildError(f"the site has no {TEMPLATE} to take its frame from.") from None
    return framed(undressed(html), name, title, description, body)


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
