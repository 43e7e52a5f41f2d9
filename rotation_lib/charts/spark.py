"""Small pictures inside a line of text, as SVG that takes its colours from the page.

They show a shape, never a value to be read off; what they show is also said in words.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

import numpy as np
import pandas as pd

#: Units of the drawing; the page stretches it to the width it has.
WIDTH, HEIGHT = 120, 30
#: Points from which on neighbours fall on the same pixel.
_POINTS = 160


def line(values: pd.Series, said: str, *, reference: float | None = None) -> str:
    """A line without axes; empty for fewer than two values.

    Args:
        values: dates → numbers; NaN is left out.
        said: what it shows, for those who do not see it.
        reference: drawn as a dashed line where the values come near it.
    """
    values = values.dropna()
    if len(values) < 2:
        return ""
    if len(values) > _POINTS:
        values = values.iloc[np.linspace(0, len(values) - 1, _POINTS).round().astype(int)]
    low, high = float(values.min()), float(values.max())
    shown = reference is not None and low <= reference <= high
    span = (high - low) or 1.0
    days = (values.index - values.index[0]).days.to_numpy(np.float64)
    x = days / days[-1] * WIDTH
    y = HEIGHT - 2 - (values.to_numpy(np.float64) - low) / span * (HEIGHT - 4)
    path = "M" + "L".join(f"{a:.1f} {b:.1f}" for a, b in zip(x, y, strict=True))
    dashed = ""
    if shown and reference is not None:
        at = HEIGHT - 2 - (reference - low) / span * (HEIGHT - 4)
        dashed = f'<path class="spark-zero" d="M0 {at:.1f}H{WIDTH}"/>'
    return _svg(f'{dashed}<path class="spark-line" d="{path}"/>', said)


def shares(counts: Mapping[str, int], said: str) -> str:
    """One bar divided by counts, in their order; the page colours parts by name."""
    total = sum(counts.values())
    if not total:
        return ""
    parts, left = [], 0.0
    for name, count in counts.items():
        width = count / total * WIDTH
        if count:
            parts.append(
                f'<rect data-verdict="{escape(name)}" x="{left:.1f}" y="9" '
                f'width="{max(width - 1, 0.5):.1f}" height="12"/>'
            )
        left += width
    return _svg("".join(parts), said)


def _svg(content: str, said: str) -> str:
    return (
        f'<svg class="spark" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
        f'preserveAspectRatio="none" role="img" aria-label="{escape(said)}" fill="none" '
        f'stroke="currentColor">{content}</svg>'
    )
