"""The report on paper: all pages of a finished site as one tagged A4 PDF, printed by Chromium.

It joins what the site already says, in reading order, with a title page and contents.
It must never execute a chapter or fetch anything from another host.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from datetime import date
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ..errors import BuildError
from .finish.footer import unlocked

if TYPE_CHECKING:
    from bs4 import BeautifulSoup, Tag

#: Name of the edition in the site's top folder.
NAME = "small-cap-rotation.pdf"
_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_SECONDS = 300
#: What paper has no use for: controls, folded code, menus, footers, marks of links.
_SCREEN_ONLY = (
    "script, style, .fig-controls, .fig-status, .fig-inputs, .fig-tools, .fig-chart, "
    ".ledger-filter, .headerlink, .page-foot, .table-foot a, details.hide, div.cell_input, "
    ".more-kind, .pst-js-only, details[data-kind=numbers]"
)
#: Rows from which on a table is set small and may run over pages.
_LONG = 17
_SCRIPT = Path(__file__).parent / "assets" / "paper.js"
_KIDS = re.compile(rb"/Kids\s*\[([^\]]*)\]")
_DESTINATION = re.compile(rb"/([\w.-]+)\s*\[(\d+) 0 R /XYZ")


def chromium() -> str:
    """Path of the system's Chromium.

    Raises:
        BuildError: if there is none.
    """
    for name in _BROWSERS:
        if path := shutil.which(name):
            return path
    raise BuildError("there is no Chromium to print the PDF; install chromium, or leave --pdf out.")


def write_pdf(html: Path, pages: Sequence[str], build: Mapping[str, Any]) -> Path:
    """Print the edition into the site's top folder.

    Args:
        html: a finished site.
        pages: addresses of its pages in reading order.
        build: the build record, for the title page.

    Raises:
        BuildError: without a browser, or when it prints nothing.
    """
    browser = chromium()
    body, contents, styles = _joined(html, pages)
    target = html / NAME
    joined = html / "edition.html"
    try:
        numbers: dict[str, int] = {}
        # The contents name pages that are only known once the edition has been printed.
        for _ in range(2):
            joined.write_text(_document(body, contents, numbers, styles, build), encoding="utf-8")
            _print(browser, joined, target)
            target.write_bytes(_settled(target.read_bytes(), build))
            numbers = page_numbers(target.read_bytes())
    finally:
        joined.unlink(missing_ok=True)
    return target


def _settled(pdf: bytes, build: Mapping[str, Any]) -> bytes:
    """The same file without clock and chance, so that equal inputs give equal bytes.

    Its date becomes the last day of its data; Chromium's numbers of nodes become their order.
    """
    order: dict[bytes, bytes] = {}
    pdf = re.sub(rb"node\d{8}", lambda m: order.setdefault(m[0], b"node%08d" % len(order)), pdf)
    day = str(build.get("data_through") or "1970-01-01").replace("-", "").encode("ascii")
    return re.sub(rb"\(D:\d{14}", b"(D:" + day + b"000000", pdf)


def page_numbers(pdf: bytes) -> dict[str, int]:
    """Destination → number of its page, counted from 1, in a PDF as Chromium writes it.

    Empty if the file is written another way; the contents then go without numbers.
    """
    kids = {int(k) for run in _KIDS.findall(pdf) for k in re.findall(rb"(\d+) 0 R", run)}
    leaves = [n for n in _page_order(pdf) if n in kids]
    place = {number: i + 1 for i, number in enumerate(leaves)}
    return {
        name.decode("ascii"): place[int(page)]
        for name, page in _DESTINATION.findall(pdf)
        if int(page) in place
    }


def _page_order(pdf: bytes) -> list[int]:
    """Objects that are pages, in the order of the page tree."""
    trees = {
        int(m[1]): [int(k) for k in re.findall(rb"(\d+) 0 R", m[2])]
        for m in re.finditer(rb"(?m)^(\d+) 0 obj\s*<<[^>]*?/Kids\s*\[([^\]]*)\]", pdf)
    }
    inner = {kid for kids in trees.values() for kid in kids}
    order: list[int] = []

    def walk(node: int) -> None:
        for kid in trees[node]:
            if kid in trees:
                walk(kid)
            else:
                order.append(kid)

    for top in (node for node in trees if node not in inner):
        if re.search(rb"(?m)^%d 0 obj\s*<<[^>]*?/Type\s*/Pages" % top, pdf):
            walk(top)
    return order


def _joined(html: Path, pages: Sequence[str]) -> tuple[str, list[tuple[str, str, int]], list[str]]:
    """Articles of all pages as one, the headings of its contents, and the sheets they need."""
    from bs4 import BeautifulSoup

    parts: list[str] = []
    contents: list[tuple[str, str, int]] = []
    styles: list[str] = []
    for address in pages:
        soup = BeautifulSoup((html / address).read_text(encoding="utf-8"), "html.parser")
        folder = Path(address).parent
        article = soup.select_one("article.bd-article")
        if article is None:
            raise BuildError(f"{address} has no article to print; build the site again.")
        _for_paper(soup, article, folder)
        _with_links(article, address, folder, pages)
        contents += _headings(article)
        parts.append(f'<section class="paper-chapter">{article.decode_contents()}</section>')
        if not styles:
            found = [str(tag["href"]) for tag in soup.select('link[rel="stylesheet"]')]
            styles = [s for s in found if not urlsplit(s).netloc]
    return "".join(parts), contents, styles


def _for_paper(soup: BeautifulSoup, article: Tag, folder: Path) -> None:
    """Leave out what only works on a screen; put each chart's static image in its place."""
    for hidden in article.select("noscript"):
        hidden.unwrap()
    for tag in article.select(_SCREEN_ONLY):
        tag.decompose()
    for tag in article.select("details"):
        tag.attrs["open"] = ""
    for image in article.select("img[src]"):
        image["src"] = os.path.normpath(folder / str(image["src"]))
        del image["loading"]
    for region in article.select("[tabindex]"):
        del region["tabindex"]
    for term in article.select("a.term"):
        term.unwrap()
    _unfold(article)


