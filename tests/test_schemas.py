"""What is imported without the second that nobody asked for."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.slow
@pytest.mark.parametrize("first", ["rotation_lib.charts", "rotation_lib.publish.source.lean"])
def test_charts_and_notebooks_do_without_the_grammar_of_web_addresses(first: str) -> None:
    code = f"import sys, {first}; print({{'altair', 'nbformat', 'lark'}} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout in ("{'altair'}\n", "{'nbformat'}\n")


def test_the_tests_themselves_do_too(pytestconfig: pytest.Config) -> None:
    """Their plugin of notebooks is loaded before any of our modules could be."""
    assert pytestconfig.pluginmanager.has_plugin("rotation_lib.schemas")
