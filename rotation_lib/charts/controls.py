"""What a reader may change in a chart: its first day, the day it is compared from, its lines.

It only describes; the page does the arithmetic on values it already holds. It must
never change what the chart shows before a reader touches it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from . import theme

#: Shorter charts than this many rows have no start to choose.
_ROWS = 60
#: Name of the layer that holds the reference line, so that the page can move it.
REFERENCE = "reference"


@dataclass(frozen=True)
class Controls:
    """How the page lays a chart of lines out anew.

    Attributes:
        columns: line → its columns in the main data; the first is the line itself.
        unit: a name of ``theme.UNITS``.
        dated: whether x is a date.
        log: whether y is a log scale.
        signed: numbers carry a sign.
        label_values: the last value stands beside the name.
        reference: value of the reference line.
        include: values that the y axis must reach.
        ceiling: top of the y axis where it has no air above.
        rebased: lines start at 1, and can be made to start at 1 on another day.
        daily: every row of a rebased chart whose drawn rows are fewer.
    """

    columns: Mapping[str, Sequence[str]]
    unit: str
    dated: bool = True
    log: bool = False
    signed: bool = False
    label_values: bool = False
    reference: float | None = None
    include: Sequence[float] = ()
    ceiling: float | None = None
    rebased: bool = False
    daily: pd.DataFrame | None = None

    def payload(self, drawn: pd.DataFrame) -> dict[str, Any]:
        """As JSON values, apart from the daily rows; empty where there is nothing to choose.

        Args:
            drawn: the main data.
        """
        starts = self.dated and len(drawn) >= _ROWS
        if not starts and len(self.columns) < 2:
            return {}
        unit = theme.unit(self.unit)
        return {
            "columns": {name: list(held) for name, held in self.columns.items()},
            "starts": starts,
            "log": self.log,
            "signed": self.signed,
            "labels": self.label_values,
            "factor": unit.factor,
            "digits": int(unit.tip.rsplit(".", 1)[1][0]),
            "suffix": unit.suffix,
            "reference": self.reference,
            "include": list(self.include),
            "ceiling": self.ceiling,
            "rebased": self.rebased,
        }
