"""Reads the folder a snapshot is made from, and refuses what is not as it should be.

Input only: shapes, calendar, known names. It must never repair a value; the few
rows it leaves out are told in ``notes``.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from ..catalog import Catalog
from ..errors import DataError
from ..project import DATA
from ..tables import read_table
from .event_checks import reaction_session
from .exchange import xnys_sessions
from .schemas import check_shape

ADJUSTED = "prices_adjusted_close.parquet"
CLOSES = "prices_close.parquet"
MACRO = "macro.parquet"
DECISIONS = "fomc_decisions.csv"
CPI = "cpi_releases.csv"
EVENTS = "events.csv"
FUNDAMENTALS = "mag7_fundamentals_sec.csv"
EXTRA_FILE = DATA / "events_extra.toml"
SINCE = pd.Timestamp("2010-01-01")
FIRST_SESSION = pd.Timestamp("2010-01-04")


@dataclass(frozen=True)
class RawData:
    """Validated input; frames as :mod:`rotation_lib.sources.schemas` fixes them.

    Attributes:
        adjusted: closes adjusted for splits and dividends, sessions × symbols.
        closes: closes adjusted for splits only.
        macro: long ``series_id, date, value``, sorted.
        base_close: the session before the first return.
        notes: rows left out, one sentence each.
    """

    adjusted: pd.DataFrame
    closes: pd.DataFrame
    macro: pd.DataFrame
    decisions: pd.DataFrame
    cpi_releases: pd.DataFrame
    events: pd.DataFrame
    fundamentals: pd.DataFrame
    splits: pd.DataFrame
    base_close: pd.Timestamp
    notes: tuple[str, ...]


def read_raw(folder: Path, catalog: Catalog) -> RawData:
    """Read and validate every input file of ``folder``.

    Raises:
        DataError: a file is missing or unreadable, has the wrong shape, leaves the exchange
            calendar, has a gap inside a listing, or names something the catalog does not.
    """
    adjusted = _prices(folder, ADJUSTED, catalog)
    closes = _prices(folder, CLOSES, catalog)
    sessions = check_sessions(pd.DatetimeIndex(adjusted.index))
    extra = closes.index.difference(adjusted.index)
    if len(extra):
        raise DataError(f"{CLOSES} has {extra[0]:%Y-%m-%d}, which {ADJUSTED} lacks.")
    facts, dropped = _fundamentals(folder)
    macro = _macro(folder, catalog)
    supplement = _extra()
    return RawData(
        adjusted=adjusted,
        closes=closes,
        macro=macro,
        decisions=_decisions(folder, sessions, macro),
        cpi_releases=_cpi_releases(folder, sessions),
        events=_events(folder, supplement),
        fundamentals=facts,
        splits=_splits(supplement),
        base_close=adjusted.index[0],
        notes=tuple(dropped),
    )


def check_sessions(days: pd.DatetimeIndex) -> pd.DatetimeIndex:
    """Refuse days that are not exactly the sessions of the New York Stock Exchange.

    Returns:
        ``days`` without the first, which is only the base close.
    """
    if len(days) < 2 or days[1] != FIRST_SESSION:
        raise DataError(
            f"{ADJUSTED} must begin with the close before {FIRST_SESSION:%Y-%m-%d}: add that row."
        )
    wrong = days.symmetric_difference(xnys_sessions(days[0], days[-1]))
    if len(wrong):
        what = "is no session" if wrong[0] in days else "is a session without a row"
        raise DataError(f"{ADJUSTED}: {wrong[0]:%Y-%m-%d} {what} ({len(wrong)} such days).")
    return days[1:]


def _path(folder: Path, name: str) -> Path:
    path = folder / name
    if not path.is_file():
        raise DataError(f"{name} is missing in {folder}: see data/README.md for what is needed.")
    return path


def _parquet(folder: Path, name: str) -> pd.DataFrame:
    path = _path(folder, name)
    try:
        return pd.read_parquet(path)
    except (OSError, ValueError) as error:
        raise DataError(f"{name} is not a readable Parquet file ({error}).") from None


def _csv(folder: Path, name: str, dates: tuple[str, ...], numbers: tuple[str, ...]) -> pd.DataFrame:
    path = _path(folder, name)
    try:
        frame = pd.read_csv(path, dtype=str, keep_default_na=False)
        for column in dates:
            frame[column] = pd.to_datetime(frame[column], format="ISO8601").astype("datetime64[us]")
        for column in numbers:
            frame[column] = pd.to_numeric(frame[column]).astype("float64")
    except (ValueError, KeyError) as error:
        raise DataError(f"{name} cannot be read ({error}): correct that entry.") from None
    return frame


def _prices(folder: Path, name: str, catalog: Catalog) -> pd.DataFrame:
    frame = _parquet(folder, name)
    if isinstance(frame.index, pd.DatetimeIndex):
        frame.index = frame.index.as_unit("us")
    check_shape(frame, "prices", name)
    for symbol in frame:
        listed = catalog[str(symbol)]
        if listed.kind == "macro":
            raise DataError(f"{name}: {symbol} is a macro series, not a price.")
        column = frame[symbol]
        inside = column.loc[column.first_valid_index() : column.last_valid_index()]
        if inside.isna().any():
            raise DataError(
                f"{name}: {symbol} has no close on {inside.index[inside.isna()][0]:%Y-%m-%d}, "
                "inside its listing: fetch that day."
            )
    return frame


def _macro(folder: Path, catalog: Catalog) -> pd.DataFrame:
    frame = _parquet(folder, MACRO)
    if "date" in frame and pd.api.types.is_datetime64_any_dtype(frame["date"]):
        frame["date"] = frame["date"].astype("datetime64[us]")
    check_shape(frame, "macro", MACRO)
    for series_id in frame["series_id"].unique():
        if catalog[series_id].kind != "macro":
            raise DataError(f"{MACRO}: {series_id} is not a macro series of the catalog.")
    starts = frame["series_id"].map({s.id: s.frequency for s in catalog.series.values()})
    late = frame[starts.isin(["monthly", "quarterly"]) & (frame["date"].dt.day != 1)]
    if len(late):
        row = late.iloc[0]
        raise DataError(
            f"{MACRO}: {row.series_id} {row.date:%Y-%m-%d} must be dated by its first day."
        )
    return frame.sort_values(["series_id", "date"], kind="stable").reset_index(drop=True)


def _decisions(folder: Path, sessions: pd.DatetimeIndex, macro: pd.DataFrame) -> pd.DataFrame:
    numbers = ("lower_after", "upper_after", "upper_before", "change_bp")
    frame = _csv(folder, DECISIONS, ("decision_date", "effective_date_fred"), numbers)
    frame["scheduled"] = _flag(frame["scheduled"], DECISIONS, {"True": True, "False": False})
    check_shape(frame, "decisions", DECISIONS)
    past = frame["upper_after"].notna() & frame["decision_date"].between(SINCE, sessions[-1])
    frame = frame[past].sort_values("decision_date").reset_index(drop=True)
    frame = frame.rename(columns={"effective_date_fred": "effective_date"})
    frame["reaction_session"] = [reaction_session(day, sessions) for day in frame["decision_date"]]
    wrong = frame[(frame["upper_after"] - frame["upper_before"]) * 100 != frame["change_bp"]]
    if len(wrong):
        raise DataError(
            f"{DECISIONS}: change_bp of {wrong['decision_date'].iloc[0]:%Y-%m-%d} is wrong."
        )
    _agree_with_target(frame, macro)
    return frame


def _agree_with_target(decisions: pd.DataFrame, macro: pd.DataFrame) -> None:
    """The range decided must be FRED's target range the day after the decision."""
    for series_id, column in (("DFEDTARU", "upper_after"), ("DFEDTARL", "lower_after")):
        target = macro[macro["series_id"] == series_id].set_index("date")["value"]
        after = target.reindex(decisions["decision_date"] + pd.Timedelta(days=1))
        apart = after.notna().to_numpy() & (after.to_numpy() != decisions[column].to_numpy())
        if apart.any():
            day = decisions["decision_date"][apart].iloc[0]
            raise DataError(f"{DECISIONS}: the range of {day:%Y-%m-%d} differs from {series_id}.")


