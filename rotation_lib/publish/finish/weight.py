"""What a page costs the reader who opens it first, in bytes as they travel.

It only reads a finished site.
"""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ..draw.first import pictures_of
from .check import local_references


@dataclass(frozen=True)
class PageWeight:
    """What a page costs its first reader, in bytes after gzip."""

    name: str
    figures: int
    html_gz: int
    first_load_gz: int


def weighed(page: Path, name: str, figures: int) -> PageWeight:
    """What a page weighs.

    Args:
        page: an HTML file of a finished site.
        name: of the page.
        figures: charts on it.
    """
    return PageWeight(name, figures, _packed(page.read_bytes()), _first_load(page))


def _first_load(page: Path) -> int:
    """Bytes after gzip of a page with its scripts, styles and first picture, each once."""
    text = page.read_bytes()
    files = {p for kind, p in local_references(page) if kind in ("script", "link") and p.is_file()}
    return _packed(text) + sum(_packed(p.read_bytes()) for p in files | pictures_of(page))


@lru_cache(maxsize=64)
def _packed(content: bytes) -> int:
    return len(gzip.compress(content, 9))
