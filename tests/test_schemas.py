"""What is imported without the second that nobody asked for."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from rotation_lib.project import PACKAGE


@pytest.mark.slow
@pytest.mark.parametrize("first", ["rotation_lib.charts", "rotation_lib.publish.source.lean"])
def test_charts_and_notebooks_do_without_the_grammar_of_web_addresses(first: str) -> None:
    code = f"import sys, {first}; print({{'altair', 'nbformat', 'lark'}} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout in ("{'altair'}\n", "{'nbformat'}\n")


def test_the_tests_themselves_do_too(pytestconfig: pytest.Config) -> None:
    """Their plugin of notebooks is loaded before any of our modules could be."""
    assert pytestconfig.pluginmanager.has_plugin("rotation_lib.schemas")


def test_no_module_of_ours_takes_notebooks_from_elsewhere() -> None:
    """The first that did would spend the second for all."""
    told = re.compile(r"^(?:import|from) nbformat", re.M)
    found = [p.stem for p in PACKAGE.rglob("*.py") if told.search(p.read_text(encoding="utf-8"))]
    assert found == ["lean"]
