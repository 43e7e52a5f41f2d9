"""The controls under a chart's title, as HTML that only shows where scripts run.

It must never offer what the chart's data cannot show.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from html import escape
from typing import Any

#: Years before the last day that one press goes back to.
YEARS = (1, 3, 5, 10)
#: Rows that must be left after the last day that can be chosen.
_LEFT = 5


def control_bar(payload: Mapping[str, Any]) -> str:
    """Date field, presets, reset, and one switch a line; empty for a chart without controls.

    Args:
        payload: as a figure wrote it.
    """
    rule = payload.get("controls")
    if not rule:
        return ""
    name = payload["id"].replace(".", "-").replace("_", "-")
    rows = payload.get("daily") or payload["data"]["main"]
    parts = [_start(rule, name, _days(rows)) if rule["starts"] else "", _lines(rule)]
    return (
        f'<div class="fig-controls pst-js-only">{"".join(parts)}</div>'
        '<p class="fig-status pst-js-only" role="status"></p>'
    )


def _days(table: Mapping[str, Any]) -> list[str]:
    name = next(n for n, kind in table["types"].items() if kind == "date")
    return list(table["columns"][name])


def _start(rule: Mapping[str, Any], name: str, days: list[str]) -> str:
    first, latest, last = days[0], days[-1 - _LEFT], days[-1]
    label = "Compare from" if rule["rebased"] else "Show from"
    span = (date.fromisoformat(last) - date.fromisoformat(first)).days / 365.25
    presets = "".join(
        f'<button type="button" data-years="{n}" aria-pressed="false">{n}'
        f'<span aria-hidden="true">y</span><span class="visually-hidden"> {_years(n)}</span></button>'
        for n in YEARS
        if n < span
    )
    group = f'<span role="group" aria-label="{label} so many years back">{presets}</span>'
    return (
        f'<label for="from-{name}">{label}</label>'
        f'<input type="date" id="from-{name}" min="{first}" max="{latest}" value="{first}"'
        f' data-last="{last}" autocomplete="off">'
        f"{group if presets else ''}"
        '<button type="button" class="fig-reset" disabled>Reset</button>'
    )


def _years(count: int) -> str:
    return "year" if count == 1 else "years"


def _lines(rule: Mapping[str, Any]) -> str:
    names = list(rule["columns"])
    if len(names) < 2:
        return ""
    switches = "".join(
        f'<button type="button" data-line="{escape(n)}" aria-pressed="true">{escape(n)}</button>'
        for n in names
    )
    return f'<span class="fig-lines" role="group" aria-label="Lines shown">{switches}</span>'
