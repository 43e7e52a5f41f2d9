"""One gate: what would stop a snapshot is refused, or told, before a live series is stored.

The real yfinance and fredapi talk to a stand-in on 127.0.0.1. Thresholds are those of
``data/quality.toml``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from live_faults import chart_change
from live_world import KEY, NOW, pull_of, recent, walk
from standin import Standin, serving
from test_live_faults import content, outcomes

from rotation_lib.catalog import load_catalog
from rotation_lib.sources.quality import load_quality
from rotation_lib.sources.snapshot import SnapshotSource
from rotation_lib.store.observed import check_observations

pytestmark = pytest.mark.slow

Change = Callable[[pd.DataFrame], pd.DataFrame]
#: Bars of a fund, its index and a third series that move alike; a quarterly dividend of 0.4 %.
COUNT, PAID = 300, (40, 103, 166, 229)


def bars(noise: int = 0) -> pd.DataFrame:
    made = walk(3, recent(COUNT))
    close = made["close"] * np.exp(np.random.default_rng(noise).normal(0, 2e-4, COUNT))
    return made.assign(close=close)


def paying(frame: pd.DataFrame, amounts: dict[int, float] | None = None) -> pd.DataFrame:
    """With its dividends, which the price falls by."""
    out = frame.copy()
    for at, share in (dict.fromkeys(PAID, 0.004) | (amounts or {})).items():
        paid = share * out.loc[at - 1, "close"]
        out.loc[at, "dividend"] = paid
        out.loc[at:, "close"] *= 1 - paid / out.loc[at - 1, "close"]
    return out


@pytest.fixture
def server() -> Iterator[Standin]:
    with serving(NOW) as served:
        served.bars |= {"IWM": paying(bars(1)), "^RUT": bars(2), "SPY": bars(4), "KRE": bars(5)}
        yield served


def grown(at: int, factor: float) -> Change:
    return lambda frame: frame.assign(
        close=frame["close"].where(frame.index < at, frame["close"] * factor)
    )


def dividend(at: int, times: float) -> Change:
    """A dividend told as so many times what was paid: the price knows better."""

    def change(frame: pd.DataFrame) -> pd.DataFrame:
        amount = frame.loc[PAID[-1], "dividend"] * times
        return frame.assign(dividend=frame["dividend"].where(frame.index != at, amount))

    return change


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (dividend(PAID[-1], 3), "unlike those before it, and no fall of the price shows it"),
        (dividend(PAID[-1], 10), "unlike those before it, and no fall of the price shows it"),
        (dividend(PAID[-1] + 2, 1), "unlike those before it, and no fall of the price shows it"),
        (grown(295, 1.2), "and ^RUT"),
        (grown(150, 1.2), "and ^RUT"),
        (
            lambda f: f.assign(close=f["close"].where((f.index < 200) | (f.index > 205), 90.0)),
            "same",
        ),
    ],
    ids=["dividend x3", "dividend x10", "dividend twice", "x1.2", "x1.2 long ago", "stale run"],
)
def test_what_the_rules_find_is_not_stored(
    change: Change, says: str, server: Standin, tmp_path: Path
) -> None:
    """yfinance #307, PR#2090 and #1106: the series stays out, its witnesses come in."""
    server.bars["IWM"] = change(server.bars["IWM"])
    pull = pull_of(server, tmp_path)
    attempts = {a.series_id: a for a in pull.run(["IWM", "SPY", "^RUT"])}
    assert attempts["IWM"].outcome == "malformed", attempts["IWM"]
    assert says in attempts["IWM"].message
    assert set(pull.store.manifest()) == {"SPY", "^RUT"}


def test_the_one_that_stands_alone_is_the_index(server: Standin, tmp_path: Path) -> None:
    """A wrong index beside a right fund: the fund is stored, in whatever order they come."""
    server.bars["^RUT"] = grown(295, 1.2)(server.bars["^RUT"])
    pull = pull_of(server, tmp_path)
    ended = outcomes(pull.run(["IWM", "^RUT", "SPY"]))
    assert ended == {"IWM": "ok", "SPY": "ok", "^RUT": "malformed"}
    [note] = pull.store.manifest()["IWM"].notes
    assert note.startswith("Moved apart from ^RUT: IWM: ")


def test_a_small_gap_between_fund_and_index_is_told(server: Standin, tmp_path: Path) -> None:
    """As in March 2020: beyond the limit that a snapshot must judge, short of a wrong price."""
    server.bars["IWM"] = grown(295, 1.02)(server.bars["IWM"])
    pull = pull_of(server, tmp_path)
    assert outcomes(pull.run(["IWM", "SPY", "^RUT"]))["IWM"] == "ok"
    [note] = pull.store.manifest()["IWM"].notes
    assert f"on {recent(COUNT)[295]:%Y-%m-%d}, and ^RUT" in note


