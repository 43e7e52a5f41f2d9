"""The static site: executed notebooks and figures in, a folder of pages out.

The new site is made beside the old one and exchanged for it whole; readers never see
half a site, and a failure leaves the last good one in place. It never executes a chapter.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import yaml  # type: ignore[import-untyped]

from ..errors import BuildError
from . import pdf as pdf_edition
from .check import check_site
from .encode import csv_text
from .failure import ChapterFailure
from .figures import (
    Compiled,
    Credits,
    compiled,
    figure_block,
    page_daily,
    page_data,
    read_payload,
    table_foot,
    write_downloads,
)
from .footer import page_footer
from .lower import Page, Parts, failure_page, lower
from .markdown import Links
from .notebooks import normalised, read_notebook, write_notebook
from .polish import PageScripts, polished
from .reading import glossary, with_terms
from .runtime import vega_runtime, write_atomic
from .swap import exchange

_ANSI = re.compile(r"\x1b\[[0-9;]*m")
ASSETS = Path(__file__).parent / "assets"
#: What pages with charts load, in order.
_SCRIPTS = ("layout.js", "controls.js", "sliders.js", "picture.js", "rotation.js")
#: The page that explains the terms used on the others.
_GLOSSARY = "chapters/methods.html"
#: The theme ships these; no page asks for them.
_UNUSED = (
    "**/*.map",
    "_static/scripts/fontawesome.js*",
    "_static/locales",
    ".buildinfo*",
    "_sources",
)


@dataclass(frozen=True)
class PageWeight:
    """What a page costs its first reader, in bytes after gzip."""

    name: str
    figures: int
    html_gz: int
    first_load_gz: int


@dataclass(frozen=True)
class SiteReport:
    """A finished site: where it lies, what its pages weigh, which chapters are missing."""

    html: Path
    pages: tuple[PageWeight, ...]
    seconds: float
    failed: tuple[str, ...]


def build_site(
    executed: Mapping[str, Path],
    figures_dir: Path,
    findings: Mapping[str, Any],
    build: Mapping[str, Any],
    out_dir: Path,
    *,
    project: Path,
    credits: Credits | None = None,
    failures: Sequence[ChapterFailure] = (),
    pdf: bool = False,
) -> SiteReport:
    """Make the site and put it in place.

    Args:
        executed: chapter → executed notebook. Chapters of the table of contents that are
            neither executed nor failed are left out of the book.
        figures_dir: payloads of all chapters.
        findings: becomes ``findings.json``.
        build: becomes ``build.json``.
        out_dir: gets ``html``, or ``failed`` if a chapter failed.
        project: folder with ``_config.yml`` and ``_toc.yml``.
        credits: series id → short, publisher, licence, sha256.
        failures: chapters that failed; each gets a page that says why.
        pdf: also print the PDF edition and link it; left out if a chapter failed.

    Raises:
        BuildError: one line; Sphinx's own words are in ``out_dir/sphinx.log``.
    """
    began = time.monotonic()
    out_dir = out_dir.resolve()
    out_dir.mkdir(parents=True, exist_ok=True)
    known = _chapters(project)
    chapters = _present(known, {*executed, *(f.chapter for f in failures)})
    work = Path(mkdtemp(prefix=".site-", dir=out_dir))
    try:
        edition = pdf_edition.NAME if pdf and not failures else ""
        maker = _Maker(work, out_dir / ".runtime", figures_dir, credits or {}, build, edition)
        pages = {
            n: maker.page(n, executed[n], Links(n, chapters, known))
            for n in chapters
            if n in executed
        }
        pages |= {f.chapter: failure_page(f) for f in failures}
        _stage(work / "book", project, {n: pages[n] for n in chapters})
        _sphinx(work, out_dir / "sphinx.log")
        html = work / "book" / "_build" / "html"
        weights = maker.finish(html, {n: pages[n] for n in chapters})
        _write_records(html, findings, build)
        if edition:
            pdf_edition.write_pdf(html, [_address(n, i) for i, n in enumerate(chapters)], build)
        check_site(html, fragments=not failures)
        target = out_dir / ("failed" if failures else "html")
        exchange(html, target)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return SiteReport(
        target, weights, round(time.monotonic() - began, 2), tuple(f.chapter for f in failures)
    )


class _Maker:
    """Makes the pages of one site; holds what they share."""

    def __init__(
        self,
        work: Path,
        cache: Path,
        payloads: Path,
        credits: Credits,
        build: Mapping[str, Any],
        edition: str = "",
    ) -> None:
        self._files = work / "files"
        self._cache = cache
        self._payloads = payloads
        self._credits = credits
        self._build = build
        self._edition = edition
        self._charts: dict[str, tuple[dict[str, Any], Compiled]] = {}

    def page(self, name: str, path: Path, links: Links) -> Page:
        """Lower one notebook, and write the files that its readers can download."""
        notebook = normalised(read_notebook(path))
        write_notebook(notebook, self._files / "downloads" / "notebooks" / f"{name}.ipynb")
        parts = Parts(
            links,
            lambda figure: self._figure(figure, links.root),
            lambda table: self._table(table, links.root),
            page_footer(name, self._build, links.root, self._edition),
        )
        return lower(notebook, name, parts)

    def _figure(self, name: str, root: str) -> str:
        if name not in self._charts:
            payload = read_payload(self._payloads, name)
            chart = compiled(payload, self._cache / "charts")
            write_downloads(payload, chart, self._files / "downloads" / "figures")
            self._charts[name] = (payload, chart)
        return figure_block(*self._charts[name], self._credits, root)

    def _table(self, name: str, root: str) -> str:
        payload = read_payload(self._payloads, f"{name}.table")
        table = f"downloads/tables/{name}.csv"
        write_atomic(self._files / table, csv_text(payload["data"]["main"]))
        return table_foot(payload, f"{root}{table}", self._credits)

    def finish(self, html: Path, pages: Mapping[str, Page]) -> tuple[PageWeight, ...]:
        """Add downloads and scripts, mend every page, and weigh it."""
        if self._files.exists():
            shutil.copytree(self._files, html, dirs_exist_ok=True)
        for pattern in _UNUSED:
            for path in html.glob(pattern):
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        addresses = {_address(n, i): (n, page) for i, (n, page) in enumerate(pages.items())}
        weights = []
        terms = self._terms(html)
        for path in sorted(html.rglob("*.html")):
            address = path.relative_to(html).as_posix()
            if not address.startswith(("downloads/", "_static/")):
                name, page = addresses.get(address, (path.stem, None))
                weights.append(self._finish_page(html, path, name, page, terms))
        return tuple(weights)

    def _terms(self, html: Path) -> dict[str, tuple[str, str]]:
        source = html / _GLOSSARY
        return glossary(source.read_text(encoding="utf-8")) if source.is_file() else {}

    def _finish_page(
        self,
        html: Path,
        path: Path,
        name: str,
        page: Page | None,
        terms: Mapping[str, tuple[str, str]],
    ) -> PageWeight:
        shown = list(dict.fromkeys(page.figures)) if page else []
        text = path.read_text(encoding="utf-8")
        scripts = None
        if page:
            root = os.path.relpath(html, path.parent).replace(os.sep, "/")
            prefix = "" if root == "." else f"{root}/"
            charts = self._scripts(html, prefix, name, shown) if shown else ()
            scripts = PageScripts((*charts, _asset(prefix, "reading.js")))
            if path != html / _GLOSSARY:
                text = with_terms(text, terms, f"{prefix}{_GLOSSARY}")
        text = polished(text, name, scripts)
        path.write_text(text, encoding="utf-8")
        return PageWeight(name, len(shown), _packed(text.encode()), first_load(path))

    def _scripts(self, html: Path, prefix: str, name: str, shown: Sequence[str]) -> tuple[str, ...]:
        runtime = vega_runtime(self._cache)
        charts = [self._charts[figure] for figure in shown]
        daily = page_daily(charts)
        later = _kept(html, f"{name}-daily", daily) if daily else ""
        data = _kept(html, name, page_data(charts, f"{prefix}{later}" if later else None))
        shutil.copyfile(runtime, html / "assets" / runtime.name)
        return (
            f"{prefix}{data}",
            f"{prefix}assets/{runtime.name}",
            *(_asset(prefix, script) for script in _SCRIPTS),
        )


def first_load(page: Path) -> int:
    """Bytes after gzip of a page with the scripts and styles it names, each once.

    Args:
        page: an HTML file of a finished site.
    """
    from .check import local_references

    text = page.read_bytes()
    files = {p for kind, p in local_references(page) if kind in ("script", "link") and p.is_file()}
    return _packed(text) + sum(_packed(p.read_bytes()) for p in files)


def _address(name: str, place: int) -> str:
    """Of a chapter's page, from the site's top folder; the first is the front page."""
    return f"chapters/{name}.html" if place else "index.html"


def _kept(html: Path, name: str, script: str) -> str:
    """Write a script of the page's own; its address from the site's top folder."""
    address = f"assets/{name}-{hashlib.sha256(script.encode()).hexdigest()[:12]}.js"
    write_atomic(html / address, script)
    return address


def _asset(prefix: str, name: str) -> str:
    """Address that changes with the asset's content, so that no browser keeps an old one."""
    return (
        f"{prefix}_static/{name}?v={hashlib.sha256((ASSETS / name).read_bytes()).hexdigest()[:8]}"
    )


