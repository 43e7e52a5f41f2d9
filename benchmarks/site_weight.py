"""Weight and speed of the built site beside the default recipe, measured in headless Chromium.

The default recipe is the same executed chapters as a plain Jupyter Book, each chart as
Altair's own HTML output with the very rows that the site draws. Run after a build:

    python benchmarks/site_weight.py [--out _build] [--repeat 3]
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Any

import nbformat

from rotation_lib.project import BUILD, CHAPTER_NAMES

RESULTS = Path(__file__).parent / "RESULTS-site.md"
MARKER = re.compile(r'<div data-rotation-figure="([^"]+)">\s*</div>')
CDN = "https://cdn.jsdelivr.net/npm/"
SLOWER, MBIT, LATENCY = 4, 9, 40
#: Bars by column: KB after gzip, seconds, layout shift.
BARS = {"load": 450, "html": 60, "first_picture": 1.5, "first_chart": 1.5, "shift": 0.02}
NAMES = {
    "load": "first load, KB gz",
    "html": "HTML, KB gz",
    "first_picture": "first chart seen, s",
    "first_chart": "first chart usable, s",
    "shift": "layout shift",
}
PACKED = {".html", ".js", ".css", ".json", ".svg", ".csv", ".ipynb", ""}
WATCH = """
window.firstPicture = 0; window.firstChart = 0; window.shifted = 0;
new PerformanceObserver((list) => {
  for (const e of list.getEntries()) if (!e.hadRecentInput) window.shifted += e.value;
}).observe({ type: "layout-shift", buffered: true });
const painted = (then) =>
  requestAnimationFrame(() => requestAnimationFrame(() => then(performance.now())));
document.addEventListener("load", (event) => {
  const picture = event.target.matches && event.target.matches(".fig-first");
  if (picture) painted((now) => (window.firstPicture = now));
}, true);
new MutationObserver(() => {
  const mark = !window.firstChart && document.querySelector("canvas.marks, svg.marks");
  if (!mark) return;
  window.firstChart = -1;
  painted((now) => {
    window.firstPicture = window.firstPicture || now;
    window.firstChart = now;
  });
}).observe(document, { childList: true, subtree: true });
"""


@dataclass(frozen=True)
class Measured:
    """One page: KB after gzip of all that is loaded and of its HTML, seconds, layout shift.

    A chart is seen once its picture or itself has been painted, usable once it answers a pointer.
    """

    name: str
    charts: int
    load: float
    html: float
    first_picture: float
    first_chart: float
    shift: float


def default_book(out: Path, work: Path) -> Path:
    """The executed chapters as a plain Jupyter Book; its folder of pages."""
    from vl_convert import javascript_bundle

    book = work / "book"
    for name in CHAPTER_NAMES:
        notebook = nbformat.read(newest(out / "runs" / name) / "executed.ipynb", as_version=4)
        figures = newest(out / "runs" / name) / "figures"
        for cell in notebook.cells:
            for output in cell.get("outputs", []):
                _as_altair(output, figures)
        book.mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook, book / f"{name}.ipynb")
    front, *others = CHAPTER_NAMES
    chapters = "".join(f"\n  - file: {name}" for name in others)
    (book / "_toc.yml").write_text(f"format: jb-book\nroot: {front}\nchapters:{chapters}\n")
    (book / "_config.yml").write_text('title: Default\nexecute:\n  execute_notebooks: "off"\n')
    start = "from jupyter_book.cli.main import main; main()"
    command = [sys.executable, "-W", "ignore", "-c", start, "build", "--quiet", str(book)]
    subprocess.run(command, check=True, capture_output=True)
    html = book / "_build" / "html"
    # What the network would bring lies beside the pages, so that it is measured like the rest.
    scripts = html / "cdn"
    scripts.mkdir()
    bundle = javascript_bundle()
    (scripts / "vega.js").write_text(f"(() => {{\n{bundle}\n}})();", encoding="utf-8")
    (scripts / "empty.js").write_text("")
    for page in html.glob("*.html"):
        text = page.read_text(encoding="utf-8")
        text = re.sub(rf'{CDN}vega@[^"]*', "cdn/vega.js", text)
        page.write_text(re.sub(rf'{CDN}vega-[^"]*', "cdn/empty.js", text), encoding="utf-8")
    return html


def _as_altair(output: Any, figures: Path) -> None:
    """Replace a figure's place-holder by what Altair's html renderer writes."""
    from altair.utils.html import spec_to_html

    from rotation_lib.charts.figure import inline

    html = output.get("data", {}).get("text/html", "")
    found = MARKER.search(html if isinstance(html, str) else "".join(html))
    if found:
        payload = json.loads((figures / f"{found[1]}.json").read_text(encoding="utf-8"))
        output["data"] = {
            "text/html": spec_to_html(
                inline(payload, width=700),
                mode="vega-lite",
                vega_version="6",
                vegalite_version="6.1.0",
                vegaembed_version="7",
                output_div=f"altair-{found[1].replace('.', '-')}",
                template="universal",
            )
        }


def newest(folder: Path) -> Path:
    """The run that was written last."""
    runs = [p for p in folder.iterdir() if (p / "executed.ipynb").is_file()]
    if not runs:
        raise SystemExit(f"{folder} holds no executed chapter; run 'rotation build' first.")
    return max(runs, key=lambda p: p.stat().st_mtime)


@cache
def packed(path: Path) -> bytes:
    """A file as a web server would send it."""
    return gzip.compress(path.read_bytes(), 9)


class Handler(SimpleHTTPRequestHandler):
    """Static files, compressed like any public host does."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:  # the name is given
        """Send one file."""
        path = Path(self.translate_path(self.path))
        if not path.is_file():
            self.send_error(404)
            return
        body = packed(path) if path.suffix in PACKED else path.read_bytes()
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(path)))
        self.send_header("Content-Length", str(len(body)))
        if path.suffix in PACKED:
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The folder on a free port of this machine."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(folder))) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def measured(browser: Any, base: str, html: Path, address: str, repeat: int) -> Measured:
    """One page, first as a slow reader meets it, then scrolled through at full speed."""
    text = (html / address).read_text(encoding="utf-8")
    anchor = re.search(r'<figure class="rotation-figure" id="([^"]+)"', text)
    place = f"{base}/{address}" + (f"#{anchor[1]}" if anchor else "")
    times = [_first_chart(browser, place) for _ in range(repeat)]
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.add_init_script(WATCH)
    loaded: dict[str, int] = {}
    page.route(re.compile(rf"^(?!{re.escape(base)})"), lambda route: route.abort())
    page.on("response", lambda r: loaded.update({r.url: int(r.headers.get("content-length", 0))}))
    page.goto(f"{base}/{address}", wait_until="load")
    page.wait_for_timeout(1500)
    charts = text.count('<figure class="rotation-figure"') or text.count('<div id="altair-')
    load = sum(loaded.values())
    for _ in range(40):
        page.mouse.wheel(0, 800)
        page.wait_for_timeout(60)
    shift = page.evaluate("window.shifted")
    context.close()
    return Measured(
        address,
        charts,
        load / 1024,
        len(packed(html / address)) / 1024,
        min(seen for seen, _ in times),  # other work on the machine only makes a page slower
        min(usable for _, usable in times),
        shift,
    )


