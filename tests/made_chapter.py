"""A made-up chapter as a notebook, for tests of what a build runs and keeps."""

from __future__ import annotations

import nbformat

from rotation_lib.params import ReportParams
from rotation_lib.publish.source.notebooks import stored

HEAD = "\n".join(f'{k} = "{v}"' for k, v in ReportParams().as_strings().items())


def chapter(*cells: str, title: str = "A made-up chapter") -> nbformat.NotebookNode:
    """Cells that begin with ``#`` and a blank are Markdown; the parameters come after the title."""
    made = [nbformat.v4.new_markdown_cell(f"# {title}"), nbformat.v4.new_code_cell(HEAD)]
    made[1].metadata["tags"] = ["parameters", "remove-cell"]
    for text in cells:
        kind = nbformat.v4.new_markdown_cell if text.startswith("# ") else nbformat.v4.new_code_cell
        made.append(kind(text))
    for number, cell in enumerate(made):
        cell.id = f"cell-{number}"
    return stored(nbformat.v4.new_notebook(cells=made))
