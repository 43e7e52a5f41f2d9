"""The two sides of a comparison: built sites, findings files, project folders or git revisions.

What is not built yet is built, each revision in a worktree of its own that is gone afterwards.
It must never touch the checkout it is run in.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ..environment import version_of
from ..errors import BuildError, ParameterError
from ..project import CARRIED, PROJECT_ROOT
from ..publish.owned import at_hand, mark
from .environments import Environments, Installer, set_up, without_secrets
from .records import read_build, read_findings
from .rows import SNAPSHOT

_MARKS = ("_toc.yml", "rotation_lib", "chapters")
_KEPT = "review"
#: Finished chapters, the charts' runtime, and charts; nothing of it is ever changed in its place.
_LENT = ("runs/*/*", ".runtime/*.*", ".runtime/charts/*")


@dataclass(frozen=True)
class Side:
    """One side.

    Attributes:
        name: as the user wrote it.
        findings: record of ``findings.json``.
        build: record of ``build.json``, if there is one.
        site: folder of the site, if there is one.
        tree: checkout of the sources it was made from, if they are at hand.
        python: the Python it was built with, where that is known.
    """

    name: str
    findings: Mapping[str, Any]
    build: Mapping[str, Any] | None = None
    site: Path | None = None
    tree: Path | None = None
    python: Path | None = None

    @property
    def buildable(self) -> bool:
        """Whether another build can be made as this one was."""
        return self.tree is not None and self.python is not None

    @property
    def inputs(self) -> Mapping[str, Any]:
        """What it was made from, as far as it says."""
        return self.build or self.findings


class Workshop:
    """Opens sides; holds the worktrees made on the way.

    Args:
        folder: for worktrees, removed by :func:`workshop`.
        project: the repository.
        kept: where finished builds of revisions are kept between comparisons.
        install: makes the environment of a checkout that locks other packages; ``None`` if none
            may be made.
    """

    def __init__(
        self, folder: Path, project: Path, kept: Path, install: Installer | None = set_up
    ) -> None:
        self.folder = folder
        self.project = project
        self.kept = kept
        self.trees: dict[str, Path] = {}
        self.environments = Environments(kept / "environments", install)

    def open(self, text: str) -> Side:
        """A side from what the user wrote.

        Raises:
            ParameterError: if it is no build, no findings file, no project and no revision.
            BuildError: if it does not build.
        """
        path = Path(text)
        if path.is_file():
            return Side(text, read_findings(path))
        if path.is_dir():
            return self._folder(text, path.resolve())
        commit = self._commit(text)
        if commit is None and shutil.which("git") is None:
            raise ParameterError(
                "side",
                text,
                "it is no folder and no file, and git, which knows revisions, is not installed",
                "install git, or compare two built folders, for example _build with another",
            )
        if commit is None:
            raise ParameterError(
                "side",
                text,
                "a side is the folder of a build, a findings.json, a project or"
                f"{', in a checkout,' if self.project == CARRIED else ''} a git revision",
                "build one with 'rotation build --out FOLDER'",
            )
        return self._revision(text, commit)

    def measure(
        self, code: Path, data: Path, params: Mapping[str, str], python: Path
    ) -> dict[str, Any]:
        """Findings and claims of one checkout's code on another checkout's data.

        Args:
            code: checkout whose code measures.
            data: checkout whose snapshot is measured.
            params: the report's parameters.
            python: the Python that runs it.

        Raises:
            BuildError: if that code does not run on those data and packages.
        """
        tree = self.folder / "mixed"
        shutil.rmtree(tree, ignore_errors=True)
        skipped = shutil.ignore_patterns(".git", ".venv*", "_build", ".*cache", "__pycache__")
        shutil.copytree(code, tree, ignore=skipped)
        shutil.rmtree(tree / SNAPSHOT)
        shutil.copytree(data / SNAPSHOT, tree / SNAPSHOT)
        pairs = [part for name, value in params.items() for part in ("-p", f"{name}={value}")]
        return dict(json.loads(self._rotation(tree, python, "claims", "--json", *pairs)))

    def _folder(self, text: str, path: Path) -> Side:
        for site in (path, path / "html"):
            if (site / "findings.json").is_file():
                return self._built(text, site)
        if all((path / mark).exists() for mark in _MARKS):
            out = self.kept / "folders" / path.name
            python = self.environments.python(path, text)
            self._build(path, python, out)
            return self._built(text, out / "html", path, python)
        raise ParameterError(
            "side", text, "there is no findings.json in it", "run 'rotation build' first"
        )

    def _built(
        self, name: str, site: Path, tree: Path | None = None, python: Path | None = None
    ) -> Side:
        """A side from its site; a clean build of a known revision brings its sources along."""
        build = read_build(site / "build.json") if (site / "build.json").is_file() else None
        findings = read_findings(site / "findings.json")
        if tree is None and build is not None and build.get("dirty") is False:
            commit = self._commit(str(build.get("revision")))
            tree = self._worktree(commit) if commit else None
        if python is None and _made_here(build):
            python = Path(sys.executable)
        return Side(name, findings, build, site, tree, python)

    def _revision(self, name: str, commit: str) -> Side:
        tree = self._worktree(commit)
        out = self.kept / commit[:12]
        python = self.environments.python(tree, name)
        if not self._usable(out, commit, python, tree):
            self._build(tree, python, out)
        shown = name if commit.startswith(name) else f"{name} ({commit[:8]})"
        return self._built(shown, out / "html", tree, python)

    def _usable(self, out: Path, commit: str, python: Path, tree: Path) -> bool:
        """Whether ``out`` holds a clean build of ``commit`` made by this Python's packages."""
        try:
            record = read_build(out / "html" / "build.json")
        except BuildError:
            return False
        if record.get("revision") != commit or record.get("dirty") is not False:
            return False
        if python == Path(sys.executable):
            return _made_here(record)
        packages = self._packages(python, tree)
        return all(record.get(name) == value for name, value in packages.items())

    def _packages(self, python: Path, tree: Path) -> Mapping[str, Any]:
        """The Python and the packages that a build by another ``python`` would record."""
        asked = "import json; from rotation_lib.publish import provenance as p; "
        return dict(
            json.loads(_run(tree, python, "-c", f"{asked}print(json.dumps(p.environment()))"))
        )

    def _commit(self, text: str) -> str | None:
        # A repository that an environment happens to lie in is not this project's.
        if text.startswith("-") or self.project == CARRIED:
            return None
        try:
            done = self._git("rev-parse", "--verify", "--quiet", f"{text}^{{commit}}")
        except FileNotFoundError:  # two built folders are compared without git
            return None
        return done.stdout.strip() if done.returncode == 0 else None

    def _worktree(self, commit: str) -> Path:
        if commit not in self.trees:
            path = self.folder / commit[:12]
            done = self._git("worktree", "add", "--detach", "--quiet", str(path), commit)
            if done.returncode:
                raise BuildError(f"git cannot check out {commit[:12]}: {done.stderr}")
            self.trees[commit] = path
        return self.trees[commit]

    def _git(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            # Checkouts hold the bytes as committed, whatever git does to ends of lines here.
            ["git", "-C", str(self.project), "-c", "core.autocrlf=false", *arguments],
            env=without_secrets(os.environ),  # a hook may lie in the checkout itself
            capture_output=True,
            encoding="utf-8",
            errors="surrogateescape",
            check=False,
        )

    def _build(self, tree: Path, python: Path, out: Path) -> None:
        """Build a checkout; what was run or drawn before, here or elsewhere, is not made again."""
        mark(out)
        for built in (self.project / "_build", *self.kept.glob("*")):
            if built != out:
                _lend(built, out)
        self._rotation(tree, python, "build", "--out", str(out))

    def _rotation(self, tree: Path, python: Path, *arguments: str) -> str:
        return _run(tree, python, "-m", "rotation_lib", *arguments)

    def close(self) -> None:
        """Forget the worktrees."""
        for path in self.trees.values():
            self._git("worktree", "remove", "--force", str(path))


