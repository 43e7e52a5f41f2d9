"""A new chapter from the templates: everything a chapter needs, working from the first minute.

It only adds files and one line to the table of contents; it must never overwrite anything.
"""

from __future__ import annotations

import re
from pathlib import Path
from string import Template

from ..errors import ParameterError
from ..params import ReportParams
from ..project import PROJECT_ROOT
from ..publish.source.lean import nbformat
from ..publish.source.notebooks import stored, write_notebook

TEMPLATES = Path(__file__).parent / "templates"
_NAME = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")
#: Template → where it goes.
_FILES = {
    "room.txt": "rotation_lib/themes/{}/__init__.py",
    "measures.txt": "rotation_lib/themes/{}/measures/__init__.py",
    "measures_lead.txt": "rotation_lib/themes/{}/measures/lead.py",
    "pictures.txt": "rotation_lib/themes/{}/pictures/__init__.py",
    "pictures_lead.txt": "rotation_lib/themes/{}/pictures/lead.py",
    "test.txt": "tests/test_{}.py",
}
_ROOM = "rotation_lib/themes/{}"
_NOTEBOOK = "chapters/{}.ipynb"


def start_chapter(
    name: str, title: str | None = None, project: Path = PROJECT_ROOT
) -> tuple[str, ...]:
    """Write a chapter's notebook, measures, pictures and test, and list it in ``_toc.yml``.

    Args:
        name: in snake_case; of the notebook and the modules.
        title: of the page; the name in words by default.
        project: the project's folder.

    Returns:
        What was written, relative to the project.

    Raises:
        ParameterError: for a name that cannot be used or is taken, or a title over one line.
    """
    title = name.replace("_", " ").capitalize() if title is None else title.strip()
    places = {t: where.format(name) for t, where in _FILES.items()}
    notebook = _NOTEBOOK.format(name)
    _check(name, title, [*places.values(), notebook], project)
    words = {"name": name, "title": title}
    for template, where in places.items():
        text = (TEMPLATES / template).read_text(encoding="utf-8")
        (project / where).parent.mkdir(parents=True, exist_ok=True)
        (project / where).write_text(Template(text).substitute(words), encoding="utf-8")
    write_notebook(_notebook(words), project / notebook)
    _list(name, project / "_toc.yml")
    return (*places.values(), notebook, "_toc.yml")


def _check(name: str, title: str, places: list[str], project: Path) -> None:
    if not _NAME.fullmatch(name):
        raise ParameterError(
            "name",
            name,
            "a chapter is named in lower-case letters, digits and underscores",
            "for example market_breadth",
        )
    if not title or set(title) & set('"\\\n\r$<>'):
        raise ParameterError(
            "title", title, "it is one line of plain text without quotes", "rephrase it"
        )
    for where in (_ROOM.format(name), *places):
        if (project / where).exists():
            raise ParameterError("name", name, f"{where} exists already", "choose another name")


def _notebook(words: dict[str, str]) -> nbformat.NotebookNode:
    text = (TEMPLATES / "chapter.txt").read_text(encoding="utf-8")
    cells = []
    for part in Template(text).substitute(words).split("%% ")[1:]:
        heading, _, source = part.partition("\n")
        kind, cell_id, *tags = heading.split()
        if "parameters" in tags:
            source = "\n".join(f'{k} = "{v}"' for k, v in ReportParams().as_strings().items())
        make = nbformat.v4.new_markdown_cell if kind == "markdown" else nbformat.v4.new_code_cell
        cells.append(make(source.strip("\n"), id=cell_id, metadata={"tags": tags}))
    return stored(nbformat.v4.new_notebook(cells=cells))


def _list(name: str, contents: Path) -> None:
    """List the chapter before the last one, which holds the methods."""
    lines = contents.read_text(encoding="utf-8").splitlines()
    entry = "- file: chapters/"
    last = max(i for i, line in enumerate(lines) if line.lstrip().startswith(entry))
    lines.insert(last, lines[last].split(entry)[0] + entry + name)
    contents.write_text("\n".join(lines) + "\n", encoding="utf-8")
