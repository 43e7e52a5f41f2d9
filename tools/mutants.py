"""Changes the statistics in small ways, one at a time, and asks whether a test notices.

A change that no test notices (a survivor) is either harmless or a test that is missing. Files stay as
they are: each change lives in the memory of one forked process. `python tools/mutants.py --help`.
"""

from __future__ import annotations

import argparse
import ast
import copy
import importlib.abc
import importlib.util
import os
import random
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import CodeType, ModuleType

PROJECT = Path(__file__).resolve().parents[1]
PACKAGE = "rotation_lib.stats"
SECONDS = 90
#: Module → the test files that answer for it before those of edges do, where that is not
#: `test_stats_<module>.py` alone.
TESTS = {
    "_checks": ["stats_returns", "stats_regression"],
    "bootstrap": ["stats_bootstrap", "stats_fast", "stats_intervals", "stats_effort"],
    "coverage": ["stats_intervals"],
    "garch": ["stats_intervals"],
    "measures": ["stats_bootstrap", "stats_intervals", "stats_fast", "reference_performance"],
    "regimes": ["stats_regimes", "stats_fast"],
    "regression": ["stats_regression", "reference_regression", "stats_fast"],
    "returns": ["stats_returns", "stats_fast", "reference_performance"],
    "shifts": ["stats_size"],
}
EDGES = ["stats_edges", "stats_edges_models"]
#: A test of these files that wants the market, which is not loaded here.
NEEDS_FIXTURES = "test_every_tail_finding_says_historical"
COMPARED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
    ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
REPLACED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult, ast.Mod: ast.FloorDiv, ast.Pow: ast.Mult, ast.MatMult: ast.Mult,
    ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
}  # fmt: skip
RENAMED = {
    "min": "max", "max": "min", "minimum": "maximum", "maximum": "minimum", "any": "all",
    "all": "any", "argmax": "argmin", "argmin": "argmax", "ceil": "floor", "floor": "ceil",
    "mean": "sum", "cumsum": "cumprod", "log1p": "log", "expm1": "exp",
}  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """One change: the module, where in it, what, and the changed source as code."""

    module: str
    line: int
    change: str
    code: CodeType


def change(node: ast.AST) -> ast.AST | None:
    """A small change of one node alone, ``None`` where there is none to make."""
    new = copy.deepcopy(node)
    match new:
        case ast.Constant(value=bool() | int() | float() as value):
            new.value = _other(value)
        case ast.Compare(ops=[op]) if type(op) in COMPARED:
            new.ops = [COMPARED[type(op)]()]
        case ast.BinOp() | ast.AugAssign() if type(new.op) in REPLACED:
            new.op = REPLACED[type(new.op)]()
        case ast.BoolOp():
            new.op = ast.Or() if isinstance(new.op, ast.And) else ast.And()
        case ast.UnaryOp(op=ast.Not() | ast.USub() | ast.Invert()):
            return new.operand
        case ast.Attribute() if new.attr in RENAMED:
            new.attr = RENAMED[new.attr]
        case ast.Name(ctx=ast.Load()) if new.id in RENAMED:
            new.id = RENAMED[new.id]
        case ast.If() | ast.IfExp():
            new.test = ast.UnaryOp(ast.Not(), new.test)
        case ast.Expr(value=ast.Call()):
            return ast.Pass()
        case _:
            return None
    return new