def _packed(content: bytes) -> int:
    return len(gzip.compress(content, 9))


def _chapters(project: Path) -> tuple[str, ...]:
    """All chapters in reading order."""
    toc = yaml.safe_load((project / "_toc.yml").read_text(encoding="utf-8"))
    return (Path(toc["root"]).name, *(Path(c["file"]).name for c in toc["chapters"]))


def _present(known: tuple[str, ...], given: set[str]) -> tuple[str, ...]:
    """The chapters of this book in reading order; the first becomes its front page."""
    strangers = sorted(given - set(known))
    if strangers:
        raise BuildError(f"{', '.join(strangers)}: not in _toc.yml; add it there.")
    if not given:
        raise BuildError("there is no chapter to publish; name at least one.")
    return tuple(n for n in known if n in given)


def _stage(book: Path, project: Path, pages: Mapping[str, Page]) -> None:
    """Lay out the book: the first chapter as its front page, the configuration, the assets."""
    front, *others = pages
    toc = {
        "format": "jb-book",
        "root": "index",
        "chapters": [{"file": f"chapters/{name}"} for name in others],
    }
    if not others:
        toc.pop("chapters")
    write_atomic(book / "_toc.yml", yaml.safe_dump(toc, sort_keys=False))
    shutil.copyfile(project / "_config.yml", book / "_config.yml")
    shutil.copytree(ASSETS, book / "rotation_lib" / "publish" / "assets")
    for name, page in pages.items():
        place = "index" if name == front else f"chapters/{name}"
        write_notebook(page.notebook, book / f"{place}.ipynb")


