"""What a theme measures, declared once: id, label, unit and series beside the function that does it.

    @finding("risks.beta", "Beta of {small} to {large}", "ratio", PAIR)
    def beta(market: Market) -> Measured:
        ...

A function that measures several in one computation carries one line for each, and returns them in
that order. Where lines name arguments, the function is called anew with those of each line:

    @finding("risks.drawdown_small", "Deepest drawdown of {small}", "fraction", SMALL, role="small")
    @finding("risks.drawdown_large", "Deepest drawdown of {large}", "fraction", LARGE, role="large")
    def drawdown(market: Market, role: str) -> Measured:
        ...

Where a run settles more of a label, or a fund among the series, ``names`` says what stands
for those names. Data that cannot bear it raise ``DataError``, which becomes a finding without a value
and with that reason: here, and nowhere else; where they cannot bear one of several, that one's place
holds the error. Ids are written out, so that a search finds them. Nothing is measured in this module.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
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
    arguments: Mapping[str, object] = field(default_factory=dict)

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


#: A function of a theme: of the market, and of what its lines name.
Measure = TypeVar("Measure", bound=Callable[..., Measured | tuple[Measured | DataError, ...]])


def finding(
    id: str,
    label: str,
    unit: UnitName,
    series: tuple[str, ...],
    names: Names | None = None,
    **arguments: object,
) -> Callable[[Measure], Measure]:
    """Declare what a function measures; the function itself stays as it is.

    Args:
        id: ``chapter.snake_case``, written out.
        label: what it is, for a reader; :data:`ROLES` stand in braces.
        unit: see :class:`rotation_lib.findings.Finding`.
        series: catalog ids, and :data:`ROLES`.
        names: of the market, what stands for names besides :data:`ROLES`.
        arguments: that this line calls the function with, besides the market; neighbouring lines
            with the same ones share a call.
    """

    def declare(function: Measure) -> Measure:
        # The lowest of several lines is read first.
        made = Declared(id, label, unit, series, names, arguments)
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
    funds = {role: str(getattr(market, role)) for role in ROLES}
    made_by = f"{function.__module__}:{function.__qualname__}"
    return [
        d.of(f, {**funds, **(d.names(market) if d.names else {})}, made_by)
        for arguments, lines in groupby(declared_by(function), lambda d: d.arguments)
        for d, f in _called(market, function, arguments, tuple(lines))
    ]


def _called(
    market: Market,
    function: Callable[..., object],
    arguments: Mapping[str, object],
    lines: Sequence[Declared],
) -> Iterator[tuple[Declared, Measured | DataError]]:
    """What one call found for each of its lines."""
    found: Sequence[Measured | DataError]
    try:
        result: Any = function(market, **arguments)
        found = (result,) if isinstance(result, Measured) else result
    except DataError as error:
        found = [error] * len(lines)
    yield from zip(lines, found, strict=True)