def _first_chart(browser: Any, place: str) -> tuple[float, float]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.add_init_script(WATCH)
    base = "/".join(place.split("/")[:3])
    page.route(re.compile(rf"^(?!{re.escape(base)})"), lambda route: route.abort())
    tools = context.new_cdp_session(page)
    tools.send("Network.enable")
    tools.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": LATENCY,
            "downloadThroughput": MBIT * 1e6 / 8,
            "uploadThroughput": MBIT * 1e6 / 8,
        },
    )
    tools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    page.goto(place, wait_until="commit")
    page.wait_for_function("window.firstChart > 0", timeout=90_000)
    seen, usable = page.evaluate("[window.firstPicture / 1000, window.firstChart / 1000]")
    context.close()
    return float(seen), float(usable)


def table(title: str, rows: list[Measured]) -> str:
    """Results as a Markdown table."""
    head = (
        f"## {title}\n\n| page | charts | {' | '.join(NAMES.values())} |\n"
        f"| --- | ---: |{' ---: |' * len(NAMES)}\n"
    )
    return head + "".join(
        f"| {r.name} | {r.charts} | {r.load:,.0f} | {r.html:,.0f} | {r.first_picture:.2f} | "
        f"{r.first_chart:.2f} | {r.shift:.3f} |\n"
        for r in rows
    )


def verdict(rows: list[Measured]) -> str:
    """Whether the worst page is within each bar."""
    worst = {key: max(getattr(r, key) for r in rows) for key in BARS}
    said = [
        f"{NAMES[key]}: {worst[key]:.3g} against at most {bar:g}, "
        f"{'kept' if worst[key] <= bar else 'MISSED'}"
        for key, bar in BARS.items()
    ]
    return "Worst page of the site: " + "; ".join(said) + "."


def main() -> None:
    """Measure both books, print the results and write them down."""
    sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
    from browser import running_chromium

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=BUILD)
    parser.add_argument("--repeat", type=int, default=3)
    given = parser.parse_args()
    site = given.out / "html"
    others = CHAPTER_NAMES[1:]
    busy = f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores at the start"
    with TemporaryDirectory(prefix="rotation-default-") as folder, running_chromium() as browser:
        plain = default_book(given.out, Path(folder))
        with served(site) as base:
            ours = [
                measured(browser, base, site, a, given.repeat)
                for a in ("index.html", *(f"chapters/{n}.html" for n in others))
            ]
        with served(plain) as base:
            theirs = [
                measured(browser, base, plain, f"{n}.html", given.repeat) for n in CHAPTER_NAMES
            ]
        shutil.rmtree(folder, ignore_errors=True)
        version = browser.version
    text = (
        "# Weight and speed of the site\n\nWritten by `benchmarks/site_weight.py`. Chromium "
        f"{version}, {SLOWER}× slowed processor, {MBIT} Mbit/s, {LATENCY} ms, empty cache, gzip; "
        f"best of {given.repeat}; {busy}. The page is opened at its first chart. Seen: two frames "
        "after its picture has loaded or, without one, its canvas is on the page; usable: two "
        "frames after its canvas is. Layout shift: while the page is scrolled through.\n\n"
        f"{verdict(ours)}\n\n{table('This site', ours)}\n"
        f"{table('Default recipe: plain Jupyter Book, Altair as HTML, same rows', theirs)}\n"
        "The default recipe is spared what it asks of other hosts and cannot get here (MathJax, "
        "fonts, require.js); Vega, Vega-Lite and Vega-Embed are counted as one file.\n"
    )
    print(text)
    RESULTS.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
