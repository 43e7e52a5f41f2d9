"""Where things lie: the one place that knows the folders of this project.

It must never read or write anything; it only names paths.
"""

from __future__ import annotations

from pathlib import Path

PROJECT_ROOT = Path(__file__).resolve().parents[1]
PACKAGE = PROJECT_ROOT / "rotation_lib"
DATA = PROJECT_ROOT / "data"
SNAPSHOT = DATA / "snapshot"
CATALOG_FILE = DATA / "catalog.toml"
CLAIMS_FILE = DATA / "claims.toml"
CHAPTERS = PROJECT_ROOT / "chapters"
LOCKFILE = PROJECT_ROOT / "requirements.txt"
BUILD = PROJECT_ROOT / "_build"

#: Chapters in reading order; the first is the book's root.
CHAPTER_NAMES = (
    "summary",
    "rate_sensitivity",
    "tech_valuations",
    "reshoring_sectors",
    "risks",
    "methods",
)
#: The chapters that own findings and claims, one study module each.
THEMES = ("rate_sensitivity", "tech_valuations", "reshoring_sectors", "risks")
