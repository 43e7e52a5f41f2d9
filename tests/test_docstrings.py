"""Every public function of the statistics and the studies says what it takes and what it gives.

A pragmatic reading of the source: a parameter is documented when the text names it or says that it is
as elsewhere; a frame when its rows or columns are named, and its unit; missing values when the text
says what becomes of them; a statistic when its source is cited; an error when the function raises it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from rotation_lib.project import PACKAGE

Function = ast.FunctionDef
FILES = sorted(
    (
        path
        for package in ("stats", "studies", "summary", "themes")
        for path in (PACKAGE / package).rglob("*.py")
        if path.name == "__init__.py" or not path.name.startswith("_")
        if "pictures" not in path.parts
    ),
    key=lambda path: path.as_posix(),
)
#: Parameters that mean one thing throughout: the market, parts of a finding, simple returns by
#: session, and how to resample.
EVERYWHERE = {
    "market", "id", "label", "unit", "series", "returns", "draws", "seed", "confidence",
}  # fmt: skip
#: Array forms of a statistic take one array, which the module's first lines describe.
ARRAYS = {"x"}
ELSEWHERE = re.compile(r"[Aa]s in|[Aa]s ``|[Aa]s :|[Ss]ame rules|one of `")
#: What becomes of missing values, in the words that are in use for it.
MISSING = re.compile(r"NaN|[Mm]issing|[Cc]omplete|[Aa]s in|[Aa]s `|one of `")
#: Where a statistic comes from: a paper by its year, a library, or another function.
SOURCE = re.compile(
    r"\b(?:19|20)\d\d\b|statsmodels|arch\b|numpy|[Aa]s in|one of `|per calendar|prod\("
)
#: In what a table or series is measured.
UNIT = re.compile(
    r"fraction|\bpp\b|per ?cent|units?\b|\blogs?\b|dates?\b|days?\b|months?\b|weeks?\b|labels?\b"
    r"|[Pp]-values?\b|states?\b|shares?\b|ratio|basis|[Ww]ealth|[Aa]s in|counts?\b|returns?\b"
    r"|levels?\b|1 if|flag|ids?\b|dollars|index"
)
VALUES = re.compile(r"pd\.(?:Series|DataFrame)")
FRAME = re.compile(r"[Cc]olumns?\b|[Rr]ows?\b|indexed by|``[^`]+``|`\w+`|[Ss]hape|×")


def public_functions(path: Path) -> Iterator[Function]:
    """Functions and methods whose names do not begin with an underscore, of public classes too."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        inside = node.body if isinstance(node, ast.ClassDef) else [node]
        if isinstance(node, ast.ClassDef) and node.name.startswith("_"):
            continue
        for one in inside:
            if isinstance(one, Function) and not one.name.startswith("_"):
                yield one


def faults(function: Function, *, sourced: bool = False) -> list[str]:
    """What the docstring leaves unsaid; ``sourced`` where a formula must name where it is from."""
    text = ast.get_docstring(function) or ""
    if len(text) < 20:
        return ["has no docstring"]
    given = [a.arg for a in [*function.args.args, *function.args.kwonlyargs]]
    silent = [
        name
        for name in given
        if name not in EVERYWHERE | ARRAYS | {"self", "cls"} and not re.search(rf"\b{name}\b", text)
    ]
    found = []
    if silent and not ELSEWHERE.search(text):
        found.append(f"does not document {', '.join(silent)}")
    gives = ast.unparse(function.returns) if function.returns else ""
    if "DataFrame" in gives and not FRAME.search(text):
        found.append("does not say what its frame holds")
    asked = " ".join(ast.unparse(a.annotation) for a in _annotated(function))
    if VALUES.search(asked) and not MISSING.search(text):
        found.append("does not say what becomes of missing values")
    if VALUES.search(gives) and not UNIT.search(text):
        found.append("does not say in which unit")
    if sourced and VALUES.search(asked) and not SOURCE.search(text):
        found.append("does not name its source")
    if _raises(function) and not _declared(function) and not re.search(r"[Rr]aise|refused", text):
        found.append("does not say when it raises")
    return found


def _annotated(function: Function) -> list[ast.arg]:
    every = [*function.args.args, *function.args.kwonlyargs]
    return [argument for argument in every if argument.annotation is not None]


def _declared(function: Function) -> bool:
    """Whether it declares findings: what it raises becomes the reason of a missing one."""
    return any(ast.unparse(d).startswith("finding(") for d in function.decorator_list)


def _raises(node: ast.AST) -> bool:
    """Whether the function itself raises something new, apart from functions inside it."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, Function | ast.Lambda):
            continue
        if isinstance(child, ast.Raise) and child.exc is not None:
            return True
        if _raises(child):
            return True
    return False


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_public_functions_say_what_they_take_and_give(path: Path) -> None:
    said = {f.name: faults(f, sourced=path.parent.name == "stats") for f in public_functions(path)}
    assert {name: what for name, what in said.items() if what} == {}


def test_the_reading_itself_finds_what_is_missing() -> None:
    source = '''
def bare(a): ...
def frame(a: int) -> pd.DataFrame:
    """Something with a in it, at length."""
def silent(a: int, b: int) -> float:
    """The sum of a and another one."""
def raising(a: int) -> float:
    """The double of a, if it can be had."""
    raise ValueError(a)
@finding("x.y", "Y", "ratio", PAIR)
def declared(market) -> Measured:
    """How much of it there is at all."""
    raise DataError("too short")
def good(market, a: int) -> pd.DataFrame:
    """One row a year; ``a`` years, a share each. Raises when there are none."""
    raise ValueError(a)
def holes(a: pd.Series) -> float:
    """The mean of a, by numpy."""
def bare_units(a: int) -> pd.Series:
    """One value for each a, in order."""
def unsourced(a: pd.Series) -> float:
    """The mean of a; a missing value is refused."""
'''
    functions = [n for n in ast.parse(source).body if isinstance(n, Function)]
    assert [len(faults(f)) for f in functions] == [1, 2, 1, 1, 0, 0, 1, 1, 0]
    assert len(faults(functions[-1], sourced=True)) == 1
