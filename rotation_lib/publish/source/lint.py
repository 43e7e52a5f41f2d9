"""How a chapter must be stored, and how to mend one that is not.

Only the form of a notebook is judged here, never its results.
"""

from __future__ import annotations

import ast
import html
import json
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from ...errors import BuildError
from ...params import EXTRAS, NoExtras, ReportParams
from ...project import BUILD, CHAPTER_NAMES, CHAPTERS
from ...prose.template import complaints, is_prose
from .conflicts import conflicts
from .lean import nbformat
from .mend import SLUG, assignments, mended
from .notebooks import CHECK_MARK, read_notebook, speaks, stored, write_notebook
from .typed import typed_numbers

MAX_LINES = 15
MIN_ALT = 40
#: Libraries whose pictures carry neither alt text nor source.
_DRAWERS = {"altair", "matplotlib", "plotly", "seaborn", "bokeh"}
#: What a template prints or asks is no number typed.
_TAG = re.compile(r"\{[{%].*?[%}]\}", re.DOTALL)
_FIGURE = re.compile(r'<figure class="rotation-figure".*?</figure>', re.DOTALL)
_SOURCE = re.compile(r'<p class="fig-source">(.*?)</p>', re.DOTALL)
_NAME = re.compile(r'\bdata-figure="([^"]*)"')
#: The picture's own label: buttons beside it have labels too.
_ALT = re.compile(r'<div class="fig-chart[^>]*\baria-label="([^"]*)"')


def lint_all(names: Sequence[str] = CHAPTER_NAMES, site: Path = BUILD / "html") -> list[str]:
    """Complaints about chapters, and about the figures of the built site if there is one.

    Args:
        names: chapters.
        site: folder of the built site.

    Returns:
        One line each; empty if there is nothing to say.
    """
    found = [line for name in names for line in lint_notebook(CHAPTERS / f"{name}.ipynb")]
    return found + [line for name in names for line in lint_page(site, name)]


def fix_all(names: Sequence[str] = CHAPTER_NAMES) -> list[str]:
    """Mend outputs, ids, metadata and the order of parameters; names of notebooks that changed."""
    changed = []
    for name in names:
        path = CHAPTERS / f"{name}.ipynb"
        before = path.read_bytes()
        write_notebook(mended(path, _definition(name)), path)
        if path.read_bytes() != before:
            changed.append(path.name)
    return changed


def refresh_headlines(names: Sequence[str] = CHAPTER_NAMES) -> list[str]:
    """Execute chapters with their default parameters and store the checked cells' output.

    Args:
        names: chapters.

    Returns:
        Names of the notebooks whose stored output changed.

    Raises:
        BuildError: naming the chapter and the cause, if one does not run.
    """
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError
    from traitlets.config import Config

    # The same arithmetic as in a build: one thread, so that sums agree to the last digit.
    os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"))
    changed = []
    for name in names:
        path = CHAPTERS / f"{name}.ipynb"
        before = path.read_bytes()
        notebook = read_notebook(path)
        with TemporaryDirectory(prefix="rotation-") as sockets:
            client = NotebookClient(
                notebook,
                timeout=600,
                resources={"metadata": {"path": str(CHAPTERS)}},
                # Sockets in the file system: no port is opened, and nobody else can listen.
                config=Config({"KernelManager": {"transport": "ipc", "ip": f"{sockets}/k"}}),
            )
            try:
                client.execute()
            except CellExecutionError as error:
                raise BuildError(f"{path.name}: {error.ename}: {error.evalue}") from None
        write_notebook(stored(notebook), path)
        if path.read_bytes() != before:
            changed.append(path.name)
    return changed


def lint_notebook(path: Path) -> list[str]:
    """Complaints about one chapter.

    Args:
        path: the notebook.
    """
    try:
        notebook = read_notebook(path)
    except BuildError as error:
        return [str(error).rstrip(".")]
    where = path.name
    found = (
        [*conflicts(notebook)]
        or [*_syntax(notebook)]
        or [
            *_form(notebook),
            *_ids(path),
            *_cells(notebook),
            *_figures(notebook),
            *_numbers(notebook),
            *_prose(notebook),
            *_parameters(notebook, path.stem),
        ]
    )
    return [f"{where}: {complaint}" for complaint in found]


def lint_page(site: Path, name: str) -> list[str]:
    """Figures of a built page without a text for those who cannot see them, or without a source.

    Args:
        site: folder of the site; a page that is not there draws no complaint.
        name: the chapter.
    """
    path = next(
        (p for p in (site / f"chapters/{name}.html", site / "index.html") if p.is_file()), None
    )
    if path is None:
        return []
    text = path.read_text(encoding="utf-8")
    found = []
    for block in _FIGURE.findall(text):
        label = _NAME.search(block)
        shown = label.group(1) if label else "?"
        alt = _ALT.search(block)
        if alt is None or len(html.unescape(alt.group(1)).strip()) < MIN_ALT:
            found.append(f"{path.name}: figure {shown} has no alt text; compute one in its chart")
        source = _SOURCE.search(block)
        if source is None or "(" not in source.group(1):
            found.append(f"{path.name}: figure {shown} names no publisher; list catalogued series")
    return found


