"""How measurements are told: one table a part, each figure beside its bar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Bar:
    """One figure and what it may be.

    Attributes:
        name: what was measured, with its unit.
        value: the figure.
        bar: the most it may be; the least, if ``at_least``.
        at_least: more is better.
    """

    name: str
    value: float
    bar: float
    at_least: bool = False

    @property
    def kept(self) -> bool:
        """Whether the figure is within its bar."""
        return self.value >= self.bar if self.at_least else self.value <= self.bar

    def row(self) -> str:
        """As a line of a Markdown table."""
        bound = f"{'≥' if self.at_least else '≤'} {_short(self.bar)}"
        state = "kept" if self.kept else "**MISSED**"
        return f"| {self.name} | {_short(self.value)} | {bound} | {state} |"


@dataclass(frozen=True)
class Part:
    """Some measurements that belong together.

    Attributes:
        title: of the section.
        bars: figures with bars.
        told: what else a reader should know, in Markdown.
    """

    title: str
    bars: Sequence[Bar]
    told: str

    def text(self) -> str:
        """The section in Markdown."""
        table = [
            "| measured | figure | bar | |",
            "| --- | ---: | ---: | --- |",
            *(bar.row() for bar in self.bars),
        ]
        shown = ["\n".join(table)] if self.bars else []
        return "\n\n".join([f"## {self.title}", *shown, self.told])


def written(parts: Sequence[Part], where: str) -> str:
    """All results as a document.

    Args:
        parts: in order.
        where: on what machine, and when.
    """
    missed = [bar.name for part in parts for bar in part.bars if not bar.kept]
    verdict = f"Missed: {'; '.join(missed)}." if missed else "Every bar is kept."
    head = (
        "# Speed, memory and scale\n\n"
        f"Written by `benchmarks/run.py` ({where}). Repeat it with `make bench`: about seven "
        "minutes; leave the machine alone meanwhile. Every ratio was measured within this one "
        f"run.\n\n{verdict}"
    )
    return "\n\n".join([head, *(part.text() for part in parts)]) + "\n"


def table(columns: Sequence[str], rows: Sequence[Sequence[float]]) -> str:
    """Numbers as a Markdown table.

    Args:
        columns: titles.
        rows: one number a column.
    """
    lines = [f"| {' | '.join(columns)} |", f"|{' ---: |' * len(columns)}"]
    lines += [f"| {' | '.join(_short(value) for value in row)} |" for row in rows]
    return "\n".join(lines)


def _short(value: float) -> str:
    if value == 0 or (value == int(value) and abs(value) < 1e7):
        return f"{int(value):,}"
    if abs(value) < 1e-3:
        return f"{value:.1e}"
    return f"{value:,.3g}" if abs(value) < 1000 else f"{value:,.0f}"
