"""What inflation surprises did to small caps: release days, and breakevens beside real yields.

Forecasts of inflation are not among the data (the Cleveland Fed publishes a history of its own), so
the day's move of the 2-year yield stands for the surprise. A breakeven alone is never
read as inflation: it rises with growth too.
"""

from __future__ import annotations

from functools import lru_cache

import pandas as pd

from ....errors import DataError
from ....findings import Specification
from ....market import Market
from ....stats import eventstudy, regression
from ....stats import returns as rt
from ....stats.bootstrap import Interval
from ....studies.declared import PAIR, Measured, finding
from .aligned import (
    PLACEBO,
    pair,
    placebo_band,
    placebo_p,
    relative_windows,
    week_ends,
    weekly_log,
    yield_change,
)

HOT = 0.05
RECENT = 48
MINIMUM = 24
MONTH = 21


def cpi_days(market: Market) -> pd.DataFrame:
    """Release days of the window with a yield and both returns.

    Index ``session``; columns ``release_date``, ``two_year``, ``ten_year``, ``breakeven``, ``real``
    (changes in pp), ``small``, ``large``, ``relative`` (simple returns, fractions), ``hot``.
    Days without a 2-year yield of their own are left out.
    """
    releases = market.cpi_releases
    releases = releases[releases["reaction_session"] >= market.start]
    sessions = pd.DatetimeIndex(releases["reaction_session"], name="session")
    ids = {"two_year": "DGS2", "ten_year": "DGS10", "breakeven": "T10YIE", "real": "DFII10"}
    frame = pd.DataFrame(
        {name: yield_change(market, series, sessions) for name, series in ids.items()},
        index=sessions,
    )
    frame.insert(0, "release_date", releases["release_date"].to_numpy())
    frame = frame.join(pair(market).reindex(sessions))
    frame["relative"] = frame["small"] - frame["large"]
    frame["hot"] = frame["two_year"] >= HOT
    return frame.dropna(subset=["two_year", "relative"])


def slope(days: pd.DataFrame, x: str = "two_year", y: str = "relative") -> regression.Regression:
    """Slope of the day's relative return on the day's yield change, HC3 standard errors.

    Args:
        days: as made by :func:`cpi_days`; days with a missing value are left out.
        x: column of the regressor.
        y: column explained.

    Raises:
        DataError: fewer than 24 release days.
    """
    if len(days) < MINIMUM:
        raise DataError(f"the window holds {len(days)} release days; {MINIMUM} are needed.")
    clean = days[[y, x]].dropna()
    return regression.newey_west(clean[y], clean[x], 0, leverage=True)


_RATES = (*PAIR, "DGS2")


@finding(
    "risks.cpi_slope",
    "{small} minus {large} per rise in the 2-year yield, CPI release days",
    "pp per pp",
    _RATES,
)
def cpi_slope(market: Market) -> Measured:
    """Over all release days."""
    days = cpi_days(market)
    return _slope(days, days)


@finding(
    "risks.cpi_slope_latest",
    f"{{small}} minus {{large}} per rise in the 2-year yield, last {RECENT} CPI release days",
    "pp per pp",
    _RATES,
)
def cpi_slope_latest(market: Market) -> Measured:
    """Over the latest release days."""
    days = cpi_days(market)
    return _slope(days, days.iloc[-RECENT:], RECENT)


@finding(
    "risks.cpi_slope_trimmed",
    "{small} minus {large} per rise in the 2-year yield, without the three largest gaps",
    "pp per pp",
    _RATES,
)
def cpi_slope_trimmed(market: Market) -> Measured:
    """Without the days that weigh most."""
    days = cpi_days(market)
    return _slope(days, days.drop(days["relative"].abs().nlargest(3).index))


