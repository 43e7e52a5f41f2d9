"""Imports jsonschema without the second that one of its parts would take.

It compiles a grammar of internationalised web addresses when it is imported, for a check
that is optional and that no schema of a notebook or a chart asks for. Altair and nbformat take
the jsonschema that they find, so this comes before them, wherever a process imports either. It
must import nothing else.
"""

from __future__ import annotations

import sys
from importlib import import_module

_GRAMMAR = "rfc3987_syntax"


def _import_without_grammar() -> None:
    absent = _GRAMMAR not in sys.modules
    if absent:
        sys.modules[_GRAMMAR] = None  # type: ignore[assignment]
    try:
        import_module("jsonschema")
    finally:
        if absent:
            del sys.modules[_GRAMMAR]


_import_without_grammar()
