"""How a chapter must be stored, and how to mend one that is not.

Only the form of a notebook is judged here, never its results.
"""

from __future__ import annotations

import ast
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

import nbformat

from ..errors import BuildError
from ..params import EXTRAS, NoExtras, ReportParams
from ..project import CHAPTER_NAMES, CHAPTERS
from .notebooks import CHECK_MARK, read_notebook, stored, write_notebook

MAX_LINES = 15
_SLUG = re.compile(r"[a-z][a-z0-9-]{1,63}")


def lint_all() -> list[str]:
    """Complaints about all chapters, one line each; empty if there is nothing to say."""
    return [line for name in CHAPTER_NAMES for line in lint_notebook(CHAPTERS / f"{name}.ipynb")]


def fix_all() -> list[str]:
    """Mend outputs, ids and metadata of all chapters; names of those that changed."""
    changed = []
    for name in CHAPTER_NAMES:
        path = CHAPTERS / f"{name}.ipynb"
        before = path.read_bytes()
        write_notebook(stored(read_notebook(path)), path)
        if path.read_bytes() != before:
            changed.append(path.name)
    return changed


def refresh_headlines() -> list[str]:
    """Execute all chapters with their default parameters and store the checked cells' output.

    Returns:
        Names of the notebooks whose stored output changed.

    Raises:
        BuildError: naming the chapter and the cause, if one does not run.
    """
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError

    # The same arithmetic as in a build: one thread, so that sums agree to the last digit.
    os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"))
    changed = []
    for name in CHAPTER_NAMES:
        path = CHAPTERS / f"{name}.ipynb"
        before = path.read_bytes()
        notebook = read_notebook(path)
        client = NotebookClient(
            notebook, timeout=600, resources={"metadata": {"path": str(CHAPTERS)}}
        )
        try:
            client.execute()
        except CellExecutionError as error:
            raise BuildError(f"{path.name}: {error.ename}: {error.evalue}") from None
        write_notebook(stored(notebook), path)
        if path.read_bytes() != before:
            changed.append(path.name)
    return changed


def lint_notebook(path: Path) -> list[str]:
    """Complaints about one chapter.

    Args:
        path: the notebook.
    """
    notebook = read_notebook(path)
    where = path.name
    found = [*_form(notebook), *_ids(path), *_cells(notebook), *_parameters(notebook, path.stem)]
    return [f"{where}: {complaint}" for complaint in found]


def _form(notebook: nbformat.NotebookNode) -> Iterator[str]:
    clean = stored(notebook)
    if clean.metadata != notebook.metadata:
        yield "metadata hold more than kernel and language; run 'rotation lint --fix'"
    first = notebook.cells[0] if notebook.cells else None
    if first is None or first.cell_type != "markdown" or not first.source.startswith("# "):
        yield "the first cell must be Markdown and open with the chapter's title"
    if not any(CHECK_MARK in cell.source for cell in notebook.cells):
        yield f"no cell is checked; print the headline table in a cell with {CHECK_MARK}"


def _ids(path: Path) -> Iterator[str]:
    """Ids as they stand in the file: reading it as a notebook would mend repeated ones."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    ids = [cell.get("id", "") for cell in cells]
    for cell_id in sorted({i for i in ids if ids.count(i) > 1 or not _SLUG.fullmatch(i)}):
        yield f"cell id {cell_id!r} is not a unique lower-case slug such as 'rolling-beta'"


def _cells(notebook: nbformat.NotebookNode) -> Iterator[str]:
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        lines = [line for line in cell.source.splitlines() if line.strip()]
        if len(lines) > MAX_LINES:
            yield f"cell {cell.id!r} has {len(lines)} lines; move logic into rotation_lib"
        checked = CHECK_MARK in cell.source
        if checked and not cell.outputs:
            yield f"cell {cell.id!r} is checked but stores no output; run 'rotation lint --headlines'"
        if cell.outputs and not checked:
            yield f"cell {cell.id!r} stores output; run 'rotation lint --fix'"
        if cell.execution_count is not None and not checked:
            yield f"cell {cell.id!r} stores an execution count; run 'rotation lint --fix'"


def _parameters(notebook: nbformat.NotebookNode, chapter: str) -> Iterator[str]:
    cells = [c for c in notebook.cells if "parameters" in c.metadata.get("tags", [])]
    if len(cells) != 1:
        yield f"{len(cells)} cells are tagged 'parameters'; exactly one must be"
        return
    if "remove-cell" not in cells[0].metadata["tags"]:
        yield "the parameters cell must be tagged 'remove-cell' too"
    want: dict[str, object] = dict(ReportParams().as_strings())
    want.update(EXTRAS.get(chapter, NoExtras)().model_dump())
    have = _assignments(cells[0].source)
    if have != want:
        wrong = sorted(k for k in {*want, *have} if want.get(k) != have.get(k))
        yield f"the parameters cell differs from the definition in: {', '.join(wrong)}"
    elif list(have) != list(want):
        yield f"the parameters stand in another order than {', '.join(want)}"


def _assignments(source: str) -> dict[str, object]:
    found: dict[str, object] = {}
    for node in ast.parse(source).body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            try:
                found[node.targets[0].id] = ast.literal_eval(node.value)
            except ValueError:
                raise BuildError(
                    f"{node.targets[0].id} in a parameters cell must be a plain value."
                ) from None
    return found