def _slope(days: pd.DataFrame, part: pd.DataFrame, least: int = MINIMUM) -> Measured:
    if len(days) < least:
        raise DataError(f"the window holds {len(days)} release days; {least} are needed.")
    fit = slope(part)
    return Measured(
        fit.coefficient("two_year"),
        fit.interval("two_year"),
        part.index,
        f"over CPI release days, {fit.method}",
        fit.n,
    )


@finding(
    "risks.cpi_hot",
    "{small} minus {large} on the day of a hot CPI release",
    "percentage points",
    _RATES,
    horizon=1,
)
@finding(
    "risks.cpi_hot_p",
    "Placebo p-value: {small} minus {large} on the day of a hot CPI release",
    "p-value",
    _RATES,
    horizon=1,
)
@finding(
    "risks.cpi_hot_month",
    "{small} minus {large} over 21 sessions from a hot CPI release",
    "percentage points",
    _RATES,
    horizon=MONTH,
)
@finding(
    "risks.cpi_hot_month_p",
    "Placebo p-value: {small} minus {large} over 21 sessions from a hot CPI release",
    "p-value",
    _RATES,
    horizon=MONTH,
)
def after_hot(market: Market, horizon: int) -> tuple[Measured, Measured]:
    """Mean relative return from release days on which the 2-year yield jumped, and its placebo p-value.

    Args:
        market: data and window.
        horizon: sessions, the release day included.
    """
    days = cpi_days(market)
    hot = pd.DatetimeIndex(days.index[days["hot"]])
    windows = relative_windows(market, horizon)
    value, p, n = placebo_p(windows, hot)
    real = windows.reindex(hot).dropna()
    interval = mean_interval(real) if horizon == 1 else placebo_band(windows, hot)
    method = f"2-year yield up {HOT * 100:.0f} bp or more; {interval.method}"
    return Measured(value, interval, real.index, method, n), Measured(p, None, hot, PLACEBO, n)


def mean_interval(values: pd.Series) -> Interval:
    """Student-t interval of a mean over separate events (Wilks 2019, eq. 5.3).

    Args:
        values: one an event, none missing.

    Raises:
        DataError: fewer than three events.
    """
    from scipy.special import stdtrit

    if len(values) < 3:
        raise DataError(f"an interval over events needs three of them, got {len(values)}.")
    x, n = values.to_numpy(dtype=float), len(values)
    half = float(stdtrit(n - 1, 0.975) * x.std(ddof=1) / n**0.5)
    mean = float(x.mean())
    return Interval(mean - half, mean + half, 0.95, f"t interval over {n} events")


# -- breakevens -----------------------------------------------------------------------


def breakeven_design(market: Market) -> pd.DataFrame:
    """Weekly ``relative`` log return, ``breakeven`` and ``real`` changes (pp), ``market`` log return."""
    return _breakeven_design(market).copy(deep=False)  # a caller's changes stay its own


@lru_cache(maxsize=4)
def _breakeven_design(market: Market) -> pd.DataFrame:
    weekly = weekly_log(market, [market.small, market.large])
    ends = week_ends(market)
    frame = pd.DataFrame({"relative": weekly[market.small] - weekly[market.large]})
    for name, series in (("breakeven", "T10YIE"), ("real", "DFII10")):
        if series in market.yields:
            frame[name] = rt.weekly_changes(market.yields[series], ends)
    frame["market"] = weekly[market.large]
    return frame.dropna()


def breakeven_table(market: Market) -> pd.DataFrame:
    """Slope of the weekly relative return on the breakeven, alone and in company.

    Columns ``model`` ("alone", "beside real yields", "and the market"), ``term``, ``value``,
    ``low``, ``high``, ``n``; empty under 52 weeks.
    """
    design = breakeven_design(market)
    if len(design) < 52 or not {"breakeven", "real"} <= set(design.columns):
        return pd.DataFrame(columns=["model", "term", "value", "low", "high", "n"])
    models = {
        "alone": ["breakeven"],
        "beside real yields": ["breakeven", "real"],
        "and the market": ["breakeven", "real", "market"],
    }
    rows = []
    for model, terms in models.items():
        fit = regression.newey_west(design["relative"], design[terms], 4)
        for term in terms:
            interval = fit.interval(term)
            rows.append((model, term, fit.coefficient(term), interval.low, interval.high, fit.n))
    return pd.DataFrame(rows, columns=["model", "term", "value", "low", "high", "n"])


