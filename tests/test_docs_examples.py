"""The examples in docstrings: each is run, and says what it says there."""

from __future__ import annotations

import doctest
from importlib import import_module
from pathlib import Path

import pytest

from rotation_lib.project import PACKAGE, PROJECT_ROOT

FLAGS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS


def modules_with_examples() -> list[str]:
    """Dotted names of the modules whose text holds a prompt."""
    names = []
    for path in sorted(PACKAGE.rglob("*.py")):
        if ">>> " in path.read_text(encoding="utf-8"):
            names.append(".".join(path.relative_to(PROJECT_ROOT).with_suffix("").parts))
    return names


MODULES = modules_with_examples()


@pytest.mark.parametrize("name", MODULES)
def test_examples_say_the_truth(name: str) -> None:
    module = import_module(name.removesuffix(".__init__"))
    told: list[str] = []
    runner = doctest.DocTestRunner(verbose=False, optionflags=FLAGS)
    for case in doctest.DocTestFinder(exclude_empty=True).find(module):
        runner.run(case, out=told.append)
    assert runner.summarize(verbose=False).failed == 0, "".join(told)


def test_the_ways_in_have_an_example() -> None:
    """What a newcomer calls first: open a chapter, load a market, set parameters, use a statistic."""
    for name in ("chapter", "market", "params", "stats.returns", "stats.measures"):
        assert f"rotation_lib.{name}" in MODULES


def test_a_wrong_example_is_seen(tmp_path: Path) -> None:
    case = doctest.DocTestParser().get_doctest(">>> 1 + 1\n3\n", {}, "wrong", str(tmp_path), 0)
    said: list[str] = []
    assert doctest.DocTestRunner(verbose=False).run(case, out=said.append).failed == 1
