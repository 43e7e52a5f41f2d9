"""Imports nbformat without the second that one of its parts would take."""

from __future__ import annotations

from ... import schemas  # noqa: F401  first: nbformat takes the jsonschema that it finds

# isort: split
import nbformat

__all__ = ["nbformat"]
