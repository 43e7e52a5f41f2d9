"""A chart as a picture that stands by itself: slim, in words, and seen where no script runs.

The same picture is a reader's download and stands in the notebook of its chapter. It must never
show less than the chart does before someone points at it.
"""

from __future__ import annotations

import base64
import re
from collections import Counter
from collections.abc import Callable, Mapping
from copy import deepcopy
from html import escape
from typing import TYPE_CHECKING, Any

from .waiting import with_hover_waiting

if TYPE_CHECKING:
    from nbformat import NotebookNode

#: An image's own name of a part, such as a clip, where it is given and where it is used.
_PART = re.compile(r'(\bid="|url\(#)([a-z]+_?)(\d+)\b')
_PATH = re.compile(r' d="[^"]*"')
_PLACE = re.compile(r' (?:transform|[xy][12]?|width|height|r)="[^"]*"')
_NUMBER = re.compile(r"-?\d+\.\d\d+(?!\d*e)")
#: Said of parts to who can enter a picture; in words it has one text for all of it.
_SAID = re.compile(r' (?:class|role|aria-[a-z]+|pointer-events|cursor)="[^"]*"')
_PLAIN = re.compile(r' (?:opacity|fill-opacity|stroke-opacity)="1"')
#: Frames that Vega draws around nothing.
_EMPTY = re.compile(r'<path(?: display="none")? d="(?:M0,0h0v0h0Z)?"(?: display="none")?/>')
_FAMILY = re.compile(r' font-family="([^"]*)"')
_FRAME = re.compile(r'viewBox="([^"]+)"')
_OPENED = re.compile(r"<svg\b[^>]*>")
_MARKER = re.compile(r'<div data-rotation-figure="([^"]+)">\s*</div>')


def drawn(spec: Mapping[str, Any]) -> str:
    """A chart as SVG, the same whatever the process drew before.

    Nobody points at a picture: without its hover rules it is a third of the size.

    Args:
        spec: Vega-Lite with its data inside.

    Raises:
        ValueError: for a chart that cannot be drawn.
    """
    from ...charts.clock import converter

    vl_convert = converter()
    vega = with_hover_waiting(vl_convert.vegalite_to_vega(dict(spec)))
    return slim(numbered(vl_convert.vega_to_svg(vega)))


def numbered(svg: str) -> str:
    """A static image whose parts are numbered from one, whatever was drawn before it.

    Args:
        svg: by vl-convert, which counts through all that a process draws.
    """
    known: dict[tuple[str, str], int] = {}

    def again(hit: re.Match[str]) -> str:
        place = known.setdefault((hit[2], hit[3]), 1 + sum(name == hit[2] for name, _ in known))
        return f"{hit[1]}{hit[2]}{place}"

    return _PART.sub(again, svg)


def slim(svg: str) -> str:
    """The image without what is not seen, and in no finer steps than a screen shows.

    Args:
        svg: by vl-convert.
    """
    svg = "".join(_lean(piece) for piece in re.split(r"(<[^>]*>)", svg))
    families = Counter(_FAMILY.findall(svg)).most_common(1)
    if not families:
        return svg
    common = f' font-family="{families[0][0]}"'
    svg = svg.replace(common, "")
    return svg.replace("<svg", f"<svg{common}", 1)


def _lean(piece: str) -> str:
    """A tag without its burden; text stays as it is."""
    if not piece.startswith("<"):
        return piece
    piece = _PLAIN.sub("", _SAID.sub("", piece))
    piece = _PLACE.sub(
        lambda hit: _rounded(hit[0], 2), _PATH.sub(lambda h: _rounded(h[0], 1), piece)
    )
    return "" if _EMPTY.fullmatch(piece) else piece


def _rounded(text: str, digits: int) -> str:
    def short(hit: re.Match[str]) -> str:
        made = f"{float(hit[0]):.{digits}f}".rstrip("0").rstrip(".")
        return "0" if made in ("-0", "") else made

    return _NUMBER.sub(short, text)


def in_words(svg: str, payload: Mapping[str, Any]) -> str:
    """The image with the chart's title and alt text inside, for who opens the file alone.

    Args:
        svg: by :func:`drawn`.
        payload: as the figure wrote it.
    """
    said = f"<title>{escape(payload['title'])}</title><desc>{escape(payload['alt'])}</desc>"
    opened = _OPENED.search(svg)
    assert opened  # what is drawn has a root
    root = opened[0].replace("<svg", '<svg role="img"', 1)
    return f"{svg[: opened.start()]}{root}{said}{svg[opened.end() :]}"


def illustrated(
    notebook: NotebookNode, chart: Callable[[str], tuple[Mapping[str, Any], str]]
) -> NotebookNode:
    """A copy of an executed notebook whose figures show where nobody trusts or runs it.

    Each gets its picture in an ``img`` with its alt text, beside the marker that it had.

    Args:
        notebook: executed in a build; it is not changed.
        chart: figure id → its payload and SVG.
    """
    made = deepcopy(notebook)
    for cell in made.cells:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            html = data.get("text/html", "")
            marker = _MARKER.search(html if isinstance(html, str) else "".join(html))
            if marker:
                payload, svg = chart(marker[1])
                data["text/html"] = f"{marker[0]}\n{_shown(payload, svg)}"
                data["text/plain"] = "\n".join((payload["title"], payload["alt"], _source(payload)))
    return made


def _shown(payload: Mapping[str, Any], svg: str) -> str:
    """The figure in tags that every viewer of notebooks lets pass."""
    packed = base64.b64encode(_on_paper(svg).encode()).decode("ascii")
    text = {name: escape(str(payload[name])) for name in ("title", "subtitle", "alt", "note")}
    foot = "<br>".join(filter(None, (text["note"], escape(_source(payload)))))
    return (
        f"<figure><p><strong>{text['title']}</strong><br>{text['subtitle']}</p>\n"
        f'<img src="data:image/svg+xml;base64,{packed}" alt="{text["alt"]}">\n'
        f"<figcaption>{foot}</figcaption></figure>"
    )


def _on_paper(svg: str) -> str:
    """The image on its own ground: a viewer's may be dark."""
    from ...charts.theme import hex_of

    opened = _OPENED.search(svg)
    frame = _FRAME.search(opened[0]) if opened else None
    assert opened and frame  # what is drawn has a frame
    x, y, width, height = frame[1].split()
    ground = f'<rect x="{x}" y="{y}" width="{width}" height="{height}" fill="{hex_of("paper")}"/>'
    return f"{svg[: opened.end()]}{ground}{svg[opened.end() :]}"


def _source(payload: Mapping[str, Any]) -> str:
    said = payload.get("source") or f"Series: {', '.join(payload['series'])}"
    return f"{said}. Data to {payload['as_of']}."
