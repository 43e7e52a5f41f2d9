"""Whole builds, timed as a user would start them: in a copy of the project, as processes."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread

import nbformat

from rotation_lib.project import CHAPTER_NAMES, PROJECT_ROOT

_APART = (".git", ".venv*", "_build", "__pycache__", "*.egg-info", ".*_cache")
_LINE = re.compile(r"^(\w+) +(unchanged|FAILED|([\d.]+) s)$", re.MULTILINE)
_FOOT = re.compile(r'<div class="page-foot">.*?</dl></details></div>', re.DOTALL)
#: A chapter whose prose alone changed tells less than this; executing one takes longer.
_REWORDED = 0.5
_BOOK = "from jupyter_book.cli.main import main; main()"


@dataclass(frozen=True)
class Made:
    """One build.

    Attributes:
        seconds: of the process, from start to end.
        ran: chapter → seconds, for those not kept.
        megabytes: most memory of all its processes together; 0 if not watched.
    """

    seconds: float
    ran: Mapping[str, float]
    megabytes: float = 0.0

    @property
    def executed(self) -> Sequence[str]:
        """Chapters that a kernel was started for."""
        return [name for name, seconds in self.ran.items() if seconds > _REWORDED]


def copied_project(folder: Path) -> Path:
    """A copy of the working tree, committed to a repository of its own."""
    if folder.exists():
        return folder
    shutil.copytree(PROJECT_ROOT, folder, ignore=shutil.ignore_patterns(*_APART))
    (folder / ".gitignore").write_text("/_build/\n__pycache__/\n", encoding="utf-8")
    git = ["git", "-c", "user.name=bench", "-c", "user.email=bench@localhost"]
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "measured"]):
        subprocess.run([*git, *command], cwd=folder, check=True, capture_output=True)
    return folder


def environment(project: Path) -> dict[str, str]:
    """The caller's variables, with the copy in place of the project and none of its settings."""
    held = {k: v for k, v in os.environ.items() if not k.startswith("ROTATION_")}
    return {**held, "PYTHONPATH": str(project)}


def report(project: Path, watch: bool = False) -> Made:
    """``rotation build`` in the copy.

    Args:
        project: the copy.
        watch: also measure its memory.
    """
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "rotation_lib", "build"],
        cwd=project,
        env=environment(project),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    with Watch(process.pid if watch else None) as memory:
        said = process.communicate()[0]
    seconds = time.perf_counter() - began
    if process.returncode:
        raise SystemExit(f"the build failed:\n{said}")
    ran = {m[1]: float(m[3]) for m in _LINE.finditer(said) if m[3]}
    return Made(seconds, ran, memory.most / 1e6)


def chapters_told(made: Made) -> str:
    """Seconds of each chapter, in words."""
    return ", ".join(f"{name} {seconds:.1f} s" for name, seconds in made.ran.items())


def helped(project: Path) -> float:
    """Seconds of ``rotation --help``."""
    began = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "rotation_lib", "--help"],
        cwd=project,
        env=environment(project),
        check=True,
        capture_output=True,
    )
    return time.perf_counter() - began


def edit(project: Path, chapter: str, kind: str) -> None:
    """Add a line to the last cell of a kind that pages show: words to prose, a comment to code."""
    path = project / "chapters" / f"{chapter}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    cell = [c for c in notebook.cells if c.cell_type == kind and not c.metadata.get("tags")][-1]
    cell.source += "\n# A remark." if kind == "code" else "\n\nThis sentence is new."
    nbformat.write(notebook, path)


def articles(project: Path) -> dict[str, str]:
    """Text of each chapter's page, without its foot."""
    html = project / "_build" / "html"
    pages = [html / "index.html", *sorted((html / "chapters").glob("*.html"))]
    found = {}
    for page in pages:
        text = page.read_text(encoding="utf-8")
        body = text[text.find("<article") : text.find("</article>")]
        found[page.stem] = _FOOT.sub("", body)
    return found


def differing(before: Mapping[str, str], after: Mapping[str, str]) -> int:
    """How many pages are not the same."""
    return sum(before.get(name) != text for name, text in after.items())


def _staged(project: Path, book: Path, notebooks: Path, execute: str) -> None:
    book.mkdir(parents=True)
    front, *others = CHAPTER_NAMES
    for name in CHAPTER_NAMES:
        shutil.copyfile(notebooks / f"{name}.ipynb", book / f"{name}.ipynb")
    chapters = "".join(f"\n  - file: {name}" for name in others)
    (book / "_toc.yml").write_text(f"format: jb-book\nroot: {front}\nchapters:{chapters}\n")
    settings = f'title: Default\nexecute:\n  execute_notebooks: "{execute}"\n  timeout: 600\n'
    (book / "_config.yml").write_text(settings)


def jupyter_book(
    project: Path, book: Path, *, execute: bool, notebooks: Path | None = None
) -> float:
    """Seconds of ``jupyter-book build`` on the chapters, in a plain book.

    Args:
        project: the copy that the notebooks import.
        book: folder to make it in.
        execute: force execution; otherwise the notebooks are taken as they are.
        notebooks: where they lie; the copy's chapters by default.
    """
    _staged(project, book, notebooks or project / "chapters", "force" if execute else "off")
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", _BOOK, "build", str(book)],
        cwd=book,
        env=environment(project),
        capture_output=True,
        text=True,
        check=False,
    )
    seconds = time.perf_counter() - began
    if done.returncode or "Execution Failed" in done.stdout + done.stderr:
        raise SystemExit(f"jupyter-book failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return seconds


def papermill(project: Path, folder: Path) -> float:
    """Seconds of papermill's command line, chapter after chapter, and a plain book of the results."""
    (folder / "executed").mkdir(parents=True)
    began = time.perf_counter()
    for name in CHAPTER_NAMES:
        subprocess.run(
            [sys.executable, "-m", "papermill", f"chapters/{name}.ipynb",
             str(folder / "executed" / f"{name}.ipynb"), "--cwd", "chapters", "--no-progress-bar",
             "-k", "python3"],
            cwd=project,
            env=environment(project),
            check=True,
            capture_output=True,
        )  # fmt: skip
    seconds = time.perf_counter() - began
    return seconds + jupyter_book(
        project, folder / "book", execute=False, notebooks=folder / "executed"
    )


class Watch:
    """Looks at the memory of a process and all below it while a ``with`` block lasts.

    PSS counts a page that several processes share once in all.
    """

    def __init__(self, pid: int | None, pause: float = 0.1) -> None:
        self.most = 0
        self._pid = pid
        self._pause = pause
        self._over = Event()
        self._thread = Thread(target=self._look, daemon=True)

    def __enter__(self) -> Watch:
        if self._pid is not None:
            self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        if self._pid is not None:
            self._thread.join()

    def _look(self) -> None:
        while not self._over.wait(self._pause):
            assert self._pid is not None
            self.most = max(self.most, sum(map(_pss, _family(self._pid))))


def _family(pid: int) -> list[int]:
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
            except OSError:
                continue
            parents.setdefault(int(fields[1]), []).append(int(entry.name))
    found, waiting = [], [pid]
    while waiting:
        found.append(waiting.pop())
        waiting += parents.get(found[-1], [])
    return found


def _pss(pid: int) -> int:
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0
    line = next((t for t in text.splitlines() if t.startswith("Pss:")), "Pss: 0 kB")
    return int(line.split()[1]) * 1024
