"""What ``build.json`` says: parameters, data, code, packages, and the time each chapter took.

It only describes; nothing in a build may depend on it.
"""

from __future__ import annotations

import platform
import subprocess
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from .. import environment as installed
from ..fingerprint import digest
from ..project import IN_CHECKOUT, LOCKFILE, PACKAGE, PROJECT_ROOT
from .execute.outcome import ChapterRun

if TYPE_CHECKING:
    from ..market import Market

#: What the pages of a report come from, apart from data, parameters and packages: code that
#: runs, and files of the project.
_CODE = ("rotation_lib/**/*.py", "rotation_lib/**/*.css", "rotation_lib/**/*.js")
_SOURCES = (
    "chapters/*.ipynb",
    "data/*.toml",
    "_config.yml",
    "_toc.yml",
)
#: Part of the workshop rather than of the report: no page shows anything of it.
APART = ("rotation_lib/review/", "rotation_lib/cli")


def revision() -> tuple[str, bool | None]:
    """Commit of the project and whether files differ from it; ``("unknown", None)`` without git."""
    if not IN_CHECKOUT:  # a repository that an environment happens to lie in is not ours
        return "unknown", None
    try:
        done = subprocess.run(
            ["git", "status", "--porcelain=v2", "--branch"],
            cwd=PROJECT_ROOT,
            capture_output=True,
            encoding="utf-8",
            errors="surrogateescape",
            check=True,
            timeout=20,
        )
    except (OSError, subprocess.SubprocessError):
        return "unknown", None
    lines = done.stdout.splitlines()
    commits = [line.split()[2] for line in lines if line.startswith("# branch.oid ")]
    if not commits or commits[0] == "(initial)":
        return "unknown", None
    return commits[0], any(not line.startswith("#") for line in lines)


def environment() -> dict[str, Any]:
    """The Python and all packages that a build runs with."""
    return {"python": platform.python_version(), "packages": installed.here().versions}


def code_sha256() -> str:
    """Hash of all sources a report is made from: package, chapters, rules and configuration."""
    roots = dict.fromkeys(_SOURCES, PROJECT_ROOT)
    roots |= dict.fromkeys(_CODE, PACKAGE.parent)
    paths = {
        path.relative_to(root).as_posix(): path
        for pattern, root in roots.items()
        for path in root.glob(pattern)
    }
    files = sorted(name for name in paths if not name.startswith(APART))
    return digest(*(part for name in files for part in (name, paths[name].read_bytes())))


def build_record(market: Market, runs: Sequence[ChapterRun], extras: Any) -> dict[str, Any]:
    """Provenance of a build as plain data."""
    commit, dirty = revision()
    held, here = market.dataset.provenance, installed.here()
    return {
        "schema": 1,
        "params": market.params.as_strings(),
        "extras": extras,
        "notes": list(market.notes),
        "source": market.params.source,
        "data_sha256": held["data_sha256"],
        "data_through": held["data_through"],
        "revision": commit,
        "dirty": dirty,
        "code_sha256": code_sha256(),
        "lock_sha256": digest(LOCKFILE.read_bytes()) if here.compared else None,
        "environment_sha256": here.sha256,
        "differences": here.differences,
        "series": {
            name: {key: block.get(key) for key in ("last", "count", "sha256")}
            for name, block in held["series"].items()
        },
        **environment(),
        "chapters": {r.name: {"seconds": r.seconds, "cached": r.cached} for r in runs},
    }
