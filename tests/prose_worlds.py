"""Made-up worlds for cells of prose, and a count of the branches that they take.

A cell must be true in any of them: everything missing, everything clearly up or down, nothing
clear, one finding at a time missing or against all others. Nothing here knows a chapter.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
import pytest
from jinja2 import nodes

from rotation_lib.findings import Finding, FindingSet
from rotation_lib.project import CHAPTER_NAMES, CHAPTERS
from rotation_lib.prose import template

#: Kind of world → value, low, high in units of a finding's size; p-value; rank.
KINDS = {
    "up": (1.0, 0.5, 1.5, 0.001, 0.95),
    "down": (-1.0, -1.5, -0.5, 0.001, 0.02),
    "far up": (10.0, 8.0, 12.0, 0.001, 1.0),
    "open up": (0.4, -0.6, 1.4, 0.5, 0.6),
    "open down": (-0.4, -1.4, 0.6, 0.5, 0.4),
}
#: Units whose zero of effect is one.
AROUND_ONE = {"ratio", "times"}
COUNTED = {"count", "days", "sessions", "months", "years"}


def cells() -> list[tuple[str, str, str]]:
    """Chapter, id and source of every cell of prose."""
    found = []
    for chapter in CHAPTER_NAMES:
        notebook = nbformat.read(Path(CHAPTERS) / f"{chapter}.ipynb", as_version=4)
        found += [(chapter, c.id, c.source) for c in notebook.cells if template.is_prose(c.source)]
    return found


def named(source: str, findings: FindingSet, chapter: str) -> list[str]:
    """Ids of the findings that a cell names."""
    asked = re.findall(r"\b(\w+)\.(\w+)", source)
    ids = {f"{chapter if a == 'f' else a}.{b}" for a, b in asked}
    return sorted(i for i in findings if i in ids)


def turned(finding: Finding, kind: str) -> Finding:
    """The finding in a world of a kind: same id, label and unit, other numbers."""
    if kind == "missing":
        gone = dict.fromkeys(("value", "low", "high", "percentile"))
        return finding.model_copy(update={**gone, "reason": "made up to be missing"})
    value, low, high, p, rank = KINDS[kind]
    if finding.unit == "p-value":
        return finding.model_copy(update={"value": p, "reason": None})
    if finding.unit in COUNTED:
        return finding.model_copy(update={"value": 4.0 if value > 0 else 1.0, "reason": None})
    size, zero = (0.2, 1.0) if finding.unit in AROUND_ONE else (_size(finding), 0.0)
    numbers = {"value": zero + size * value, "low": zero + size * low, "high": zero + size * high}
    if finding.percentile is not None and finding.low is None:
        numbers |= {"low": None, "high": None}  # type: ignore[dict-item]
    return finding.model_copy(update={**numbers, "percentile": rank, "reason": None, "n": 12})


def _size(finding: Finding) -> float:
    return {"basis points": 80.0, "percent": 3.0, "index": 20.0}.get(finding.unit, 0.04)


def worlds(findings: FindingSet, ids: list[str]) -> Iterator[tuple[str, FindingSet]]:
    """Each world by name; ``ids`` are varied one at a time as well."""
    for base in (*KINDS, "missing"):
        whole = {i: turned(f, base) for i, f in findings.items()}
        yield base, FindingSet(whole.values())
        for i in ids if base != "missing" else ():
            for kind in ("missing", *(k for k in KINDS if k != base)):
                yield (
                    f"{base}, {i} {kind}",
                    FindingSet((whole | {i: turned(findings[i], kind)}).values()),
                )


@dataclass
class Taken:
    """Branches there are, and those taken so far."""

    there: set[str] = field(default_factory=set)
    taken: set[str] = field(default_factory=set)

    def watch(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Count the branches of every block rendered from now on."""
        compiled: dict[str, Any] = {}
        environment = template.environment()

        def counted(source: str) -> Any:
            if source not in compiled:
                tree = environment.parse(source)
                self._mark(tree, source)
                compiled[source] = environment.from_string(tree)
            return compiled[source]

        monkeypatch.setattr(template, "_compiled", counted)
        monkeypatch.setitem(environment.globals, "_took", self._took)
        monkeypatch.setitem(environment.globals, "_saw", self._saw)

    def _took(self, key: str, value: object) -> object:
        self.taken.add(key)
        return value

    def _saw(self, key: str, optional: Callable[..., str]) -> Callable[..., str]:
        def said(caller: Callable[[], str]) -> str:
            text = optional(caller)
            self.taken.add(f"{key}, {'said' if text else 'left out'}")
            return text

        return said

    def _mark(self, tree: nodes.Template, source: str) -> None:
        for number, node in enumerate(tree.find_all((nodes.If, nodes.CondExpr))):
            for arm in ("body", "else_") if isinstance(node, nodes.If) else ("expr1", "expr2"):
                part = getattr(node, arm)
                if not part:
                    continue
                key = f"{' '.join(source.split())} … branch {number}, {arm}"
                self.there.add(key)
                if isinstance(part, list):
                    part.insert(0, nodes.Output([_call(key, nodes.Const(""))]))
                else:
                    setattr(node, arm, _call(key, part))
        for number, option in enumerate(tree.find_all(nodes.CallBlock)):
            key = f"{' '.join(source.split())} … option {number}"
            self.there |= {f"{key}, said", f"{key}, left out"}
            option.call.node = _call(key, option.call.node, "_saw")


def _call(key: str, value: nodes.Expr, told: str = "_took") -> nodes.Call:
    arguments: list[nodes.Expr] = [nodes.Const(key), value]
    return nodes.Call(nodes.Name(told, "load"), arguments, [], None, None)
