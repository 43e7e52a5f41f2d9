"""The page of a chapter that failed: where, why, and the full traceback.

It must never let a cause's text act as markup.
"""

from __future__ import annotations

from html import escape

from ..execute.outcome import ChapterFailure


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
