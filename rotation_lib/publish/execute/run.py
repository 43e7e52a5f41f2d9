"""Executing chapters: papermill in processes of its own, kept by content key.

A chapter runs again only when something it depends on has changed. Its prose is none of that:
neither Markdown nor a ``%%prose`` cell reaches code, so new prose is told from the kept findings and
set between the outputs of the kept run. This module never touches the finished site.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
import shutil
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, replace
from multiprocessing.connection import wait
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any

from ...chapter import Chapter
from ...errors import LedgerError
from ...fingerprint import (
    canonical,
    code_key,
    data_key,
    digest,
    imported_modules,
    packages_key,
    settings_key,
)
from ...params import chapter_extras
from ...project import CHAPTERS, DATA, THEMES, measuring
from ...prose import ProseError
from ...results import kept_in
from ..draw.drawing import Drawing
from ..kept import seal, unbroken
from ..source.notebooks import normalised, read_notebook, speaks, with_prose, write_notebook
from .outcome import ChapterFailure, ChapterRun
from .warm import SINGLE, Nursery

if TYPE_CHECKING:
    from ...market import Market

CELL_SECONDS = 600
#: Files of the data folder whose text reaches every chapter.
SETTINGS = ("catalog.toml", "claims.toml", "quality.toml", "references.toml")
#: Files of the data folder that reach only the chapters that import the module.
READ_BY = {"rotation_lib.sweep.history": "sweep/panel.parquet"}


@dataclass(frozen=True)
class Keys:
    """What a chapter's run depends on.

    Attributes:
        whole: of everything, the prose included: names the kept run.
        execution: of all that can change an output.
    """

    whole: str
    execution: str


@dataclass(frozen=True)
class Job:
    """One chapter to execute; can be sent to another process.

    Attributes:
        source: the notebook.
        parameters: what its parameters cell is overridden with.
        target: folder of the finished run.
        findings: folder where themes keep their findings.
        execution: as in :class:`Keys`.
    """

    source: Path
    parameters: dict[str, Any]
    target: Path
    findings: Path
    execution: str


def chapter_keys(source: Path, parameters: Mapping[str, Any], data: str) -> Keys:
    """Content keys of a chapter's run.

    Both rest on its code cells, all its parameters, the data it can see, the part of the package
    it imports, the packages installed, and the project's tables; the whole key on its prose too.

    Args:
        source: the chapter's notebook.
        parameters: all parameters it is run with.
        data: hash of the data it can see.
    """
    name = source.stem
    notebook = read_notebook(source)
    code = [c for c in notebook.cells if not speaks(c)]
    themes = (name,) if name in THEMES else THEMES
    modules = {
        "rotation_lib.chapter",
        *(measuring(t) for t in themes),
        *(m for c in code for m in imported_modules(c.source)),
    }
    execution = digest(
        *(_cell_key(cell) for cell in code),
        canonical(parameters),
        data,
        code_key(modules),
        packages_key(),
        settings_key(*SETTINGS, *_read_by(modules)),
    )
    return Keys(digest(execution, *(_cell_key(cell) for cell in notebook.cells)), execution)


def _read_by(modules: set[str]) -> list[str]:
    wanted = (file for module, file in READ_BY.items() if module in modules)
    return [file for file in wanted if (DATA / file).is_file()]


def _cell_key(cell: Any) -> str:
    held = {"id": cell.get("id"), "type": cell.cell_type, "source": cell.source}
    return canonical(held | {"tags": cell.metadata.get("tags", [])})


def run_chapters(
    names: Sequence[str],
    market: Market,
    extras: Mapping[str, Mapping[str, Any]],
    folder: Path,
    *,
    chapters: Path = CHAPTERS,
    jobs: int = 2,
    fresh: bool = False,
    nursery: Nursery | None = None,
    drawing: Drawing | None = None,
    progress: Callable[[ChapterRun], None] = lambda run: None,
    resting: Callable[[], None] = lambda: None,
) -> list[ChapterRun]:
    """Execute chapters, theme chapters first, since the others read their findings.

    Args:
        names: chapters, in reading order.
        market: data and window, already validated.
        extras: validated extra parameters by chapter.
        folder: where runs are kept.
        chapters: folder of the notebooks.
        jobs: processes at once.
        fresh: ignore what is kept: runs, findings and compiled charts.
        nursery: forks the processes of chapters, where that is safe; without it each has an
            ordinary kernel and a new interpreter.
        drawing: compiles the charts of finished chapters while others run; otherwise they are
            left for later.
        progress: called with every finished run.
        resting: called once a processor is free that no chapter asks for; some may still run.

    Returns:
        One run a chapter, in the order of ``names``; a failed one carries its failure.
    """
    # Chapters run in processes that were started in another folder.
    folder, chapters = folder.absolute(), chapters.absolute()
    drawing = drawing or Drawing()
    if fresh:
        for kept_findings in (folder / "findings").glob(f"*-{'?' * 16}.json"):
            kept_findings.unlink(missing_ok=True)
        drawing.forget()
    data = data_key(market)
    shared = market.params.as_strings()
    done: dict[str, ChapterRun] = {}
    stages: list[list[Job]] = [[], []]
    for name in names:
        parameters = {**shared, **extras.get(name, {})}
        source = chapters / f"{name}.ipynb"
        keys = chapter_keys(source, parameters, data)
        target = folder / name / keys.whole[:16]
        job = Job(source, parameters, target, folder / "findings", keys.execution)
        opened = Chapter(name, market, chapter_extras(name, dict(extras.get(name, {}))))
        kept = None if fresh else _kept(name, target, keys) or _reworded(job, opened)
        if kept:
            done[name] = kept
            progress(kept)
        else:
            stages[name not in THEMES].append(job)
    todo = [stage for stage in stages if stage]
    for run in _execute_stages(todo, jobs, nursery, drawing, resting):
        done[run.name] = run
        progress(run)
    drawing.finish()
    return [done[name] for name in names]


def _execute_stages(
    stages: Sequence[Sequence[Job]],
    jobs: int,
    nursery: Nursery | None,
    drawing: Drawing,
    resting: Callable[[], None],
) -> Iterator[ChapterRun]:
    if not stages:
        resting()
        return
    if nursery is not None:
        nursery.start()
    drawing.prepare()
    warm = nursery if nursery is not None and nursery.usable else None
    for stage in stages:
        rest = resting if stage is stages[-1] else lambda: None
        if warm is not None:
            yield from _execute_forked(warm, stage, jobs, drawing, rest)
        else:
            yield from _execute_spawned(stage, jobs, drawing, rest)


def _execute_forked(
    nursery: Nursery,
    stage: Sequence[Job],
    jobs: int,
    drawing: Drawing,
    resting: Callable[[], None],
) -> Iterator[ChapterRun]:
    waiting = deque(sorted(stage, key=_effort, reverse=True))
    running: dict[int, Job] = {}
    while waiting or running:
        while waiting and len(running) < jobs:
            job = waiting.popleft()
            running[nursery.begin(execute_chapter, job)] = job
        if len(running) < jobs:
            resting()
        finished = wait(list(running), timeout=0 if drawing.waiting else None)
        if not finished:
            drawing.step()
        for ready in finished:
            assert isinstance(ready, int)
            job = running.pop(ready)
            with os.fdopen(ready, "rb") as pipe:
                result = pipe.read()
            yield _drawn(pickle.loads(result) if result else _lost(job), drawing)
    resting()


def _drawn(run: ChapterRun, drawing: Drawing) -> ChapterRun:
    """The run, its charts waiting to be compiled."""
    if run.failure is None:
        drawing.add(run.figures)
    return run


def _effort(job: Job) -> int:
    """The longest chapters begin first, so that none is left over at the end."""
    return job.source.stat().st_size


def _lost(job: Job) -> ChapterRun:
    name = job.source.stem
    cause = "its process was ended from outside, as happens when memory runs out"
    failure = ChapterFailure(name, f"chapters/{name}.ipynb", None, cause)
    return ChapterRun(name, job.target, 0.0, False, failure)


def _execute_spawned(
    stage: Sequence[Job], jobs: int, drawing: Drawing, resting: Callable[[], None]
) -> Iterator[ChapterRun]:
    resting()
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(min(jobs, len(stage)), mp_context=context) as pool:
        for future in as_completed([pool.submit(execute_chapter, job) for job in stage]):
            yield _drawn(future.result(), drawing)
            drawing.finish()


def execute_chapter(job: Job) -> ChapterRun:
    """Run one notebook through papermill into its target, replaced only on success."""
    import papermill
    from papermill.exceptions import PapermillExecutionError
    from traitlets.config import Config

    source, target = job.source, job.target
    started = time.perf_counter()
    name = source.stem
    target.parent.mkdir(parents=True, exist_ok=True)
    work = Path(mkdtemp(prefix=f".{name}-", dir=target.parent))
    os.environ.update(_kernel_environment(work / "figures", job.findings))
    output = work / "executed.ipynb"
    failure = None
    # The system's folder for temporary files: a socket's path may not exceed about 100 letters.
    sockets = mkdtemp(prefix="rotation-")
    try:
        papermill.execute_notebook(
            str(source),
            str(output),
            parameters=dict(job.parameters),
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
        _put(work, target, job.execution)
    else:
        shutil.rmtree(work, ignore_errors=True)
    return replace(run, seconds=round(time.perf_counter() - started, 2))


def _kernel_environment(figures: Path, findings: Path) -> dict[str, str]:
    return {
        "ROTATION_FIGURES": str(figures.resolve()),
        "ROTATION_FINDINGS": str(findings.resolve()),
        **SINGLE,
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


def _put(work: Path, target: Path, execution: str) -> None:
    seal(work, {"execution": execution})
    if target.exists() and unbroken(target) is None:
        # Somebody worked in it: an edited notebook, a file of their own.
        target.rename(mkdtemp(prefix=f"{target.name}-changed-", dir=target.parent))
    shutil.rmtree(target, ignore_errors=True)
    work.replace(target)


def _kept(name: str, folder: Path, keys: Keys) -> ChapterRun | None:
    """The kept run, unless it is missing or any file differs from its seal."""
    note = unbroken(folder)
    return ChapterRun(name, folder, 0.0, True) if note == {"execution": keys.execution} else None


def _reworded(job: Job, chapter: Chapter) -> ChapterRun | None:
    """A run made of a kept one that differs in prose only; no cell is executed.

    Prose that cannot be told is left to an execution, which names the cell.
    """
    started = time.perf_counter()
    source, target = job.source, job.target
    for folder in sorted(target.parent.glob("*")):
        if unbroken(folder) != {"execution": job.execution}:
            continue
        executed = read_notebook(folder / "executed.ipynb")
        try:
            with kept_in(job.findings):
                merged = with_prose(
                    executed, read_notebook(source), lambda c: chapter.tell(c).bundle()
                )
        except (LedgerError, ProseError):
            return None
        work = Path(mkdtemp(prefix=f".{source.stem}-", dir=target.parent))
        shutil.copytree(folder, work, dirs_exist_ok=True)
        write_notebook(normalised(merged), work / "executed.ipynb")
        _put(work, target, job.execution)
        return ChapterRun(source.stem, target, round(time.perf_counter() - started, 2), False)
    return None
