"""Charts of two built sites whose drawn picture looks different.

Pictures are drawn from the published specifications and compared as a reader sees them. It
must never write into a site.
"""

from __future__ import annotations

import base64
import io
import json
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from .model import ChartChange

Picture = npt.NDArray[np.float32]
#: A pixel counts as different from this difference of its strongest channel on, after blurring.
PIXEL = 0.1
#: A picture counts as different from this share of different pixels on.
SHARE = 0.0003
_WORDS = ("title", "description", "usermeta")


class Published(NamedTuple):
    """One published chart: how it is drawn and what it draws."""

    style: dict[str, Any]
    values: dict[str, Any]

    @property
    def spec(self) -> dict[str, Any]:
        """The whole specification, without title and alt text, which are words."""
        return {**self.style, "datasets": self.values}


def chart_changes(base: Path, head: Path) -> list[ChartChange]:
    """Charts that appeared, vanished or look different, the largest difference first.

    Args:
        base: folder of the site before.
        head: folder of the site after.
    """
    old, new = _published(base), _published(head)
    changes = [
        *(ChartChange(id=i, kind="appeared") for i in new if i not in old),
        *(ChartChange(id=i, kind="vanished") for i in old if i not in new),
    ]
    redrawn = []
    for name in (n for n in old if n in new):
        a, b = (chart(paths[name]) for paths in (old, new))
        style, values = a.style != b.style, a.values != b.values
        share = difference(drawn(a), drawn(b)) if style or values else 0.0
        if share >= SHARE:
            redrawn.append(
                ChartChange(id=name, kind="redrawn", style=style, values=values, share=share)
            )
    return changes + sorted(redrawn, key=lambda c: -c.share)


def _published(site: Path) -> dict[str, Path]:
    folder = site / "downloads" / "figures"
    return {p.name.removesuffix(".vl.json"): p for p in sorted(folder.glob("*.vl.json"))}


def chart(path: Path) -> Published:
    """A published chart, without its words."""
    spec = json.loads(path.read_text(encoding="utf-8"))
    style = {k: v for k, v in spec.items() if k not in ("datasets", *_WORDS)}
    return Published(style, spec.get("datasets", {}))


def drawn(published: Published) -> Picture:
    """The chart as pixels on white, height × width × 3, 0 to 1."""
    return _pixels(_png(json.dumps(published.spec, sort_keys=True)))


@cache
def _png(spec: str) -> bytes:
    from ..charts.clock import converter

    return bytes(converter().vegalite_to_png(spec, scale=1))


def _pixels(png: bytes) -> Picture:
    from PIL import Image

    with Image.open(io.BytesIO(png)) as image:
        layered = Image.alpha_composite(
            Image.new("RGBA", image.size, "white"), image.convert("RGBA")
        )
        return np.asarray(layered.convert("RGB"), dtype=np.float32) / np.float32(255)


def difference(a: Picture, b: Picture) -> float:
    """Share of pixels that look different, after a small blur that hides how edges are smoothed.

    Pictures of different size are laid on white, top left corner on top left corner.
    """
    return float(different_pixels(a, b).mean())


def different_pixels(a: Picture, b: Picture) -> npt.NDArray[np.bool_]:
    """Which pixels of the common canvas look different."""
    height, width = (max(x.shape[i], y.shape[i]) for (x, y) in [(a, b)] for i in (0, 1))
    gap = np.abs(_blurred(_on_canvas(a, height, width) - _on_canvas(b, height, width)))
    return np.asarray(gap.max(axis=2) > PIXEL)


def _on_canvas(picture: Picture, height: int, width: int) -> Picture:
    missing = ((0, height - picture.shape[0]), (0, width - picture.shape[1]), (0, 0))
    return np.pad(picture, missing, constant_values=np.float32(1))


def _blurred(picture: Picture) -> Picture:
    """Mean over 3 × 3 pixels, edges repeated."""
    wide = np.pad(picture, ((1, 1), (1, 1), (0, 0)), mode="edge")
    rows = wide[:-2] + wide[1:-1] + wide[2:]
    return np.asarray((rows[:, :-2] + rows[:, 1:-1] + rows[:, 2:]) / 9, dtype=np.float32)


def side_by_side(base: Path | None, head: Path | None, name: str) -> tuple[str, ...]:
    """PNG data addresses: before, after, and where they differ.

    Args:
        base: folder of the site before; ``None`` if there is none.
        head: folder of the site after.
        name: the chart's id.

    Returns:
        One address for each picture there is; the third only if both are there.
    """
    charts = [
        chart(_published(site)[name]) for site in (base, head) if site and name in _published(site)
    ]
    images = [_png(json.dumps(c.spec, sort_keys=True)) for c in charts]
    if len(charts) == 2:
        images.append(_marked(*(drawn(c) for c in charts)))
    return tuple(f"data:image/png;base64,{base64.b64encode(i).decode()}" for i in images)


def _marked(a: Picture, b: Picture) -> bytes:
    """The picture after, pale, with every different pixel in strong red."""
    from PIL import Image

    where = different_pixels(a, b)
    shown = 1 - (1 - _on_canvas(b, *where.shape)) * np.float32(0.25)
    shown[where] = (0.80, 0.05, 0.10)
    stream = io.BytesIO()
    Image.fromarray((shown * 255).round().astype(np.uint8)).save(stream, format="PNG")
    return stream.getvalue()
