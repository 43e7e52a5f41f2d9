"""What the report's data hold: coverage by series, the common sample, publication lags.

Frames about data, for the methods chapter. It must never read a file, nor judge a claim.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ..findings import Finding
from ..market import Market

if TYPE_CHECKING:
    from ..catalog import Series

#: Days between neighbouring observations from which on a series has a hole.
_HOLE = {"daily": 11, "weekly": 11, "monthly": 45, "quarterly": 135}
#: Letters of names that a row of a chart has room for on a phone.
_LETTERS = 32
_PERIOD = {"monthly": pd.offsets.MonthEnd(1), "quarterly": pd.offsets.QuarterEnd(1)}


def used_series(market: Market, findings: Mapping[str, Finding]) -> tuple[str, ...]:
    """Catalog ids that at least one finding rests on, in the catalog's order.

    Args:
        findings: by id, of all chapters.
    """
    named = {series_id for finding in findings.values() for series_id in finding.series}
    return tuple(series_id for series_id in market.catalog.series if series_id in named)


def fund_stretches(market: Market, used: Iterable[str]) -> pd.DataFrame:
    """From when to when daily returns reach inside the window, alike symbols on one row.

    Args:
        market: data and window.
        used: catalog ids; those without returns are left out.

    Returns:
        ``label``, ``start``, ``end`` (first and last session with a return), ``kind``
        ("total return" or "price return"), ``symbols`` (comma-separated) and ``count``,
        the largest group first within a kind.
    """
    wanted = set(used)
    frames = {"total return": market.total_returns, "price return": market.price_returns}
    rows = []
    for kind, frame in frames.items():
        spans: dict[tuple[pd.Timestamp, pd.Timestamp], list[str]] = {}
        for symbol in frame.columns:
            first, last = frame[symbol].first_valid_index(), frame[symbol].last_valid_index()
            if symbol in wanted and first is not None:
                spans.setdefault((first, last), []).append(str(symbol))
        for (first, last), symbols in sorted(spans.items(), key=lambda s: (-len(s[1]), s[0])):
            rows.append(
                {
                    "label": _group_name(market, symbols, kind, first),
                    "start": first,
                    "end": last,
                    "kind": kind,
                    "symbols": ", ".join(symbols),
                    "count": len(symbols),
                }
            )
    return pd.DataFrame(rows, columns=["label", "start", "end", "kind", "symbols", "count"])


def name_of(entry: Series) -> str:
    """A series' short name with its id: "Tesla (TSLA)", "Nasdaq 100 (index, ^NDX)", "CFNAI".

    Args:
        entry: of the catalog.
    """
    if entry.id in entry.short:
        return entry.short
    return f"{entry.short.removesuffix(')')}{', ' if ')' in entry.short else ' ('}{entry.id})"


def _group_name(market: Market, symbols: list[str], kind: str, first: pd.Timestamp) -> str:
    names = " and ".join(name_of(market.catalog[s]) for s in symbols)
    if len(symbols) == 1 or len(names) <= _LETTERS:
        return f"{names}, {kind}"
    nouns = {"fund": ("fund", "funds"), "stock": ("share", "shares"), "index": ("index", "indices")}
    kinds = [market.catalog[s].kind for s in symbols]
    counts = [f"{kinds.count(k)} {n[kinds.count(k) > 1]}" for k, n in nouns.items() if k in kinds]
    since = f" from {first:%B %Y}" if first > market.start else ""
    return f"{' and '.join(counts)}, {kind}{since}"


def common_sample(market: Market, used: Iterable[str]) -> pd.DataFrame:
    """Sessions lost if every symbol had to have a total return on every session used.

    Symbols are asked for in the order in which their data begin; each row holds only what
    its symbol costs beyond those before it.

    Returns:
        ``label``, ``value`` (sessions; losses negative), ``kind`` ("part" or "total", as
        :func:`rotation_lib.charts.bars.waterfall` wants them), ``symbols`` asked for so far.
    """
    columns = [s for s in used if s in market.total_returns]
    listed = market.total_returns[columns].notna()
    listed = listed[[c for c in columns if listed[c].any()]]
    kept = pd.Series(True, index=listed.index)
    rows: list[dict[str, object]] = [
        {"label": "Sessions of the window", "value": len(kept), "kind": "part", "symbols": 0}
    ]
    order = sorted(listed.columns, key=lambda s: (listed[s].idxmax(), s))
    for position, symbol in enumerate(order, start=1):
        lost = int(kept.sum()) - int((kept & listed[symbol]).sum())
        kept &= listed[symbol]
        if lost:
            label = f"{name_of(market.catalog[str(symbol)])}, {_span(listed[symbol], market)}"
            rows.append({"label": label, "value": -lost, "kind": "part", "symbols": position})
    rows.append(
        {
            "label": f"Common to all {len(order)}",
            "value": int(kept.sum()),
            "kind": "total",
            "symbols": len(order),
        }
    )
    return pd.DataFrame(rows)


def _span(listed: pd.Series, market: Market) -> str:
    first = listed.idxmax()
    if first > market.start:
        return f"from {first:%B %Y}"
    last = listed[::-1].idxmax()
    return f"to {last:%B %Y}" if last < market.end else "gaps"


def macro_stretches(market: Market, used: Iterable[str]) -> pd.DataFrame:
    """Unbroken stretches of each macro series inside the window.

    A monthly or quarterly observation covers its whole period. A stretch ends where the next
    observation is missing.

    Args:
        used: catalog ids; those that are no macro series are left out.

    Returns:
        ``label``, ``start``, ``end``, ``kind`` (the frequency), ``series_id``; one row a
        stretch, series that end first on top.
    """
    rows = []
    for series_id in used:
        entry = market.catalog[series_id]
        if entry.kind != "macro" or not market.has_macro(series_id):
            continue
        dates = market.macro(series_id).loc[market.base :].index
        if not len(dates):
            continue
        hole = pd.Series(dates).diff() > pd.Timedelta(days=_HOLE[entry.frequency])
        for _, part in pd.Series(dates).groupby(hole.cumsum().to_numpy()):
            last = min(_period_end(part.iloc[-1], entry.frequency), market.end)
            rows.append(
                {
                    "label": name_of(entry),
                    "start": part.iloc[0],
                    "end": last,
                    "kind": entry.frequency,
                    "series_id": series_id,
                }
            )
    frame = pd.DataFrame(rows, columns=["label", "start", "end", "kind", "series_id"])
    final = frame.groupby("series_id")["end"].transform("max")
    order = frame.assign(final=final).sort_values(
        ["final", "series_id", "start"], kind="stable", ignore_index=True
    )
    return order[["label", "start", "end", "kind", "series_id"]]


def _period_end(day: pd.Timestamp, frequency: str) -> pd.Timestamp:
    offset = _PERIOD.get(frequency)
    return day if offset is None else day + offset


def ends_early(stretches: pd.DataFrame, market: Market, grace: int = 31) -> pd.DataFrame:
    """Series whose next observation should have been public before the end of the window.

    Args:
        stretches: as :func:`macro_stretches`.
        market: data and window.
        grace: days that a release may be late before it counts as missing.

    Returns:
        ``series_id``, ``label``, ``end``; one row a series. A series that no lag describes
        is never among them.
    """
    last = stretches.groupby("series_id", sort=False).last().reset_index()
    due = [_next_due(market, str(r.series_id), r.end) for r in last.itertuples()]
    late = pd.Series(due, dtype="datetime64[us]") + pd.Timedelta(days=grace) < market.end
    return last.loc[late, ["series_id", "label", "end"]].reset_index(drop=True)


def _next_due(market: Market, series_id: str, covered: pd.Timestamp) -> pd.Timestamp | None:
    """When the observation after the last one should have been published."""
    if not market.catalog[series_id].point_in_time:
        return None
    following = pd.DatetimeIndex([covered + pd.Timedelta(days=1)])
    return market.catalog.published(series_id, following)[0]


def holes(stretches: pd.DataFrame) -> pd.DataFrame:
    """What is missing between the stretches of a series.

    Returns:
        ``series_id``, ``label``, ``start`` and ``end`` of each hole (days without data).
    """
    after = stretches.groupby("series_id", sort=False)["start"].shift(-1)
    frame = stretches.assign(
        hole_start=stretches["end"] + pd.Timedelta(days=1), hole_end=after - pd.Timedelta(days=1)
    ).dropna(subset=["hole_end"])
    return (
        frame.drop(columns=["start", "end"])
        .rename(columns={"hole_start": "start", "hole_end": "end"})[
            ["series_id", "label", "start", "end"]
        ]
        .reset_index(drop=True)
    )


def publication_lags(market: Market, used: Iterable[str]) -> pd.DataFrame:
    """Days from the last day of an observed period to its publication.

    Counted over the observations of the window; those never published are left out.

    Args:
        used: catalog ids; those that are no macro series are left out.

    Returns:
        ``series_id``, ``label``, ``frequency``, ``value`` (median), ``low``, ``high``
        (shortest, longest), ``longest`` (period with the longest lag), ``revisions``,
        ``point_in_time`` (bool), ``basis`` (as :func:`basis_of`); fastest first. Series that no
        lag describes have NaN.
    """
    rows = [_lag_row(market, s) for s in used if market.catalog[s].kind == "macro"]
    kept = [row for row in rows if row is not None]
    columns = [
        "series_id",
        "label",
        "frequency",
        "value",
        "low",
        "high",
        "longest",
        "revisions",
        "point_in_time",
        "basis",
    ]
    return pd.DataFrame(kept, columns=columns).sort_values(
        ["value", "high", "series_id"], kind="stable", ignore_index=True
    )


def _lag_row(market: Market, series_id: str) -> dict[str, object] | None:
    entry = market.catalog[series_id]
    row: dict[str, object] = {
        "series_id": series_id,
        "label": entry.short,
        "frequency": entry.frequency,
        "value": np.nan,
        "low": np.nan,
        "high": np.nan,
        "longest": pd.NaT,
        "revisions": entry.revisions,
        "point_in_time": entry.point_in_time,
        "basis": basis_of(market, series_id),
    }
    if not entry.point_in_time:
        return row
    if not market.has_macro(series_id):
        return None
    dates = market.macro(series_id).loc[market.base :].index
    ends = pd.DatetimeIndex([_period_end(day, entry.frequency) for day in dates])
    published = market.catalog.published(series_id, pd.DatetimeIndex(dates))
    lag = pd.Series((published - ends).days, index=dates, dtype="float64").dropna()
    if lag.empty:
        return None
    row.update(value=lag.median(), low=lag.min(), high=lag.max(), longest=lag.idxmax())
    return row


def basis_of(market: Market, series_id: str) -> str:
    """On what the values of a macro series rest in this report.

    Args:
        market: data, window and day of knowledge.
        series_id: of a macro series.

    Returns:
        ``"latest"`` (as last revised), ``"vintage by FRED"`` or ``"vintage by ALFRED"`` (as known on
        the day of knowledge, from the API or from the archive's CSV), ``"lag"`` (latest values, cut
        off by the publication lag), or ``"refused"`` (no lag can say what was known).
    """
    basis = market.basis(series_id)
    if basis == "latest vintage":
        return "latest"
    if basis == "vintage":
        key = f"{series_id}@{market.params.as_of}"
        via = market.dataset.provenance.get("vintages", {}).get(key)
        return "vintage by FRED" if via == "fredapi" else "vintage by ALFRED"
    return "lag" if market.catalog[series_id].point_in_time else "refused"


def price_ends(market: Market) -> pd.DataFrame:
    """Last session of the price returns of funds: ``end`` and how many ``funds`` share it."""
    frame = market.price_returns
    funds = [s for s in frame.columns if market.catalog[str(s)].kind == "fund"]
    last = pd.Series([frame[s].last_valid_index() for s in funds]).dropna()
    counts = last.value_counts().rename_axis("end").reset_index(name="funds")
    return counts.sort_values(["funds", "end"], ascending=False, ignore_index=True)
