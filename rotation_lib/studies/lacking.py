"""Which series the data lack: the reason of a finding that no other window could have given.

It names what is absent. It must never call a series absent that was only listed or published late.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import chain

from ..findings import Finding
from ..market import Market


def with_lacking_named(
    market: Market, findings: Iterable[Finding], baskets: Sequence[frozenset[str]] = ()
) -> list[Finding]:
    """The findings; a missing one that rests on a series these data lack says which.

    Args:
        market: data and window.
        findings: of a theme.
        baskets: series that are measured by those of them there are: for a finding they count
            only where none of its members is held.
    """
    return [f if f.value is not None else _named(market, f, baskets) for f in findings]


def lacking(market: Market, ids: Iterable[str]) -> list[str]:
    """Those of ``ids`` of which the data hold no value on any date, each once.

    Args:
        market: whose data are looked through, whatever the window.
        ids: catalog ids.
    """
    held = _held(market)
    return [name for name in dict.fromkeys(ids) if name not in held]


@lru_cache(maxsize=4)
def _held(market: Market) -> frozenset[str]:
    """Funds and series of which the data hold a value on some date."""
    data = market.dataset
    funds = [
        frame.columns[frame.notna().any()] for frame in (data.total_returns, data.price_returns)
    ]
    return frozenset(chain(*funds, data.observations["series_id"].unique()))


def _named(market: Market, finding: Finding, baskets: Sequence[frozenset[str]]) -> Finding:
    gone = lacking(market, finding.series)
    for basket in baskets:
        if not basket.intersection(finding.series).issubset(gone):
            gone = [name for name in gone if name not in basket]
    if not gone:
        return finding
    told = " and ".join(filter(None, (", ".join(gone[:-1]), gone[-1])))
    return finding.model_copy(update={"reason": f"these data hold no values of {told}"})