def _cpi_releases(folder: Path, sessions: pd.DatetimeIndex) -> pd.DataFrame:
    dates = ("release_date", "reference_month", "reaction_session")
    frame = _csv(folder, CPI, dates, ())
    check_shape(frame, "cpi_releases", CPI)
    frame = frame[frame["release_date"].between(SINCE, sessions[-1])]
    for row in frame.itertuples():
        if row.reaction_session != reaction_session(row.release_date, sessions):
            raise DataError(f"{CPI}: the reaction session of {row.release_date:%Y-%m-%d} is wrong.")
    return frame.sort_values("release_date").reset_index(drop=True)


def _events(folder: Path, supplement: dict[str, list[dict[str, object]]]) -> pd.DataFrame:
    dates = ("date", "reaction_session")
    frame = _csv(folder, EVENTS, dates, ())
    added = pd.DataFrame(supplement.get("event", []), columns=frame.columns)
    for column in dates:
        added[column] = pd.to_datetime(added[column]).astype("datetime64[us]")
    added["note"] = added["note"].fillna("").astype("str")
    known = set(zip(frame["date"], frame["category"], strict=True))
    new = [key not in known for key in zip(added["date"], added["category"], strict=True)]
    frame = pd.concat([frame, added[new]], ignore_index=True)
    check_shape(frame, "events", EVENTS)
    return frame


def _fundamentals(folder: Path) -> tuple[pd.DataFrame, list[str]]:
    frame = _csv(folder, FUNDAMENTALS, ("end",), ("value",))
    frame["derived"] = _flag(frame["derived"], FUNDAMENTALS, {"1": True, "0": False})
    check_shape(frame, "fundamentals", FUNDAMENTALS)
    trailing = _trailing_sums(frame)
    notes = [
        f"{row.ticker} {row.period} {row.item} of {row.end:%Y-%m-%d} is a trailing sum: left out."
        for row in frame[trailing].itertuples()
    ]
    frame = frame[~trailing].sort_values(["ticker", "period", "item", "end"], kind="stable")
    return frame.reset_index(drop=True), notes


def _trailing_sums(facts: pd.DataFrame) -> pd.Series:
    """Annual rows less than 300 days after the one before: not a fiscal year of its own."""
    annual = facts[facts["period"] == "annual"].sort_values("end")
    gap = annual.groupby(["ticker", "item"])["end"].diff()
    early = gap < pd.Timedelta(days=300)
    return early.reindex(facts.index, fill_value=False)


def _splits(supplement: dict[str, list[dict[str, object]]]) -> pd.DataFrame:
    frame = pd.DataFrame(supplement.get("split", []), columns=["ticker", "date", "ratio"])
    frame["date"] = pd.to_datetime(frame["date"]).astype("datetime64[us]")
    frame["ratio"] = frame["ratio"].astype("float64")
    return frame.sort_values(["ticker", "date"]).reset_index(drop=True)


def _extra(path: Path = EXTRA_FILE) -> dict[str, list[dict[str, object]]]:
    return read_table(path)


def _flag(column: pd.Series, name: str, words: dict[str, bool]) -> pd.Series:
    flags = column.map(words)
    if flags.isna().any():
        raise DataError(f"{name}: {column.name} must be one of {', '.join(words)}.")
    return flags.astype(bool)
