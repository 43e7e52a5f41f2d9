"""What if yields, credit or the market moved? A small factor model of the weekly relative return.

It explains with factors of the SAME week, so its fit is explanation and no forecast. Every answer
carries a prediction interval, and episodes are replayed with a model that has not seen them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
import pandas as pd

from ....errors import DataError
from ....findings import CONFIDENCE
from ....market import Market
from ....stats import returns as rt
from ....stats._checks import varying
from ....stats.bootstrap import Bootstrap, Interval
from ....studies.declared import PAIR, Measured, finding
from .aligned import Array, week_ends, weekly_log

TERMS = {
    "two_year": ("2-year yield", "pp"),
    "curve": ("10-year minus 2-year yield", "pp"),
    "breakeven": ("10-year breakeven", "pp"),
    "credit": ("Credit excess return", "fraction"),
    "market": ("Large-cap return", "fraction"),
}
LAGS = 4
TRAIN = 156
MINIMUM = TRAIN + 52
LATEST = 156
QUARTER = 13
YIELD_SHOCK = 1.0

#: Moves over a quarter, yields in pp and prices as simple returns; what is not named stays still.
SCENARIOS: dict[str, dict[str, float]] = {
    "Inflation scare": {"two_year": 0.75, "curve": -0.25, "breakeven": 0.5, "credit": -0.02, "market": -0.08},
    "Growth scare": {"two_year": -0.75, "curve": 0.25, "breakeven": -0.4, "credit": -0.06, "market": -0.15},
    "Long yields rise alone": {"curve": 0.75, "breakeven": 0.15, "credit": -0.01, "market": -0.03},
    "Soft landing": {"two_year": -0.5, "curve": 0.25, "credit": 0.01, "market": 0.05},
}  # fmt: skip

#: Episodes by the week-ends before their first and at their last week.
EPISODES: dict[str, tuple[str, str]] = {
    "Taper tantrum, 2013": ("2013-05-17", "2013-07-05"),
    "Fourth quarter of 2018": ("2018-09-28", "2018-12-21"),
    "Pandemic, early 2020": ("2020-02-14", "2020-03-20"),
    "Rising rates, 2022": ("2021-12-31", "2022-10-14"),
    "Bank failures, March 2023": ("2023-03-03", "2023-03-24"),
    "Rotation, July 2024": ("2024-07-05", "2024-07-26"),
    "Tariffs, April 2025": ("2025-03-28", "2025-04-11"),
}


def factor_frame(market: Market) -> pd.DataFrame:
    """Weekly ``relative`` log return (small minus large) and the five factors, complete weeks.

    Yields and breakeven in pp of change; ``credit`` is HYG − 0.4·IEF − 0.6·SHY and ``market`` the
    large fund, weekly log returns.
    """
    return _factor_frame(market).copy(deep=False)  # a caller's changes stay its own


@lru_cache(maxsize=4)
def _factor_frame(market: Market) -> pd.DataFrame:
    weekly = weekly_log(market, [market.small, market.large, "HYG", "IEF", "SHY"])
    ends = week_ends(market)
    frame = pd.DataFrame({"relative": weekly[market.small] - weekly[market.large]})
    levels = market.yields.reindex(columns=["DGS2", "DGS10", "T10YIE"])
    two, ten, breakeven = (rt.weekly_changes(levels[c], ends) for c in levels)
    frame["two_year"], frame["curve"], frame["breakeven"] = two, ten - two, breakeven
    frame["credit"] = weekly["HYG"] - 0.4 * weekly["IEF"] - 0.6 * weekly["SHY"]
    frame["market"] = weekly[market.large]
    return frame.dropna()


@dataclass(frozen=True)
class FactorModel:
    """OLS of the weekly relative return on the factors, Newey–West covariance (4 lags).

    Attributes:
        coefficients: by term, ``const`` first. covariance: of the coefficients.
        residual: standard deviation of one week's error. n: weeks. r2: in sample.
    """

    coefficients: pd.Series
    covariance: pd.DataFrame
    residual: float
    n: int
    r2: float

    @cached_property
    def quantile(self) -> float:
        """Student-t quantile of a 95 % interval."""
        from scipy.special import stdtrit

        return float(stdtrit(self.n - len(self.coefficients), 0.5 + CONFIDENCE / 2.0))

    def interval_of(self, term: str) -> Interval:
        """Confidence interval of the coefficient of a ``term``."""
        half = self.quantile * float(np.sqrt(self.covariance.loc[term, term]))
        value = float(self.coefficients[term])
        text = f"OLS over {self.n} weeks, Newey-West standard errors, {LAGS} lags"
        return Interval(value - half, value + half, CONFIDENCE, text)

    def predict(self, moves: dict[str, float], weeks: int) -> dict[str, float]:
        """What given total moves over ``weeks`` weeks imply for small over large.

        The variance is that of the fitted value, x'Vx with x = (weeks, moves), plus ``weeks``
        independent weekly errors.

        Returns:
            ``effect`` of the moves alone and ``value`` with the intercept's drift, both simple
            relative returns (wealth of small over that of large); ``low``, ``high`` the 95 %
            prediction interval of ``value``; ``effect_low``, ``effect_high`` the confidence
            interval of ``effect``.
        """
        terms = self.coefficients.index
        shock = np.array([0.0 if t == "const" else moves.get(t, 0.0) for t in terms])
        x = np.where(terms == "const", float(weeks), shock)
        b, covariance = self.coefficients.to_numpy(), self.covariance.to_numpy()
        value, effect = float(x @ b), float(shock @ b)
        spread = self.quantile * float(np.sqrt(x @ covariance @ x + weeks * self.residual**2))
        sure = self.quantile * float(np.sqrt(max(shock @ covariance @ shock, 0.0)))
        logs = {
            "effect": effect, "effect_low": effect - sure, "effect_high": effect + sure,
            "value": value, "low": value - spread, "high": value + spread,
        }  # fmt: skip
        return {name: float(np.expm1(v)) for name, v in logs.items()}


def fit(frame: pd.DataFrame) -> FactorModel:
    """Fit the model on complete weeks, a ``frame`` as made by :func:`factor_frame`.

    Raises:
        DataError: fewer than 104 weeks, or a factor that does not vary.
    """
    from statsmodels.regression.linear_model import OLS

    if len(frame) < 104:
        raise DataError(
            f"the factor model needs 104 complete weeks, the window holds {len(frame)}."
        )
    varying(frame, "the factor model")
    # Bare arrays: statsmodels handles them several times faster.
    result = OLS(frame["relative"].to_numpy(), _design(frame)).fit(
        cov_type="HAC", cov_kwds={"maxlags": LAGS, "use_correction": False}, use_t=True
    )
    names = ["const", *TERMS]
    return FactorModel(
        coefficients=pd.Series(result.params, index=names),
        covariance=pd.DataFrame(result.cov_params(), index=names, columns=names),
        residual=float(np.sqrt(result.scale)),
        n=int(result.nobs),
        r2=float(result.rsquared),
    )


def _design(frame: pd.DataFrame) -> Array:
    """A constant and the factors: weeks × (1 + terms)."""
    return np.column_stack([np.ones(len(frame)), *(frame[term].to_numpy() for term in TERMS)])


def company(frame: pd.DataFrame, shock: float) -> dict[str, float]:
    """Moves that come with a ``shock`` of the 2-year yield: OLS slope of each factor in ``frame`` on it.

    ``frame`` holds complete weeks, as :func:`factor_frame` makes them.
    """
    together = np.cov(frame[list(TERMS)].to_numpy().T)
    at = list(TERMS).index("two_year")
    slopes = dict(zip(TERMS, together[at] / together[at, at], strict=True))
    return {t: shock if t == "two_year" else shock * float(slopes[t]) for t in TERMS}


def modelled(moves: dict[str, float]) -> dict[str, float]:
    """The ``moves`` as the model takes them: simple returns become log returns, yields stay."""
    return {t: float(np.log1p(v)) if TERMS[t][1] == "fraction" else v for t, v in moves.items()}


def told(moves: dict[str, float]) -> dict[str, float]:
    """The ``moves`` as a reader takes them: the inverse of :func:`modelled`, nought where not named."""
    full = {t: moves.get(t, 0.0) for t in TERMS}
    return {t: float(np.expm1(v)) if TERMS[t][1] == "fraction" else v for t, v in full.items()}


def scenario_moves(
    frame: pd.DataFrame, yield_shock: float = YIELD_SHOCK
) -> dict[str, dict[str, float]]:
    """Every scenario's moves over a quarter, by name, as the model takes them.

    The first two move the 2-year yield by ``yield_shock`` (pp); ``frame`` as in :func:`company`.
    """
    size = f"2-year {'+' if yield_shock >= 0 else '−'}{abs(yield_shock):g} pp"
    return {
        f"{size} alone": {"two_year": yield_shock},
        f"{size} in company": company(frame, yield_shock),
        **{name: modelled(moves) for name, moves in SCENARIOS.items()},
    }


def scenario_table(market: Market, yield_shock: float = YIELD_SHOCK) -> pd.DataFrame:
    """What each scenario implies over 13 weeks, by a model of all weeks and of the last 156.

    ``yield_shock`` as in :func:`scenario_moves`. Columns scenario, sample, the five terms (moves,
    prices as simple returns), effect, effect_low, effect_high, value, low, high. Empty when the
    model cannot be fitted.
    """
    frame = factor_frame(market)
    samples = {"Whole window": frame, f"Last {LATEST} weeks": frame.iloc[-LATEST:]}
    if len(frame) < MINIMUM:
        return pd.DataFrame()
    rows = []
    for name, part in samples.items():
        model = fit(part)
        for scenario, moves in scenario_moves(part, yield_shock).items():
            answer = model.predict(moves, QUARTER)
            rows.append({"scenario": scenario, "sample": name, **told(moves), **answer})
    return pd.DataFrame(rows)


def replays(market: Market) -> pd.DataFrame:
    """Past episodes: what happened and what a model without those weeks says should have.

    Columns episode, weeks, the five terms (moves, prices as simple returns), actual, value,
    low, high, inside (bool). Episodes outside the window are left out.
    """
    frame = factor_frame(market)
    if len(frame) < MINIMUM:
        return pd.DataFrame()
    rows = []
    ends = week_ends(market)
    for name, (first, last) in EPISODES.items():
        a, b = pd.Timestamp(first), pd.Timestamp(last)
        if not len(ends) or ends[0] > a or market.end < b:
            continue
        inside = (frame.index > a) & (frame.index <= b)
        part = frame[inside]
        moves = {t: float(part[t].sum()) for t in TERMS}
        answer = fit(frame[~inside]).predict(moves, len(part))
        actual = float(np.expm1(part["relative"].sum()))
        rows.append(
            {
                "episode": name, "weeks": len(part), **told(moves), "actual": actual,
                "value": answer["value"], "low": answer["low"], "high": answer["high"],
                "inside": answer["low"] <= actual <= answer["high"],
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


def out_of_sample(frame: pd.DataFrame) -> pd.DataFrame:
    """Each week of ``frame`` from the 157th: actual, model (fitted before it), mean, inside.

    The model is given the factors of the week itself; ``frame`` holds complete weeks.

    ``mean`` is the historical mean until then; ``inside`` is 1 where the 95 % interval (residual
    spread and coefficient uncertainty, homoskedastic) held the outcome.
    """
    from scipy.special import stdtrit

    y = frame["relative"].to_numpy(dtype=float)
    x = _design(frame)
    # Every fit at once: row t of these sums is of the weeks before t.
    past = slice(TRAIN - 1, -1)
    weeks = np.arange(TRAIN, len(frame))
    moments = np.cumsum(x[:, :, None] * x[:, None, :], axis=0)[past]
    inverse = np.linalg.inv(moments)
    b = np.einsum("tij,tj->ti", inverse, np.cumsum(x * y[:, None], axis=0)[past])
    squares = np.cumsum(y * y)[past] - np.einsum("ti,tij,tj->t", b, moments, b)
    ahead, actual = x[TRAIN:], y[TRAIN:]
    guess = (ahead * b).sum(axis=1)
    degrees = weeks - x.shape[1]
    spread = squares.clip(0.0) / degrees * (1.0 + np.einsum("ti,tij,tj->t", ahead, inverse, ahead))
    inside = np.abs(actual - guess) <= stdtrit(degrees, 0.975) * np.sqrt(spread)
    mean = np.cumsum(y)[past] / weeks
    columns = {"actual": actual, "model": guess, "mean": mean, "inside": inside.astype(float)}
    return pd.DataFrame(columns, index=frame.index[TRAIN:])


_FACTORS = (*PAIR, "DGS2", "DGS10", "T10YIE", "HYG", "IEF", "SHY")
_SHOCK = "{small} over {large} in a quarter if the 2-year yield rises by 1 pp"


@finding("risks.what_if_yield", f"{_SHOCK}, nothing else", "fraction", _FACTORS)
@finding("risks.what_if_yield_company", f"{_SHOCK}, in its usual company", "fraction", _FACTORS)
def what_if(market: Market) -> tuple[Measured, ...]:
    """The yield alone, and with the moves that usually come with it; model of the whole window."""
    return _what_if(_enough(market), 2)


@finding(
    "risks.what_if_yield_latest",
    f"{_SHOCK}, model of the last {LATEST} weeks",
    "fraction",
    _FACTORS,
)
def what_if_latest(market: Market) -> tuple[Measured, ...]:
    """The yield alone, by the model of the latest weeks."""
    return _what_if(_enough(market).iloc[-LATEST:], 1)


def _what_if(part: pd.DataFrame, count: int) -> tuple[Measured, ...]:
    """The first ``count`` scenarios by a model of these weeks."""
    model = fit(part)
    method = (
        f"prediction interval of {QUARTER} weeks, factor model over {model.n} weeks, "
        "Newey-West covariance"
    )
    answers = [model.predict(m, QUARTER) for m in list(scenario_moves(part).values())[:count]]
    return tuple(
        Measured(a["value"], Interval(a["low"], a["high"], CONFIDENCE, method), part.index)
        for a in answers
    )


@finding(
    "risks.scenario_r2",
    "Out-of-sample share of the weekly relative return that same-week factors explain",
    "fraction",
    _FACTORS,
)
def explained(market: Market) -> Measured:
    """What the model, given the week's factors, explains of it."""
    errors = out_of_sample(_enough(market))
    losses = errors[["model", "mean"]].sub(errors["actual"], axis=0) ** 2
    sample = Bootstrap(losses)
    return Measured(sample.estimate(_r2), sample.interval(_r2), errors.index)


