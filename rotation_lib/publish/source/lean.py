"""Imports nbformat without the second that one of its parts would take.

Whoever needs nbformat takes it from here; this changes nothing of it and must hold nothing else.
"""

from __future__ import annotations

from ... import schemas  # noqa: F401  first: nbformat takes the jsonschema that it finds

# isort: split
import nbformat

__all__ = ["nbformat"]
