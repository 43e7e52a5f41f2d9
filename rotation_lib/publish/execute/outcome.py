"""What became of a chapter: its run, or the failure that left none.

It only holds facts; it must never hide a cause.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class ChapterFailure:
    """A chapter that could not be executed.

    Attributes:
        chapter: its name, as in the table of contents.
        notebook: the notebook's path, as the reader knows it.
        cell_index: position of the failing cell from 0; ``None`` if no cell had run.
        cause: the error in one line.
        traceback: the full text, if there is one.
    """

    chapter: str
    notebook: str
    cell_index: int | None
    cause: str
    traceback: str = ""

    def __str__(self) -> str:
        where = "" if self.cell_index is None else f", cell {self.cell_index} (counted from 0)"
        return f"{self.notebook}{where}: {self.cause}"


@dataclass(frozen=True)
class ChapterRun:
    """An executed chapter: its folder holds ``executed.ipynb`` and ``figures/``.

    Attributes:
        name: the chapter.
        folder: where the run is kept.
        seconds: what it took.
        cached: nothing was done: a run of the same notebook, data and code was kept.
        failure: why there is no run.
    """

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
