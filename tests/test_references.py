"""What is cited: every reference is used in the code, every citation has its reference."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rotation_lib.errors import DataError
from rotation_lib.narrative import appendix
from rotation_lib.project import PACKAGE
from rotation_lib.prose.markdown import Prose
from rotation_lib.references import load_references, read_references


def _code() -> str:
    files = [p for p in PACKAGE.rglob("*.py") if p.parts[-2] not in ("publish",)]
    text = " ".join(p.read_text(encoding="utf-8") for p in files)
    return re.sub(r"\s+", " ", re.sub(r"\n\s*#?", " ", text))


def test_each_reference_is_cited_in_the_code() -> None:
    code = _code()
    for work in load_references().work:
        first, rest = work.authors[0], work.authors[1:]
        last = re.escape(rest[-1]) if rest else ""
        names = rf"{first} et al\.?|{first}.{{0,30}}{last}" if rest else rf"{first}"
        cited = re.search(rf"\b(?:{names})(?:’s|'s)?,? \(?(?:\d{{4}}; [^;)]*)?{work.year}", code)
        assert cited, f"{' & '.join(work.authors)} {work.year} is cited nowhere"


def test_each_citation_in_the_code_has_a_reference() -> None:
    works = {(w.authors, w.year) for w in load_references().work}
    name = r"[A-ZÀ-Þ][a-zß-ÿ]+(?:-[A-Z][a-z]+)?"
    pairs = re.findall(rf"\b({name}) & ({name}),? \(?((?:19|20)\d\d)", _code())
    assert len(pairs) > 10
    for first, second, year in pairs:
        known = [a for a, y in works if y == int(year) and set(a[-2:]) == {first, second}]
        assert known, f"{first} & {second} {year} is not in data/references.toml"
    for author, year in re.findall(rf"\b({name}) \(((?:19|20)\d\d)\)", _code()):
        known = [a for a, y in works if y == int(year) and author in a]
        assert known, f"{author} ({year}) is not in data/references.toml"


def test_the_bibliography_names_the_six_and_escapes() -> None:
    references = load_references()
    cited, papers = appendix.commentary(references), appendix.works(references)
    for number in range(1, 7):
        assert f'<li id="source-{number}">[{number}] “' in cited
    assert papers.startswith(f"**{len(references.work)} works on statistics, by author.**")
    assert papers.count("<li>") == len(references.work) and "Banking &amp; Finance" in papers
    assert Prose(cited) and Prose(papers)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("schema = 2", "schema = 1"),
        ("schema = 1\nwork = [", "cannot be read"),
        (
            'schema = 1\nwork = []\n[[commentary]]\nnumber = 2\ntitle = "t"\npublisher = "p"',
            "1, 2, 3",
        ),
        (
            "schema = 1\ncommentary = []\n"
            + '[[work]]\nauthors = ["A"]\nyear = 2000\ntitle = "t"\nvenue = "v"\nuse = "u"\n' * 2,
            "listed twice",
        ),
        (
            (
                "schema = 1\ncommentary = []\n"
                '[[work]]\nauthors = ["A"]\nyear = 2000\ntitle = "t"\nvenue = "v"\nuse = "u"\n'
                'doi = "http://elsewhere"'
            ),
            "doi",
        ),
    ],
)
def test_a_broken_file_of_references_is_refused(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "references.toml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(DataError, match=said):
        read_references(path)


def test_a_missing_file_of_references_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be read"):
        read_references(tmp_path / "none.toml")
