"""The static site: executed notebooks and figures in, a folder of pages out.

The new site is made beside the old one and exchanged for it whole; readers never see
half a site, and a failure leaves the last good one in place. It never executes a chapter.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]

from ..errors import BuildError
from ..record import schemas
from . import pdf as pdf_edition
from .draw.encode import csv_text
from .draw.figures import (
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
from .draw.first import draw, first_figure, with_picture, write_pictures
from .draw.runtime import bundle_parts, vega_runtime, write_atomic
from .draw.still import illustrated
from .execute.outcome import ChapterFailure
from .finish import preview
from .finish.check import check_site
from .finish.footer import PLACE, page_footer
from .finish.frame import TEMPLATE
from .finish.lost import write_lost, write_sitemap
from .finish.notices import write_notices
from .finish.places import searchable
from .finish.polish import PageScripts, polished
from .finish.reading import glossary, with_terms
from .finish.slim import slimmed
from .finish.weight import PageWeight, weighed
from .pages import docs
from .pages.lower import Page, Parts, failure_page, lower
from .pages.markdown import Links
from .press import Press, printed
from .source.lean import nbformat
from .source.notebooks import normalised, read_notebook, write_notebook
from .swap import carried, put, workspace

#: Name → address in the site and page.
Pages = Mapping[str, tuple[str, Page]]
ASSETS = Path(__file__).parent / "assets"
#: What every chapter loads as one script, and what those with charts load besides, in order.
_READING = ("folds.js", "reading.js")
_DRAWING = ("layout.js", "controls.js", "sliders.js", "tables.js", "picture.js", "rotation.js")
#: The page that explains the terms used on the others.
_GLOSSARY = "chapters/methods.html"
#: The theme ships these; no page asks for them, and its icons are drawn by rotation.css.
_UNUSED = (
    "**/*.map",
    "_static/vendor",
    "_static/images",
    "_static/*webpack-macros.html",
    "_static/scripts/fontawesome.js*",
    "_static/locales",
    ".buildinfo*",
    "_sources",
)


@dataclass(frozen=True)
class SiteReport:
    """A finished site.

    Attributes:
        html: where it lies.
        shown: page's address → its name, and how many charts it shows.
        seconds: it took.
        failed: chapters that are missing.
    """

    html: Path
    shown: Mapping[str, tuple[str, int]]
    seconds: float
    failed: tuple[str, ...]

    @property
    def pages(self) -> tuple[PageWeight, ...]:
        """What the pages weigh, worked out when asked for: packing them takes a second."""
        found = [(self.html / address, *said) for address, said in self.shown.items()]
        return tuple(weighed(*one) for one in found)


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
    finish: Callable[[Path, Path], None] = carried,
    after: Callable[[Path], None] | None = None,
    press: Press | None = None,
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
        finish: given the checked site and its place, before the two are exchanged; not called if
            a chapter failed. By default editions kept at the place are carried over.
        after: given the place once it holds the site, and before another build may change it.
        press: Jupyter Book, started earlier; its own by default.

    Raises:
        BuildError: one line; Sphinx's own words are in ``out_dir/sphinx.log``.
    """
    began = time.monotonic()
    address = preview.site_address(project)
    out_dir = out_dir.resolve()
    out_dir.mkdir(parents=True, exist_ok=True)
    contents = docs.read_contents(project)
    known = contents.chapters
    chapters = _present(known, {*executed, *(f.chapter for f in failures)})
    addresses = {n: _address(n, i) for i, n in enumerate(chapters)}
    with workspace(out_dir) as work:
        edition = pdf_edition.NAME if pdf and not failures else ""
        maker = _Maker(work, out_dir / ".runtime", figures_dir, credits or {}, build, edition)
        pages = {
            n: maker.page(n, executed[n], Links(n, chapters, known))
            for n in chapters
            if n in executed
        }
        pages |= {f.chapter: failure_page(f) for f in failures}
        documents = docs.pages(contents, project, addresses, PLACE)
        _stage(work / "book", project, {n: pages[n] for n in chapters}, contents, documents)
        html = work / "html"
        with press or Press() as running:
            shown = {n: (addresses[n], pages[n]) for n in chapters}
            printed(work / "book", html, out_dir, running, partial(maker.prepare, shown))
        charted = maker.finish(html, shown)
        every = list(addresses.values())
        others = [page for page in charted if page not in (*every, TEMPLATE)]
        told = write_sitemap(html, [*every, *others], address)
        _write_records(html, findings, {**build, "published": told})
        preview.shared(html, every, maker.first_chart, findings, address, maker.kept)
        write_lost(html, every, address)
        write_notices(html, maker.bundled)
        if edition:
            pdf_edition.write_pdf(html, every, build)
        check_site(html, fragments=not failures)
        target = out_dir / ("failed" if failures else "html")
        put(html, target, None if failures else finish, after)
    return SiteReport(
        target, charted, round(time.monotonic() - began, 2), tuple(f.chapter for f in failures)
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
        self._notebooks: dict[str, nbformat.NotebookNode] = {}
        self._urls: dict[str, tuple[str, ...]] = {}

    def page(self, name: str, path: Path, links: Links) -> Page:
        """Lower one notebook."""
        notebook = self._notebooks[name] = normalised(read_notebook(path))
        parts = Parts(
            links,
            lambda figure: self._figure(figure, links.root),
            lambda table: self._table(table, links.root),
            PLACE,
        )
        return lower(notebook, name, parts)

    @property
    def kept(self) -> Path:
        """Folder of what is drawn once per content."""
        return self._cache / "charts"

    @property
    def bundled(self) -> list[tuple[str, str]]:
        """Name and version of what the charts' runtime is cut from; none without a chart."""
        return bundle_parts(self._cache) if self._charts else []

    @property
    def first_chart(self) -> tuple[dict[str, Any], str] | None:
        """Payload and static image of the first chart that readers meet."""
        for payload, chart in self._charts.values():
            return payload, chart.svg
        return None

    def _figure(self, name: str, root: str) -> str:
        return figure_block(*self._chart(name), self._credits, root)

    def _chart(self, name: str) -> tuple[dict[str, Any], Compiled]:
        if name not in self._charts:
            payload = read_payload(self._payloads, name)
            self._charts[name] = (payload, compiled(payload, self.kept))
        return self._charts[name]

    def _picture(self, name: str) -> tuple[dict[str, Any], str]:
        payload, chart = self._chart(name)
        return payload, chart.svg

    def _table(self, name: str, root: str) -> str:
        payload = read_payload(self._payloads, f"{name}.table")
        table = f"downloads/tables/{name}.csv"
        write_atomic(self._files / table, csv_text(payload["data"]["main"]))
        return table_foot(payload, f"{root}{table}", self._credits)

    def prepare(self, pages: Pages) -> None:
        """Make what rests on no finished page; called while Jupyter Book is at work elsewhere."""
        for name, notebook in self._notebooks.items():
            shown = illustrated(notebook, self._picture)
            write_notebook(shown, self._files / "downloads" / "notebooks" / f"{name}.ipynb")
        for payload, chart in self._charts.values():
            write_downloads(payload, chart, self._files / "downloads" / "figures")
        for name, (address, page) in pages.items():
            figures = list(dict.fromkeys(page.figures))
            self._urls[name] = self._scripts(_prefix(address), name, figures)
            if found := first_figure(_in_order(page)):
                draw(self._charts[found[0]][0], self.kept)

    def finish(self, html: Path, pages: Pages) -> dict[str, tuple[str, int]]:
        """Add what was prepared, and mend every page; see :attr:`SiteReport.shown`."""
        if self._files.exists():
            shutil.copytree(self._files, html, dirs_exist_ok=True, copy_function=os.replace)
        for pattern in _UNUSED:
            for path in html.glob(pattern):
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        addresses = {address: (name, page) for name, (address, page) in pages.items()}
        finished = {}
        terms = self._terms(html)
        for path in sorted(html.rglob("*.html")):
            address = path.relative_to(html).as_posix()
            if not address.startswith(("downloads/", "_static/")):
                name, page = addresses.get(address, (path.stem, None))
                shown = self._finish_page(html, path, name, page, terms)
                finished[address] = (name, shown)
        searchable(html, [address for address, _ in pages.values()])
        slimmed(html, [html / address for address in finished])
        return finished

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
    ) -> int:
        """Write a page as it will be published; how many charts it shows."""
        text = path.read_text(encoding="utf-8")
        prefix = _prefix(path.relative_to(html).as_posix())
        foot = page_footer(name if page else "", self._build, prefix, self._edition)
        text = text.replace(PLACE, foot)
        if page and path != html / _GLOSSARY:
            text = with_terms(text, terms, f"{prefix}{_GLOSSARY}")
        text = polished(text, name, PageScripts(self._urls[name]) if page else None)
        if page and (found := first_figure(text)):
            files = write_pictures(self._charts[found[0]][0], html, self.kept)
            text = with_picture(text, {width: prefix + file for width, file in files.items()})
        path.write_text(text, encoding="utf-8")
        return len(set(page.figures)) if page else 0

    def _scripts(self, prefix: str, name: str, shown: Sequence[str]) -> tuple[str, ...]:
        """Write what a page loads; its addresses from the page."""
        files = self._files
        reading = f"{prefix}{_bundle(files, 'reading', _READING)}"
        if not shown:
            return (reading,)
        runtime = vega_runtime(self._cache)
        charts = [self._charts[figure] for figure in shown]
        daily = page_daily(charts)
        later = _kept(files, f"{name}-daily", daily) if daily else ""
        data = _kept(files, name, page_data(charts, f"{prefix}{later}" if later else None))
        shutil.copyfile(runtime, files / "assets" / runtime.name)
        return (
            reading,
            f"{prefix}{data}",
            f"{prefix}assets/{runtime.name}",
            f"{prefix}{_bundle(files, 'drawing', _DRAWING)}",
        )


