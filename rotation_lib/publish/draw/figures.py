"""Figures on a page: compiled charts, static files, and the HTML block around them.

Everything a reader's browser would otherwise have to work out is worked out here.
It must never change a value, nor write outside the folders it is given.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from importlib.metadata import version
from pathlib import Path
from typing import Any

from ...errors import BuildError
from .controls import control_bar
from .encode import csv_text, encoded
from .runtime import whole, write_atomic, write_sealed
from .still import drawn, in_words
from .waiting import with_hover_waiting

Credits = Mapping[str, Mapping[str, str]]
#: Width in pixels of the static image and of the first layout; the page adapts it.
STATIC_WIDTH = 720
_CACHE_FORMAT = "5"
#: Series above which a source line counts them, and publishers that it then names.
_MANY, _NAMED = 12, 4
#: Pixels left free at both sides of a static image: readers' fonts may be wider than ours.
_ROOM = 26
_FRAME = re.compile(r'width="([\d.]+)" height="([\d.]+)" viewBox="0 0 [\d. ]+"')


@dataclass(frozen=True)
class Compiled:
    """A chart ready for the page: Vega specification, static image, height in pixels."""

    vega: dict[str, Any]
    svg: str
    height: int


def read_payload(folder: Path, name: str) -> dict[str, Any]:
    """A payload that a chapter wrote.

    Raises:
        BuildError: if it is missing or no JSON.
    """
    try:
        payload = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise BuildError(f"the figure {name} has no payload; build again with --fresh.") from None
    except ValueError as error:
        raise BuildError(f"the payload of {name} is damaged ({error}); use --fresh.") from None
    if not isinstance(payload, dict):
        raise BuildError(f"the payload of {name} is no object; build again with --fresh.")
    return payload


def compiled(payload: Mapping[str, Any], cache: Path) -> Compiled:
    """Compile a payload's chart to Vega and draw its static form, once per content.

    Args:
        payload: as a figure wrote it.
        cache: folder that keeps compiled charts between builds.

    Raises:
        BuildError: if the specification cannot be compiled.
    """
    key = json.dumps(
        [
            _CACHE_FORMAT,
            version("vl-convert-python"),
            STATIC_WIDTH,
            payload["spec"],
            payload["data"],
        ],
        sort_keys=True,
    )
    kept = cache / f"{hashlib.sha256(key.encode()).hexdigest()}.json"
    if whole(kept):
        return Compiled(**json.loads(kept.read_text(encoding="utf-8")))
    text = json.dumps(_compile(payload).__dict__, sort_keys=True)
    write_sealed(kept, text.encode())
    return Compiled(**json.loads(text))  # in the order of a kept one, so that pages are the same


def _compile(payload: Mapping[str, Any]) -> Compiled:
    from ...charts.clock import converter
    from ...charts.figure import inline

    vl_convert = converter()
    try:
        vega = vl_convert.vegalite_to_vega({**payload["spec"], "width": STATIC_WIDTH})
        svg = drawn(inline(dict(payload), width=STATIC_WIDTH))
    except ValueError as error:
        raise BuildError(f"the chart {payload['id']} cannot be compiled: {error}") from None
    svg, height = _roomy(svg)
    vega.pop("$schema", None)
    vega.pop("description", None)  # the page says it once, on the element
    return Compiled(with_hover_waiting(vega), svg, round(height))


def _roomy(svg: str) -> tuple[str, float]:
    """The image with room at its sides, and its height; text is drawn in the reader's own font."""
    found = _FRAME.search(svg)
    if not found:
        raise BuildError("a static image has no size; has vl-convert changed?")
    width, height = float(found[1]) + 2 * _ROOM, float(found[2])
    frame = f'width="{width:g}" height="{height:g}" viewBox="{-_ROOM} 0 {width:g} {height:g}"'
    return svg[: found.start()] + frame + svg[found.end() :], height