def _form(notebook: nbformat.NotebookNode) -> Iterator[str]:
    clean = stored(notebook)
    if clean.metadata != notebook.metadata:
        yield "metadata hold more than kernel and language; run 'rotation lint --fix'"
    first = notebook.cells[0] if notebook.cells else None
    if first is None or first.cell_type != "markdown" or not first.source.startswith("# "):
        yield "the first cell must be Markdown and open with the chapter's title"
    if not any(CHECK_MARK in cell.source for cell in notebook.cells):
        yield f"no cell is checked; print the headline table in a cell with {CHECK_MARK}"


def _ids(path: Path) -> Iterator[str]:
    """Ids as they stand in the file: reading it as a notebook would mend repeated ones."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    ids = [cell.get("id", "") for cell in cells]
    for cell_id in sorted({i for i in ids if ids.count(i) > 1 or not SLUG.fullmatch(i)}):
        yield f"cell id {cell_id!r} is not a unique lower-case slug such as 'rolling-beta'; --fix"


def _cells(notebook: nbformat.NotebookNode) -> Iterator[str]:
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        lines = [line for line in cell.source.splitlines() if line.strip()]
        if len(lines) > MAX_LINES and not speaks(cell):
            yield f"cell {cell.id!r} has {len(lines)} lines; move logic into rotation_lib"
        checked = CHECK_MARK in cell.source
        if checked and not cell.outputs:
            yield f"cell {cell.id!r} is checked but stores no output; run 'rotation lint --headlines'"
        if cell.outputs and not checked:
            yield f"cell {cell.id!r} stores output; run 'rotation lint --fix'"
        if cell.execution_count is not None and not checked:
            yield f"cell {cell.id!r} stores an execution count; run 'rotation lint --fix'"


def _figures(notebook: nbformat.NotebookNode) -> Iterator[str]:
    """Pictures that would come without alt text and source, since rotation_lib did not draw them."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and re.search(
            r"!\[\s*\]\(|<img(?![^>]*\balt=)", cell.source
        ):
            yield f"cell {cell.id!r} shows a picture without alt text; describe it"
        if not speaks(cell):
            for name in sorted(_imported(cell.source) & _DRAWERS):
                yield (
                    f"cell {cell.id!r} draws with {name}, so without alt text and source; "
                    "make the figure in its theme's pictures"
                )


def _syntax(notebook: nbformat.NotebookNode) -> Iterator[str]:
    """Code that nothing else here could read."""
    for cell in notebook.cells:
        if speaks(cell):
            continue
        try:
            ast.parse(cell.source)
        except SyntaxError as error:
            yield f"cell {cell.id!r}, line {error.lineno}: {error.msg}; mend its Python"


def _imported(source: str) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names.add(str(node.module).split(".")[0])
    return names


def _numbers(notebook: nbformat.NotebookNode) -> Iterator[str]:
    for cell in notebook.cells:
        if speaks(cell):
            for found in typed_numbers(_TAG.sub("", cell.source)):
                yield f"cell {cell.id!r} types {found!r}; print a finding instead"


def _prose(notebook: nbformat.NotebookNode) -> Iterator[str]:
    for cell in notebook.cells:
        if cell.cell_type == "code" and is_prose(cell.source):
            for complaint in complaints(cell.source):
                yield f"cell {cell.id!r}: {complaint}"
            if "remove-input" not in cell.metadata.get("tags", []):
                yield f"cell {cell.id!r} would show its template; tag it 'remove-input'"


def _definition(chapter: str) -> dict[str, object]:
    """The parameters a chapter must have, in order, with their defaults."""
    return {**ReportParams().as_strings(), **EXTRAS.get(chapter, NoExtras)().model_dump()}


def _parameters(notebook: nbformat.NotebookNode, chapter: str) -> Iterator[str]:
    cells = [c for c in notebook.cells if "parameters" in c.metadata.get("tags", [])]
    if len(cells) != 1:
        yield f"{len(cells)} cells are tagged 'parameters'; exactly one must be"
        return
    if "remove-cell" not in cells[0].metadata["tags"]:
        yield "the parameters cell must be tagged 'remove-cell' too"
    want = _definition(chapter)
    have = assignments(cells[0].source)
    if have != want:
        wrong = sorted(k for k in {*want, *have} if want.get(k) != have.get(k))
        yield f"the parameters cell differs from the definition in: {', '.join(wrong)}"
    elif list(have) != list(want):
        yield (
            f"the parameters stand in another order than {', '.join(want)}; run 'rotation lint --fix'"
        )
