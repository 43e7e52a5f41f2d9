"""What a figure is: a chart with everything a reader needs to trust it.

A figure without title, unit, series, date or alt text cannot be made. It must never
compute a result; it checks, serialises and displays.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from html import escape
from pathlib import Path
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from ..errors import FigureError
from . import theme
from .controls import Controls

#: Folder for payloads; set by the build. Unset: figures show themselves.
FOLDER_VARIABLE = "ROTATION_FIGURES"
_ID = re.compile(r"[a-z][a-z0-9_]*\.[a-z0-9_]+")
_NOTEBOOK_WIDTH = 700


@dataclass(frozen=True)
class Drawing:
    """A chart on named data with the frames it draws; what every builder returns.

    Attributes:
        chart: built on ``alt.NamedData``; no data inside.
        data: name → frame; ``main`` is the one a reader can download.
        height: of the plot in pixels.
        controls: what a reader may change; ``None`` for a chart that is only looked at.
        alt: what is drawn, in words, where the builder was told what it shows.
    """

    chart: alt.TopLevelMixin
    data: dict[str, pd.DataFrame]
    height: int = 320
    controls: Controls | None = None
    alt: str = ""

    def figure(
        self,
        id: str,
        *,
        title: str,
        subtitle: str,
        unit: str,
        series: tuple[str, ...] | list[str],
        as_of: str | date | pd.Timestamp,
        alt: str = "",
        note: str = "",
        source: str = "",
        also: str = "",
    ) -> Figure:
        """The figure that shows this drawing; see :class:`Figure` for the parts and errors."""
        stamp = as_of if isinstance(as_of, str) else pd.Timestamp(as_of).date().isoformat()
        return Figure(
            id=id,
            title=title,
            subtitle=subtitle,
            chart=self.chart,
            data=self.data,
            series=tuple(series),
            alt=alt or self.alt,
            as_of=stamp,
            unit=unit,
            note=note,
            source=source,
            also=also,
            height=self.height,
            controls=self.controls,
        )


@dataclass(frozen=True)
class Figure:
    """A chart and what must stand around it.

    Attributes:
        id: ``chapter.snake_case``; also the name of its files.
        title: states the finding.
        subtitle: what is drawn and in which unit.
        chart: on named data only.
        data: name → frame; ``main`` is downloadable. NaN and NaT become null.
        series: catalog ids, for the source line.
        alt: at least 40 characters, computed from the data.
        as_of: ISO date of the last data point shown.
        unit: of the values, in words.
        note: a caveat under the figure.
        source: who published what is shown, where that is not the publisher of ``series``.
        also: who published what is shown beside ``series``.
        height: of the plot in pixels.
        controls: what a reader may change.

    Raises:
        FigureError: one line, when a part is missing or malformed.
    """

    id: str
    title: str
    subtitle: str
    chart: alt.TopLevelMixin
    data: dict[str, pd.DataFrame]
    series: tuple[str, ...]
    alt: str
    as_of: str
    unit: str
    note: str = ""
    source: str = ""
    also: str = ""
    height: int = 320
    controls: Controls | None = None

    def __post_init__(self) -> None:
        check_labels(self.id, self.title, self.series, self.as_of)
        for part in ("subtitle", "unit"):
            if not str(getattr(self, part)).strip():
                raise FigureError(f"figure {self.id} has no {part}; give it one.")
        if len(self.alt.strip()) < 40:
            raise FigureError(
                f"figure {self.id} has an alt text of {len(self.alt.strip())} characters; "
                "at least 40 are needed; tell the builder what it shows."
            )
        if "main" not in self.data or self.data["main"].empty:
            raise FigureError(f"figure {self.id} has no rows in its 'main' data; leave it out.")
        unknown = set(_named_data(self.chart.to_dict(validate=False))) - set(self.data)
        if unknown:
            raise FigureError(
                f"figure {self.id} draws data it does not hold: {', '.join(sorted(unknown))}; "
                f"it holds {', '.join(sorted(self.data))}."
            )

    def spec(self) -> dict[str, Any]:
        """The Vega-Lite specification: container width, themed, without data."""
        spec: dict[str, Any] = _numbered_views(self.chart.to_dict())
        spec.pop("datasets", None)
        spec["config"] = theme.config()
        spec["width"] = "container"
        spec.setdefault("height", self.height)
        spec["autosize"] = {"type": "fit-x", "contains": "padding", "resize": True}
        spec["description"] = self.alt
        return spec

    def payload(self) -> dict[str, Any]:
        """Everything the site needs, as JSON values; the same figure gives the same bytes."""
        held = {
            "id": self.id,
            "title": self.title,
            "subtitle": self.subtitle,
            "unit": self.unit,
            "alt": self.alt,
            "note": self.note,
            "as_of": self.as_of,
            "series": list(self.series),
            "height": self.height,
            "spec": self.spec(),
            "data": {name: columns(frame) for name, frame in self.data.items()},
            **({"source": self.source} if self.source else {}),
            **({"also": self.also} if self.also else {}),
            **self._controls(),
        }
        return dict(_on_one_line(held))

    def _controls(self) -> dict[str, Any]:
        """What a reader may change, and the rows that need not be drawn for it."""
        held = self.controls.payload(self.data["main"]) if self.controls else {}
        if not held or self.controls is None:
            return {}
        daily = self.controls.daily
        return {"controls": held} | ({} if daily is None else {"daily": columns(daily)})

    def inline_spec(self, *, width: int | str = "container", mode: str = "light") -> dict[str, Any]:
        """The specification with its data inside, for a static image or a notebook."""
        return inline(self.payload(), width=width, mode=mode)

    def svg(self, *, width: int = _NOTEBOOK_WIDTH, mode: str = "light") -> str:
        """The figure as SVG, without title; needs no network."""
        return _drawn(self.inline_spec(width=width, mode=mode))

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        folder = os.environ.get(FOLDER_VARIABLE)
        if folder:
            write_json(Path(folder) / f"{self.id}.json", self.payload())
            return {
                "text/html": f'<div data-rotation-figure="{escape(self.id)}"></div>',
                "text/plain": self.title,
            }
        spec = self.inline_spec(width=_NOTEBOOK_WIDTH)
        shown = {
            **spec,
            "background": theme.hex_of("paper"),
            "title": {"text": self.title, "subtitle": [self.subtitle, self._source_line()]},
        }
        return {
            "application/vnd.vegalite.v6+json": shown,
            "text/html": self._static_html(_drawn(spec)),
            "text/plain": f"{self.title}\n{self.alt}\n{self._source_line()}",
        }

    def _source_line(self) -> str:
        return f"Series: {', '.join(self.series)}. Data to {self.as_of}."

    def _static_html(self, svg: str) -> str:
        """For front ends that cannot draw Vega-Lite."""
        note = f"<p>{escape(self.note)}</p>" if self.note else ""
        return (
            f"<figure><p><strong>{escape(self.title)}</strong><br>{escape(self.subtitle)}</p>"
            f'<div role="img" aria-label="{escape(self.alt)}">{svg}</div>'
            f"<figcaption>{note}<p>{escape(self._source_line())}</p></figcaption></figure>"
        )


def _drawn(spec: dict[str, Any]) -> str:
    from .clock import converter

    return str(converter().vegalite_to_svg(spec, "6.4"))


def check_labels(id: str, title: str, series: tuple[str, ...] | str, as_of: str) -> None:
    """What figures and tables have in common; raises FigureError for the first fault."""
    if not _ID.fullmatch(id):
        raise FigureError(f"figure id {id!r} is not of the form 'chapter.snake_case'; rename it.")
    if not title.strip():
        raise FigureError(f"figure {id} has no title; state its finding.")
    if isinstance(series, str) or not series or not all(str(s).strip() for s in series):
        raise FigureError(f"figure {id} names no series; give the catalog ids it is drawn from.")
    try:
        date.fromisoformat(as_of)
    except (TypeError, ValueError):
        raise FigureError(
            f"figure {id} has as_of = {as_of!r}; give the ISO date of its last data point."
        ) from None


def columns(frame: pd.DataFrame) -> dict[str, Any]:
    """A frame as columns of JSON values with their types; dates are ISO days, missing is null.

    A named index becomes the first column; an unnamed one is dropped.
    """
    flat = frame.reset_index() if frame.index.name else frame
    kinds = {str(name): _kind(flat[name]) for name in flat.columns}
    values = {str(name): _values(flat[name], kinds[str(name)]) for name in flat.columns}
    return {"columns": values, "types": kinds}


def _kind(column: pd.Series) -> str:
    if pd.api.types.is_bool_dtype(column):
        return "string"
    if pd.api.types.is_datetime64_any_dtype(column):
        return "date"
    return "number" if pd.api.types.is_numeric_dtype(column) else "string"


def _values(column: pd.Series, kind: str) -> list[Any]:
    if kind == "date":
        return [None if pd.isna(v) else v.date().isoformat() for v in column]
    if kind == "number":
        return [_significant(v) for v in column.astype("float64").to_numpy(na_value=np.nan)]
    if pd.api.types.is_bool_dtype(column):
        return ["yes" if v else "no" for v in column]
    return [None if v is None or pd.isna(v) else str(v) for v in column]


def _significant(value: float) -> float | int | None:
    """Six digits are more than a screen shows and a third of the bytes."""
    if not np.isfinite(value):
        return None
    short = float(f"{value:.6g}") if abs(value) < 1e6 else float(value)
    return int(short) if short.is_integer() else short


def inline(
    payload: dict[str, Any], *, width: int | str = "container", mode: str = "light"
) -> dict[str, Any]:
    """A payload's specification with its data inside, dates at local midnight.

    Args:
        payload: as made by :meth:`Figure.payload`.
        width: pixels, or "container".
        mode: "light" or "dark".
    """
    spec = (
        theme.to_dark(payload["spec"])
        if mode == "dark"
        else json.loads(json.dumps(payload["spec"]))
    )
    spec["width"] = width
    spec["datasets"] = {name: _rows(table) for name, table in payload["data"].items()}
    return dict(spec)


def _rows(table: dict[str, Any]) -> list[dict[str, Any]]:
    names = list(table["columns"])
    days = {name for name in names if table["types"][name] == "date"}
    return [
        # Without a time of day browsers west of Greenwich would show the day before.
        {n: f"{v}T00:00:00" if n in days and v else v for n, v in zip(names, row, strict=True)}
        for row in zip(*table["columns"].values(), strict=True)
    ]


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Write JSON in one step, so that a reader never sees half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(f".{os.getpid()}.part")
    part.write_text(
        json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":")),
        encoding="utf-8",
    )
    part.replace(path)


def _on_one_line(node: Any) -> Any:
    """Text without Unicode's line separators, which Vega's expressions cannot hold."""
    if isinstance(node, str):
        return node.translate({0x2028: " ", 0x2029: " "})
    if isinstance(node, dict):
        return {_on_one_line(key): _on_one_line(value) for key, value in node.items()}
    return [_on_one_line(value) for value in node] if isinstance(node, list) else node


def _named_data(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        source = node.get("data")
        if isinstance(source, dict) and "name" in source:
            yield source["name"]
        for value in node.values():
            yield from _named_data(value)
    elif isinstance(node, list):
        for value in node:
            yield from _named_data(value)


def _numbered_views(spec: dict[str, Any]) -> dict[str, Any]:
    """Altair numbers views by a counter of the process; number them by place instead."""
    text = json.dumps(spec)
    for kind in ("view", "param"):
        seen: dict[str, str] = {}
        text = re.sub(
            rf'"{kind}_(\d+)"',
            lambda hit: seen.setdefault(hit.group(0), f'"{kind}_{len(seen) + 1}"'),  # noqa: B023
            text,
        )
    return dict(json.loads(text))
