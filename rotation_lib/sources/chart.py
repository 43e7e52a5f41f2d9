"""What Yahoo's answer holds beside the frame that yfinance makes of it.

The library moves a dividend whose bar is missing to the bar before, keeps the first of two
bars of one day, and drops the adjusted close: here all three are read from the answer itself.
It must never change a value, nor send anything.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from ..catalog import Kind
from .outcome import malformed
from .quality import Answer

PUBLISHER = "Yahoo"
ACTIONS = ("dividend", "split", "gain")


def parse(body: bytes) -> dict[str, Any]:
    """The one result of an answer that the library could read."""
    result: dict[str, Any] = json.loads(body)["chart"]["result"][0]
    return result


def check_identity(result: Mapping[str, Any], symbol: str, kind: Kind, answer: Answer) -> None:
    """Compare what the answer says of itself with what was asked for.

    Args:
        result: as :func:`parse`.
        symbol: Yahoo's name of what was asked for.
        kind: of it; a name that died may live on as something else.
        answer: what an answer may say.

    Raises:
        FetchError: ``malformed``; names the first thing that is another one.
    """
    meta = result["meta"]
    wanted: list[tuple[str, str, Iterable[str]]] = [
        ("symbol", str(meta.get("symbol")).upper(), (symbol.upper(),)),
        ("currency", str(meta.get("currency")), (answer.currency,)),
        ("interval", str(meta.get("dataGranularity")), (answer.interval,)),
        ("kind", str(meta.get("instrumentType")), (answer.kinds[kind],)),
        ("time zone", str(meta.get("exchangeTimezoneName")), answer.zones),
    ]
    if kind != "index":
        wanted.append(("exchange", str(meta.get("exchangeName")), answer.exchanges))
    for what, told, allowed in wanted:
        if told not in allowed:
            raise malformed(
                f"{PUBLISHER} answered for {symbol} with something else: {what} {told!r}, not "
                f"{' or '.join(allowed)}"
            )


def check_days(result: Mapping[str, Any], symbol: str) -> None:
    """Refuse two different bars of one day.

    The library keeps the first of two without a word. Only the last day may come twice: so
    Yahoo shows a session in progress.

    Raises:
        FetchError: ``malformed``.
    """
    days = _days(result["timestamp"], result)
    if days.is_unique:
        return
    closes: dict[pd.Timestamp, float | None] = {}
    for day, close in zip(days, result["indicators"]["quote"][0]["close"], strict=True):
        if day in closes and closes[day] != close and day != days[-1]:
            raise malformed(f"{PUBLISHER} has two different bars of {symbol} for one day")
        closes[day] = close


def actions(result: Mapping[str, Any], symbol: str) -> pd.DataFrame:
    """Dividends, splits and capital gains by their own day, whether there is a bar or not.

    Returns:
        Frame of :data:`ACTIONS` on ascending, unique ``date``: amounts, and the ratio of a
        split (0 where there was none).

    Raises:
        FetchError: ``malformed``, for one action told twice, or a ratio that is none.
    """
    told = result.get("events") or {}
    columns = {
        "dividend": _paid(told.get("dividends"), result, symbol, "dividend"),
        "split": _split(told.get("splits"), result, symbol),
        "gain": _paid(told.get("capitalGains"), result, symbol, "capital gain"),
    }
    frame = pd.DataFrame(columns, dtype="float64").fillna(0.0).sort_index()
    frame.index = pd.DatetimeIndex(frame.index, name="date").as_unit("us")
    return frame


def adjusted(result: Mapping[str, Any]) -> pd.Series | None:
    """Closes adjusted for splits and dividends by Yahoo itself, by day; ``None`` if not told."""
    told = (result["indicators"].get("adjclose") or [{}])[0].get("adjclose")
    if told is None or len(told) != len(result["timestamp"]):
        return None
    days = _days(result["timestamp"], result)
    values = pd.Series(told, index=days, dtype="float64")
    return values[~values.index.duplicated(keep="last")]


def _days(stamps: Iterable[int], result: Mapping[str, Any]) -> pd.DatetimeIndex:
    """Days at the exchange."""
    zone = result["meta"]["exchangeTimezoneName"]
    moments = pd.to_datetime(list(stamps), unit="s", utc=True).tz_convert(zone)
    return pd.DatetimeIndex(moments.tz_localize(None).normalize()).as_unit("us")


def _listed(told: Any) -> list[Mapping[str, Any]]:
    return list(told.values() if isinstance(told, dict) else told or ())


def _paid(told: Any, result: Mapping[str, Any], symbol: str, what: str) -> pd.Series:
    items = _listed(told)
    days = _days([item["date"] for item in items], result)
    amounts = pd.Series([item["amount"] for item in items], index=days, dtype="float64")
    _once(amounts, symbol, what)
    if not (amounts > 0).all():
        day, amount = next((d, a) for d, a in amounts.items() if not a > 0)
        raise malformed(f"{symbol}: a {what} of {amount:g} on {day:%Y-%m-%d}")
    return amounts.groupby(level=0).sum()


def _split(told: Any, result: Mapping[str, Any], symbol: str) -> pd.Series:
    items = _listed(told)
    days = _days([item["date"] for item in items], result)
    ratios = []
    for day, item in zip(days, items, strict=True):
        above, below = float(item["numerator"]), float(item["denominator"])
        if not (above > 0 and below > 0):
            raise malformed(f"{symbol}: a split of {above:g} for {below:g} on {day:%Y-%m-%d}")
        ratios.append(above / below)
    series = pd.Series(ratios, index=days, dtype="float64")
    _once(series, symbol, "split")
    return series.groupby(level=0).prod()


def _once(values: pd.Series, symbol: str, what: str) -> None:
    """One action told twice for a day would count twice; two that differ are two."""
    twice = pd.DataFrame({"day": values.index, "size": values.to_numpy()}).duplicated()
    if twice.any():
        day = values.index[twice].min()
        raise malformed(f"{symbol}: the {what} of {day:%Y-%m-%d} is told twice")
