"""What is known of a chapter that failed, and the page that says so.

It must never hide a cause, nor let a cause's text act as markup.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape


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


def failure_cells(failure: ChapterFailure) -> list[tuple[str, str]]:
    """The failing chapter's page as ``(kind, text)`` parts, ready for a notebook."""
    where = (
        "before its first cell"
        if failure.cell_index is None
        else f"in cell {failure.cell_index} (counted from 0)"
    )
    title = failure.chapter.replace("_", " ").capitalize()
    parts = [
        '<div class="failure" role="alert">',
        f"<p><strong>This chapter failed {where}.</strong> No figure of it can be shown.</p>",
        f"<dl><dt>Notebook</dt><dd><code>{escape(failure.notebook)}</code></dd>",
        f"<dt>Cause</dt><dd><code>{_flat(failure.cause)}</code></dd></dl>",
        _details(failure.traceback),
        "</div>",
    ]
    return [("markdown", f"# {title}: not available"), ("html", "".join(parts))]


def _details(traceback: str) -> str:
    if not traceback.strip():
        return ""
    return f"<details><summary>Traceback</summary><pre>{_flat(traceback)}</pre></details>"


def _flat(text: str) -> str:
    """Escaped and without blank lines, so that it stays inside one HTML block."""
    return escape(text).replace("\r", "").replace("\n", "&#10;")