@contextmanager
def workshop(
    project: Path = PROJECT_ROOT, kept: Path | None = None, install: Installer | None = set_up
) -> Iterator[Workshop]:
    """A workshop for the length of a ``with`` block.

    Args:
        project: the repository.
        kept: where builds of revisions are kept.
        install: makes the environment of a checkout that locks other packages.
    """
    with TemporaryDirectory(prefix="rotation-review-") as folder:
        place = Path(folder).resolve()
        shop = Workshop(place, project, kept or (at_hand() or place) / _KEPT, install)
        try:
            yield shop
        finally:
            shop.close()


def _run(tree: Path, python: Path, *arguments: str) -> str:
    """What a Python program says that is run from a checkout, without the user's secrets."""
    variables = without_secrets(os.environ)
    variables = {k: v for k, v in variables.items() if not k.startswith("ROTATION_")}
    # The checkout comes before the installed package, in this process and in its kernels.
    variables["PYTHONPATH"] = str(tree)
    variables["PYTHONIOENCODING"] = "utf-8"  # what it says is read here, whatever this terminal is
    done = subprocess.run(
        [str(python), *arguments],
        cwd=tree,
        env=variables,
        capture_output=True,
        encoding="utf-8",
        errors="backslashreplace",
        check=False,
    )
    if done.returncode:
        said = [line for line in (done.stderr or done.stdout).splitlines() if line.strip()]
        raise BuildError(
            f"'rotation {arguments[2] if len(arguments) > 2 else 'build'}' failed in {tree.name}: "
            f"{_cause(said) or f'exit status {done.returncode}'}"
        )
    return done.stdout


def _cause(said: list[str]) -> str:
    """The line that names what went wrong: the first, or the last of a traceback."""
    return said[-1] if said and said[0].startswith("Traceback") else "".join(said[:1])


def _made_here(build: Mapping[str, Any] | None) -> bool:
    """Whether a build was made by this Python and the packages that are installed here.

    What another revision needs may differ, so the packages are those that the record names.
    """
    told = build.get("packages") if build else None
    if not build or not told or build.get("python") != platform.python_version():
        return False
    return all(version_of(name) == version for name, version in told.items())


def _lend(built: Path, target: Path) -> None:
    """What another build keeps by content, by hard links where the file system has them."""
    for path in (path for kept in _LENT for path in built.glob(kept)):
        there = target / path.relative_to(built)
        if there.exists() or path.name.startswith("."):
            continue
        there.parent.mkdir(parents=True, exist_ok=True)
        if path.is_dir():
            shutil.copytree(path, there, copy_function=_link)
        else:
            _link(str(path), str(there))


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
