"""Mending how a chapter is stored: outputs, ids, metadata, the order of its parameters.

It never changes what a chapter says or computes.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ...errors import BuildError
from .lean import nbformat
from .notebooks import read_notebook, stored

SLUG = re.compile(r"[a-z][a-z0-9-]{1,63}")


def mended(path: Path, parameters: Mapping[str, object]) -> nbformat.NotebookNode:
    """A chapter as it should be stored.

    Args:
        path: the notebook.
        parameters: its parameters in order. Values are left as they are; a cell that lacks a
            name, or has one too many, is left alone altogether.
    """
    clean = stored(read_notebook(path))
    # Reading replaced repeated ids by random ones: they are taken from the file instead.
    ids = [cell.get("id", "") for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]]
    for cell, cell_id in zip(clean.cells, slugs(ids), strict=True):
        cell.id = cell_id
        if "parameters" in cell.metadata.get("tags", []):
            cell.source = in_order(cell.source, parameters)
    return clean


def slugs(ids: list[str]) -> list[str]:
    """Unique lower-case slugs, as near to ``ids`` as can be; good ones stay."""
    made: list[str] = []
    for cell_id in ids:
        slug = re.sub(r"[^a-z0-9]+", "-", cell_id.lower()).strip("-")
        if not SLUG.fullmatch(slug):
            slug = f"cell-{slug}".rstrip("-")[:60]
        base, number = slug, 1
        while slug in made:
            number += 1
            slug = f"{base}-{number}"
        made.append(slug)
    return made


def in_order(source: str, parameters: Mapping[str, object]) -> str:
    """The lines of a parameters cell in the order of ``parameters``."""
    lines = [line for line in source.splitlines() if line.strip()]
    if len(lines) != len(parameters) or set(assignments(source)) != set(parameters):
        return source
    place = {line.partition("=")[0].strip(): line for line in lines}
    return "\n".join(place[name] for name in parameters)


def assignments(source: str) -> dict[str, Any]:
    """Names and plain values that a parameters cell sets, in its order.

    Raises:
        BuildError: for a value that is not plain.
    """
    found: dict[str, Any] = {}
    for node in ast.parse(source).body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            try:
                found[node.targets[0].id] = ast.literal_eval(node.value)
            except ValueError:
                raise BuildError(
                    f"{node.targets[0].id} in a parameters cell must be a plain value."
                ) from None
    return found