def write_downloads(payload: Mapping[str, Any], chart: Compiled, folder: Path) -> None:
    """CSV, SVG and self-contained Vega-Lite specification of one figure.

    Args:
        payload: as a figure wrote it.
        chart: the same, compiled.
        folder: ``downloads/figures`` of the site.
    """
    from ...charts.figure import inline

    name = payload["id"]
    write_atomic(folder / f"{name}.csv", csv_text(payload["data"]["main"]))
    write_atomic(folder / f"{name}.svg", in_words(chart.svg, payload))
    spec = inline(dict(payload), width=STATIC_WIDTH)
    spec["title"] = {"text": payload["title"], "subtitle": payload["subtitle"], "anchor": "start"}
    write_atomic(folder / f"{name}.vl.json", json.dumps(spec, ensure_ascii=False, sort_keys=True))


def page_data(
    figures: Sequence[tuple[Mapping[str, Any], Compiled]], daily: str | None = None
) -> str:
    """The script that carries all charts of one page, columns instead of rows.

    Args:
        figures: payloads and compiled charts.
        daily: address of the script made by :func:`page_daily`, if there is one.
    """
    from ...charts.parts import DATE_LABELS
    from ...charts.theme import palette_pairs

    body = {
        "dark": dict(palette_pairs()),
        "dates": DATE_LABELS,
        "figures": {payload["id"]: _drawn(payload, chart) for payload, chart in figures},
        "daily": daily,
    }
    return _script("rotationPage", body)


def page_daily(figures: Sequence[tuple[Mapping[str, Any], Compiled]]) -> str:
    """The script with every row of charts drawn by week, fetched when a reader asks for a day.

    Empty if no chart of the page has such rows.
    """
    held = {
        payload["id"]: encoded(payload["daily"]) for payload, _ in figures if "daily" in payload
    }
    return _script("rotationDaily", held) if held else ""


def _script(name: str, body: Mapping[str, Any]) -> str:
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    # Valid JSON is a valid expression; the two separators are escaped for older engines.
    text = text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    return f"window.{name}={text};\n"


def _drawn(payload: Mapping[str, Any], chart: Compiled) -> dict[str, Any]:
    body: dict[str, Any] = {
        "spec": chart.vega,
        "data": {name: encoded(table) for name, table in payload["data"].items()},
    }
    if "controls" in payload:
        body["controls"] = payload["controls"]
    return body


def figure_block(payload: Mapping[str, Any], chart: Compiled, credits: Credits, root: str) -> str:
    """The figure as HTML on one line, so that Markdown takes it as one block.

    Args:
        payload: as a figure wrote it.
        chart: its compiled form, for the height to reserve.
        credits: series id → short, publisher, licence, sha256.
        root: prefix from the page to the site's top folder.
    """
    name = payload["id"]
    files = f"{root}downloads/figures/{name}"
    fields = ("title", "subtitle", "alt", "note")
    text = {field: escape(str(payload.get(field) or "")) for field in fields}
    parts = (
        f'<figure class="rotation-figure" id="{figure_anchor(name)}" data-figure="{escape(name)}">',
        f'<figcaption><p class="fig-title">{text["title"]}</p>',
        f'<p class="fig-subtitle">{text["subtitle"]}</p></figcaption>',
        control_bar(payload),
        f'<div class="fig-chart pst-js-only" role="img" aria-label="{text["alt"]}"',
        f' style="min-height:{chart.height}px"></div>',
        f'<noscript><img class="fig-static" src="{files}.svg" alt="{text["alt"]}"',
        f' width="{STATIC_WIDTH + 2 * _ROOM}" height="{chart.height}" loading="lazy"></noscript>',
        f'<p class="fig-note">{text["note"]}</p>' if text["note"] else "",
        f'<p class="fig-source">{_source_line(payload, credits)}</p>',
        '<div class="fig-tools"><details class="fig-data pst-js-only">',
        '<summary>Show the data</summary><div class="fig-table"></div></details>',
        _menu(files, text["title"]),
        "" if payload.get("source") else _origins(payload["series"], credits),
        "</div></figure>",
    )
    return " ".join("".join(parts).split())


