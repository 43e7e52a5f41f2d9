"""What the calendar and the tape say about an event's date.

Agreement never upgrades evidence: a date from memory stays a date from memory,
with the checks it passed beside it.
"""

from __future__ import annotations

import pandas as pd

from ..errors import DataError

FROM_MEMORY = "date from general knowledge"
#: Weekday on which an event of a category nearly always falls (Monday = 0).
_USUAL_WEEKDAY = {"jackson_hole": (4, "Friday")}
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MARKET, SMALL = "SPY", "IWM"


def check_events(
    events: pd.DataFrame, sessions: pd.DatetimeIndex, returns: pd.DataFrame
) -> pd.DataFrame:
    """Events with what calendar and tape say about each.

    Args:
        events: ``date, reaction_session, category, label, evidence, note``.
        sessions: every session the data cover, ascending.
        returns: simple daily total returns, with columns SPY and IWM.

    Returns:
        The same rows, sorted, with ``calendar_check``, ``tape_check`` (words) and
        ``spy_return``, ``iwm_return``, ``spy_percentile`` (numbers; the last is the share
        of sessions whose absolute SPY move was smaller).

    Raises:
        DataError: a reaction session that is none, or that skips a session.
    """
    frame = events.sort_values(["date", "label"], kind="stable").reset_index(drop=True)
    for row in frame.itertuples():
        _check_session(row, sessions)
    days = pd.DatetimeIndex(frame["reaction_session"])
    size = returns[MARKET].abs().dropna()
    frame["evidence"] = [plain_evidence(text) for text in frame["evidence"]]
    frame["calendar_check"] = [_calendar_words(row) for row in frame.itertuples()]
    frame["spy_return"] = returns[MARKET].reindex(days).to_numpy().round(6)
    frame["iwm_return"] = returns[SMALL].reindex(days).to_numpy().round(6)
    frame["spy_percentile"] = [round(float((size < size[day]).mean()), 4) for day in days]
    frame["tape_check"] = [_tape_words(row) for row in frame.itertuples()]
    return frame


def plain_evidence(text: str) -> str:
    """Evidence in words a reader understands, never stronger than it was."""
    return FROM_MEMORY if text.startswith("general knowledge") else text


def reaction_session(day: pd.Timestamp, sessions: pd.DatetimeIndex) -> pd.Timestamp:
    """The first session on or after ``day``.

    Raises:
        DataError: ``day`` is past the last session.
    """
    position = int(sessions.searchsorted(day))
    if position == len(sessions):
        raise DataError(
            f"No session on or after {day:%Y-%m-%d}: the data end {sessions[-1]:%Y-%m-%d}."
        )
    return sessions[position]


def _check_session(row: object, sessions: pd.DatetimeIndex) -> None:
    day, reaction, label = row.date, row.reaction_session, row.label  # type: ignore[attr-defined]
    if reaction not in sessions:
        raise DataError(
            f"Event {label!r}: {reaction:%Y-%m-%d} is not a session: fix reaction_session."
        )
    first = sessions.get_loc(reaction_session(day, sessions))
    if sessions.get_loc(reaction) > first + 1:
        raise DataError(
            f"Event {label!r} of {day:%Y-%m-%d}: its reaction session {reaction:%Y-%m-%d} is more "
            "than one session late: fix reaction_session."
        )


def _calendar_words(row: object) -> str:
    day, reaction = row.date, row.reaction_session  # type: ignore[attr-defined]
    words = [_WEEKDAYS[day.day_of_week]]
    usual = _USUAL_WEEKDAY.get(row.category)  # type: ignore[attr-defined]
    if usual:
        words.append("as usual" if day.day_of_week == usual[0] else f"usually a {usual[1]}")
    words.append("a session" if reaction == day else f"markets react on {reaction:%Y-%m-%d}")
    return ", ".join(words)


def _tape_words(row: object) -> str:
    spy, iwm, rank = row.spy_return, row.iwm_return, row.spy_percentile  # type: ignore[attr-defined]
    return f"SPY {spy:+.2%}, IWM {iwm:+.2%}; SPY's move beats {rank:.1%} of days"
