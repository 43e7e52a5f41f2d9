"""Runs the cells of a chapter in this process, without a kernel: what each of them shows.

Cells of prose are told by the chapter that the cells before them opened.
"""

from __future__ import annotations

import ast
import contextlib
import io
from collections.abc import Mapping
from typing import Any

import nbformat

from rotation_lib.project import CHAPTERS
from rotation_lib.prose.template import is_prose


def shown_by(name: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """What the code cells of a chapter show, by cell id.

    Args:
        name: the chapter.
        values: parameters to run it with, set after its parameters cell.
    """
    notebook = nbformat.read(CHAPTERS / f"{name}.ipynb", as_version=4)
    space: dict[str, Any] = {}
    shown = {}
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        if is_prose(cell.source):
            shown[cell.id] = space["chapter"].tell(cell.source)
            continue
        tree = ast.parse(cell.source)
        last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
        with contextlib.redirect_stdout(io.StringIO()):
            exec(compile(tree, cell.id, "exec"), space)
            if "parameters" in cell.metadata.get("tags", []):
                space.update(values)
            if isinstance(last, ast.Expr):
                shown[cell.id] = eval(compile(ast.Expression(last.value), cell.id, "eval"), space)
    for value in shown.values():
        if hasattr(value, "_repr_mimebundle_"):
            assert value._repr_mimebundle_()["text/plain"].strip()
    return shown
