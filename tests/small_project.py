"""A copy of the project cut down to one small chapter, as a git repository to make changes in."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import nbformat
import numpy as np
import pandas as pd
from preloaded import python

from rotation_lib.params import ReportParams
from rotation_lib.project import PROJECT_ROOT
from rotation_lib.publish.source.notebooks import stored, write_notebook
from rotation_lib.review.scaffold import start_chapter
from rotation_lib.sources import snapshot as fmt
from rotation_lib.sources import snapshot_writer as writer

#: What is compiled comes along, and holds for the copy too: its sources have the same size and
#: time. A file that another process is only writing does not.
SKIPPED = shutil.ignore_patterns(
    ".git", ".venv*", "_build", ".*cache*", ".hypothesis", "*.pyc.*", "*.egg-info"
)
NAME = "monthly_lead"
CLAIM = f"""
[[claim]]
id = "small-caps-lead"
chapter = "{NAME}"
title = "Small caps lead"
says = "Small caps beat large caps in the average month."
would_change = "A lead whose interval is clear of zero would change it."

[[claim.part]]
id = "lead"
subject = "small caps"
yes = "lead in the average month"
no = "do not lead in the average month"
open = "a lead in the average month"
finding = "{NAME}.monthly_lead"
size = 0.001
why = "a tenth of a percentage point a month is the least that costs leave over"
"""


def copy_of_project(folder: Path) -> Path:
    """The project without what is built or installed."""
    shutil.copytree(PROJECT_ROOT, folder, ignore=SKIPPED)
    return folder


def small_project(folder: Path) -> Path:
    """A project of one chapter and one claim, committed."""
    project = copy_of_project(folder)
    start_chapter(NAME, "The monthly lead", project)
    contents = f"format: jb-book\nroot: chapters/{NAME}\nchapters:\n  - file: chapters/methods\n"
    (project / "_toc.yml").write_text(contents, encoding="utf-8")
    (project / "data" / "claims.toml").write_text(CLAIM, encoding="utf-8")
    write_notebook(methods(), project / "chapters" / "methods.ipynb")
    commit_all(project, "Start", new=True)
    return project


def methods() -> nbformat.NotebookNode:
    """The chapter that others link to, without its contents."""
    names = "\n".join(f'{k} = "{v}"' for k, v in ReportParams().as_strings().items())
    parameters = nbformat.v4.new_code_cell(
        names, id="parameters", metadata={"tags": ["parameters", "remove-cell"]}
    )
    title = nbformat.v4.new_markdown_cell("# Methods\n\nReturns are total returns.", id="title")
    said = nbformat.v4.new_output("stream", name="stdout", text="total returns\n")
    checked = nbformat.v4.new_code_cell(
        '# NBVAL_CHECK_OUTPUT\nprint("total returns")', id="headline", outputs=[said]
    )
    return stored(nbformat.v4.new_notebook(cells=[title, parameters, checked]))


def commit_all(project: Path, message: str, *, new: bool = False) -> str:
    """Commit everything; the commit's name."""
    if new:
        git(project, "init", "--quiet", "--initial-branch", "main")
    git(project, "add", "--all")
    git(project, "commit", "--quiet", "--allow-empty", "--message", message)
    return git(project, "rev-parse", "HEAD")


def git(project: Path, *arguments: str) -> str:
    """What git says, run as a person without settings of their own."""
    who = ("-c", "user.name=A Person", "-c", "user.email=person@example.org")
    environment = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    done = subprocess.run(
        ["git", *who, *arguments],
        cwd=project,
        env={**environment, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def rotation(
    project: Path, *arguments: str, ahead: Sequence[Path] = ()
) -> subprocess.CompletedProcess[str]:
    """The command line of a copy of the project; folders ``ahead`` are searched before others."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("ROTATION_", "PYTEST"))}
    return subprocess.run(
        [python(), "-m", "rotation_lib", *arguments],
        cwd=project,
        env={**environment, "PYTHONPATH": os.pathsep.join(map(str, (project, *ahead)))},
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )


def edit(path: Path, old: str, new: str) -> None:
    """Replace a piece of text that must be there exactly once."""
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, (path, old)
    path.write_text(text.replace(old, new), encoding="utf-8")


def revise_return(project: Path, symbol: str, day: str, change: float) -> None:
    """Revise one total return of the embedded snapshot, manifest included."""
    folder = project / "data" / "snapshot"
    manifest = json.loads((folder / fmt.MANIFEST).read_text(encoding="utf-8"))
    returns = fmt.SnapshotSource(folder).load().total_returns
    column = returns[symbol].copy()
    column.loc[pd.Timestamp(day)] += change
    returns = returns.assign(**{symbol: column})
    content = writer._returns_parquet(returns)
    (folder / fmt.TOTAL_RETURNS).write_bytes(content)
    manifest["files"][fmt.TOTAL_RETURNS] = {
        "bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    micro = fmt.to_micro(column)
    assert np.isfinite(micro).all()
    manifest["series"][symbol]["sha256"] = fmt.content_digest(
        pd.DatetimeIndex(micro.index), micro.to_numpy()
    )
    tables = {name: manifest["files"][f"{name}.csv"]["sha256"] for name in fmt.TABLES}
    manifest["data_sha256"] = fmt.data_digest(manifest["series"], tables)
    manifest["manifest_sha256"] = fmt.manifest_digest(manifest)
    (folder / fmt.MANIFEST).write_bytes(writer._manifest_bytes(manifest))
