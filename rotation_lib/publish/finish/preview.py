"""The picture and the tags that other sites show when someone shares a page.

A preview needs the site's own address, which only its owner knows: without it the picture
is still drawn, and no page names it. It must never ask another host for anything.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections import Counter
from collections.abc import Mapping, Sequence
from html import escape, unescape
from importlib.metadata import version
from pathlib import Path
from textwrap import wrap
from typing import Any
from urllib.parse import urljoin, urlsplit

import yaml  # type: ignore[import-untyped]

from ...errors import BuildError
from ..draw.runtime import whole, write_sealed

#: Name of the picture in the site's top folder, and its size as the large cards want it.
NAME = "preview.png"
WIDTH, HEIGHT = 1200, 630
#: Overrides the address in ``_config.yml``.
VARIABLE = "ROTATION_SITE_URL"
_FONT = "Liberation Sans, Arial, DejaVu Sans, sans-serif"
_SERIF = "Liberation Serif, Georgia, DejaVu Serif, serif"
#: Verdict of one claim, of several, and its colour.
_VERDICTS = (
    ("holds", "hold", "#0b5f50"),
    ("holds in part", "hold in part", "#7a4a00"),
    ("not shown", "not shown", "#33508a"),
    ("does not hold", "do not hold", "#a3210d"),
    ("cannot be tested", "cannot be tested", "#4f5865"),
)
_ROOT = re.compile(r"<svg\b[^>]*?viewBox=\"([^\"]+)\"[^>]*>", re.DOTALL)


def site_address(project: Path) -> str:
    """Where the site will be published, with a slash at its end; empty if nobody said.

    Args:
        project: folder with ``_config.yml``, whose ``html.baseurl`` counts where the
            environment variable ``ROTATION_SITE_URL`` is not set.

    Raises:
        BuildError: for something that is no web address.
    """
    config = yaml.safe_load((project / "_config.yml").read_text(encoding="utf-8")) or {}
    given = os.environ.get(VARIABLE) or (config.get("html") or {}).get("baseurl") or ""
    if not given:
        return ""
    parts = urlsplit(given)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment:
        raise BuildError(
            f"the site's address {given!r} is no web address; write https://…, or leave it empty."
        )
    return given.rstrip("/") + "/"


def picture(question: str, title: str, chart: str, findings: Mapping[str, Any]) -> str:
    """The picture as SVG: the report's question, how many claims hold, and one chart.

    Args:
        question: the front page's title.
        title: the finding of the chart.
        chart: SVG.
        findings: the report's record, for its claims.
    """
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
        f'<rect width="12" height="{HEIGHT}" fill="#0a42b0"/>',
        _text(56, 84, ["Small-Cap Rotation"], 24, "#4f5865"),
        _text(56, 144, wrap(question, 19)[:5], 40, "#1c222b", _SERIF, "bold"),
    ]
    for place, (count, verdict, colour) in enumerate(_counts(findings)):
        y = 388 + 54 * place
        parts.append(_text(56, y, [str(count)], 36, colour, weight="bold"))
        parts.append(_text(112, y - 3, [verdict], 25, colour))
    parts.append(_text(452, 84, wrap(title, 58)[:3], 24, "#1c222b", weight="bold"))
    parts.append(_placed(chart, 440, 170, 720, 420))
    return "".join([*parts, "</svg>"])


def with_preview(page: str, address: str, path: str, said: str) -> str:
    """The page with the tags that name its address and the picture; unchanged without an address.

    Args:
        page: finished HTML.
        address: of the site, as :func:`site_address` gives it.
        path: of the page within the site.
        said: what the picture shows.
    """
    if not address:
        return page
    image = urljoin(address, NAME)
    held = {
        'property="og:url"': urljoin(address, path),
        'property="og:image"': image,
        'property="og:image:type"': "image/png",
        'property="og:image:width"': str(WIDTH),
        'property="og:image:height"': str(HEIGHT),
        'property="og:image:alt"': said,
        'name="twitter:card"': "summary_large_image",
        'name="twitter:image"': image,
        'name="twitter:image:alt"': said,
    }
    tags = "".join(f'<meta {name} content="{escape(value)}" />\n' for name, value in held.items())
    return page.replace("</head>", f"{tags}</head>", 1)


def described(question: str, title: str, findings: Mapping[str, Any]) -> str:
    """What the picture shows, in one line."""
    said = ", ".join(f"{count} {verdict}" for count, verdict, _ in _counts(findings))
    return f"{question} {f'Of the claims, {said}. ' if said else ''}{title}."


def shared(
    html: Path,
    pages: Sequence[str],
    chart: tuple[Mapping[str, Any], str] | None,
    findings: Mapping[str, Any],
    address: str,
    cache: Path,
) -> None:
    """Write the picture into a finished site, and name it on every page.

    Args:
        html: the site's folder.
        pages: addresses of its pages; the first is the front page.
        chart: payload and SVG of the chart to show; without one there is no picture.
        findings: the report's record.
        address: as :func:`site_address` gives it.
        cache: folder that keeps pictures between builds.
    """
    if chart is None:
        return
    payload, svg = chart
    question = _title((html / pages[0]).read_text(encoding="utf-8"))
    drawn = picture(question, str(payload["title"]), svg, findings)
    shutil.copyfile(_png(drawn, cache), html / NAME)
    said = described(question, str(payload["title"]), findings)
    for path in pages if address else ():
        page = (html / path).read_text(encoding="utf-8")
        (html / path).write_text(with_preview(page, address, path, said), encoding="utf-8")


def _png(drawn: str, cache: Path) -> Path:
    """The picture as a file, drawn once per content and renderer."""
    import vl_convert

    key = f"{version('vl-convert-python')} {drawn}"
    kept = cache / f"preview-{hashlib.sha256(key.encode()).hexdigest()}.png"
    if not whole(kept):
        write_sealed(kept, vl_convert.svg_to_png(drawn, ppi=72))
    return kept


def _title(page: str) -> str:
    """The page's title, as its preview says it."""
    found = re.search(r'<meta property="og:title" content="([^"]*)"', page)
    return unescape(found[1]) if found else "Small-Cap Rotation"


def _counts(findings: Mapping[str, Any]) -> list[tuple[int, str, str]]:
    given = Counter(claim["verdict"] for claim in findings.get("claims", ()))
    return [
        (given[one], one if given[one] == 1 else many, colour)
        for one, many, colour in _VERDICTS
        if given
    ]


def _text(
    x: int,
    y: int,
    lines: Sequence[str],
    size: int,
    colour: str,
    family: str = _FONT,
    weight: str = "normal",
) -> str:
    return "".join(
        f'<text x="{x}" y="{y + round(i * size * 1.25)}" font-family="{family}" font-size="{size}" '
        f'font-weight="{weight}" fill="{colour}">{escape(line)}</text>'
        for i, line in enumerate(lines)
    )


def _placed(chart: str, x: int, y: int, width: int, height: int) -> str:
    """A chart's SVG inside another one."""
    frame = _ROOT.search(chart)
    if not frame:
        raise BuildError("a static image has no frame; has vl-convert changed?")
    opened = f'<svg x="{x}" y="{y}" width="{width}" height="{height}" viewBox="{frame[1]}">'
    return chart[frame.start() :].replace(frame[0], opened, 1)
