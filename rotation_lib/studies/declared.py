"""What a theme measures, declared once: id, label, unit and series beside the function that does it.

    @finding("risks.beta", "Beta of {small} to {large}", "ratio", PAIR)
    def beta(market: Market) -> Measured:
        ...

A function that measures several in one computation carries one line for each, and returns them in
that order. Where a run settles more of a label, or a fund among the series, ``names`` says what stands
for those names. Data that cannot bear it raise ``DataError``, which becomes a finding without a value
and with that reason: here, and nowhere else; where they cannot bear one of several, that one's place
holds the error. Ids are written out, so that a search finds them. Nothing is measured in this module.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any, TypeVar

import pandas as pd

from ..errors import DataError
from ..findings import Facts, Finding, HasBounds, missing, tendency
from ..market import Market
from ..units import UnitName

#: Funds that a run chooses: in braces in a label, as they stand among series.
ROLES = ("small", "large", "tech")
SMALL, LARGE, PAIR = ("small",), ("large",), ("small", "large")
#: What stands for a theme's own names in braces, and among series, in a run.
Names = Callable[[Market], Mapping[str, str]]


@dataclass(frozen=True)
class Measured:
    """What a function found; what it is called stands in its declaration.

    Attributes:
        value: as :class:`rotation_lib.findings.Finding` has it; so are the other parts.
        interval: of a tendency; ``None`` for a fact or a p-value.
        dates: that were used; the first and the last of them are told.
        method: overrides the interval's own.
        n: observations, if not one a date.
        percentile: rank of a fact.
        facts: what sentences need besides.
        series: used, where they are not those declared.
    """

    value: float
    interval: HasBounds | None
    dates: pd.Index
    method: str = ""
    n: int | None = None
    percentile: float | None = None
    facts: Facts = field(default_factory=dict)
    series: Sequence[str] | None = None


@dataclass(frozen=True)
class Declared:
    """One finding as it is declared; see :func:`finding`."""

    id: str
    label: str
    unit: UnitName
    series: tuple[str, ...]
    names: Names | None = None

    def of(self, found: Measured | DataError, funds: Mapping[str, str], made_by: str) -> Finding:
        """The finding.

        Args:
            found: what was measured, or why nothing could be.
            funds: role → symbol.
            made_by: name of the function.
        """
        label = self.label.format_map(funds)
        series = tuple(funds.get(name, name) for name in self.series)
        if isinstance(found, DataError):
            return missing(
                self.id, label, unit=self.unit, series=series, reason=str(found), made_by=made_by
            )
        return tendency(
            self.id,
            label,
            found.value,
            found.interval,
            unit=self.unit,
            index=pd.DatetimeIndex(found.dates),
            series=series if found.series is None else found.series,
            method=found.method,
            n=found.n,
            percentile=found.percentile,
            facts=found.facts,
            made_by=made_by,
        )


#: What a function may return: one finding, or several of which some may be missing.
Result = TypeVar("Result", bound=Measured | tuple[Measured | DataError, ...])


def finding(
    id: str, label: str, unit: UnitName, series: tuple[str, ...], names: Names | None = None
) -> Callable[[Callable[[Market], Result]], Callable[[Market], Result]]:
    """Declare what a function measures; the function itself stays as it is.

    Args:
        id: ``chapter.snake_case``, written out.
        label: what it is, for a reader; :data:`ROLES` stand in braces.
        unit: see :class:`rotation_lib.findings.Finding`.
        series: catalog ids, and :data:`ROLES`.
        names: of the market, what stands for names besides :data:`ROLES`.
    """

    def declare(function: Callable[[Market], Result]) -> Callable[[Market], Result]:
        # The lowest of several lines is read first.
        made = Declared(id, label, unit, series, names)
        setattr(function, _KEPT, (made, *declared_by(function)))
        return function

    return declare


_KEPT = "__findings__"


def declared_by(function: Callable[..., object]) -> tuple[Declared, ...]:
    """The findings that a function declares, in order.

    Args:
        function: of a theme.
    """
    held: tuple[Declared, ...] = getattr(function, _KEPT, ())
    return held


def measured(market: Market, modules: Iterable[ModuleType]) -> list[Finding]:
    """All findings that modules declare, in the order they stand there.

    Args:
        market: data and window.
        modules: of a theme.
    """
    return [
        made
        for module in modules
        # As it stood: Python notes in a module which warnings it has given.
        for function in tuple(vars(module).values())
        if getattr(function, "__module__", "") == module.__name__
        for made in found_by(market, function)
    ]


def found_by(market: Market, function: Callable[..., object]) -> list[Finding]:
    """The findings that one function declares; none where it declares none.

    Args:
        market: data and window.
        function: of a theme.
    """
    declared = declared_by(function)
    if not declared:
        return []
    funds = {role: str(getattr(market, role)) for role in ROLES}
    found: Sequence[Measured | DataError]
    try:
        result: Any = function(market)
        found = (result,) if isinstance(result, Measured) else result
    except DataError as error:
        found = [error] * len(declared)
    made_by = f"{function.__module__}:{function.__qualname__}"
    return [
        d.of(f, {**funds, **(d.names(market) if d.names else {})}, made_by)
        for d, f in zip(declared, found, strict=True)
    ]
