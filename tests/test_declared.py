"""What a function declares beside itself becomes a finding, or the reason why there is none."""

from __future__ import annotations

import re
from functools import lru_cache
from types import ModuleType

import pandas as pd
import pytest

from rotation_lib.errors import DataError
from rotation_lib.findings import Finding
from rotation_lib.market import Market
from rotation_lib.stats.bootstrap import Interval
from rotation_lib.studies.declared import (
    LARGE,
    PAIR,
    SMALL,
    Measured,
    declared_by,
    finding,
    measured,
)

DATES = pd.DatetimeIndex(["2024-01-02", "2024-01-03", "2024-01-05"])


def module_of(*functions: object) -> ModuleType:
    """A module that holds these functions, as if they stood in it."""
    module = ModuleType("made.up")
    for function in functions:
        function.__module__ = module.__name__
        setattr(module, function.__name__, function)  # type: ignore[attr-defined]
    return module


def made_by(market: Market, *functions: object) -> list[Finding]:
    return measured(market, [module_of(*functions)])


@finding("x.mean", "{small} over {large} by {tech}, 95%", "ratio", (*PAIR, "DGS2"))
def mean(market: Market) -> Measured:
    return Measured(1.5, Interval(1.0, 2.0, 0.95, "by hand"), DATES, facts={"peak": "2024-01-03"})


@finding("x.first", "First", "fraction", PAIR)
@finding("x.second", "Second", "p-value", PAIR)
def two(market: Market) -> tuple[Measured, Measured]:
    return (
        Measured(0.1, None, DATES, "a fact", n=7, percentile=0.9, series=("SPY",)),
        Measured(float("nan"), None, DATES),
    )


@finding("x.third", "Third of {small}", "fraction", PAIR)
@finding("x.fourth", "Fourth", "p-value", ("large",))
def none(market: Market) -> tuple[Measured, Measured]:
    raise DataError("too short")


def test_a_declaration_and_what_was_measured_make_a_finding(market: Market) -> None:
    (made,) = made_by(market, mean)
    assert made == Finding(
        id="x.mean", chapter="x", label="IWM over SPY by QQQ, 95%", value=1.5, unit="ratio",
        low=1.0, high=2.0, confidence=0.95, method="by hand", n=3, start="2024-01-02",
        end="2024-01-05", series=("IWM", "SPY", "DGS2"), facts={"peak": "2024-01-03"},
        made_by="made.up:mean",
    )  # fmt: skip


def test_several_are_taken_in_the_order_of_their_lines(market: Market) -> None:
    first, second = made_by(market, two)
    assert (first.id, first.value, first.n, first.percentile) == ("x.first", 0.1, 7, 0.9)
    assert (first.low, first.method, first.series) == (None, "a fact", ("SPY",))
    assert (second.id, second.value) == ("x.second", None)
    assert second.reason == "the estimate is not defined for these data"
    assert (first.made_by, second.made_by) == ("made.up:two", "made.up:two")


def test_data_that_cannot_bear_it_leave_the_reason(market: Market) -> None:
    made = made_by(market, none)
    assert [(f.id, f.label, f.unit, f.series) for f in made] == [
        ("x.third", "Third of IWM", "fraction", ("IWM", "SPY")),
        ("x.fourth", "Fourth", "p-value", ("SPY",)),
    ]
    assert {f.reason for f in made} == {"too short"}
    assert {f.made_by for f in made} == {"made.up:none"}


def test_one_of_several_may_be_missing(market: Market) -> None:
    @finding("x.held", "Held", "ratio", PAIR)
    @finding("x.gone", "Gone", "ratio", ("DGS2",))
    def some(market: Market) -> tuple[Measured | DataError, ...]:
        return Measured(1.0, None, DATES), DataError("not listed")

    held, gone = made_by(market, some)
    assert (held.value, held.reason) == (1.0, None)
    assert (gone.value, gone.reason, gone.series) == (None, "not listed", ("DGS2",))


def test_what_a_run_settles_stands_in_label_and_series(market: Market) -> None:
    @finding(
        "x.newest", "{other} to {year}", "ratio", ("other", "large"),
        lambda market: {"other": "IJR", "year": str(market.end.year)},
    )  # fmt: skip
    def newest(market: Market) -> Measured:
        raise DataError("too short")

    (made,) = made_by(market, newest)
    assert (made.label, made.series) == (f"IJR to {market.end.year}", ("IJR", "SPY"))


def test_lines_that_name_arguments_are_calls_of_their_own(market: Market) -> None:
    calls: list[tuple[str, int]] = []

    @finding("x.small_beta", "{small}, beta", "ratio", SMALL, role="small", days=5)
    @finding("x.small_p", "{small}, p", "p-value", SMALL, role="small", days=5)
    @finding("x.large_beta", "{large}, beta", "ratio", LARGE, role="large", days=21)
    @finding("x.large_p", "{large}, p", "p-value", LARGE, role="large", days=21)
    def fitted(market: Market, role: str, days: int) -> tuple[Measured, Measured]:
        calls.append((role, days))
        if role == "large":
            raise DataError(f"fewer than {days} sessions")
        return Measured(float(days), None, DATES), Measured(0.5, None, DATES)

    made = made_by(market, fitted)
    assert calls == [("small", 5), ("large", 21)]
    assert [(f.id, f.label, f.value, f.reason) for f in made] == [
        ("x.small_beta", "IWM, beta", 5.0, None),
        ("x.small_p", "IWM, p", 0.5, None),
        ("x.large_beta", "SPY, beta", None, "fewer than 21 sessions"),
        ("x.large_p", "SPY, p", None, "fewer than 21 sessions"),
    ]
    assert {f.made_by.rpartition(".")[2] for f in made} == {"fitted"}


def test_only_faults_of_the_data_are_caught(market: Market) -> None:
    @finding("x.wrong", "Wrong", "ratio", PAIR)
    def wrong(market: Market) -> Measured:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        made_by(market, wrong)


def test_one_result_for_each_line(market: Market) -> None:
    @finding("x.one", "One", "ratio", PAIR)
    @finding("x.two", "Two", "ratio", PAIR)
    def short(market: Market) -> tuple[Measured, ...]:
        return (Measured(1.0, None, DATES),)

    with pytest.raises(ValueError, match=re.escape("zip() argument 2 is shorter")):
        made_by(market, short)


def test_a_function_stays_what_it_was(market: Market) -> None:
    assert mean(market).value == 1.5
    assert [d.id for d in declared_by(two)] == ["x.first", "x.second"]
    assert declared_by(made_by) == ()


def test_a_function_that_keeps_its_results_counts_too(market: Market) -> None:
    assert [f.id for f in made_by(market, lru_cache(mean))] == ["x.mean"]


def test_a_module_may_change_while_it_measures(market: Market) -> None:
    module = module_of(mean)

    @finding("x.later", "Later", "ratio", PAIR)
    def later(market: Market) -> Measured:
        vars(module)["__warningregistry__"] = {}
        return mean(market)

    later.__module__ = module.__name__
    vars(module)["first"] = vars(module).pop("mean")
    vars(module)["later"] = later
    assert [f.id for f in measured(market, [module])] == ["x.mean", "x.later"]


def test_what_a_module_took_from_elsewhere_is_not_its_own(market: Market) -> None:
    module = module_of(mean)
    mean.__module__ = "elsewhere"
    assert measured(market, [module]) == []
