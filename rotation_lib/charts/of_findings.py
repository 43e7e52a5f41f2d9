"""What pictures take from findings: funds, series, the last day, and a sentence where none is drawn.

A picture reads its findings by their ids, written out. Nothing here draws or measures.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypedDict

import pandas as pd

from ..findings import Finding
from ..prose.markdown import Prose

Findings = Mapping[str, Finding]


class Origin(TypedDict):
    """Where a figure or table comes from: series and last day, as both take them."""

    series: tuple[str, ...]
    as_of: str


def origin(
    f: Findings,
    *ids: str,
    also: Iterable[str] = (),
    drawn: pd.DataFrame | pd.Series | None = None,
) -> Origin:
    """The origin of what shows these findings.

    Args:
        f: all findings of the chapter.
        ids: of those shown; each brings its series.
        also: series that none of them rests on.
        drawn: dates × values; its last day counts. Without it that of the findings does, and where
            all of them are missing, the last day that any finding of the chapter knows.
    """
    shown = [f[id] for id in ids]
    series = tuple(dict.fromkeys((*(s for one in shown for s in one.series), *also)))
    if drawn is not None:
        return Origin(series=series, as_of=pd.Timestamp(drawn.index[-1]).date().isoformat())
    return Origin(series=series, as_of=_last(shown) or _last(f.values()))


def _last(found: Iterable[Finding]) -> str:
    return max((one.end for one in found if one.end), default="")


def nothing(what: str, why: Finding | str) -> Prose:
    """The sentence in place of a figure: why the finding it would show is missing, or why else."""
    reason = why if isinstance(why, str) else why.reason or "no data"
    return Prose(f"*{what} is not shown: {reason.rstrip('.')}.*")


def known(*found: Finding) -> bool:
    """Whether all have a value."""
    return all(f.value is not None for f in found)


def value_of(finding: Finding) -> float:
    """The value of a finding known to have one."""
    assert finding.value is not None
    return finding.value


def size_of(finding: Finding) -> float | None:
    """The value without its sign."""
    return None if finding.value is None else abs(finding.value)
