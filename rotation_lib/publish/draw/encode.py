"""Frames as the page carries them: columns, days as steps, five significant digits.

It must never lose a row or turn a missing value into a number.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

DIGITS = 5
_EPOCH = date(1970, 1, 1)


def encoded(table: Mapping[str, Any]) -> list[list[Any]]:
    """A payload's table for the page: one ``[name, kind, …]`` a column.

    ``["date", "d", [14613, 1, 1, null, 3]]`` holds the first day since 1970-01-01 and
    then steps from the last day that was not missing; ``["v", "n", [1.2, null]]`` numbers;
    ``["s", "s", ["IWM"], [0, 0, null]]`` the different strings, then each row's place.

    Args:
        table: ``{"columns": {name: values}, "types": {name: "date" | "number" | "string"}}``.
    """
    return [
        [name, *_column(values, table["types"][name])] for name, values in table["columns"].items()
    ]


def _column(values: Sequence[Any], kind: str) -> list[Any]:
    if kind == "date":
        return ["d", _steps(values)]
    if kind == "number":
        return ["n", [shortened(v) for v in values]]
    places = {v: i for i, v in enumerate(dict.fromkeys(v for v in values if v is not None))}
    return ["s", list(places), [None if v is None else places[v] for v in values]]


def _steps(values: Sequence[str | None]) -> list[int | None]:
    last = 0
    steps: list[int | None] = []
    for value in values:
        if value is None:
            steps.append(None)
            continue
        day = (date.fromisoformat(value) - _EPOCH).days
        steps.append(day - last)
        last = day
    return steps


def shortened(value: float | int | None) -> float | int | None:
    """A number at five significant digits; whole numbers and ``None`` stay as they are."""
    if value is None or isinstance(value, int):
        return value
    short = float(f"{value:.{DIGITS}g}")
    return int(short) if short.is_integer() and abs(short) < 1e15 else short


def csv_text(table: Mapping[str, Any]) -> str:
    """The table as CSV at full precision; missing values are empty."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(table["columns"])
    writer.writerows(
        ["" if v is None else v for v in row]
        for row in zip(*table["columns"].values(), strict=True)
    )
    return out.getvalue()