def test_a_large_dividend_is_not_believed_for_a_fall_that_chance_explains(
    server: Standin, tmp_path: Path
) -> None:
    """Three times what was paid, on a day on which a fund of its own ways did worse anyway."""
    moves = np.random.default_rng(9).normal(0, 0.006, COUNT)
    moves[PAID[-1]] = -0.007
    kre = paying(bars(5).assign(close=bars(5)["close"] * np.exp(moves.cumsum())))
    server.bars["KRE"] = dividend(PAID[-1], 3)(kre)
    pull = pull_of(server, tmp_path)
    [attempt] = [a for a in pull.run(["KRE", "SPY"]) if a.series_id == "KRE"]
    assert "unlike those before it, and no fall of the price shows it" in attempt.message
    server.bars["KRE"] = kre
    assert outcomes(pull_of(server, tmp_path).run(["KRE", "SPY"]))["KRE"] == "ok"


def test_a_large_dividend_that_the_price_shows_is_told(server: Standin, tmp_path: Path) -> None:
    server.bars["IWM"] = paying(bars(1), {PAID[-1]: 0.025})
    pull = pull_of(server, tmp_path)
    assert outcomes(pull.run(["IWM", "SPY", "^RUT"]))["IWM"] == "ok"
    [note] = pull.store.manifest()["IWM"].notes
    assert note.startswith("It paid a dividend of 2.5")
    assert note.endswith("the price fell by it, against ^RUT.")


def without(kind: str) -> Callable[[dict[str, Any]], None]:
    return lambda result: result["events"].pop(kind)


def moved(result: dict[str, Any]) -> None:
    """An event that the adjusted close does not know."""
    told = result["events"]["dividends"]
    if told:
        at = result["timestamp"][-20]
        told[str(at)] = {"date": at, "amount": 0.5}


@pytest.mark.parametrize("change", [without("dividends"), moved], ids=["missing", "made up"])
def test_the_adjusted_close_contradicts_the_events(
    change: Callable[[dict[str, Any]], None], server: Standin, tmp_path: Path
) -> None:
    """yfinance #6, #1333: what the vendor computed tells that a dividend is missing."""
    chart_change("IWM", change)(server)
    [attempt] = pull_of(server, tmp_path).run(["IWM"])
    assert attempt.outcome == "malformed"
    assert "and the vendor's adjusted close differ by 0.4" in attempt.message or (
        "and the vendor's adjusted close differ by 0.5" in attempt.message
    )


def test_a_capital_gain_counted_twice_in_the_adjusted_close_passes(
    server: Standin, tmp_path: Path
) -> None:
    """Yahoo counts it in the dividend and again in the adjusted close."""

    def gain(result: dict[str, Any]) -> None:
        if len(result["timestamp"]) < COUNT:
            return
        at = PAID[-1]
        stamp = result["timestamp"][at]
        [own] = [item["adjclose"] for item in result["indicators"]["adjclose"]]
        before = result["indicators"]["quote"][0]["close"][at - 1]
        paid = result["events"]["dividends"][str(stamp)]["amount"]
        result["events"]["capitalGains"] = {str(stamp): {"date": stamp, "amount": 0.3}}
        share = (1 - (paid + 0.3) / before) / (1 - paid / before)
        own[:at] = [value * share for value in own[:at]]

    chart_change("IWM", gain)(server)
    assert outcomes(pull_of(server, tmp_path).run(["IWM"])) == {"IWM": "ok"}


@pytest.mark.parametrize(
    ("symbol", "outcome"), [("BKLN", "ok"), ("BIL", "ok"), ("KRE", "malformed")]
)
def test_a_quiet_week_of_loans_or_bills_is_no_stopped_feed(
    symbol: str, outcome: str, server: Standin, tmp_path: Path
) -> None:
    server.bars[symbol] = bars(5).assign(close=lambda f: f["close"].where(f.index < 292, 21.0))
    server.bars[symbol].loc[:291, "close"] *= 21.0 / server.bars[symbol].loc[291, "close"]
    [attempt] = pull_of(server, tmp_path).run([symbol])
    assert attempt.outcome == outcome, attempt


def test_quiet_funds_come_from_the_catalog() -> None:
    quiet = {item.id for item in load_catalog().series.values() if item.quiet}
    assert quiet == {"BIL", "SHY", "BKLN"}
    rules = load_quality()
    for check in ("stale run", "zero share"):
        assert {s for s in ("BIL", "SHY", "BKLN", "SPY") if rules.is_exempt(check, s)} == quiet  # type: ignore[arg-type]


# -- macro ----------------------------------------------------------------------------------


