"""Says that a plain ``jupyter-book build`` executed nothing: on every page, and in the log.

``rotation build`` leaves this extension out of the book that it makes. It also lists the files of
the plain site, so that a build of the report may replace them. It must never import the package,
which may not be installed beside Jupyter Book, nor make a page ask another host.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.util import logging

LIST = ".not-executed.json"
SAID = "Nothing was executed for this book: it shows code without results."
COMMAND = "rotation build"
ANNOUNCEMENT = f"{SAID} The report is made by <code>{COMMAND}</code> (or <code>make report</code>)."


def announce(app: Sphinx, config: Config) -> None:
    """Put the line above every page."""
    config.html_theme_options["announcement"] = ANNOUNCEMENT


def look(app: Sphinx) -> None:
    """Remember which files lie in the site's folder that no plain build put there."""
    app.rotation_others = _names(app) - _listed(app)  # type: ignore[attr-defined]


def tell(app: Sphinx, failure: Exception | None) -> None:
    """Put the line into the log, and list what the build made."""
    if failure is not None:
        return
    if app.builder.format == "html":
        made = sorted(_names(app) - app.rotation_others - {LIST})  # type: ignore[attr-defined]
        text = json.dumps({"files": made}, indent=1, ensure_ascii=False)
        Path(app.outdir, LIST).write_text(text + "\n", encoding="utf-8")
    logging.getLogger(__name__).warning(
        "%s The report is made by '%s' (or 'make report').",
        SAID,
        COMMAND,
        type="rotation",
        subtype="not_executed",
    )


def _names(app: Sphinx) -> set[str]:
    folder = Path(app.outdir)
    return {p.relative_to(folder).as_posix() for p in folder.rglob("*") if not p.is_dir()}


def _listed(app: Sphinx) -> set[str]:
    try:
        return set(json.loads(Path(app.outdir, LIST).read_text(encoding="utf-8"))["files"])
    except (OSError, ValueError, KeyError, TypeError):
        return set()


def setup(app: Sphinx) -> dict[str, Any]:
    """Called by Sphinx."""
    app.connect("config-inited", announce)
    app.connect("builder-inited", look)
    # Last of all: others still write files then.
    app.connect("build-finished", tell, priority=1000)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