def _menu(files: str, title: str) -> str:
    items = (
        f'<a href="{files}.csv" download>Data (CSV)</a>',
        f'<a href="{files}.svg" download>Image (SVG)</a>',
        '<button type="button" class="fig-png pst-js-only">Image (PNG)</button>',
        f'<a href="{files}.vl.json" download>Vega-Lite specification</a>',
    )
    label = f'Download<span class="visually-hidden"> {title}</span>'
    listed = "".join(f"<li>{item}</li>" for item in items)
    return f'<details class="fig-menu"><summary>{label}</summary><ul>{listed}</ul></details>'


def table_foot(payload: Mapping[str, Any], address: str, credits: Credits) -> str:
    """Source line and download under a table.

    Args:
        payload: as a table wrote it.
        address: of its CSV, from the page.
        credits: series id → short, publisher, licence, sha256.
    """
    link = f'<a href="{address}" download>Table (CSV)</a>'
    foot = f'<p class="table-foot">{_source_line(payload, credits)} {link}</p>'
    series = payload["series"]
    if len(series) <= _MANY:
        return foot
    return (
        f'{foot}<div class="fig-tools"><details class="fig-origin"><summary>The {len(series)} '
        f"series</summary><p>{_every(series, credits)}.</p></details></div>"
    )


def figure_anchor(name: str) -> str:
    """Fragment of a figure: ``risks.drawdowns`` → ``fig-risks-drawdowns``."""
    return "fig-" + name.replace(".", "-").replace("_", "-")


def _source_line(payload: Mapping[str, Any], credits: Credits) -> str:
    """Every series with its publisher; of many series, their number from each publisher."""
    series = payload["series"]
    told = _publishers(series, credits) if len(series) > _MANY else _every(series, credits)
    beside = f"; {escape(payload['also'])}" if payload.get("also") else ""
    said = escape(payload.get("source", "")) or told + beside
    day = date.fromisoformat(payload["as_of"])
    shown = f"{day.day} {day:%B %Y}"
    return f'Source: {said}. As of <time datetime="{payload["as_of"]}">{shown}</time>.'


def _every(series: Sequence[str], credits: Credits) -> str:
    publishers: dict[str, list[str]] = {}
    for name in series:
        known = credits.get(name, {})
        publishers.setdefault(known.get("publisher", ""), []).append(known.get("short", name))
    return "; ".join(
        escape(f"{', '.join(names)} ({publisher})" if publisher else ", ".join(names))
        for publisher, names in publishers.items()
    )


def _publishers(series: Sequence[str], credits: Credits) -> str:
    # "Yahoo Finance; fund sponsor: …" and "Board of Governors … (H.15)" each name one publisher.
    names = (credits.get(s, {}).get("publisher", "") or "other" for s in series)
    counted = Counter(re.split(r";| \(", name)[0] for name in names).most_common()
    said = [f"{escape(name)} ({count})" for name, count in counted[:_NAMED]]
    if len(counted) > _NAMED:
        said.append(f"{len(counted) - _NAMED} more")
    listed = said[0] if len(said) == 1 else f"{', '.join(said[:-1])} and {said[-1]}"
    return f"{len(series)} series, from {listed}"


def _origins(series: Sequence[str], credits: Credits) -> str:
    items = [
        f"<li>{escape(credits[s].get('short', s))}: {escape(credits[s].get('licence', ''))}"
        f"{_digest(credits[s])}</li>"
        for s in series
        if s in credits
    ]
    if not items:
        return ""
    listed = "".join(items)
    return (
        '<details class="fig-origin"><summary>Series, licence and checksum</summary>'
        f"<ul>{listed}</ul></details>"
    )


def _digest(credit: Mapping[str, str]) -> str:
    return f" <code>sha256 {escape(credit['sha256'][:16])}…</code>" if credit.get("sha256") else ""