def yields() -> pd.Series:
    return pd.Series((4 + walk(9, recent(130))["close"] / 1000).to_numpy(), index=recent(130))


@pytest.fixture
def rates() -> Iterator[Standin]:
    with serving(NOW) as served:
        served.macro["DGS10"] = yields()
        yield served


@pytest.mark.parametrize("key", [None, KEY], ids=["csv", "key"])
@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda v: v * 1000, "1,000 times what they were: another unit"),
        (lambda v: v / 1000, "0.001 times what they were: another unit"),
        (lambda v: v.where(v.index != v.index[-1], v * 100), "times the largest step in its"),
        (lambda v: v.where(v.index != v.index[50], v * 100), "times the largest step in its"),
        (lambda v: (v - 4) * 100, "times the largest step in its"),
    ],
    ids=["x1000", "thousandth", "new x100", "old x100", "another series"],
)
def test_a_value_of_another_size_is_refused(
    change: Callable[[pd.Series], pd.Series],
    says: str,
    key: str | None,
    rates: Standin,
    tmp_path: Path,
) -> None:
    """OpenBB #3840, with nothing stored (the snapshot says what is usual) and with a history."""
    whole = rates.macro["DGS10"]
    rates.macro["DGS10"] = change(whole)
    fresh = pull_of(rates, tmp_path / "fresh", key=key)
    assert outcomes(fresh.run(["DGS10"])) == {"DGS10": "malformed"}
    assert fresh.store.manifest() == {}
    rates.macro["DGS10"] = whole.iloc[:120]
    pull = pull_of(rates, tmp_path, key=key)
    pull.run(["DGS10"])
    before = content(tmp_path / "store")
    rates.macro["DGS10"] = change(whole)
    [attempt] = pull.run(["DGS10"])
    assert attempt.outcome == "malformed"
    assert says in attempt.message
    assert content(tmp_path / "store") == before


def test_an_unusual_step_is_stored_and_told(rates: Standin, tmp_path: Path) -> None:
    whole = rates.macro["DGS10"]
    pull = pull_of(rates, tmp_path)
    rates.macro["DGS10"] = whole.iloc[:129]
    pull.run(["DGS10"])
    rates.macro["DGS10"] = whole.where(whole.index != whole.index[-1], 5.0)
    assert outcomes(pull.run(["DGS10"])) == {"DGS10": "ok"}
    assert pull.store.manifest()["DGS10"].notes == (
        "Unusually large steps, against its own history: 5 for 2026-08-25.",
    )


def test_a_new_base_year_is_stored_and_told(rates: Standin, tmp_path: Path) -> None:
    pull = pull_of(rates, tmp_path)
    pull.run(["DGS10"])
    rates.macro["DGS10"] *= 1.25
    assert pull.run(["DGS10"])[0].revised == 130
    assert pull.store.manifest()["DGS10"].notes == ("The publisher rescaled its history by 1.25.",)


def test_a_series_that_no_history_knows_may_not_dwarf_itself(
    rates: Standin, tmp_path: Path
) -> None:
    assert "VIXCLS" not in set(SnapshotSource().load().observations["series_id"])
    rates.macro["VIXCLS"] = yields() * 4
    rates.macro["VIXCLS"].iloc[7] *= 100
    [attempt] = pull_of(rates, tmp_path).run(["VIXCLS"])
    assert attempt.outcome == "malformed" and "over 50 times its usual value" in attempt.message


def test_what_somebody_judged_passes(tmp_path: Path) -> None:
    """The remedy that the message names: the value, recorded with a witness."""
    known = {"symbol": "DGS10", "check": "size", "what": "true", "treatment": "kept"}
    rules = load_quality()
    fault = type(rules.known[0])(**known, date="2026-08-25", value=410.0)
    judged = rules.model_copy(update={"known": (*rules.known, fault)})
    values = yields()
    values.iloc[-1] = 410.0
    item = load_catalog()["DGS10"]
    kept, _ = check_observations(values, yields(), item, values.index[-1], judged)
    assert kept.iloc[-1] == 410.0


def test_the_history_since_2000_passes_but_for_the_two_shocks_of_2020() -> None:
    """Each value of the snapshot, asked as if it were new: only claims and unemployment stop."""
    rules, stopped = load_quality(), []
    rows = SnapshotSource().load().observations.set_index("date")
    for name, values in rows.groupby("series_id")["value"]:
        usual = np.maximum(
            values.diff().abs().cummax().shift(), 0.05 * values.abs().expanding().median()
        )
        steps = (values.diff().abs() / usual)[24:]
        stopped += [f"{name} {day:%Y-%m}" for day in steps[steps > rules.limits.step_refused].index]
    assert stopped == ["DFEDTARL 2015-12", "DFEDTARU 2015-12", "ICSA 2020-03", "UNRATE 2020-04"]
