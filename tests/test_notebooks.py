"""How chapters are stored: what the linter refuses, what it mends, and that ours pass."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from preloaded import python

from rotation_lib.errors import BuildError
from rotation_lib.params import ReportParams
from rotation_lib.project import CHAPTER_NAMES, CHAPTERS
from rotation_lib.publish.source.lint import lint_notebook
from rotation_lib.publish.source.notebooks import (
    CHECK_MARK,
    normalised,
    read_notebook,
    stored,
    write_notebook,
)

Change = Callable[[nbformat.NotebookNode], None]


def good() -> nbformat.NotebookNode:
    v4 = nbformat.v4
    names = "\n".join(f'{k} = "{v}"' for k, v in ReportParams().as_strings().items())
    parameters = v4.new_code_cell(names, id="parameters")
    parameters.metadata["tags"] = ["parameters", "remove-cell"]
    headline = v4.new_code_cell(f"{CHECK_MARK}\nprint(1)", id="headline")
    headline.outputs = [v4.new_output("stream", name="stdout", text="1\n")]
    cells = [v4.new_markdown_cell("# Title", id="title"), parameters, headline]
    return stored(v4.new_notebook(cells=cells))


@pytest.fixture
def complaints(tmp_path: Path) -> Callable[[Change], list[str]]:
    def lint(change: Change) -> list[str]:
        notebook = good()
        change(notebook)
        path = tmp_path / "methods.ipynb"
        path.write_text(json.dumps(notebook), encoding="utf-8")
        return lint_notebook(path)

    return lint


def test_a_good_notebook_draws_no_complaint(complaints: Callable[[Change], list[str]]) -> None:
    assert complaints(lambda notebook: None) == []


def _set(cell: int, **values: object) -> Change:
    def change(notebook: nbformat.NotebookNode) -> None:
        for name, value in values.items():
            setattr(notebook.cells[cell], name, value)

    return change


def _retag(notebook: nbformat.NotebookNode) -> None:
    notebook.cells[1].metadata["tags"] = ["parameters"]


def _machine(notebook: nbformat.NotebookNode) -> None:
    notebook.metadata["kernelspec"]["display_name"] = "my laptop"


def _output(notebook: nbformat.NotebookNode) -> None:
    notebook.cells[1].outputs = [nbformat.v4.new_output("stream", name="stdout", text="1\n")]


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (_set(0, source="No title"), "must be Markdown and open with the chapter's title"),
        (_set(2, id="Bad Id"), "'Bad Id' is not a unique lower-case slug"),
        (_set(2, id="title"), "'title' is not a unique"),
        (_set(2, outputs=[]), "checked but stores no output"),
        (_set(2, source="print(1)"), "no cell is checked"),
        (_set(2, source=f"{CHECK_MARK}\n" + "x = 1\n" * 15), "has 16 lines"),
        (_set(1, execution_count=7), "execution count"),
        (_set(1, source='start = "2011-01-03"'), "differs from the definition"),
        (_retag, "remove-cell"),
        (_machine, "kernel and language"),
        (_output, "stores output"),
    ],
)
def test_each_fault_is_named(
    complaints: Callable[[Change], list[str]], change: Change, complaint: str
) -> None:
    found = complaints(change)
    assert any(complaint in line for line in found), found
    assert all(line.startswith("methods.ipynb: ") for line in found)


def test_parameters_in_another_order_are_noticed(complaints: Callable[[Change], list[str]]) -> None:
    def swap(notebook: nbformat.NotebookNode) -> None:
        lines = notebook.cells[1].source.splitlines()
        notebook.cells[1].source = "\n".join([lines[1], lines[0], *lines[2:]])

    assert any("another order" in line for line in complaints(swap))


def test_storing_drops_all_outputs_but_the_checked_ones() -> None:
    notebook = good()
    _output(notebook)
    notebook.cells[2].execution_count = 5
    clean = stored(notebook)
    assert clean.cells[1].outputs == []
    assert clean.cells[2].outputs[0]["text"] == "1\n"
    assert clean.cells[2].execution_count == 1


def test_normalising_removes_what_a_clock_wrote() -> None:
    notebook = good()
    notebook.metadata["papermill"] = {"start_time": "now"}
    notebook.cells[2].metadata["execution"] = {"iopub.status.busy": "now"}
    notebook.cells[1].metadata["tags"] = ["injected-parameters"]
    notebook.cells[1].id = "4f2a"
    clean = normalised(notebook)
    assert set(clean.metadata) == {"kernelspec", "language_info"}
    assert clean.cells[2].metadata == {}
    assert clean.cells[1].id == "injected-parameters"


def test_unreadable_notebooks_are_named(tmp_path: Path) -> None:
    path = tmp_path / "risks.ipynb"
    with pytest.raises(BuildError, match=r"risks\.ipynb is missing"):
        read_notebook(path)
    path.write_text("{", encoding="utf-8")
    with pytest.raises(BuildError, match=r"risks\.ipynb is not a readable notebook"):
        read_notebook(path)


def test_writing_and_reading_agree(tmp_path: Path) -> None:
    path = tmp_path / "a" / "methods.ipynb"
    write_notebook(good(), path)
    assert stored(read_notebook(path)) == good()
    assert path.read_text(encoding="utf-8").endswith("}\n")


@pytest.mark.parametrize("name", CHAPTER_NAMES)
def test_our_chapters_are_stored_as_they_should_be(name: str) -> None:
    assert lint_notebook(CHAPTERS / f"{name}.ipynb") == []


@pytest.mark.slow
def test_a_wrong_stored_headline_fails(tmp_path: Path) -> None:
    """The guard itself is guarded: nbval must notice one changed digit."""
    import subprocess

    notebook = good()
    path = tmp_path / "methods.ipynb"

    def status(text: str) -> int:
        notebook.cells[2].outputs[0]["text"] = text
        write_notebook(notebook, path)
        command = [
            python(),
            "-m",
            "pytest",
            "-q",
            "--nbval",
            "-p",
            "no:cacheprovider",
            str(path),
        ]
        return subprocess.run(command, capture_output=True, check=False, timeout=300).returncode

    assert status("1\n") == 0
    assert status("2\n") == 1
