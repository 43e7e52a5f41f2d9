"""What a sweep evaluates: its days, parameters, chapters and draws, settled and validated.

It reads sessions and nothing else of the data.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from ..errors import ParameterError, nearest
from ..params import LATEST, MINIMUM_SESSIONS, ReportParams
from ..project import THEMES
from ..stats.effort import FEWEST

#: Word of the command line → pandas period whose last session is an edition.
EVERY = {"month-end": "M", "quarter": "Q", "week": "W-FRI"}
#: Resamples behind each interval of a swept edition; the report itself draws up to 2,000.
DRAWS = 200


@dataclass(frozen=True)
class Plan:
    """A sweep, settled.

    Attributes:
        params: shared by all editions; their ``end`` and ``as_of`` are set day by day.
        days: sessions on which the report is evaluated, in order.
        chapters: themes evaluated, in the report's order.
        draws: cap on the resamples of each interval; ``None`` for as many as the report draws.
        every: word for the spacing of the days.
    """

    params: ReportParams
    days: tuple[date, ...]
    chapters: tuple[str, ...] = THEMES
    draws: int | None = DRAWS
    every: str = "month-end"

    def edition(self, day: date) -> ReportParams:
        """Parameters of one edition.

        Args:
            day: its end and its day of knowledge.
        """
        return self.params.model_copy(update={"end": day, "as_of": day})


def make_plan(
    params: ReportParams,
    sessions: pd.DatetimeIndex,
    *,
    first: str | None = None,
    last: str = LATEST,
    every: str = "month-end",
    chapters: Sequence[str] = (),
    draws: int | None = DRAWS,
) -> Plan:
    """Settle a sweep on real sessions.

    Args:
        params: start, source and funds; ``end`` and ``as_of`` must be left open.
        sessions: of the data.
        first: earliest day of an edition (ISO); by default the first that has data enough.
        last: latest day of an edition (ISO), or ``"latest"``.
        every: a key of :data:`EVERY`.
        chapters: themes, default all.
        draws: see :class:`Plan`.

    Raises:
        ParameterError: for anything that leaves no edition, or cannot be meant.
    """
    if params.end != LATEST or params.as_of is not None:
        name = "end" if params.end != LATEST else "as_of"
        raise ParameterError(
            name, str(getattr(params, name)), "each edition sets it", "use --from and --to"
        )
    if every not in EVERY:
        raise ParameterError("every", every, "it is a spacing of dates", nearest(every, EVERY))
    if draws is not None and draws < FEWEST:
        raise ParameterError(
            "draws", draws, f"an interval needs {FEWEST} resamples or more", f"use {FEWEST}"
        )
    unknown = [c for c in chapters if c not in THEMES]
    if unknown:
        raise ParameterError(
            "chapter", unknown[0], "it must own findings", nearest(unknown[0], THEMES)
        )
    position = int(sessions.searchsorted(pd.Timestamp(params.start)))
    open_days = sessions[position + MINIMUM_SESSIONS - 1 :]
    if open_days.empty:
        raise ParameterError(
            "start",
            params.start.isoformat(),
            f"an edition needs {MINIMUM_SESSIONS} sessions from it on",
            f"use {sessions[-MINIMUM_SESSIONS].date()} or earlier",
        )
    begin = open_days[0] if first is None else _day("from", first, open_days)
    end = open_days[-1] if last == LATEST else _day("to", last, open_days)
    if begin > end:
        raise ParameterError(
            "from", str(begin.date()), f"it must not lie after {end.date()}", "swap the two dates"
        )
    days = _spaced(sessions, EVERY[every])
    chosen = days[(days >= begin) & (days <= end)]
    if chosen.empty:
        raise ParameterError(
            "from",
            str(begin.date()),
            f"there is no {every} up to {end.date()}",
            "widen the range, or use --every week",
        )
    kept = tuple(c for c in THEMES if not chapters or c in chapters)
    return Plan(params, tuple(d.date() for d in chosen), kept, draws, every)


def _day(name: str, value: str, open_days: pd.DatetimeIndex) -> pd.Timestamp:
    first, last = open_days[0], open_days[-1]
    try:
        day = pd.Timestamp(date.fromisoformat(value))
    except ValueError:
        raise ParameterError(
            name, value, "dates are written YYYY-MM-DD and must exist", "for example 2015-01-01"
        ) from None
    if name == "to" and day < first:
        near = first
    elif day > last:
        near = last
    else:
        return max(day, first)
    raise ParameterError(
        name,
        value,
        f"editions can be made from {first.date()} to {last.date()}",
        f"the nearest valid value is {near.date()}",
    )


def _spaced(sessions: pd.DatetimeIndex, period: str) -> pd.DatetimeIndex:
    """Last session of every period; of the unfinished one, the newest session."""
    last = pd.Series(sessions, index=sessions).groupby(sessions.to_period(period)).last()
    return pd.DatetimeIndex(last)