_SPLIT = (*PAIR, "T10YIE", "DFII10")


@finding(
    "risks.breakeven_alone",
    "Weekly relative return per rise in the breakeven, alone",
    "pp per pp",
    _SPLIT,
)
@finding(
    "risks.breakeven_given",
    "Weekly relative return per rise in the breakeven, others fixed",
    "pp per pp",
    _SPLIT,
)
@finding(
    "risks.real_given",
    "Weekly relative return per rise in the real yield, others fixed",
    "pp per pp",
    _SPLIT,
)
def breakevens(market: Market) -> tuple[Measured, ...]:
    """Slopes of :func:`breakeven_table`: the breakeven alone, then both with the rest held fixed."""
    table = breakeven_table(market).set_index(["model", "term"])
    if table.empty:
        raise DataError("the window holds fewer than 52 weeks with breakevens.")
    method = "OLS, Newey-West standard errors, Bartlett kernel, 4 lags"
    dates = breakeven_design(market).index
    rows = (("alone", "breakeven"), ("and the market", "breakeven"), ("and the market", "real"))
    return tuple(
        Measured(float(row["value"]), Interval(row["low"], row["high"], 0.95, method), dates)
        for row in (table.loc[key] for key in rows)
    )


# -- specifications -------------------------------------------------------------------


def specifications(market: Market) -> list[Specification]:
    """The release-day slope measured in other reasonable ways."""
    days = cpi_days(market)
    made: list[Specification] = []

    def add(label: str, frame: pd.DataFrame, x: str = "two_year", y: str = "relative") -> None:
        try:
            fit = slope(frame, x, y)
        except DataError:
            made.append(Specification(label=label, value=None, unit="pp per pp", part="day"))
            return
        ends = fit.interval(x)
        made.append(
            Specification(
                label=label,
                value=fit.coefficient(x),
                low=ends.low,
                high=ends.high,
                unit="pp per pp",
                part="day",
            )
        )

    add("All releases", days)
    add("Releases before 2022", days[days.index < "2022-01-01"])
    add("Releases from 2022", days[days.index >= "2022-01-01"])
    add(f"Last {RECENT} releases", days.iloc[-RECENT:] if len(days) >= RECENT else days.iloc[:0])
    add("10-year yield instead", days, "ten_year")
    add("Real yield instead", days, "real")
    add("Days of 5 bp or more either way", days[days["two_year"].abs() >= HOT])
    largest = days["relative"].abs().nlargest(3).index
    add("Without the three largest gaps", days.drop(largest))
    add("Index prices: ^RUT − ^GSPC", _with(market, days, "^RUT", "^GSPC", prices=True))
    add("IJR − SPY", _with(market, days, "IJR", "SPY"))
    add("Beta-adjusted relative return", _abnormal(market, days))
    two = eventstudy.event_returns(
        pair(market)["small"], pd.DatetimeIndex(days.index), [2], pair(market)["large"]
    )[2]
    add("Two sessions", days.assign(relative=two.to_numpy()))
    return made


def _with(
    market: Market, days: pd.DataFrame, a: str, b: str, *, prices: bool = False
) -> pd.DataFrame:
    source = market.price_returns if prices else market.total_returns
    gap = (source[a] - source[b]).reindex(days.index)
    return days.assign(relative=gap).dropna(subset=["relative"])


def _abnormal(market: Market, days: pd.DataFrame) -> pd.DataFrame:
    """The relative return left after the window's beta times the market's return."""
    both = pair(market)
    beta = both["small"].cov(both["large"]) / both["large"].var()
    return days.assign(relative=days["small"] - beta * days["large"])
