"""Faults of daily prices: found by rule, compared with those already known and judged.

It reports and refuses; it must never change a value. The known faults, their
witnesses and their treatment are in ``data/quality.toml``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from ..catalog import Kind, load_catalog
from ..errors import DataError
from ..project import DATA
from ..tables import read_table

QUALITY_FILE = DATA / "quality.toml"
Check = Literal[
    "jump", "price jump", "witness", "stale run", "zero share", "dividend", "adjusted", "size"
]
QUIET = "Bills, short notes and loans keep one price for days (catalog.toml: quiet)."
#: How far a recorded value may lie from the measured one.
VALUE_TOLERANCE = 5e-4
MINIMUM_SESSIONS_A_YEAR = 100
#: Smallest dividend whose size is compared with others: below it may be rounding.
LEAST_DIVIDEND = 1e-3
#: Days of dividends before one that say what is usual, and how many there must be.
USUAL_DAYS, USUAL_COUNT = 750, 3
#: Two dividends that differ by no more than this share are the same.
SAME_DIVIDEND = 0.03


class _Rule(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Limits(_Rule):
    """From which size on an observation must be known.

    ``jump``: size of a daily return. ``stale_run``: unchanged closes in a row.
    ``zero_share``: share of zero returns in a calendar year. ``stale_tail``: unchanged
    closes at the end. ``dividend_low``/``dividend_high``: implied dividend of one day.
    ``dividend_growth``: multiple of the largest of the two years before.
    ``dividend_again``: days within which the same dividend is not paid twice.
    ``adjusted``: by kind, how far a total return may lie from the vendor's own.
    ``witness_refused``: multiple of a witness's limit that is refused at once.
    ``step_noted``/``step_refused``: multiple of the largest step in a macro series' history.
    ``factor_refused``: factor of a whole history that means another unit.
    ``reconciled_days``: after how many days all that is stored of a price is compared again.
    """

    jump: float = Field(gt=0)
    stale_run: int = Field(gt=1)
    zero_share: float = Field(gt=0, lt=1)
    stale_tail: int = Field(gt=1)
    dividend_low: float = Field(lt=0)
    dividend_high: float = Field(gt=0)
    dividend_growth: float = Field(gt=1)
    dividend_again: int = Field(gt=0)
    adjusted: dict[Kind, float]
    witness_refused: float = Field(gt=1)
    step_noted: float = Field(gt=1)
    step_refused: float = Field(gt=1)
    factor_refused: float = Field(gt=1)
    reconciled_days: int = Field(gt=0)


class Answer(_Rule):
    """What Yahoo must say of itself, so that it is an answer to what was asked.

    ``currency``, ``interval``: of every answer. ``kinds``: its word for each kind of the
    catalog. ``zones``: time zones of the exchanges. ``exchanges``: its codes for those where
    funds and shares are listed.
    """

    currency: str
    interval: str
    kinds: dict[Kind, str]
    zones: tuple[str, ...]
    exchanges: tuple[str, ...]


class Witness(_Rule):
    """A second series that should have moved alike on each day, within ``limit``."""

    symbol: str
    against: str
    limit: float = Field(gt=0)


class Exemption(_Rule):
    """Symbols for which a check says nothing, and why."""

    check: Check
    symbols: tuple[str, ...]
    why: str = Field(min_length=1)


class Known(_Rule):
    """A fault, or a true but extreme day, that somebody looked at.

    Attributes:
        value: what the data say: a return, a share of days or a number of days.
        witness_value: what ``witness`` says for the same time.
        what: the judgement. ``treatment``: what the report does about it.
    """

    symbol: str
    check: Check
    date: dt.date | None = None
    year: int | None = None
    value: float
    witness: str = ""
    witness_value: float | None = None
    what: str = Field(min_length=1)
    treatment: str = Field(min_length=1)

    @model_validator(mode="after")
    def _when(self) -> Known:
        if (self.date is None) == (self.year is None):
            raise ValueError("give either date or year")
        return self

    @property
    def when(self) -> str:
        """The day or year in ISO form, as :attr:`Anomaly.when`."""
        return self.date.isoformat() if self.date else str(self.year)


class Day(_Rule):
    """A day of which the exchange's calendar, or the series together, say something wrong.

    Attributes:
        open: whether there was a session.
        why: who says so.
    """

    date: dt.date
    open: bool
    why: str = Field(min_length=1)


class QualityRules(_Rule):
    """All of ``data/quality.toml``."""

    limits: Limits
    answer: Answer
    witness: tuple[Witness, ...] = ()
    exempt: tuple[Exemption, ...] = ()
    known: tuple[Known, ...] = ()
    day: tuple[Day, ...] = ()

    def is_exempt(self, check: Check, symbol: str) -> bool:
        """Whether ``check`` says nothing about ``symbol``."""
        return any(e.check == check and symbol in e.symbols for e in self.exempt)


@dataclass(frozen=True)
class Anomaly:
    """Something a rule found; ``when`` is an ISO date or a year."""

    symbol: str
    check: Check
    when: str
    value: float
    witness: str = ""
    witness_value: float | None = None

    def __str__(self) -> str:
        text = f"{self.symbol} {self.when}: {self.check} {self.value:.4f}"
        return text + (f" ({self.witness} {self.witness_value:.4f})" if self.witness else "")


def load_quality(path: Path = QUALITY_FILE) -> QualityRules:
    """Read the rules and the known faults.

    Raises:
        DataError: the file is missing, is not TOML or breaks a rule.
    """
    try:
        rules = QualityRules(**read_table(path))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise DataError(f"{path.name}: {where}: {first['msg']}.") from None
    quiet = tuple(item.id for item in load_catalog().series.values() if item.quiet)
    still = [Exemption(check=c, symbols=quiet, why=QUIET) for c in ("stale run", "zero share")]
    return rules.model_copy(update={"exempt": (*rules.exempt, *still)})


def find_anomalies(total: pd.DataFrame, price: pd.DataFrame, rules: QualityRules) -> list[Anomaly]:
    """Everything beyond the limits, in a fixed order.

    Args:
        total: simple daily total returns, sessions × symbols; NaN before listing.
        price: simple daily price returns on the same sessions.
        rules: limits, witnesses and exemptions.
    """
    everything = pd.concat([total, price[price.columns.difference(total.columns)]], axis=1)
    found = [
        *_jumps(total, "jump", rules),
        *_jumps(price, "price jump", rules),
        *witness_gaps(everything, rules),
        *_stale(total, rules),
        *_dividends(total, price, rules),
    ]
    return sorted(found, key=lambda a: (a.symbol, a.check, a.when))


def compare(found: list[Anomaly], known: tuple[Known, ...]) -> tuple[list[Anomaly], list[Known]]:
    """Anomalies nobody has judged, and judgements the data no longer show.

    An anomaly counts as known only if its value is the recorded one.
    """
    judged = {(k.symbol, k.check, k.when): k for k in known}
    shown = {(a.symbol, a.check, a.when): a for a in found}
    unknown = [
        a
        for key, a in shown.items()
        if key not in judged or abs(judged[key].value - a.value) > VALUE_TOLERANCE
    ]
    return unknown, [k for key, k in judged.items() if key not in shown]


def stale_tails(total: pd.DataFrame, rules: QualityRules) -> list[str]:
    """Symbols whose last returns are all zero: a feed that stopped but still repeats."""
    tails = {name: total[name].dropna().tail(rules.limits.stale_tail) for name in total}
    return [
        name
        for name, tail in tails.items()
        if len(tail) and (tail == 0).all() and not rules.is_exempt("stale run", name)
    ]


def _jumps(returns: pd.DataFrame, check: Check, rules: QualityRules) -> Iterator[Anomaly]:
    for name in returns:
        if rules.is_exempt(check, name):
            continue
        column = returns[name]
        for day, value in column[column.abs() > rules.limits.jump].items():
            yield Anomaly(name, check, f"{day:%Y-%m-%d}", float(value))


def witness_gaps(returns: pd.DataFrame, rules: QualityRules) -> Iterator[Anomaly]:
    """Days on which a series moved away from its witness, where both are there."""
    for pair in rules.witness:
        if pair.symbol not in returns or pair.against not in returns:
            continue
        both = returns[[pair.symbol, pair.against]].dropna()
        apart = both[(both[pair.symbol] - both[pair.against]).abs() > pair.limit]
        for day, own, other in apart.itertuples():
            yield Anomaly(pair.symbol, "witness", f"{day:%Y-%m-%d}", own, pair.against, other)


def _stale(returns: pd.DataFrame, rules: QualityRules) -> Iterator[Anomaly]:
    for name in returns:
        zero = returns[name].dropna() == 0
        runs = zero.groupby((~zero).cumsum()).sum()
        checked = len(zero) > 0 and not rules.is_exempt("stale run", name)
        if checked and runs.max() >= rules.limits.stale_run:
            end = zero.index[(~zero).cumsum() == runs.idxmax()][-1]
            yield Anomaly(name, "stale run", f"{end:%Y-%m-%d}", float(runs.max()))
        if rules.is_exempt("zero share", name):
            continue
        years = zero.groupby(zero.index.year)
        share = years.mean()[years.size() >= MINIMUM_SESSIONS_A_YEAR]
        for year, value in share[share > rules.limits.zero_share].items():
            yield Anomaly(name, "zero share", str(year), float(value))


def _dividends(total: pd.DataFrame, price: pd.DataFrame, rules: QualityRules) -> Iterator[Anomaly]:
    """Total against price return of one day: a dividend is small, usual and paid once."""
    for name in total.columns.intersection(price.columns):
        if rules.is_exempt("dividend", name):
            continue
        implied = (1 + total[name]) / (1 + price[name]) - 1
        outside = (implied < rules.limits.dividend_low) | (implied > rules.limits.dividend_high)
        paid = implied[implied > LEAST_DIVIDEND]
        odd = implied.index[outside].union(_unusual(paid, rules)).union(_again(paid, rules))
        for day in odd:
            moved = float(price[name][day])
            yield Anomaly(
                str(name), "dividend", f"{day:%Y-%m-%d}", float(implied[day]), str(name), moved
            )


def _unusual(paid: pd.Series, rules: QualityRules) -> pd.DatetimeIndex:
    """Days of dividends far above the largest of the two years before."""
    before = paid.rolling(f"{USUAL_DAYS}D", closed="left", min_periods=USUAL_COUNT).max()
    return pd.DatetimeIndex(paid.index[paid > rules.limits.dividend_growth * before])


def _again(paid: pd.Series, rules: QualityRules) -> pd.DatetimeIndex:
    """Days of dividends that repeat the one before, too soon to be another."""
    soon = paid.index.to_series().diff() <= pd.Timedelta(days=rules.limits.dividend_again)
    same = (paid / paid.shift() - 1).abs() <= SAME_DIVIDEND
    return pd.DatetimeIndex(paid.index[soon & same])


def base_returns(prices: pd.DataFrame) -> pd.DataFrame:
    """Simple daily returns of adjacent rows; the first row is only the base.

    Nothing is filled: a return exists where both closes do.
    """
    values = prices.to_numpy()
    with np.errstate(invalid="ignore"):
        returns = values[1:] / values[:-1] - 1
    return pd.DataFrame(returns, index=prices.index[1:], columns=prices.columns)