def _prefix(address: str) -> str:
    """From a page to the site's top folder."""
    return "../" * address.count("/")


def _in_order(page: Page) -> str:
    """Prose and HTML of a lowered page, one after the other."""
    return "".join(
        cell.source
        if cell.cell_type == "markdown"
        else "".join(output.get("data", {}).get("text/html", "") for output in cell.outputs)
        for cell in page.notebook.cells
    )


def _address(name: str, place: int) -> str:
    """Of a chapter's page, from the site's top folder; the first is the front page."""
    return f"chapters/{name}.html" if place else "index.html"


def _kept(html: Path, name: str, script: str) -> str:
    """Write a script of the page's own; its address from the site's top folder."""
    address = f"assets/{name}-{hashlib.sha256(script.encode()).hexdigest()[:12]}.js"
    write_atomic(html / address, script)
    return address


def _bundle(html: Path, name: str, scripts: Sequence[str]) -> str:
    """Several of our scripts as one: a request costs a slow reader more than its bytes."""
    return _kept(html, name, "".join((ASSETS / s).read_text(encoding="utf-8") for s in scripts))


def _present(known: tuple[str, ...], given: set[str]) -> tuple[str, ...]:
    """The chapters of this book in reading order; the first becomes its front page."""
    strangers = sorted(given - set(known))
    if strangers:
        raise BuildError(f"{', '.join(strangers)}: not in _toc.yml; add it there.")
    if not given:
        raise BuildError("there is no chapter to publish; name at least one.")
    return tuple(n for n in known if n in given)


def _stage(
    book: Path,
    project: Path,
    pages: Mapping[str, Page],
    contents: docs.Contents,
    documents: Mapping[str, str],
) -> None:
    """Lay out the book: the first chapter as its front page, documents, configuration, assets."""
    front, *others = pages
    entries = docs.stage(book, documents)
    toc = docs.listed([f"chapters/{name}" for name in others], contents.caption, entries)
    write_atomic(book / "_toc.yml", yaml.safe_dump(toc, sort_keys=False))
    write_atomic(book / "_config.yml", docs.settings(project))
    shutil.copytree(ASSETS, book / "rotation_lib" / "publish" / "assets")
    for name, page in pages.items():
        place = "index" if name == front else f"chapters/{name}"
        write_notebook(page.notebook, book / f"{place}.ipynb")


def _write_records(html: Path, findings: Mapping[str, Any], build: Mapping[str, Any]) -> None:
    records = {"findings.json": findings, "build.json": build, **schemas()}
    for name, record in records.items():
        text = json.dumps(record, indent=1, ensure_ascii=False, allow_nan=False)
        write_atomic(html / name, text + "\n")
