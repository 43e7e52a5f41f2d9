"""Jupyter Book in a process of its own, and the folder in which it keeps what it has read.

Only pages whose source changed are read and written again, unless a heading or anything but a
page changed: every page carries the titles of the others, and the addresses of styles and
scripts. What comes out must be the same bytes as from an empty folder.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from ..errors import BuildError
from ..fingerprint import digest, packages_key
from ..project import START
from .draw.runtime import write_atomic
from .kept import SEAL, contents, seal, unbroken

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

KEPT = ".book"
_ANSI = re.compile(r"\x1b\[[0-9;]*m")
#: Raised when what is kept could no longer be read by this code.
_FORMAT = "1"
_PROGRAM = """
import gc, json, sys
gc.disable()  # it lives for seconds, and a quarter of them would go into looking for garbage
import rotation_lib.publish.source.lean
import jupyter_book.config, jupyter_book.sphinx, myst_nb.sphinx_, sphinx.builders.html
import sphinx.search.en, sphinx_book_theme, sphinx_comments, sphinx_external_toc
order = sys.stdin.read()
if not order:
    sys.exit(0)
book, html, doctrees, force = json.loads(order)
result = jupyter_book.sphinx.build_sphinx(
    book, html, doctreedir=doctrees, noconfig=True, path_config=f"{book}/_config.yml",
    confoverrides={
        "external_toc_path": f"{book}/_toc.yml", "latex_individualpages": False, "nitpicky": True,
    },
    warningiserror=True, keep_going=True, quiet=True, force_all=force,
)
if result:
    print(result, file=sys.stderr)
    sys.exit(1)
"""


class Press:
    """Jupyter Book, importing what it needs while others still work.

    It takes one order, and is gone afterwards. Used in a ``with`` block.
    """

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Begin to import; called when a processor is about to be free, at the latest to print."""
        if self._process is not None:
            return
        # A fixed clock and hash seed, so that the same inputs give the same bytes.
        env = {**os.environ, "SOURCE_DATE_EPOCH": "0", "PYTHONHASHSEED": "0", "NO_COLOR": "1"}
        env["PYTHONIOENCODING"] = "utf-8"  # whatever this terminal is
        env.pop("PYTHONWARNINGS", None)
        self._process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-c", _PROGRAM],
            cwd=START,
            env=env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors="backslashreplace",
        )

    def print(
        self,
        book: Path,
        html: Path,
        doctrees: Path,
        *,
        every: bool,
        meanwhile: Callable[[], None] = lambda: None,
    ) -> tuple[int, str]:
        """Make the pages.

        Args:
            book: sources.
            html: where the pages go.
            doctrees: what was read before, and is kept for the next time.
            every: write all pages, not only those that were read again.
            meanwhile: other work, done here while the pages are made there.

        Returns:
            Exit status, and all that Sphinx said.
        """
        self.start()
        assert self._process is not None and self._process.stdin is not None
        places = [str(place.resolve()) for place in (book, html, doctrees)]
        with suppress(BrokenPipeError):  # why it is gone is told below
            self._process.stdin.write(json.dumps([*places, every]))
            self._process.stdin.close()
        self._process.stdin = None
        meanwhile()
        out, err = self._process.communicate()
        return self._process.returncode, _ANSI.sub("", out + err)

    def __enter__(self) -> Press:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.communicate()


def printed(
    source: Path,
    html: Path,
    out: Path,
    press: Press,
    meanwhile: Callable[[], None] = lambda: None,
) -> None:
    """Make the pages of a staged book.

    Args:
        source: the book's folder, complete.
        html: gets the pages; must not exist.
        out: build folder, which keeps what was read between builds.
        press: not yet used.
        meanwhile: other work, done while the press is at it; it must leave the book alone.

    Raises:
        BuildError: with the first complaint; all of them are in ``out/sphinx.log``.
    """
    with _reserved(out, html.parent) as folder:
        book, pages, doctrees = folder / "source", folder / "made" / "html", folder / "doctrees"
        key = _key(source)
        if unbroken(folder) != {"key": key}:
            shutil.rmtree(folder, ignore_errors=True)
        (folder / SEAL).unlink(missing_ok=True)
        changed = _brought_up_to_date(source, book)
        every = not pages.is_dir() or any(all_see for all_see in changed.values())
        if every:
            shutil.rmtree(pages, ignore_errors=True)
        for name in changed:
            # Sphinx compares dates; without its copy it must read the page again.
            (doctrees / name).with_suffix(".doctree").unlink(missing_ok=True)
        status, said = press.print(book, pages, doctrees, every=every, meanwhile=meanwhile)
        write_atomic(out / "sphinx.log", said.replace(str(book), ""))
        if status or not (pages / "index.html").is_file():
            shutil.rmtree(folder, ignore_errors=True)
            raise _complaint(said.replace(str(book), ""), status, out / "sphinx.log")
        seal(folder, {"key": key})
        shutil.copytree(pages, html)


@contextmanager
def _reserved(out: Path, aside: Path) -> Iterator[Path]:
    """The kept folder, or an empty one beside it while another build uses it."""
    from filelock import FileLock, Timeout

    lock = FileLock(out / f"{KEPT}.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        yield aside / "kept"
        return
    try:
        yield out / KEPT
    finally:
        lock.release()


def _key(source: Path) -> str:
    """What makes all that was read worthless when it changes: packages, settings, contents."""
    settings = [(source / name).read_bytes() for name in ("_config.yml", "_toc.yml")]
    return digest(_FORMAT, sys.version, packages_key(), *settings)


def _brought_up_to_date(source: Path, book: Path) -> dict[str, bool]:
    """Make ``book`` the same as ``source``.

    Returns:
        What had to be changed, added or taken away, and whether other pages show some of it.
    """
    book.mkdir(parents=True, exist_ok=True)
    new, old = contents(source), contents(book)
    changed = {}
    for name in {**old, **new}:
        if old.get(name) == new.get(name):
            continue
        before = _headings(book / name)
        if name in new:
            (book / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source / name, book / name)
        else:
            (book / name).unlink()
        after = _headings(book / name)
        changed[name] = before is None or before != after
    return changed


def _headings(path: Path) -> list[str] | None:
    """Lines of a page that may be, or underline, a heading; ``None`` for what is no page."""
    if not path.is_file() or path.suffix not in (".md", ".ipynb"):
        return None
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".ipynb":
        cells = json.loads(text)["cells"]
        sources = [cell["source"] for cell in cells if cell["cell_type"] == "markdown"]
        text = "\n".join(s if isinstance(s, str) else "".join(s) for s in sources)
    lines = text.splitlines()
    return [
        f"{above}\n{line}" if line.strip(" =-") == "" else line
        for above, line in zip(["", *lines], lines, strict=False)
        if line.lstrip().startswith("#") or (line.strip() and line.strip(" =-") == "")
    ]


def _complaint(said: str, status: int, log: Path) -> BuildError:
    faults = [line.strip() for line in said.splitlines() if "WARNING" in line or "ERROR" in line]
    first = faults[0] if faults else f"exit code {status}"
    return BuildError(f"the book could not be made: {first}; all of it is in {log}.")
