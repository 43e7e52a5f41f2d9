"""Notebooks on disk: how they are read, stripped of noise, and written.

Two runs over the same inputs must leave the same bytes, so everything that a
clock or a random generator puts into a notebook is removed here.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ...errors import BuildError
from ...prose.template import is_prose
from .conflicts import ADVICE, first_mark
from .lean import nbformat

CHECK_MARK = "# NBVAL_CHECK_OUTPUT"
_KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


def read_notebook(path: Path) -> nbformat.NotebookNode:
    """Read a notebook.

    Raises:
        BuildError: if the file is missing or no notebook.
    """
    try:
        from nbformat.warnings import DuplicateCellId

        with warnings.catch_warnings():
            # A repeated cell id is the linter's business, which reads the file itself.
            warnings.simplefilter("ignore", DuplicateCellId)
            return nbformat.read(path, as_version=4)
    except FileNotFoundError:
        raise BuildError(f"the notebook {path.name} is missing; restore it from git.") from None
    except Exception as error:  # nbformat raises many unrelated types for malformed files
        if found := first_mark(path.read_text(encoding="utf-8", errors="replace")):
            raise BuildError(
                f"{path.name}, line {found[0]}: {found[1]!r} is left of a merge conflict; {ADVICE}."
            ) from None
        raise BuildError(f"{path.name} is not a readable notebook: {error}") from None


def markdown_cell(text: str) -> nbformat.NotebookNode:
    """A cell of prose without an id; nbformat's own would check each one on its own.

    Args:
        text: Markdown.
    """
    return nbformat.from_dict({"cell_type": "markdown", "metadata": {}, "source": text})


def code_cell(source: str, outputs: list[dict[str, Any]], tags: list[str]) -> nbformat.NotebookNode:
    """A code cell without an id, as :func:`markdown_cell`.

    Args:
        source: code.
        outputs: what it showed.
        tags: for its metadata.
    """
    return nbformat.from_dict(
        {
            "cell_type": "code",
            "execution_count": None,
            "metadata": {"tags": tags},
            "outputs": outputs,
            "source": source,
        }
    )


def normalised(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """A copy without timestamps, durations, random ids and machine details."""
    clean = nbformat.from_dict(notebook)
    clean.metadata = nbformat.from_dict(
        {"kernelspec": _KERNEL, "language_info": {"name": "python"}}
    )
    clean.nbformat_minor = 5
    for cell in clean.cells:
        tags = cell.metadata.get("tags", [])
        cell.metadata = nbformat.from_dict({"tags": tags} if tags else {})
        if "injected-parameters" in tags:
            cell.id = "injected-parameters"
        for output in cell.get("outputs", []):
            output.get("metadata", {}).pop("execution", None)
    return clean


def stored(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """As :func:`normalised`, without outputs except those of checked headline cells."""
    clean = normalised(notebook)
    for cell in clean.cells:
        if cell.cell_type != "code":
            continue
        if CHECK_MARK not in cell.source:
            cell.outputs = []
        # A checked cell counts as run, or the checker takes its output for a leftover.
        cell.execution_count = 1 if cell.outputs else None
        for output in cell.outputs:
            if "execution_count" in output:
                output["execution_count"] = cell.execution_count
    return clean


def speaks(cell: nbformat.NotebookNode) -> bool:
    """Whether a cell is prose: Markdown, or a ``%%prose`` cell, which reaches no code either."""
    return cell.cell_type != "code" or is_prose(cell.source)


def with_prose(
    executed: nbformat.NotebookNode,
    source: nbformat.NotebookNode,
    tell: Callable[[str], Mapping[str, str]],
) -> nbformat.NotebookNode:
    """An executed notebook with the prose of another state of its source; no cell is executed.

    Args:
        executed: by papermill, which adds its parameters after the tagged cell, or on top.
        source: with the same code cells, in the same order.
        tell: a ``%%prose`` cell → what it shows, by type.
    """
    code = [cell for cell in executed.cells if not speaks(cell)]
    injected = [c for c in code if "injected-parameters" in c.metadata.get("tags", [])]
    own = iter([cell for cell in code if cell not in injected])
    merged = nbformat.from_dict(executed)
    merged.cells = []
    for cell in source.cells:
        merged.cells.append(_told(cell, tell) if speaks(cell) else next(own))
        if "parameters" in cell.metadata.get("tags", []):
            merged.cells += injected
            injected = []
    merged.cells[:0] = injected
    return merged


def _told(
    cell: nbformat.NotebookNode, tell: Callable[[str], Mapping[str, str]]
) -> nbformat.NotebookNode:
    if cell.cell_type != "code":
        return cell
    said = nbformat.from_dict(cell)
    shown = nbformat.v4.new_output("execute_result", data=dict(tell(cell.source)))
    said.outputs = [shown]
    return said


def write_notebook(notebook: nbformat.NotebookNode, path: Path) -> None:
    """Write with one trailing newline and sorted keys, as git likes it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = nbformat.writes(notebook, version=4)
    path.write_text(text.rstrip("\n") + "\n", encoding="utf-8")