def _other(value: bool | int | float) -> bool | int | float:
    """Another truth, the next whole number, or a fraction a tenth larger."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    return 1.1 * value if value else 0.1


def places(tree: ast.AST) -> Iterator[tuple[ast.AST, str, int | None]]:
    """Every place of the tree that can be changed: parent, field and, in a list, the position.

    Annotations, texts, decorators and what runs only as a program are left alone.
    """
    for name, value in ast.iter_fields(tree):
        if name in ("annotation", "returns", "decorator_list") or isinstance(tree, ast.JoinedStr):
            continue
        for at, child in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if not isinstance(child, ast.AST) or "__name__" in ast.unparse(child)[:12]:
                continue
            yield tree, name, at
            yield from places(child)


def mutants(module: str) -> list[Mutant]:
    """Every change of one module, in the order of its lines."""
    path = PROJECT / PACKAGE.replace(".", "/") / f"{module}.py"
    tree = ast.parse(path.read_text(encoding="utf-8"))
    made = []
    for parent, field, at in list(places(tree)):
        held = getattr(parent, field)
        old = held if at is None else held[at]
        new = change(old)
        if new is not None:
            ast.fix_missing_locations(ast.copy_location(new, old))
            line, shown = getattr(old, "lineno", 0), _shown(old, new)
            _put(parent, field, at, new)
            made.append(Mutant(module, line, shown, compile(tree, str(path), "exec")))
            _put(parent, field, at, old)
    return made


def _put(parent: ast.AST, field: str, at: int | None, node: ast.AST) -> None:
    if at is None:
        setattr(parent, field, node)
    else:
        getattr(parent, field)[at] = node


def _shown(old: ast.AST, new: ast.AST) -> str:
    before, after = (ast.unparse(n).split("\n")[0] for n in (old, new))
    return f"{before} -> {after}"


class Changed(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Hands out the changed module instead of the file's."""

    def __init__(self, mutant: Mutant) -> None:
        self.mutant = mutant

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        """The changed module under its own name, nothing for any other."""
        if name != f"{PACKAGE}.{self.mutant.module}":
            return None
        file = PROJECT / (name.replace(".", "/") + ".py")
        return importlib.util.spec_from_file_location(name, file, loader=self)

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """An ordinary module."""
        return None

    def exec_module(self, module: ModuleType) -> None:
        """Run the changed code in it."""
        exec(self.mutant.code, module.__dict__)


def killed(mutant: Mutant, *, apply: bool = True) -> bool:
    """Whether a test fails, hangs or cannot be collected with this change."""
    child = os.fork()
    if child == 0:
        signal.alarm(SECONDS)
        with open(os.devnull, "w") as nowhere:  # noqa: PTH123
            os.dup2(nowhere.fileno(), 1)
            os.dup2(nowhere.fileno(), 2)
        if apply:
            sys.meta_path.insert(0, Changed(mutant))
        import pytest

        names = [*TESTS.get(mutant.module, [f"stats_{mutant.module}"]), *EDGES]
        files = [str(PROJECT / "tests" / f"test_{name}.py") for name in names]
        # Neither plugins nor the project's fixtures: they cost more than the tests themselves.
        os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
        bare = ["--noconftest", "-p", "pytest_timeout", "-k", f"not {NEEDS_FIXTURES}"]
        quiet = ["-W", "ignore::pytest.PytestAssertRewriteWarning"]
        os._exit(int(pytest.main(["-x", "-q", *bare, *quiet, *files])))
    _, status = os.waitpid(child, 0)
    return status != 0


def warm() -> None:
    """Import once what every child needs, but nothing of the project."""
    import arch.bootstrap
    import arch.univariate
    import exchange_calendars
    import hypothesis
    import pandera.pandas
    import pydantic
    import pytest
    import scipy.stats
    import statsmodels.api
    import statsmodels.tsa.regime_switching.markov_regression

    _ = (arch, exchange_calendars, hypothesis, pandera, pydantic, pytest, scipy, statsmodels)


def main(arguments: Sequence[str] | None = None) -> None:
    """Try a sample of all changes; print the survivors as they are found, then the count."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("modules", nargs="*", help="of rotation_lib.stats; all by default")
    parser.add_argument("--sample", type=int, default=0, help="changes to try; all by default")
    parser.add_argument("--seed", type=int, default=20240918)
    asked = parser.parse_args(arguments)
    folder = PROJECT / PACKAGE.replace(".", "/")
    known = sorted(p.stem for p in folder.glob("*.py") if p.stem != "__init__")
    every = [m for name in asked.modules or known for m in mutants(name)]
    count = min(asked.sample, len(every)) if asked.sample else len(every)
    random.Random(asked.seed).shuffle(every)
    chosen = every[:count]
    warm()
    for module in sorted({m.module for m in chosen}):
        if killed(next(m for m in chosen if m.module == module), apply=False):
            raise SystemExit(f"the tests of {module} fail without any change; mend them first.")
    started, survivors = time.monotonic(), 0
    for number, mutant in enumerate(chosen, 1):
        if not killed(mutant):
            survivors += 1
            print(f"survived: {mutant.module}:{mutant.line}: {mutant.change}", flush=True)
        if number % 50 == 0:
            print(f"{number} of {count}, {time.monotonic() - started:.0f} s", flush=True)
    print(f"{count} of {len(every)} changes tried, {count - survivors} noticed, {survivors} not")


if __name__ == "__main__":
    main()
