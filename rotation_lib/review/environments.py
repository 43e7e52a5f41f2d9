"""Which Python builds a side: the running one where its packages are those the side has locked.

Otherwise it sets up another environment by the side's own recipe, once for each lock, and keeps
it. It must never change the environment it runs in.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from .. import environment

LOCK = "requirements.txt"
_RECIPE = Path("tools") / "setup.sh"
#: Names of variables that hold what must stay with its owner; and addresses with a password.
_SECRET = re.compile(
    r"(KEY|TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|CREDENTIAL|COOKIE|CONNECTION_STRING)S?(_|\d|$)"
    r"|(^|_)(PASS|PAT|AUTH|DSN)(_|$)",
    re.IGNORECASE,
)
_WITH_PASSWORD = re.compile(r"://[^/\s@]*:[^/\s@]+@")
#: Makes the environment of a checkout in a folder; says why it could not, else "".
Installer = Callable[[Path, Path], str]


def without_secrets(variables: Mapping[str, str]) -> dict[str, str]:
    """Variables that code of another revision may see: it may be anybody's.

    Args:
        variables: of this process.

    Returns:
        All but those whose name speaks of a key, token or password, or whose value is an address
        that holds one. A setup that needs a proxy or an index with a password fails, and says so.
    """
    return {
        name: value
        for name, value in variables.items()
        if not _SECRET.search(name) and not _WITH_PASSWORD.search(value)
    }


def set_up(tree: Path, folder: Path) -> str:
    """Run the checkout's own recipe, which installs what its lock names.

    Args:
        tree: the checkout.
        folder: where the environment goes.

    Returns:
        Why it could not be made, in one line; empty if it was.
    """
    if not (tree / _RECIPE).is_file():
        return f"it has no {_RECIPE.as_posix()}"
    done = subprocess.run(
        ["sh", str(_RECIPE), str(folder)],
        cwd=tree,
        env=without_secrets(os.environ),
        capture_output=True,
        encoding="utf-8",
        errors="backslashreplace",
        check=False,
    )
    if done.returncode == 0:
        return ""
    said = [line for line in (done.stderr or done.stdout).splitlines() if line.strip()]
    return said[-1].strip() if said else f"{_RECIPE.as_posix()} ended with {done.returncode}"


class Environments:
    """Pythons for checkouts.

    Args:
        folder: where environments are kept.
        install: makes one; ``None`` if none may be made.
    """

    def __init__(self, folder: Path, install: Installer | None = set_up) -> None:
        self.folder = folder
        self.install = install
        self.notes: list[str] = []

    def python(self, tree: Path, name: str) -> Path:
        """The Python that has the packages a checkout has locked.

        Args:
            tree: the checkout.
            name: what to call it in a note.

        Returns:
            The running Python where it has them, or where no other can be had; a note then says
            that what the packages change is not known.
        """
        wrong = lacking(tree)
        if not wrong:
            return Path(sys.executable)
        folder = self.folder / hashlib.sha256((tree / LOCK).read_bytes()).hexdigest()[:12]
        ready = folder / ".ready"
        if not ready.is_file():
            reason = self._made(tree, folder)
            if reason:
                self.notes.append(
                    f"{name} locks other packages ({'; '.join(wrong[:3])}"
                    f"{'; …' if len(wrong) > 3 else ''}) and was built with those installed here, "
                    f"so what the packages change is undetermined: {reason}"
                )
                return Path(sys.executable)
            ready.touch()
        return folder / "bin" / "python"

    def _made(self, tree: Path, folder: Path) -> str:
        if self.install is None:
            return "no environment may be set up (--no-environments)"
        folder.parent.mkdir(parents=True, exist_ok=True)
        reason = self.install(tree, folder)
        if reason:
            shutil.rmtree(folder, ignore_errors=True)
            return f"its environment could not be set up: {' '.join(reason.split())[:200]}"
        return ""


def lacking(tree: Path) -> list[str]:
    """Packages of a checkout's report whose locked version is not the one installed here.

    Packages that only the workshop uses (tests, style) do not count: they cannot change a report.
    Nor do those that the lock does not name: no environment made from it would have them.

    Args:
        tree: the checkout; one without a lock lacks nothing.

    Returns:
        For each, its name, the locked version and the installed one.
    """
    lock = environment.lock_of(tree / LOCK)
    if lock is None:
        return []
    found = environment.read(environment.requirements(tree), lock).packages.values()
    wrong = (p for p in found if p.locked and not p.as_locked)
    return [f"{p.name} {p.locked}, here {p.found}" for p in wrong]
