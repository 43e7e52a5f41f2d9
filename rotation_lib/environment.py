"""What is installed: the packages that this report runs on, and whether each is as locked.

Everything is read from the installed distributions, nothing from what was meant to be installed.
It must never import a package to learn its version. A package whose files were edited in place
looks unchanged to it.
"""

from __future__ import annotations

import hashlib
import json
import platform
import re
import sys
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import metadata
from pathlib import Path

from .errors import RotationError
from .project import LOCKFILE, PROJECT_ROOT

NAME = "small-cap-rotation"
#: What a record says in the place of a version.
ABSENT = "not installed"
#: A requirement of an extra alone. Most are, and passing over them halves the time of reading.
_EXTRA = re.compile(r"^(?!.* or ).*\bextra *== *", re.DOTALL)
_PIN = re.compile(
    r"^([A-Za-z0-9][\w.-]*(?:\[[^]\n]*\])?==[^\s;\\]+(?: *; *[^\\\n]+)?)", re.MULTILINE
)


@dataclass(frozen=True)
class Package:
    """One package that the report needs here.

    Attributes:
        name: in its plain form, such as ``"curl-cffi"``.
        version: installed; empty if it is missing.
        elsewhere: whether it came from a folder or an address instead of an index: then its
            version does not tell what is in it.
        locked: version that the lock asks for here; empty if it names none.
        needs: names of the packages it asks for here.
    """

    name: str
    version: str
    elsewhere: bool = False
    locked: str = ""
    needs: tuple[str, ...] = ()

    @property
    def as_locked(self) -> bool:
        """Whether it is what the lock asks for."""
        return bool(self.version) and self.version == self.locked and not self.elsewhere

    @property
    def found(self) -> str:
        """What is installed, in words."""
        origin = " from a folder or an address" if self.elsewhere else ""
        return f"{self.version}{origin}" if self.version else "missing"

    @property
    def against_lock(self) -> str:
        """What is installed and what is locked, in words."""
        return f"{self.found}, {f'locked {self.locked}' if self.locked else 'not locked'}"


@dataclass(frozen=True)
class Environment:
    """The packages that a report runs on.

    Attributes:
        packages: by name, in the order of the alphabet.
        compared: whether there was a lock to compare them with.
    """

    packages: Mapping[str, Package]
    compared: bool = True

    @property
    def versions(self) -> dict[str, str]:
        """Name → version."""
        return {p.name: p.version or ABSENT for p in self.packages.values()}

    @property
    def missing(self) -> tuple[str, ...]:
        """Packages that are needed and not installed."""
        return tuple(p.name for p in self.packages.values() if not p.version)

    @property
    def differences(self) -> dict[str, str] | None:
        """Name → words for each package that is not as locked; ``None`` without a lock."""
        if not self.compared:
            return None
        return {p.name: p.against_lock for p in self.packages.values() if not p.as_locked}

    @property
    def sha256(self) -> str:
        """Checksum of Python and of all packages: versions, and whether each is as locked."""
        return _hash([(*_identity(p), p.as_locked) for p in self.packages.values()])

    def key(self, imported: Iterable[str] | None = None) -> str:
        """Content key of Python and of the packages that code may reach.

        The lock is not part of it: what is locked changes no result, what is installed does.

        Args:
            imported: modules at the top that the code imports; of all packages without it. One
                that belongs to no package of its name makes the key rest on all of them.
        """
        reached = self.packages if imported is None else self.reached(imported)
        return _hash([_identity(self.packages[name]) for name in sorted(reached)])

    def reached(self, imported: Iterable[str]) -> frozenset[str]:
        """Names of the packages of imported modules, and of all those ask for in turn.

        Args:
            imported: as in :meth:`key`.
        """
        waiting = [_plain(name) for name in imported if name not in sys.stdlib_module_names]
        if not all(name in self.packages for name in waiting):
            return frozenset(self.packages)
        seen: set[str] = set()
        while waiting:
            name = waiting.pop()
            if name not in seen:
                seen.add(name)
                waiting += self.packages[name].needs
        return frozenset(seen)


@lru_cache(maxsize=1)
def here() -> Environment:
    """The packages that this process runs on; read once."""
    return read(requirements(PROJECT_ROOT), lock_of(LOCKFILE))


def lock_of(path: Path) -> str | None:
    """Text of a lock, or ``None`` where there is none, as in an installed package."""
    return path.read_text(encoding="utf-8") if path.is_file() else None


def version_of(name: str) -> str:
    """The version installed of one package, as a record says it."""
    return _installed(_plain(name), None).version or ABSENT


