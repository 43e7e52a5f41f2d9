"""Secondary evidence, folded: a chart, table or note whose finding is its one visible line.

What is folded stays on the page for search, links, print and readers without scripts; it
must never hold a heading, nor anything without a line that says what it shows.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape, unescape

from ...errors import BuildError
from ..source.lean import nbformat
from ..source.notebooks import CHECK_MARK, markdown_cell

#: Tag of a cell whose output is folded.
FOLD = "fold"
_TITLE = re.compile(r'<p class="fig-title">(.*?)</p>', re.DOTALL)
_CAPTION = re.compile(r"<caption\b[^>]*>(.*?)</caption>", re.DOTALL)
_LEAD = re.compile(r"\*\*(.+?)\*\*\s*(.*)", re.DOTALL)
#: What a chart leaves that cannot be had: one emphasised paragraph.
_STAND_IN = re.compile(r"\*(?!\*)[^*]+\*")
_HEADING = re.compile(r"(?m)^#{1,6} ")
_COMMENT = re.compile(r"(?m)^#\s*(.+)$")
_SUMMARY = re.compile(
    r'(<details class="more"[^>]*\bopen(?:="")?>\s*<summary>.*?</summary>)', re.DOTALL
)
#: Closes a fold before the browser has seen what is in it: nothing moves, and without scripts it is open.
_CLOSER = "<script>document.currentScript.parentNode.open=false</script>"

#: From the title to the first section: its end is where the button stands.
_TOP = re.compile(r"</h1>.*?(?=<section\b)", re.DOTALL)
#: Folds from which on a button that opens all is worth its place.
_MANY = 5


def folded(
    cells: Sequence[nbformat.NotebookNode], source: nbformat.NotebookNode, name: str
) -> list[nbformat.NotebookNode]:
    """The cells between the two halves of a ``details`` element.

    Args:
        cells: what a folded cell was lowered to; a Markdown cell gives up its bold lead.
        source: the folded cell, for its id and, where its output has no title, its first comment.
        name: the chapter, for messages.

    Raises:
        BuildError: for a heading inside, or when nothing says what is folded.
    """
    cells = list(cells)
    if any(c.cell_type == "markdown" and _HEADING.search(c.source) for c in cells):
        raise BuildError(f"the folded cell {source.id} of {name} holds a heading; unfold it.")
    found = _said(cells, source)
    if found is None:
        raise BuildError(
            f"nothing says what the folded cell {source.id} of {name} shows; begin its text with "
            "a bold lead, or its code with a comment."
        )
    kind, said = found
    opened = (
        f'<details class="more" data-kind="{kind.lower()}" id="more-{escape(source.id)}" open>'
        f'<summary><span class="more-kind">{kind}</span> <span>{said}</span></summary>'
    )
    return [
        markdown_cell(opened),
        *cells,
        markdown_cell("</details>"),
    ]


def waits(cells: Sequence[nbformat.NotebookNode]) -> bool:
    """Whether a folded cell holds text without a lead, which belongs to the next folded cell."""
    return all(c.cell_type == "markdown" and not _LEAD.match(c.source.strip()) for c in cells)


def stands_in(cells: Sequence[nbformat.NotebookNode]) -> bool:
    """Whether a cell shows only why its chart is not there, which must not be hidden."""
    return bool(cells) and all(
        c.cell_type == "markdown" and _STAND_IN.fullmatch(c.source.strip()) for c in cells
    )


def with_folds(page: str) -> str:
    """A finished page whose folds close where scripts run, with a button that opens all of them."""
    page, count = _SUMMARY.subn(rf"\1{_CLOSER}", page)
    if count < _MANY:
        return page
    button = (
        f'<p class="pst-js-only"><button type="button" class="more-all" aria-pressed="false">'
        f"Open all {count} folded parts</button></p>\n"
    )
    start = max(page.find("<article"), 0)  # the theme repeats the title before it, for print
    return page[:start] + _TOP.sub(lambda top: top[0] + button, page[start:], count=1)


def _said(
    cells: Sequence[nbformat.NotebookNode], source: nbformat.NotebookNode
) -> tuple[str, str] | None:
    """Kind and line of HTML of what is folded; takes a bold lead out of the text it opens."""
    for cell in cells:
        if cell.cell_type == "markdown":
            if len(cells) == 1 and (lead := _LEAD.match(cell.source.strip())):
                cell.source = lead[2]
                return "Note", escape(unescape(lead[1]).rstrip(".:"), quote=False)
            continue
        html = "".join(o.get("data", {}).get("text/html", "") for o in cell.outputs)
        for kind, pattern in (("Chart", _TITLE), ("Table", _CAPTION)):
            if title := pattern.search(html):
                return kind, " ".join(title[1].split())
    comments = [c for c in _COMMENT.findall(source.source) if f"# {c}" != CHECK_MARK]
    return ("Numbers", escape(comments[0], quote=False)) if comments else None