def _unfold(article: Tag) -> None:
    """Parts of a section as its children, whole: what is folded, and what cells showed."""
    for fold in article.select("details.more"):
        line = fold.find("summary")
        if fold.get("data-kind") in ("chart", "table"):
            if line is not None:
                line.decompose()  # the chart or table says it itself
            fold.unwrap()
            continue
        fold.name, fold["class"] = "div", "paper-note"
        del fold["open"], fold["data-kind"]
        if line is not None:
            line.name, line["class"] = "p", "paper-lead"
    for cell in reversed(article.select("div.cell, div.cell_output, div.output")):
        if not cell.get_text(strip=True) and not cell.find("img"):
            cell.decompose()  # what is left of folded code would still take room
        elif "output" in cell.get_attribute_list("class"):
            cell["class"] = "paper-part"
        else:
            cell.unwrap()
    for rows in article.select("table"):
        if len(rows.select("tr")) > _LONG:
            rows["class"] = " ".join([*rows.get_attribute_list("class"), "paper-long"])


def _with_links(article: Tag, address: str, folder: Path, pages: Sequence[str]) -> None:
    """Ids that are unique in the edition; links between pages lead within it, files to nowhere."""
    for tag in article.select("[id]"):
        tag["id"] = _anchor(address, str(tag["id"]))
    top = article.find("h1")
    if top is not None:
        top["id"] = _anchor(address)
    for link in article.select("a[href]"):
        parts = urlsplit(str(link["href"]))
        if parts.scheme or parts.netloc:
            continue
        to = os.path.normpath(folder / parts.path) if parts.path else address
        if to in pages:
            link["href"] = "#" + _anchor(to, parts.fragment)
        else:
            link.unwrap()


def _anchor(address: str, part: str = "") -> str:
    page = Path(address).stem
    return f"{page}--{part}" if part else page


def _headings(article: Tag) -> list[tuple[str, str, int]]:
    """Anchor, text and level of the headings that the contents list."""
    found = []
    for heading in article.select("h1, h2"):
        holder = heading.find_parent("section")
        anchor = heading.get("id") or (holder.get("id") if holder else "")
        found.append((str(anchor), heading.get_text(" ", strip=True), int(heading.name[1])))
    return found


def _document(
    body: str,
    contents: Sequence[tuple[str, str, int]],
    numbers: Mapping[str, int],
    styles: Sequence[str],
    build: Mapping[str, Any],
) -> str:
    sheets = "".join(f'<link rel="stylesheet" href="{escape(s)}">' for s in styles)
    lines = "".join(
        f'<li class="paper-level-{level}"><a href="#{anchor}"><span>{escape(text)}</span></a>'
        f"<span>{numbers.get(anchor, '')}</span></li>"
        for anchor, text, level in contents
    )
    return (
        '<!doctype html><html lang="en" data-theme="light"><head><meta charset="utf-8">'
        f"<title>Small-Cap Rotation</title>{sheets}"
        '<link rel="stylesheet" href="_static/paper.css"></head>'
        '<body class="paper"><main class="bd-content"><article class="bd-article">'
        f'<header class="paper-title"><p class="paper-name">Small-Cap Rotation</p>{_about(build)}'
        f'</header><nav class="paper-contents" aria-label="Contents"><p>Contents</p><ol>{lines}'
        f"</ol></nav>{body}</article></main>"
        f"<script>{_SCRIPT.read_text(encoding='utf-8')}</script></body></html>"
    )


def _about(build: Mapping[str, Any]) -> str:
    """What the edition was made from, as far as the record says."""
    through = build.get("data_through")
    day = date.fromisoformat(str(through)) if through else None
    facts = (
        f"Data through {day.day} {day:%B %Y}" if day else "",
        f"Source: {build['source']}" if build.get("source") else "",
        f"Data checksum {str(build['data_sha256'])[:16]}" if build.get("data_sha256") else "",
        f"Code revision {str(build['revision'])[:12]}" if build.get("revision") else "",
        unlocked(build),
    )
    return "".join(f"<p>{escape(fact)}</p>" for fact in facts if fact)


def _print(browser: str, page: Path, target: Path) -> None:
    target.unlink(missing_ok=True)
    with TemporaryDirectory(prefix="rotation-print-", ignore_cleanup_errors=True) as profile:
        command = [
            browser, "--headless", "--disable-gpu", "--disable-background-networking",
            "--disable-component-update", "--disable-sync", "--no-first-run",
            f"--user-data-dir={profile}", "--no-pdf-header-footer",
            "--export-tagged-pdf", "--generate-pdf-document-outline",
            f"--print-to-pdf={target}", page.as_uri(),
        ]  # fmt: skip
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            command.insert(1, "--no-sandbox")  # Chromium refuses root with it
        try:
            done = subprocess.run(
                command,
                capture_output=True,
                encoding="utf-8",
                errors="backslashreplace",
                timeout=_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise BuildError(f"the PDF took more than {_SECONDS} s to print; try again.") from None
    if not target.is_file() or target.stat().st_size < 1000:
        said = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise BuildError(f"Chromium printed no PDF ({said[:200]}); try another version of it.")
