"""The part "How this report is made": its pages, its picture, and the facts that they state."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from rotation_lib.errors import BuildError
from rotation_lib.params import EXTRAS, ReportParams
from rotation_lib.project import CHAPTER_NAMES, PACKAGE, PROJECT_ROOT
from rotation_lib.publish.pages import docs
from rotation_lib.publish.source.notebooks import speaks

sys.path.append(str(PROJECT_ROOT / "tools"))
import architecture

CONTENTS = docs.read_contents(PROJECT_ROOT)
PAGES = docs.pages(CONTENTS, PROJECT_ROOT, {n: f"chapters/{n}.html" for n in CHAPTER_NAMES})
README = (PROJECT_ROOT / "README.md").read_text(encoding="utf-8")


@pytest.fixture
def project(tmp_path: Path) -> Callable[..., Path]:
    """A project of documents only: ``project(page="# Title", other=…)``."""

    def make(**pages: str) -> Path:
        (tmp_path / "docs").mkdir(exist_ok=True)
        for name, text in pages.items():
            (tmp_path / "docs" / f"{name}.md").write_text(text, encoding="utf-8")
        listed = [{"file": f"docs/{name}"} for name in pages]
        toc = {
            "root": "chapters/summary",
            "parts": [
                {"chapters": [{"file": "chapters/risks"}]},
                {"caption": "Made", "chapters": listed},
            ],
        }
        (tmp_path / "_toc.yml").write_text(yaml.safe_dump(toc), encoding="utf-8")
        return tmp_path

    return make


def made(project: Path, **addresses: str) -> dict[str, str]:
    return docs.pages(docs.read_contents(project), project, addresses)


# ---- contents and links ------------------------------------------------------------------


def test_documents_are_no_chapters() -> None:
    assert CONTENTS.chapters == CHAPTER_NAMES
    assert CONTENTS.caption == "How this report is made"
    assert not set(CONTENTS.chapters) & set(PAGES)
    assert list(PAGES) == [docs.page_name(d) for d in CONTENTS.documents]
    assert {"architecture", "rerun", "contributing", "data", "decisions", "changelog"} <= set(PAGES)
    every = {p.stem for p in (PROJECT_ROOT / "docs").glob("*.md")}
    assert every <= set(PAGES), "a page of docs/ is not listed in _toc.yml"


def test_a_book_without_parts_has_no_documents(tmp_path: Path) -> None:
    (tmp_path / "_toc.yml").write_text(
        "root: chapters/one\nchapters:\n  - file: chapters/two\n", encoding="utf-8"
    )
    assert docs.read_contents(tmp_path) == docs.Contents(("one", "two"))
    assert docs.listed([], "Made", []) == {"format": "jb-book", "root": "index"}


def test_links_lead_within_the_book_or_become_text(project: Callable[..., Path]) -> None:
    said = (
        "# One\n\n[`two`](two.md#part) [up](#one) [risks](../chapters/risks.ipynb) "
        "[gone](../chapters/methods.ipynb) [toc](../_toc.yml) [out](https://example.org/a)\n\n"
        "`[code](two.md)`\n\n```sh\n[fenced](nowhere.md)\n```\n"
    )
    root = project(one=said, two="# Two")
    (root / "chapters").mkdir()
    for name in ("risks", "methods"):
        (root / "chapters" / f"{name}.ipynb").touch()
    page = made(root, risks="chapters/risks.html")["one"]
    for part in (
        '<a href="two.html#part"><code>two</code></a>',
        '<a href="#one">up</a>',
        '<a href="../chapters/risks.html">risks</a>',
        " gone toc [out](https://example.org/a)",
        "`[code](two.md)`",
        "[fenced](nowhere.md)",
    ):
        assert part in page, part


@pytest.mark.parametrize(
    ("page", "said"),
    [
        ("Untitled", "begin with a title"),
        ("# A\n\n[x](nowhere.md)", "leads to no file"),
        ("# A\n\n[x](../../outside.md)", "leads to no file"),
        ("# A\n\n![x](one.md)", "is no SVG"),
        ("# A\n\n<!-- reference: rotation_lib.nowhere -->", "does not exist"),
    ],
)
def test_a_fault_of_a_page_is_told_in_one_line(
    project: Callable[..., Path], page: str, said: str
) -> None:
    with pytest.raises(BuildError, match=said) as caught:
        made(project(one=page))
    assert "\n" not in str(caught.value)


def test_a_listed_page_that_is_missing_is_named(project: Callable[..., Path]) -> None:
    root = project(one="# One")
    (root / "docs" / "one.md").unlink()
    with pytest.raises(BuildError, match=r"docs/one\.md is listed in _toc\.yml"):
        made(root)


def test_a_drawing_is_set_into_the_page(project: Callable[..., Path]) -> None:
    root = project(one="# One\n\n![A & B](d.svg)\n")
    (root / "docs" / "d.svg").write_text(
        '<?xml version="1.0"?>\n<svg>\n<rect/>\n</svg>\n', encoding="utf-8"
    )
    page = made(root)["one"]
    assert 'role="region" aria-label="A &amp; B"><svg><rect/></svg></div>' in page
    assert "<?xml" not in page


# ---- the picture -------------------------------------------------------------------------


def test_the_picture_shows_the_layers_as_they_are() -> None:
    assert architecture.drawn(architecture.layers()) == architecture.PICTURE.read_text("utf-8"), (
        "run python tools/architecture.py"
    )
    shown = re.findall(r'data-layer="(\w+)"', architecture.PICTURE.read_text("utf-8"))
    modules = {
        path.stem
        for path in PACKAGE.iterdir()
        if (path.suffix == ".py" or (path / "__init__.py").is_file())
        and not path.name.startswith("_")
    }
    assert len(shown) == len(set(shown))
    held = tomllib.loads((PROJECT_ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contract = held["tool"]["importlinter"]["contracts"][0]
    lines = [[m.strip() for m in line.split("|")] for line in contract["layers"]]
    assert shown == [m.removeprefix("rotation_lib.") for line in lines[::-1] for m in line]
    assert set(shown) == modules, "a module outside the contract may import what it likes"


def test_a_picture_that_leaves_a_layer_out_is_refused(tmp_path: Path) -> None:
    rows = architecture.layers()
    with pytest.raises(SystemExit, match=r"describe \['novelty'\]"):
        architecture.drawn([*rows, ("novelty",)])
    with pytest.raises(SystemExit, match=r"drop \['cli'\]"):
        architecture.drawn(rows[:-1])
    with pytest.raises(SystemExit, match="order of the layers"):
        architecture.drawn([*rows[1:], rows[0]])


# ---- what the pages state ----------------------------------------------------------------


def test_the_table_of_parameters_is_that_of_the_code() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| `?([^`\s]+)`? \|", PAGES["rerun"], re.MULTILINE))
    extras = {k: v for model in EXTRAS.values() for k, v in model().model_dump().items()}
    defaults = {**ReportParams().as_strings(), **extras}
    assert {k: "" if v == "empty" else v for k, v in rows.items()} == {
        k: str(v) for k, v in defaults.items()
    }
    for model in EXTRAS.values():
        for name, field in model.model_fields.items():
            (line,) = re.findall(rf"^\| `{name}` .*$", PAGES["rerun"], re.MULTILINE)
            for bound in field.metadata:
                number = float(getattr(bound, "ge", getattr(bound, "le", None)))
                said = [float(n.replace("−", "-")) for n in re.findall(r"[−-]?\d+\.?\d*", line)]
                assert number in said, (name, number)


def test_every_command_told_exists() -> None:
    import typer.main

    from rotation_lib.cli import app

    group: Any = typer.main.get_command(app)
    told = "\n".join([README, *PAGES.values()])
    commands = re.findall(r"\brotation ([a-z][a-z-]*)((?: --?[\w-]+| [^\s`]+)*)", told)
    assert len(commands) > 20
    blocks = re.findall(r"```sh\n(.*?)```", told, re.DOTALL)
    for name, rest in commands:
        if f"rotation {name}" not in "".join(blocks) and name not in group.commands:
            continue  # the word in a sentence
        command = group.commands[name]
        known = {o for p in command.params for o in p.opts} | {
            o for c in getattr(command, "commands", {}).values() for p in c.params for o in p.opts
        }
        for option in re.findall(r"(?<=\s)--?[a-z][\w-]*", rest):
            assert option in known | {"--help", "-h"}, (name, option)


def test_every_make_target_told_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (PROJECT_ROOT / "Makefile").read_text("utf-8"), re.M))
    told = {t for text in (README, *PAGES.values()) for t in re.findall(r"`make ([a-z]+)`", text)}
    assert told and told <= targets


def test_every_path_told_exists() -> None:
    """Paths in code font: of the repository, of the package, or of the data folder."""
    roots = (PROJECT_ROOT, PACKAGE, PROJECT_ROOT / "data")
    texts = {
        "README": README,
        **{n: PAGES[n] for n in ("architecture", "decisions", "rerun", "scale")},
    }
    for name, text in texts.items():
        for path in re.findall(r"`([\w.-]+/[\w./-]+)`", text):
            if path.startswith(("_build", ".venv")):
                continue
            assert any((root / path).exists() for root in roots), (name, path)


def test_the_reference_holds_what_chapters_and_studies_use() -> None:
    page = PAGES["reference"] + PAGES["statistics"]
    for name in ("open_chapter", "Chapter.takeaways", "Market.macro", "ReportParams", "judge"):
        assert re.search(rf"^#+ {re.escape(name)}$", page, re.MULTILINE), name
    listed = set(re.findall(r"^## (rotation_lib\.stats\.\w+)$", page, re.MULTILINE))
    used = {
        f"rotation_lib.stats.{alias.name}"
        for path in (*(PACKAGE / "studies").rglob("*.py"), *(PACKAGE / "themes").rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[-1] == "stats"
        for alias in node.names
        if (PACKAGE / "stats" / f"{alias.name}.py").is_file()
    }
    assert used - listed == set(), "used by studies, and not in docs/statistics.md"


def test_what_a_reference_lists_is_a_list() -> None:
    page = PAGES["reference"] + PAGES["statistics"]
    sections = re.findall(r"\*\*(?:Arguments|Attributes|Raises)\*\*\n\n(.*)", page)
    assert len(sections) > 50 and [s for s in sections if not s.startswith("- `")] == []
    assert "- `low`, `high`: interval of a tendency" in page


# ---- the site ----------------------------------------------------------------------------


@pytest.mark.slow
def test_pages_are_in_the_site_and_load_no_chart(small_site: Path) -> None:
    for name in PAGES:
        page = (small_site / "docs" / f"{name}.html").read_text(encoding="utf-8")
        scripts = re.findall(r'<script[^>]* src="([^"]+)"', page)
        for word in ("vega", "rotation.js", "controls.js", "picture.js", "assets/"):
            assert not [s for s in scripts if word in s], (name, word)
        assert '<div class="page-foot">' in page and "This chapter as a notebook" not in page
        assert page.count("<h1") - page.count("jb-print-docs-body") == 1, name
        assert "<!-- reference" not in page
    front = (small_site / "index.html").read_text(encoding="utf-8")
    assert "How this report is made" in front and 'href="docs/decisions.html"' in front
    index = (small_site / "searchindex.js").read_text(encoding="utf-8")
    assert '"docs/decisions"' in index


@pytest.mark.slow
def test_the_picture_follows_the_page(small_site: Path) -> None:
    page = (small_site / "docs" / "architecture.html").read_text(encoding="utf-8")
    assert 'class="architecture"' in page and "--a-ink:var(--rt-ink)" in page


@pytest.mark.slow
def test_a_phone_shows_whole_commands_and_ranks_headings(
    small_site: Path, reader: Callable[..., Any]
) -> None:
    page = reader(width=390)
    for name in ("contributing", "reference"):
        page.goto((small_site / "docs" / f"{name}.html").as_uri())
        cut = page.evaluate(
            "Array.from(document.querySelectorAll('article pre'))"
            ".filter((p) => p.scrollWidth > p.clientWidth + 1).map((p) => p.textContent)"
        )
        assert cut == [], name
    sizes = page.evaluate(
        "['h1', 'h2', 'h3', 'h4'].map((h) => "
        "parseFloat(getComputedStyle(document.querySelector(`article ${h}`)).fontSize))"
    )
    assert sizes == sorted(set(sizes), reverse=True)


# ---- the record of versions, and how to cite ---------------------------------------------


def test_the_versions_agree() -> None:
    import rotation_lib

    project = tomllib.loads((PROJECT_ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    cited = yaml.safe_load((PROJECT_ROOT / "CITATION.cff").read_text("utf-8"))
    assert project["version"] == rotation_lib.__version__ == cited["version"]
    assert (project["license"], cited["license"]) == ("MIT", "MIT")
    assert cited["abstract"] == project["description"]
    holder = (PROJECT_ROOT / "LICENSE").read_text("utf-8").splitlines()[2]
    assert cited["authors"] == [{"name": holder.split(maxsplit=3)[3]}]
    log = (PROJECT_ROOT / "CHANGELOG.md").read_text("utf-8")
    headings = re.findall(r"^## (.*)$", log, re.MULTILINE)
    assert headings[0] == "Unreleased" or headings[0].startswith(f"{project['version']} ")


@pytest.mark.slow
def test_the_citation_follows_its_format() -> None:
    schema = "vendor.citation-file-format"
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema]
    done = subprocess.run(
        [*command, str(PROJECT_ROOT / "CITATION.cff")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


def test_a_new_chapter_is_listed_among_the_chapters(tmp_path: Path) -> None:
    from rotation_lib.review.scaffold import _list

    toc = tmp_path / "_toc.yml"
    toc.write_bytes((PROJECT_ROOT / "_toc.yml").read_bytes())
    _list("novelty", toc)
    now = docs.read_contents(tmp_path)
    assert now.chapters == (*CHAPTER_NAMES[:-1], "novelty", CHAPTER_NAMES[-1])
    assert now.documents == CONTENTS.documents


# ---- the public surface ------------------------------------------------------------------


@pytest.mark.parametrize("chapter", CHAPTER_NAMES)
def test_a_chapter_imports_only_what_is_meant_for_it(chapter: str) -> None:
    import nbformat

    import rotation_lib

    notebook = nbformat.read(PROJECT_ROOT / "chapters" / f"{chapter}.ipynb", as_version=4)
    source = "\n".join(c.source for c in notebook.cells if not speaks(c))
    for node in ast.walk(ast.parse(source)):
        assert not isinstance(node, ast.Import)
        if isinstance(node, ast.ImportFrom):
            names = {alias.name for alias in node.names}
            if node.module == "rotation_lib":
                assert names <= set(rotation_lib.__all__)
            else:
                assert re.match(
                    r"rotation_lib\.(charts|narrative|references|studies|summary|sweep|themes)\b",
                    str(node.module),
                )


@pytest.mark.slow
def test_what_is_exported_is_there_and_help_stays_quick() -> None:
    said = (
        "import sys, rotation_lib as r; assert 'pandas' not in sys.modules;"
        "[getattr(r, n) for n in r.__all__]; assert r.Prose.__module__.endswith('prose.markdown');"
        "print(hasattr(r, 'nothing'))"
    )
    done = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "False\n"), done.stderr
