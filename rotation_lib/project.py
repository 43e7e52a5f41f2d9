"""Where things lie: the one place that knows the folders of this project.

It reads the table of contents, for the names of the chapters, and nothing else.
"""

from __future__ import annotations

import re
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

CONTENTS = PROJECT_ROOT / "_toc.yml"

_ENTRY = re.compile(r"^(?:root|\s+- file): *chapters/(\w+) *$", re.MULTILINE)
#: Chapters in reading order; the first is the book's root.
CHAPTER_NAMES = tuple(_ENTRY.findall(CONTENTS.read_text(encoding="utf-8")))
#: The chapters that own findings and claims: those with a study of their own name.
THEMES = tuple(
    name
    for name in CHAPTER_NAMES
    if (PACKAGE / "studies" / name).is_dir() or (PACKAGE / "studies" / f"{name}.py").is_file()
)
