"""Functions, chapter cells and rule files that differ between two checkouts.

Comments and docstrings do not count. It reads sources and never runs them.
"""

from __future__ import annotations

import ast
import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from ..publish.provenance import APART
from .model import CodeChange

Role = Literal["measuring", "drawing", "wording", "rules"]
_RULES = ("data/*.toml", "_config.yml", "_toc.yml", "rotation_lib/**/*.css", "rotation_lib/**/*.js")
_DRAWING = re.compile(r"rotation_lib/(?:charts|publish|themes/\w+/pictures)/")


def code_changes(base: Path, head: Path) -> list[CodeChange]:
    """What differs in the sources the report is made from.

    Args:
        base: project folder before.
        head: project folder after.
    """
    old, new = _parts(base), _parts(head)
    changes = []
    for path, name in dict.fromkeys([*old, *new]):
        a, b = old.get((path, name)), new.get((path, name))
        if a != b:
            kind: Literal["changed", "added", "removed"] = (
                "added" if a is None else "removed" if b is None else "changed"
            )
            changes.append(CodeChange(path=path, name=name, role=role(path), kind=kind))
    return changes


def role(path: str) -> Role:
    """What a file is for, by where it lies."""
    if _DRAWING.match(path) or path.endswith((".css", ".js")):
        return "drawing"
    if path.startswith(("rotation_lib/narrative/", "rotation_lib/words.py")):
        return "wording"
    return "measuring" if path.endswith((".py", ".ipynb")) else "rules"


def _parts(tree: Path) -> dict[tuple[str, str], str]:
    """(path, name of the part) → hash of what it does."""
    found: dict[tuple[str, str], str] = {}
    for path in sorted((tree / "rotation_lib").rglob("*.py")):
        where = path.relative_to(tree).as_posix()
        if not where.startswith(APART):
            found |= {(where, n): h for n, h in functions(path.read_text(encoding="utf-8")).items()}
    for path in sorted((tree / "chapters").glob("*.ipynb")):
        where = path.relative_to(tree).as_posix()
        found |= {(where, n): h for n, h in _cells(path)}
    for pattern in _RULES:
        for path in sorted(tree.glob(pattern)):
            found[(path.relative_to(tree).as_posix(), "")] = _digest(path.read_bytes())
    return found


def functions(source: str) -> dict[str, str]:
    """Functions, methods and the rest of each class and module of Python source, each hashed.

    Args:
        source: text of a module.
    """
    found: dict[str, str] = {}
    _collect(ast.parse(source), "", found)
    return found


def _collect(
    node: ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef,
    name: str,
    found: dict[str, str],
) -> None:
    _drop_docstring(node)
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        found[name] = _digest(ast.dump(node).encode())
        return
    inner = [
        n for n in node.body if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    ]
    for part in inner:
        _collect(part, f"{name}.{part.name}" if name else part.name, found)
    rest = [n for n in node.body if n not in inner]
    heading = ast.dump(ast.Module(rest, []))
    if isinstance(node, ast.ClassDef):
        heading += "".join(ast.dump(n) for n in (*node.bases, *node.decorator_list))
    if rest:
        found[name] = _digest(heading.encode())


def _drop_docstring(
    node: ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef,
) -> None:
    if ast.get_docstring(node, clean=False) is not None:
        node.body = node.body[1:]


def _cells(path: Path) -> Iterator[tuple[str, str]]:
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    for cell in cells:
        if cell["cell_type"] == "code":
            source = "".join(cell["source"])
            yield f"cell {cell.get('id', '?')}", _digest(source.encode())


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