def requirements(tree: Path) -> list[str]:
    """What a project asks for at run time.

    Args:
        tree: its folder; without a ``pyproject.toml`` there, the installed package is asked.

    Raises:
        RotationError: if neither can be had.
    """
    path = tree / "pyproject.toml"
    if path.is_file():
        project = tomllib.loads(path.read_text(encoding="utf-8"))["project"]
        return list(project.get("dependencies", ()))
    try:
        return metadata.requires(NAME) or []
    except metadata.PackageNotFoundError:
        raise RotationError(
            f"the package {NAME} is not installed; run 'pip install .' in its folder."
        ) from None


def read(
    wishes: Iterable[str], lock: str | None, places: Sequence[str] | None = None
) -> Environment:
    """All that the wishes lead to, as it is installed.

    Args:
        wishes: requirements, as ``pyproject.toml`` writes them.
        lock: text of the lock; ``None`` if there is none.
        places: folders of installed packages; those of this Python by default.

    Raises:
        RotationError: for a package that asks for what is no requirement.
    """
    from packaging.markers import default_environment

    around = {name: str(value) for name, value in default_environment().items()}
    installed: dict[str, _Installed] = {}
    extras: dict[str, set[str]] = {}
    needs: dict[str, set[str]] = {}
    waiting = [("", _wanted("", wishes, around, set()))]
    while waiting:
        parent, wanted = waiting.pop()
        needs.setdefault(parent, set()).update(wanted)
        for name, asked in wanted.items():
            if name in extras and asked <= extras[name]:
                continue
            extras.setdefault(name, set()).update(asked)
            if name not in installed:
                installed[name] = _installed(name, places)
            waiting.append((name, _wanted(name, installed[name].wishes, around, extras[name])))
    locked = pins(lock or "", set(installed))
    return Environment(
        {
            name: Package(
                name,
                found.version,
                found.elsewhere,
                _spelt(locked.get(name, ""), found.version),
                tuple(sorted(needs[name])),
            )
            for name, found in sorted(installed.items())
        },
        compared=lock is not None,
    )


def pins(lock: str, of: set[str] | None = None) -> dict[str, str]:
    """Name → version of the packages that a lock asks for on this machine.

    Args:
        lock: text of a ``requirements.txt`` in which every package is pinned with ``==``.
        of: only these; all by default.
    """
    from packaging.requirements import Requirement

    found = {}
    for text in _PIN.findall(lock):
        name = _plain(re.split(r"[\[=]", text, maxsplit=1)[0])
        if of is not None and name not in of:
            continue
        wish = Requirement(text)
        if wish.marker is None or wish.marker.evaluate():
            (pin,) = wish.specifier
            found[name] = pin.version
    return found


@dataclass(frozen=True)
class _Installed:
    version: str = ""
    elsewhere: bool = False
    wishes: tuple[str, ...] = ()


def _installed(name: str, places: Sequence[str] | None) -> _Installed:
    """What is installed under a name: the first that an import would find."""
    from email.parser import HeaderParser

    context = {"name": name} if places is None else {"name": name, "path": list(places)}
    found = next(iter(metadata.distributions(**context)), None)
    if found is None:
        return _Installed()
    text = found.read_text("METADATA")
    if text is None:  # an old way of installing: its requirements stand in a file of their own
        return _Installed(found.version, False, tuple(found.requires or ()))
    # The description below the headers is most of the file, and of no interest.
    head = HeaderParser().parsestr(text.partition("\n\n")[0])
    return _Installed(
        head["Version"] or "",
        found.read_text("direct_url.json") is not None,
        tuple(head.get_all("Requires-Dist") or ()),
    )


def _wanted(
    owner: str, wishes: Iterable[str], around: Mapping[str, str], extras: set[str]
) -> dict[str, set[str]]:
    """Name → extras of the requirements of one package that hold here."""
    from packaging.requirements import InvalidRequirement, Requirement

    found: dict[str, set[str]] = {}
    for text in wishes:
        if not extras and _EXTRA.match(text):
            continue
        try:
            wish = Requirement(text)
        except InvalidRequirement:
            raise RotationError(
                f"{owner or NAME} asks for {text!r}, which is no requirement; "
                "install another version of it."
            ) from None
        marker = wish.marker
        if marker is None or any(marker.evaluate({**around, "extra": e}) for e in extras | {""}):
            found.setdefault(_plain(wish.name), set()).update(wish.extras)
    return found


def _spelt(locked: str, installed: str) -> str:
    """A locked version, spelt as the installed one where both mean the same: 1.0 and 1.0.0."""
    from packaging.utils import canonicalize_version

    same = canonicalize_version(locked) == canonicalize_version(installed)
    return installed if same else locked


def _identity(package: Package) -> tuple[str, str, bool]:
    return package.name, package.version, package.elsewhere


def _hash(packages: Sequence[tuple[object, ...]]) -> str:
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return hashlib.sha256(json.dumps([python, packages]).encode()).hexdigest()


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
