"""The picture that stands in a page's first chart until the chart itself is drawn.

It is fetched with the page, in the width and the colours of its reader, and takes the very room
that the chart will. It must never show another window or other values than the chart does.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from html import escape
from importlib.metadata import version
from pathlib import Path
from typing import Any

from ...errors import BuildError
from .runtime import whole, write_atomic, write_sealed
from .still import drawn

#: Widths in pixels of the plot's box on a wide screen and on a phone.
WIDTHS = {"wide": 692, "narrow": 336}
_FORMAT = "4"
#: Pixels left free at the sides: readers' fonts may be wider than ours.
_LEFT, _RIGHT = 4, 14
_FRAME = re.compile(r'width="([\d.]+)" height="([\d.]+)" viewBox="0 0 [\d. ]+"')
_BOX = re.compile(
    r'<figure [^>]*data-figure="([^"]+)"(?:(?!</figure>).)*?'
    r'<div class="fig-chart[^>]* style="min-height:(\d+)px">',
    re.DOTALL,
)
_HEX = re.compile(r"#[0-9a-f]{6}\b", re.IGNORECASE)
_NAMED = re.compile(r'data-wide="([^"]+)"')
#: Runs where it stands: the theme is known, and nothing has been painted.
_CHOICE = (
    "<script>(function (i) {"
    ' if (!/[?&]from=/.test(location.search)) i.src = i.dataset[matchMedia("(max-width: 600px)")'
    '.matches ? "narrow" : "wide"] + (document.documentElement.dataset.theme === "dark" ?'
    ' "-dark.svg" : "-light.svg"); })(document.currentScript.previousElementSibling)</script>'
)


def first_figure(html: str) -> tuple[str, int, int] | None:
    """The first chart that is not folded: its id, its height, and where its box opens.

    Args:
        html: a page.
    """
    for box in _BOX.finditer(html):
        before = html[: box.start()]
        if before.count("<details") == before.count("</details>"):
            return box[1], int(box[2]), box.end()
    return None


def with_picture(html: str, files: Mapping[str, str]) -> str:
    """A page with the picture in its first chart.

    Args:
        html: the page.
        files: width → address of the pictures from the page, without colours and ending.
    """
    found = first_figure(html)
    if found is None:
        return html
    _, height, place = found
    named = " ".join(f'data-{width}="{escape(address)}"' for width, address in files.items())
    picture = f'<img class="fig-first" alt="" {named} height="{height}" fetchpriority="high">'
    return f"{html[:place]}{picture}{_CHOICE}{html[place:]}"


def write_pictures(payload: Mapping[str, Any], html: Path, cache: Path) -> dict[str, str]:
    """Draw a chart for both widths in both colours.

    Args:
        payload: as a figure wrote it.
        html: the site's folder.
        cache: keeps what was drawn between builds.

    Returns:
        Width → address from the site's top folder, without colours and ending.

    Raises:
        BuildError: if the chart cannot be drawn.
    """
    from ...charts.theme import palette_pairs

    dark = dict(palette_pairs())
    files = {}
    for width, pixels in WIDTHS.items():
        light = _drawn(payload, pixels, cache)
        digest = hashlib.sha256(light.encode()).hexdigest()[:12]
        files[width] = f"assets/{payload['id']}-{width}-{digest}"
        write_atomic(html / f"{files[width]}-light.svg", light)
        darker = _HEX.sub(lambda hit: dark.get(hit[0].lower(), hit[0]), light)
        write_atomic(html / f"{files[width]}-dark.svg", darker)
    return files


def draw(payload: Mapping[str, Any], cache: Path) -> None:
    """Fill the cache that :func:`write_pictures` takes from.

    Args:
        payload: as a figure wrote it.
        cache: keeps what was drawn between builds.

    Raises:
        BuildError: if the chart cannot be drawn.
    """
    for width in WIDTHS.values():
        _drawn(payload, width, cache)


def _drawn(payload: Mapping[str, Any], width: int, cache: Path) -> str:
    from ...charts.figure import inline

    key = [_FORMAT, version("vl-convert-python"), width, payload["spec"], payload["data"]]
    name = hashlib.sha256(json.dumps(key, sort_keys=True).encode()).hexdigest()
    kept = cache / f"{name}.svg"
    if not whole(kept):
        try:
            made = _roomy(drawn(inline(dict(payload), width=width - _LEFT - _RIGHT)))
        except ValueError as error:
            raise BuildError(f"the chart {payload['id']} cannot be drawn: {error}") from None
        write_sealed(kept, made.encode())
    return kept.read_text(encoding="utf-8")


def _roomy(svg: str) -> str:
    found = _FRAME.search(svg)
    if not found:
        raise BuildError("a picture has no size; has vl-convert changed?")
    width = float(found[1]) + _LEFT + _RIGHT
    frame = f'width="{width:g}" height="{found[2]}" viewBox="{-_LEFT} 0 {width:g} {found[2]}"'
    return svg[: found.start()] + frame + svg[found.end() :]


def pictures_of(page: Path) -> set[Path]:
    """The picture that a first reader on a wide screen loads, if the page has one."""
    found = _NAMED.findall(page.read_text(encoding="utf-8"))
    return {(page.parent / f"{address}-light.svg").resolve() for address in found}
