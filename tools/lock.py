"""Makes the locks again, each by the command that stands in its own head.

Versions stay as they are locked wherever `pyproject.toml` still allows them; `--upgrade` takes the
newest that it allows. Needs the package index. Nothing is installed here: `make setup` does that.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
_HEAD = re.compile(r"^#    (uv pip compile .*)$", re.MULTILINE)


def locks(project: Path = PROJECT) -> list[tuple[Path, list[str]]]:
    """Each lock with its command; one that holds to another comes after it.

    Args:
        project: folder with the locks.
    """
    found = {}
    for path in sorted([*project.glob("requirements*.txt"), *project.glob("tools/*.txt")]):
        head = _HEAD.search(path.read_text(encoding="utf-8")[:1_000])
        name = path.relative_to(project).as_posix()
        if head is None or shlex.split(head[1])[-2:] != ["-o", name]:
            raise SystemExit(
                f"lock: {name} does not say in its second line how it is made; "
                f"write there: #    uv pip compile … -o {name}"
            )
        found[name] = shlex.split(head[1])
    held = [name for name in found if any(name in c[:-1] for c in found.values())]
    return [(project / name, found[name]) for name in sorted(found, key=lambda n: n not in held)]


def main(asked: list[str]) -> None:
    """Run each command with this environment's uv; the first that fails stops the rest."""
    if asked not in ([], ["--upgrade"]):
        raise SystemExit(f"lock: {' '.join(asked)} is not known; only --upgrade is")
    for path, (_, *command) in locks():
        print(f"lock: {path.relative_to(PROJECT)}", flush=True)
        # None of it shows in the head of a lock; the system's certificates are those of the set-up.
        done = subprocess.run(
            [sys.executable, "-m", "uv", *command, "--quiet", *asked],
            cwd=PROJECT,
            env={**os.environ, "UV_SYSTEM_CERTS": "1", "UV_PYTHON_DOWNLOADS": "never"},
            check=False,
        )
        if done.returncode:
            raise SystemExit(1)


if __name__ == "__main__":
    main(sys.argv[1:])
