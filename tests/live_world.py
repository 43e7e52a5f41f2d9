"""Stores, clients and numbers for the tests of live data; everything stays on 127.0.0.1."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from standin import Standin

from rotation_lib.catalog import load_catalog
from rotation_lib.sources import Dataset
from rotation_lib.sources.closed import BASE_CLOSE, closed_sessions
from rotation_lib.sources.fred import Fred
from rotation_lib.sources.secret import Secret
from rotation_lib.sources.transport import Clock, Pacer
from rotation_lib.sources.yahoo import Yahoo
from rotation_lib.store.fetch import Clients, Pull
from rotation_lib.store.files import Store

NOW = dt.datetime(2026, 8, 25, 21, 0, tzinfo=dt.UTC)
#: A made-up key of the right form.
KEY = "0123456789abcdef0123456789abcdef"
#: Smallest gap between total and price return that is served as a dividend.
LEAST_DIVIDEND = 5e-4


def no_sleep(seconds: float) -> None:
    """Pauses between tries cost nothing here."""


def clients(
    server: Standin,
    folder: Path,
    *,
    key: str | None = None,
    seconds: float = 20.0,
    now: dt.datetime = NOW,
) -> Clients:
    """The real clients, pointed at the stand-in."""
    clock = Clock(lambda: now)
    yahoo = Yahoo(clock, folder / "yfinance", server.session_class(), seconds, no_sleep)
    fred = Fred(
        Secret(key) if key else None,
        clock,
        api=f"{server.address}/fred",
        graph=f"{server.address}/graph/fredgraph.csv",
        archive=f"{server.address}/graph/alfredgraph.csv",
        call_seconds=seconds,
        sleep=no_sleep,
        pacer=Pacer(0.0),
    )
    return Clients(yahoo, fred, clock)


def pull_of(server: Standin, folder: Path, **options: object) -> Pull:
    """A pull into ``folder / "store"``."""
    made = clients(server, folder, **options)  # type: ignore[arg-type]
    return Pull(Store(folder / "store"), load_catalog(), made)


def walk(seed: int, sessions: pd.DatetimeIndex, start: float = 100.0) -> pd.DataFrame:
    """Bars of a quiet random walk, without actions."""
    moves = np.random.default_rng(seed).normal(0.0, 0.008, len(sessions))
    close = start * np.exp(moves.cumsum())
    return pd.DataFrame({"date": sessions, "close": close, "dividend": 0.0, "split": 1.0})


def actions_at(
    sessions: pd.DatetimeIndex, back: int, dividend: float = 0.0, split: float = 1.0
) -> pd.DataFrame:
    """Quiet bars with one action so many places from the end; the price follows a split."""
    bars = walk(3, sessions)
    at = len(bars) - back
    bars.loc[at:, "close"] /= split
    bars.loc[at, ["dividend", "split"]] = [dividend, split]
    return bars


def recent(count: int = 120, now: dt.datetime = NOW) -> pd.DatetimeIndex:
    """The last sessions that are over."""
    return closed_sessions(now)[-count:]


def days(values: dict[str, float]) -> pd.Series:
    """Observations by ISO day."""
    return pd.Series(list(values.values()), index=pd.DatetimeIndex(list(values)), dtype="float64")


def same_numbers(dataset: Dataset) -> Dataset:
    """The snapshot with price returns for all its funds: total returns less clear dividends."""
    total, price = dataset.total_returns, dataset.price_returns
    made = {}
    for name in total:
        known = price.get(name, pd.Series(np.nan, index=total.index))
        paid = (1 + total[name]) / (1 + known) - 1 > LEAST_DIVIDEND
        made[name] = total[name].where(~paid, known)
    indices = price[price.columns.difference(total.columns)]
    prices = pd.concat([pd.DataFrame(made), indices], axis=1)
    return replace(dataset, price_returns=prices[sorted(prices)])


def serve(server: Standin, dataset: Dataset) -> None:
    """Serve closes, dividends and observations from which exactly these numbers follow.

    Some splits are put in, so that adjustment has something to undo.
    """
    for name in dataset.price_returns:
        total = dataset.total_returns.get(name)
        server.bars[str(name)] = bars_of(dataset.price_returns[name], total, str(name))
    rows = dataset.observations
    for series_id, part in rows.groupby("series_id"):
        server.macro[str(series_id)] = part.set_index("date")["value"]


def bars_of(price: pd.Series, total: pd.Series | None, name: str) -> pd.DataFrame:
    """Bars as traded whose returns are the ones given."""
    listed = price.loc[price.first_valid_index() : price.last_valid_index()]
    calendar = pd.DatetimeIndex([BASE_CLOSE]).append(pd.DatetimeIndex(price.index))
    base = calendar[calendar.get_loc(listed.index[0]) - 1]
    split = np.ones(len(listed) + 1)
    if name in ("NVDA", "QQQ"):
        split[-300], split[-30] = 4.0, 10.0
    growth = np.concatenate([[1.0], (1 + listed.to_numpy()).cumprod()])
    close = 50.0 * growth * split.prod() / split.cumprod()
    paid = np.zeros(len(close))
    if total is not None:
        own = total.reindex(listed.index).to_numpy()
        # total = c / (base / split - d) - 1, solved for the dividend d.
        before = close[:-1] / split[1:]
        paid[1:] = np.where(own == listed.to_numpy(), 0.0, before - close[1:] / (1 + own))
    return pd.DataFrame(
        {"date": listed.index.insert(0, base), "close": close, "dividend": paid, "split": split}
    )


def forget(store: Store, *keys: str) -> None:
    """Take series out of a store."""
    with store.locked():
        store._write_manifest({k: e for k, e in store.manifest().items() if k not in keys})


def spoil(store: Store) -> None:
    """Another fetch, whose prices are all different."""
    with store.locked():
        for key, entry in store.manifest().items():
            if entry.kind == "prices":
                bars = store.read(entry)
                store.write(key, bars.assign(close=bars["close"] * (1 + bars.index % 2)), entry)


def assert_alike(got: object, expected: object, where: str) -> None:
    """The same structure and words, and numbers to 1e-9."""
    if isinstance(expected, dict) and isinstance(got, dict):
        assert got.keys() == expected.keys(), where
        for name, value in expected.items():
            assert_alike(got[name], value, f"{where}.{name}")
    elif isinstance(expected, list | tuple) and isinstance(got, list | tuple):
        assert len(got) == len(expected), where
        for i, value in enumerate(expected):
            assert_alike(got[i], value, f"{where}[{i}]")
    elif isinstance(expected, float):
        assert got == pytest.approx(expected, rel=1e-9, abs=1e-9), where
    else:
        assert got == expected, where