def _sphinx(work: Path, log: Path) -> None:
    """Run Jupyter Book in a process of its own: Sphinx keeps global state and warns freely."""
    command = [
        sys.executable, "-W", "ignore", "-c", "from jupyter_book.cli.main import main; main()",
        "build", str(work / "book"), "--path-output", str(work / "book"),
        "-W", "-n", "--keep-going", "--quiet",
    ]  # fmt: skip
    # A fixed clock and hash seed, so that the same inputs give the same bytes.
    env = {**os.environ, "SOURCE_DATE_EPOCH": "0", "PYTHONHASHSEED": "0", "NO_COLOR": "1"}
    env.pop("PYTHONWARNINGS", None)
    done = subprocess.run(command, cwd=work, env=env, capture_output=True, text=True, check=False)
    said = _ANSI.sub("", done.stdout + done.stderr).replace(str(work), "")
    write_atomic(log, said)
    if done.returncode or not (work / "book" / "_build" / "html" / "index.html").is_file():
        faults = [
            line.strip() for line in said.splitlines() if "WARNING" in line or "ERROR" in line
        ]
        first = faults[0] if faults else f"exit code {done.returncode}"
        raise BuildError(f"the book could not be made: {first}; all of it is in {log}.")


def _write_records(html: Path, findings: Mapping[str, Any], build: Mapping[str, Any]) -> None:
    for name, record in (("findings.json", findings), ("build.json", build)):
        text = json.dumps(record, indent=1, ensure_ascii=False, allow_nan=False)
        write_atomic(html / name, text + "\n")
