"""Which Python builds a side: the running one where its packages are those the side has locked.

Otherwise it sets up another environment by the side's own recipe, once for each lock, and keeps
it. It must never change the environment it runs in.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement

LOCK = "requirements.txt"
_RECIPE = Path("tools") / "setup.sh"
_PIN = re.compile(
    r"^([A-Za-z0-9][\w.-]*(?:\[[\w.,-]*\])?==[^\s;\\]+(?: *; *[^\\\n]+)?)", re.MULTILINE
)

#: Makes the environment of a checkout in a folder; says why it could not, else "".
Installer = Callable[[Path, Path], str]


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
        ["sh", str(_RECIPE), str(folder)], cwd=tree, capture_output=True, text=True, check=False
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

    Args:
        tree: the checkout; one without a lock lacks nothing.

    Returns:
        For each, its name, the locked version and the installed one.
    """
    path = tree / LOCK
    if not path.is_file():
        return []
    locked = pins(path.read_text(encoding="utf-8"))
    wanted = used(tree)
    found = ((name, locked[name], _installed(name)) for name in sorted(wanted & set(locked)))
    return [f"{name} {want}, here {have}" for name, want, have in found if want != have]


def pins(lock: str) -> dict[str, str]:
    """Name → version of the packages that a lock asks for on this machine.

    Args:
        lock: text of a ``requirements.txt`` in which every package is pinned with ``==``.
    """
    found = {}
    for text in _PIN.findall(lock):
        wish = Requirement(text)
        if wish.marker is None or wish.marker.evaluate():
            (pin,) = wish.specifier
            found[_plain(wish.name)] = pin.version
    return found


def used(tree: Path) -> set[str]:
    """Packages a checkout's report runs on: those it names, and in turn those they ask for.

    Args:
        tree: the checkout; its ``pyproject.toml`` names the first ones.
    """
    project = tomllib.loads((tree / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    waiting = list(project.get("dependencies", ()))
    seen: set[str] = set()
    while waiting:
        wish = Requirement(waiting.pop())
        name = _plain(wish.name)
        if name in seen or not (wish.marker is None or wish.marker.evaluate({"extra": ""})):
            continue
        seen.add(name)
        try:
            waiting += metadata.requires(name) or []
        except metadata.PackageNotFoundError:
            continue
    return seen


def _installed(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "none"


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
