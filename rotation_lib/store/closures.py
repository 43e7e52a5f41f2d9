"""Closures of the exchange that its calendar does not know, found while series are pulled.

A series that has no bar of a recent session, and one of a later session, is not believed alone:
the others are asked, until two have one. It must never ask for anything that the pull would not.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import pandas as pd

from ..sources.exchange import MOST_AGAINST, agree, not_open
from .prices import OVERLAP, PROVISIONAL

NO_DAYS = pd.DatetimeIndex([], dtype="datetime64[us]")


def traded_days(shown: pd.DataFrame) -> pd.DatetimeIndex:
    """Days of an answer that have a close."""
    return pd.DatetimeIndex(shown.index[shown["close"].notna()])


@dataclass
class Closures:
    """What is known of one pull.

    Attributes:
        names: series that have a say, those first that are pulled anyway.
        traded: days on which one of them traded; ``None`` where that cannot be had.
        days: sessions of the calendar on which the exchange was closed, as they agree.
    """

    names: Sequence[str]
    traded: Callable[[str], pd.DatetimeIndex | None]
    days: pd.DatetimeIndex = field(default_factory=NO_DAYS.copy, init=False)
    _asked: set[pd.Timestamp] = field(default_factory=set, init=False)

    def look(self, name: str, traded: pd.DatetimeIndex, sessions: pd.DatetimeIndex) -> None:
        """Settle the recent holes of one series.

        Args:
            name: whose bars they are.
            traded: days of its bars.
            sessions: of the calendar, all over.
        """
        if not len(traded):
            return
        recent = sessions[-PROVISIONAL - OVERLAP :]
        inside = recent[(recent > traded[0]) & (recent < traded[-1])]
        for day in inside.difference(traded):
            if day in self._asked:
                continue
            self._asked.add(day)
            if len(not_open(pd.DatetimeIndex([day]))) and self._nobody_traded(day, name):
                self.days = self.days.union(pd.DatetimeIndex([day]))

    def _nobody_traded(self, day: pd.Timestamp, name: str) -> bool:
        without, having = 1, 0
        for other in self.names:
            days = None if other == name else self.traded(other)
            if days is None or not len(days) or not days[0] < day < days[-1]:
                continue
            having += day in days
            without += day not in days
            if having > MOST_AGAINST:
                break
        return agree(without, having)
