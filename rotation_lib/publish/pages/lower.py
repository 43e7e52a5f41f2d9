"""Executed notebooks → pages of the book: prose, figures, tables, folded code, folded evidence.

It must never execute a cell, and a rebuild from the same notebooks must give the same bytes.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from ...errors import BuildError
from ..execute.outcome import ChapterFailure
from ..source.lean import nbformat
from ..source.notebooks import CHECK_MARK, code_cell, markdown_cell
from .failed import failure_cells
from .fold import FOLD, folded, stands_in, waits
from .markdown import Links, mend_headings, tame

_MARKER = re.compile(r'<div data-rotation-figure="([^"]+)">\s*</div>')
_ENDS = re.compile(r"</(?:p|li|dt|dd|th|td|tr|caption|figcaption|summary|h\d|button|option)>(?=<)")
_TABLE_MARKER = re.compile(r'data-rotation-table="([^"]+)"')
_GONE = {"remove-cell", "remove_cell", "parameters", "injected-parameters"}


@dataclass
class Page:
    """A lowered notebook and what its page needs besides.

    Attributes:
        notebook: ready for the book.
        figures: ids of the figures shown, in order.
    """

    notebook: nbformat.NotebookNode
    figures: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Parts:
    """How the parts of a page that lie outside its notebook are made.

    Attributes:
        links: mends links for this page.
        figure: figure id → its HTML block.
        table: table id → HTML to stand below the table.
        footer: HTML block that closes the page.
    """

    links: Links
    figure: Callable[[str], str]
    table: Callable[[str], str]
    footer: str = ""


def lower(notebook: nbformat.NotebookNode, name: str, parts: Parts) -> Page:
    """Turn an executed notebook into a page.

    Args:
        notebook: executed; it is not changed.
        name: the chapter, for messages.
        parts: makes figures, links and the footer.

    Raises:
        BuildError: without a heading on top, or when a cell holds an error.
    """
    page = Page(_blank())
    level = 0
    for new in _all_lowered(notebook, name, parts, page):
        if new.cell_type == "markdown":
            new.source, level = mend_headings(new.source, level)
            if not level:
                raise BuildError(f"the chapter {name} does not begin with a title; add '# …'.")
        page.notebook.cells.append(new)
    if parts.footer:
        page.notebook.cells.append(_html(parts.footer))
    for number, cell in enumerate(page.notebook.cells):
        cell.id = f"c{number:03d}"
    return page


def failure_page(failure: ChapterFailure) -> Page:
    """The page of a chapter that failed."""
    page = Page(_blank())
    for number, (kind, text) in enumerate(failure_cells(failure)):
        cell = markdown_cell(text) if kind == "markdown" else _html(text)
        cell.id = f"c{number:03d}"
        page.notebook.cells.append(cell)
    return page


def _all_lowered(
    notebook: nbformat.NotebookNode, name: str, parts: Parts, page: Page
) -> Iterator[nbformat.NotebookNode]:
    """Cells of the page in order; folded text without a lead goes into the fold that follows it.

    Where none follows, the text stays in sight: it is what a chart leaves that this window
    cannot have. Only text that was written without a lead is an error.
    """
    waiting: list[nbformat.NotebookNode] = []
    written = ""
    for index, cell in enumerate([*notebook.cells, None]):  # None: the end
        made = [] if cell is None else _lowered(cell, index, name, parts, page)
        folds = cell is not None and FOLD in cell.metadata.get("tags", [])
        if folds and not stands_in(made):
            waiting += made
            written = cell.id if made and cell.cell_type == "markdown" else written
            if not waits(waiting):
                yield from folded(waiting, cell, name)
                waiting, written = [], ""
        elif made or cell is None:
            if written and not folds:
                raise BuildError(f"the folded text {written} of {name} needs a bold lead.")
            yield from (*waiting, *made)
            waiting, written = [], ""


def _lowered(
    cell: nbformat.NotebookNode, index: int, name: str, parts: Parts, page: Page
) -> list[nbformat.NotebookNode]:
    tags = set(cell.metadata.get("tags", []))
    if tags & _GONE:
        return []
    if cell.cell_type == "markdown":
        return [markdown_cell(parts.links.in_markdown(cell.source))]
    if cell.cell_type != "code":
        return []
    if not cell.get("outputs") and _asks(cell.source):
        return []
    outputs = [] if tags & {"remove-output", "remove_output"} else cell.get("outputs", [])
    cells, only_prose = [], bool(outputs)
    for output in outputs:
        if output.output_type == "error":
            raise BuildError(f"cell {index} of {name} ended in {output.ename}: {output.evalue}")
        data = output.get("data", {})
        if "text/markdown" in data:
            cells.append(
                markdown_cell(parts.links.in_markdown(tame(_joined(data["text/markdown"]))))
            )
            continue
        only_prose = False
        if "text/html" in data:
            cells.append(_html_output(_joined(data["text/html"]), parts, page))
        else:
            cells.append(_output(output))
    if not (only_prose or tags & {"remove-input", "remove_input"}):
        source = cell.source.replace(CHECK_MARK, "").strip()
        cells += [code_cell(source, [], ["hide-input"])] if source else []
    return cells


def _asks(source: str) -> bool:
    """Whether code ends in something to show: where nothing came of it, it has no place."""
    try:
        body = ast.parse(source).body
    except SyntaxError:
        return False
    return bool(body) and isinstance(body[-1], ast.Expr)


def _html_output(html: str, parts: Parts, page: Page) -> nbformat.NotebookNode:
    marker = _MARKER.search(html)
    if marker:
        page.figures.append(marker.group(1))
        return _html(parts.figure(marker.group(1)))
    below = "".join(parts.table(name) for name in _TABLE_MARKER.findall(html))
    return _html(parts.links.in_html(html) + below)


def _html(text: str) -> nbformat.NotebookNode:
    """HTML as an output: unlike in Markdown, its blank lines do no harm."""
    # The search takes tags out and leaves nothing in their place: words must not run together.
    spaced = _ENDS.sub(r"\g<0> ", text)
    return _output({"output_type": "display_data", "data": {"text/html": spaced}, "metadata": {}})


def _output(output: dict[str, Any]) -> nbformat.NotebookNode:
    """A cell that shows only an output; its source is there because empty cells are dropped."""
    shown = {name: part for name, part in output.items() if name != "execution_count"}
    if shown["output_type"] == "execute_result":
        shown["output_type"] = "display_data"
    return code_cell("pass", [shown], ["remove-input"])


def _blank() -> nbformat.NotebookNode:
    notebook = nbformat.v4.new_notebook()
    notebook.metadata = nbformat.from_dict(
        {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        }
    )
    return notebook


def _joined(text: str | list[str]) -> str:
    return text if isinstance(text, str) else "".join(text)
