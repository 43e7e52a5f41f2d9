"""Where things lie: the one place that knows the folders of this project.

The package either lies in a checkout, whose files it then reads, or is installed and carries the
book. An installed one reads the checkout that the working folder lies in, as git would, if there
is one. The table of contents is read for the names of the chapters, and nothing else. Code of one
checkout must never meet the data of another: see :func:`trusted`.
"""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path

from .errors import ProjectError

PACKAGE = Path(__file__).resolve().parent
#: The book as tools/carry.py puts it into a wheel; absent where the package lies in its checkout.
CARRIED = PACKAGE / "_book"
_MARKS = ("_toc.yml", "chapters", "data/catalog.toml", "rotation_lib/project.py")
#: Kinds of files that a wheel holds besides the book.
_CODE = frozenset((".py", ".toml", ".css", ".js", ".svg", ".txt"))


def checkout_at(folder: Path) -> Path | None:
    """The checkout that a folder lies in.

    Args:
        folder: anywhere; the package's own folders lie in none, whatever environment they are in.
    """
    if folder.is_relative_to(PACKAGE):
        return None
    return next(
        (p for p in (folder, *folder.parents) if all((p / m).exists() for m in _MARKS)), None
    )


def _working_checkout() -> Path | None:
    try:
        return checkout_at(Path.cwd())
    except OSError:  # the working folder is gone, or may not be looked at
        return None


INSTALLED = CARRIED.is_dir()
PROJECT_ROOT = (_working_checkout() or CARRIED) if INSTALLED else PACKAGE.parent
IN_CHECKOUT = PROJECT_ROOT != CARRIED
DATA = PROJECT_ROOT / "data"
SNAPSHOT = DATA / "snapshot"
CATALOG_FILE = DATA / "catalog.toml"
CLAIMS_FILE = DATA / "claims.toml"
CHAPTERS = PROJECT_ROOT / "chapters"
LOCKFILE = PROJECT_ROOT / "requirements.txt"
#: Without a checkout, in the working folder.
BUILD = (PROJECT_ROOT if IN_CHECKOUT else Path()) / "_build"
#: Where a process starts that shall find this package and this project by itself.
START = CHAPTERS if INSTALLED else PROJECT_ROOT

#: Names the folder of live data; by default one in the user's cache.
STORE_VARIABLE = "ROTATION_STORE"
CONTENTS = PROJECT_ROOT / "_toc.yml"

_ENTRY = re.compile(r"^(?:root|\s+- file): *chapters/(\w+) *$", re.MULTILINE)
#: Chapters in reading order; the first is the book's root. Empty without a table of contents.
CHAPTER_NAMES = (
    tuple(_ENTRY.findall(CONTENTS.read_text(encoding="utf-8"))) if CONTENTS.is_file() else ()
)


def measuring(theme: str) -> str:
    """Dotted name of what measures a theme.

    Args:
        theme: one of :data:`THEMES`.
    """
    return f"rotation_lib.themes.{theme}.measures"


def drawing(theme: str) -> str:
    """Dotted name of what draws a theme's measures.

    Args:
        theme: one of :data:`THEMES`.
    """
    return f"rotation_lib.themes.{theme}.pictures"


#: The chapters that own findings and claims: those with a theme of their own name.
THEMES = tuple(n for n in CHAPTER_NAMES if (PACKAGE / "themes" / n).is_dir())
#: What brings damaged data back.
RESTORE = (
    "git checkout -- data/snapshot"
    if IN_CHECKOUT
    else "pip install --force-reinstall --no-deps WHEEL"
)


def trusted() -> str:
    """Refuse a project that this package is not part of.

    Returns:
        What to tell a user whose working folder lies in a checkout that is not read; mostly empty.

    Raises:
        ProjectError: if there is no book, or the checkout at hand holds other code.
    """
    if not CHAPTER_NAMES:
        raise ProjectError(
            f"{CONTENTS} is missing or lists no chapter; get it back from git, or install the "
            "package again."
        )
    if INSTALLED and IN_CHECKOUT and _code(PACKAGE) != _code(PROJECT_ROOT / "rotation_lib"):
        raise ProjectError(
            f"the checkout {PROJECT_ROOT} holds other code than the package installed in "
            f"{PACKAGE.parent}; run 'pip install .' in the checkout, or leave it."
        )
    here = None if INSTALLED else _working_checkout()
    if here in (None, PROJECT_ROOT):
        return ""
    return f"this is the rotation of {PROJECT_ROOT}, and reads that, not {here}"


def named_store() -> Path | None:
    """The folder that ``ROTATION_STORE`` names, in full; ``None`` if it names none.

    A relative one lies in the working folder, ``~`` is a home, and links are followed.

    Raises:
        ProjectError: for the home of nobody, or a link that leads to itself.
    """
    named = os.environ.get(STORE_VARIABLE, "")
    if not named.strip():
        return None
    try:
        folder = Path(named).expanduser().resolve()
        with suppress(FileNotFoundError, NotADirectoryError, PermissionError):
            folder.stat()
        return folder
    except (RuntimeError, OSError):
        raise ProjectError(
            f"{STORE_VARIABLE} is {named!r}, which leads to no folder; set it to one that is empty "
            "or not there yet."
        ) from None


def settle_store() -> None:
    """Write ``ROTATION_STORE`` out in full: processes that this one starts run in other folders."""
    folder = named_store()
    if folder is not None:
        os.environ[STORE_VARIABLE] = str(folder)


def need_checkout(what: str) -> None:
    """Refuse what only a checkout can do.

    Args:
        what: begins the sentence, such as ``"'rotation lint'"``.

    Raises:
        ProjectError: outside a checkout.
    """
    if not IN_CHECKOUT:
        raise ProjectError(
            f"{what} needs a checkout of the project, and {Path.cwd()} lies in none; "
            "go to one and run it there."
        )


def _code(package: Path) -> dict[str, bytes]:
    """Every file of a package that is code or read by code."""
    held = {p.relative_to(package): p for p in package.rglob("*") if p.suffix in _CODE}
    return {
        name.as_posix(): path.read_bytes()
        for name, path in held.items()
        if name.parts[0] != CARRIED.name and not any(part.startswith(".") for part in name.parts)
    }