@finding(
    "risks.scenario_coverage",
    "Weeks whose outcome fell inside the model's 95% interval, out of sample",
    "fraction",
    _FACTORS,
)
def coverage(market: Market) -> Measured:
    """How often the interval held what came."""
    errors = out_of_sample(_enough(market))
    interval = Bootstrap(errors[["inside"]], block=26).interval(lambda x: x[0].mean(axis=-1))
    return Measured(float(errors["inside"].mean()), interval, errors.index)


@finding(
    "risks.replays_inside",
    "Past episodes whose outcome fell inside the model's 95% interval",
    "count",
    _FACTORS,
)
def replays_inside(market: Market) -> Measured:
    """How many episodes a model without their weeks would have bounded."""
    frame, table = _enough(market), replays(market)
    if table.empty:
        raise DataError("none of the episodes lies in the window.")
    method = "each episode is predicted by a model fitted without its weeks"
    return Measured(float(table["inside"].sum()), None, frame.index, method, len(table))


def _enough(market: Market) -> pd.DataFrame:
    """The weeks of the window, for a shock of +1 pp."""
    frame = factor_frame(market)
    if len(frame) < MINIMUM:
        raise DataError(f"the window holds {len(frame)} complete weeks; {MINIMUM} are needed.")
    return frame


def _r2(x: Array) -> Array:
    return np.asarray(1.0 - x[0].sum(axis=-1) / x[1].sum(axis=-1))
