"""Executing chapters: papermill in processes of its own, kept by content key.

A chapter runs again only when something it depends on has changed. This module
never draws and never touches the finished site.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from ..fingerprint import (
    canonical,
    code_key,
    data_key,
    digest,
    imported_modules,
    lock_key,
    settings_key,
)
from ..market import Market
from ..project import CHAPTERS, THEMES
from .failure import ChapterFailure
from .notebooks import normalised, read_notebook, write_notebook

CELL_SECONDS = 600
#: Files of the data folder whose text reaches every chapter.
SETTINGS = ("catalog.toml", "claims.toml", "quality.toml", "references.toml")


@dataclass(frozen=True)
class ChapterRun:
    """An executed chapter: its folder holds ``executed.ipynb`` and ``figures/``."""

    name: str
    folder: Path
    seconds: float
    cached: bool
    failure: ChapterFailure | None = None

    @property
    def notebook(self) -> Path:
        """The executed notebook."""
        return self.folder / "executed.ipynb"

    @property
    def figures(self) -> Path:
        """Payloads of the figures and tables it drew."""
        return self.folder / "figures"


def chapter_key(source: Path, parameters: Mapping[str, Any], data: str) -> str:
    """Content key of a chapter's run.

    Args:
        source: the chapter's notebook.
        parameters: all parameters it is run with.
        data: hash of the data it can see.
    """
    name = source.stem
    notebook = read_notebook(source)
    code = [c for c in notebook.cells if c.cell_type == "code"]
    themes = (name,) if name in THEMES else THEMES
    modules = {
        "rotation_lib.chapter",
        f"rotation_lib.narrative.{name}",
        *(f"rotation_lib.studies.{t}" for t in themes),
        *(m for c in code for m in imported_modules(c.source)),
    }
    cells = [
        canonical({"type": c.cell_type, "source": c.source, "tags": c.metadata.get("tags", [])})
        for c in notebook.cells
    ]
    return digest(
        *cells,
        canonical(parameters),
        data,
        code_key(modules),
        lock_key(),
        settings_key(*SETTINGS),
    )


def run_chapters(
    names: Sequence[str],
    market: Market,
    extras: Mapping[str, Mapping[str, Any]],
    folder: Path,
    *,
    chapters: Path = CHAPTERS,
    jobs: int = 2,
    fresh: bool = False,
    progress: Callable[[ChapterRun], None] = lambda run: None,
) -> list[ChapterRun]:
    """Execute chapters, theme chapters first, since the others read their findings.

    Args:
        names: chapters, in reading order.
        market: data and window, already validated.
        extras: validated extra parameters by chapter.
        folder: where runs are kept.
        chapters: folder of the notebooks.
        jobs: processes at once.
        fresh: ignore what is kept.
        progress: called with every finished run.

    Returns:
        One run a chapter, in the order of ``names``; a failed one carries its failure.
    """
    data = data_key(market)
    shared = market.params.as_strings()
    done: dict[str, ChapterRun] = {}
    for stage in ([n for n in names if n in THEMES], [n for n in names if n not in THEMES]):
        waiting = []
        for name in stage:
            parameters = {**shared, **extras.get(name, {})}
            source = chapters / f"{name}.ipynb"
            key = chapter_key(source, parameters, data)
            target = folder / name / key[:16]
            if not fresh and (kept := _kept(name, target)):
                done[name] = kept
                progress(kept)
            else:
                waiting.append((source, parameters, target, folder / "findings"))
        for run in _execute_all(waiting, jobs):
            done[run.name] = run
            progress(run)
    return [done[name] for name in names]


def _execute_all(
    waiting: Sequence[tuple[Path, dict[str, Any], Path, Path]], jobs: int
) -> list[ChapterRun]:
    if not waiting:
        return []
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(min(jobs, len(waiting)), mp_context=context) as pool:
        futures = [pool.submit(execute_chapter, *job) for job in waiting]
        return [future.result() for future in as_completed(futures)]


def execute_chapter(
    source: Path, parameters: Mapping[str, Any], target: Path, findings: Path
) -> ChapterRun:
    """Run one notebook through papermill into ``target``, replaced only on success.

    Args:
        source: the chapter's notebook.
        parameters: what its parameters cell is overridden with.
        target: folder of the finished run.
        findings: folder where themes keep their findings.
    """
    import papermill
    from papermill.exceptions import PapermillExecutionError
    from traitlets.config import Config

    started = time.perf_counter()
    name = source.stem
    target.parent.mkdir(parents=True, exist_ok=True)
    work = Path(mkdtemp(prefix=f".{name}-", dir=target.parent))
    os.environ.update(_kernel_environment(work / "figures", findings))
    output = work / "executed.ipynb"
    failure = None
    # The system's folder for temporary files: a socket's path may not exceed about 100 letters.
    sockets = mkdtemp(prefix="rotation-")
    try:
        papermill.execute_notebook(
            str(source),
            str(output),
            parameters=dict(parameters),
            kernel_name="python3",
            cwd=str(source.parent),
            progress_bar=False,
            log_output=False,
            execution_timeout=CELL_SECONDS,
            # Sockets in the file system: no port is opened, and nobody else can listen.
            config=Config({"KernelManager": {"transport": "ipc", "ip": f"{sockets}/k"}}),
        )
    except PapermillExecutionError as error:
        failure = _failure(source, error)
    except Exception as error:  # a dead kernel, a timeout: shown like any failing cell
        failure = ChapterFailure(
            name, f"chapters/{name}.ipynb", None, f"{type(error).__name__}: {error}"
        )
    finally:
        shutil.rmtree(sockets, ignore_errors=True)
    run = ChapterRun(name, target, 0.0, False, failure)
    if failure is None:
        write_notebook(normalised(read_notebook(output)), output)
        _seal(work)
        shutil.rmtree(target, ignore_errors=True)
        work.replace(target)
    else:
        shutil.rmtree(work, ignore_errors=True)
    return replace(run, seconds=round(time.perf_counter() - started, 2))


def _kernel_environment(figures: Path, findings: Path) -> dict[str, str]:
    # One thread a kernel: chapters run side by side, and sums stay the same to the bit.
    threads = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    return {
        "ROTATION_FIGURES": str(figures.resolve()),
        "ROTATION_FINDINGS": str(findings.resolve()),
        "PYTHONHASHSEED": "0",
        **dict.fromkeys(threads, "1"),
    }


def _failure(source: Path, error: Any) -> ChapterFailure:
    name = source.stem
    notebook = read_notebook(source)
    # Papermill counts its injected parameters cell, which the stored notebook lacks.
    position = int(error.cell_index)
    tagged = [i for i, c in enumerate(notebook.cells) if "parameters" in c.metadata.get("tags", [])]
    if tagged and position > tagged[0]:
        position -= 1
    cause = " ".join(f"{error.ename}: {error.evalue}".split())
    return ChapterFailure(
        name,
        f"chapters/{name}.ipynb",
        position,
        cause,
        "\n".join(_plain(line) for line in error.traceback),
    )


def _plain(text: str) -> str:
    import re

    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def _contents(folder: Path) -> dict[str, str]:
    files = sorted(p for p in folder.rglob("*") if p.is_file() and p.name != "seal.json")
    return {p.relative_to(folder).as_posix(): digest(p.read_bytes()) for p in files}


def _seal(folder: Path) -> None:
    (folder / "seal.json").write_text(json.dumps(_contents(folder), indent=1), encoding="utf-8")


def _kept(name: str, folder: Path) -> ChapterRun | None:
    """The kept run, unless it is missing or any file differs from its seal."""
    try:
        sealed = json.loads((folder / "seal.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return ChapterRun(name, folder, 0.0, True) if sealed == _contents(folder) else None
