"""The checks of a snapshot, asked of one live series before it is stored.

What the rules of ``data/quality.toml`` find and nobody has judged is refused, unless a second
series explains it; then it is told. It must never change a value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pandas as pd

from ..catalog import Series
from ..sources.outcome import malformed
from ..sources.quality import (
    SAME_DIVIDEND,
    USUAL_DAYS,
    Anomaly,
    QualityRules,
    compare,
    find_anomalies,
    witness_gaps,
)
from .prices import PROVISIONAL, returns

#: A witness confirms a move if it moved the same way by at least this share of it.
WITNESS_SHARE = 0.5
#: Two returns closer than this are one: closes come in single precision.
SAME_RETURN = 1e-4
MARKET = "SPY"
#: Standard deviations, over a year, that the fall on a day must exceed to be no chance.
CHANCE, A_YEAR = 2.0, 252
UNEXPLAINED = "with no action or witness to explain it"
RECORD = "a true one belongs into data/quality.toml"

#: Returns of another symbol, dividends included where it has any; ``None`` where none are held.
Witness = Callable[[str], pd.Series | None]


def moves(bars: pd.DataFrame, item: Series) -> pd.Series:
    """Returns with dividends, or without where there are none."""
    total, price = returns(bars, has_total=item.has_total_return)
    return total if item.has_total_return else price


def check_moves(
    bars: pd.DataFrame, item: Series, rules: QualityRules, witness: Witness
) -> tuple[str, ...]:
    """Ask every check on returns of one series.

    Args:
        bars: frame of :data:`rotation_lib.store.prices.COLUMNS`, as it would be stored.
        item: its catalog entry.
        rules: limits, witnesses and known faults.
        witness: what a second series says.

    Returns:
        What was found and let pass, one sentence each.

    Raises:
        FetchError: ``malformed``, for what may not be stored.
    """
    total, price = returns(bars, has_total=item.has_total_return)
    own = total if item.has_total_return else price
    frame, closes = own.to_frame(item.id), price.to_frame(item.id)
    unknown, _ = compare(find_anomalies(frame, closes, rules), rules.known)
    notes = []
    for found in unknown:
        if found.check == "jump":
            _refuse_jump(found, rules, witness)
        elif found.check == "dividend":
            notes.append(_dividend(found, item, own, price, rules, witness))
        elif found.check == "stale run":
            raise malformed(
                f"{item.id}: {found.value:.0f} closes in a row are the same, the last of "
                f"{found.when} ({RECORD})"
            )
        elif found.check == "zero share":
            notes.append(f"In {found.when} {found.value:.0%} of its closes did not move.")
    return (*notes, *_against_witnesses(own, item, rules, witness))


def _refuse_jump(found: Anomaly, rules: QualityRules, witness: Witness) -> None:
    day = pd.Timestamp(found.when)
    if not confirmed(found.symbol, day, found.value, rules, witness):
        raise malformed(
            f"{found.symbol}: {found.value:+.0%} on {found.when} {UNEXPLAINED} ({RECORD})"
        )


def confirmed(
    symbol: str, day: pd.Timestamp, move: float, rules: QualityRules, witness: Witness
) -> bool:
    """Whether a second series moved the same way on that day, by at least half as much.

    Args:
        symbol: whose move it is.
        day: its session.
        move: its return.
        rules: which series vouch for which.
        witness: returns of another symbol, or ``None`` where there are none.
    """
    for other in _others(symbol, rules):
        seen = witness(other)
        if seen is None or day not in seen.index:
            continue  # a return that is missing there (NaN) confirms nothing either
        if seen[day] * move > 0 and abs(seen[day]) >= WITNESS_SHARE * abs(move):
            return True
    return False


def _others(symbol: str, rules: QualityRules) -> list[str]:
    """Series that a pair of witnesses joins with this one."""
    pairs = [(w.symbol, w.against) for w in rules.witness]
    return sorted({b for a, b in pairs if a == symbol} | {a for a, b in pairs if b == symbol})


# -- dividends ------------------------------------------------------------------------------


def _dividend(
    found: Anomaly,
    item: Series,
    own: pd.Series,
    price: pd.Series,
    rules: QualityRules,
    witness: Witness,
) -> str:
    """A dividend beyond the limits passes only where the price fell by it, against the market.

    That is by half of it at least, and by more than what was usual and chance explain.
    """
    day = pd.Timestamp(found.when)
    told = f"a dividend of {found.value:.2%} of the price on {found.when}"
    for other in (*_others(item.id, rules), MARKET):
        seen = None if other == item.id else witness(other)
        if seen is not None and day in seen.index:
            fell = (seen - price).dropna()
            chance = CHANCE * float(fell[fell.index != day].tail(A_YEAR).std())
            least = max(WITNESS_SHARE * found.value, _paid_before(own, price, found) + chance)
            if found.value > 0 and fell[day] >= least:
                return f"It paid {told}; the price fell by it, against {other}."
            break
    raise malformed(
        f"{item.id}: {told}, unlike those before it, and no fall of the price shows it ({RECORD})"
    )


def _paid_before(own: pd.Series, price: pd.Series, found: Anomaly) -> float:
    """The largest dividend of the two years before; nothing, if this one is only paid again."""
    implied = (1 + own) / (1 + price) - 1
    day = pd.Timestamp(found.when)
    before = implied[(implied.index < day) & (implied.index >= day - pd.Timedelta(days=USUAL_DAYS))]
    most = float(before.max()) if len(before) else 0.0
    return most if most < found.value * (1 - SAME_DIVIDEND) else 0.0


def check_adjusted(bars: pd.DataFrame, item: Series, rules: QualityRules) -> None:
    """Compare total returns with those of the vendor's own adjusted closes.

    Where they differ, an action is missing, wrong, or made up. A fund's adjusted close may
    count a capital gain beside the dividend that holds it.

    Args:
        bars: frame of :data:`rotation_lib.store.prices.COLUMNS` with ``adjusted`` and ``gain``.
        item: its catalog entry.
        rules: tolerances and known faults.

    Raises:
        FetchError: ``malformed``.
    """
    if not item.has_total_return or rules.is_exempt("adjusted", item.id):
        return
    theirs = bars["adjusted"] / bars["adjusted"].shift() - 1
    base = bars["close"].shift() / bars["split"] - bars["dividend"]
    plain = (bars["close"] / base) / (1 + theirs) - 1
    gained = (bars["close"] / (base - bars["gain"])) / (1 + theirs) - 1
    apart = plain.where(plain.abs() <= gained.abs(), gained).set_axis(
        pd.DatetimeIndex(bars["date"])
    )
    limit = rules.limits.adjusted[item.kind]
    found = [
        Anomaly(item.id, "adjusted", f"{day:%Y-%m-%d}", float(value))
        for day, value in apart[apart.abs() > limit].items()
    ]
    unknown, _ = compare(found, rules.known)
    if unknown:
        first = unknown[0]
        raise malformed(
            f"{item.id}: the actions of {first.when} and the vendor's adjusted close differ by "
            f"{abs(first.value):.2%} of the price: a dividend or split is missing or wrong ({RECORD})"
        )


# -- witnesses ------------------------------------------------------------------------------


def _against_witnesses(
    own: pd.Series, item: Series, rules: QualityRules, witness: Witness
) -> Iterator[str]:
    """Days on which index and fund, or sister funds, moved apart: told, or refused if far."""
    for pair in rules.witness:
        if item.id not in (pair.symbol, pair.against):
            continue
        other = pair.against if item.id == pair.symbol else pair.symbol
        seen = witness(other)
        if seen is None:
            continue
        both = pd.DataFrame({item.id: own, other: seen})
        one = rules.model_copy(update={"witness": (pair,)})
        unknown, _ = compare(list(witness_gaps(both, one)), rules.known)
        for day in (pd.Timestamp(found.when) for found in unknown):
            gap = abs(both[item.id][day] - both[other][day])
            if gap > rules.limits.witness_refused * pair.limit and _odd(
                item.id, other, day, both, rules, witness
            ):
                raise malformed(
                    f"{_apart(both.loc[day], day)}: the two should move alike ({RECORD})"
                )
        if unknown:
            days = [pd.Timestamp(found.when) for found in unknown]
            told = "; ".join(_apart(both.loc[day], day) for day in days[-3:])
            more = f", and {len(days) - 3} day(s) before" if len(days) > 3 else ""
            yield f"Moved apart from {other}: {told}{more}."


def check_restated(
    bars: pd.DataFrame,
    stored: pd.DataFrame,
    item: Series,
    rules: QualityRules,
    witness: Witness,
) -> None:
    """Refuse a settled bar that the vendor changed for the worse, as a second series shows.

    Args:
        bars, stored: frames of :data:`rotation_lib.store.prices.COLUMNS`, after and before.
        item: its catalog entry.
        rules: which series vouch for which.
        witness: what a second series says.

    Raises:
        FetchError: ``malformed``.
    """
    if not _others(item.id, rules):
        return
    before, after = moves(stored.iloc[:-PROVISIONAL], item), moves(bars, item)
    both = pd.DataFrame({"old": before, "new": after}).dropna()
    changed = both[(both["old"] - both["new"]).abs() > SAME_RETURN]
    for pair in rules.witness:
        if changed.empty or item.id not in (pair.symbol, pair.against):
            continue
        other = pair.against if item.id == pair.symbol else pair.symbol
        seen = witness(other)
        if seen is None:
            continue
        said = seen.reindex(changed.index)
        gap, gap_before = (changed["new"] - said).abs(), (changed["old"] - said).abs()
        worse = changed[(gap > pair.limit) & (gap > gap_before)]
        if len(worse):
            day = worse.index[0]
            raise malformed(
                f"{item.id}: the vendor changed {day:%Y-%m-%d} from {worse['old'].iloc[0]:+.1%} to "
                f"{worse['new'].iloc[0]:+.1%}, and {other} moved {said[day]:+.1%}"
            )


def _apart(row: pd.Series, day: pd.Timestamp) -> str:
    (one, first), (other, second) = row.items()
    return f"{one}: {first:+.1%} on {day:%Y-%m-%d}, and {other} {second:+.1%}"


def _odd(
    symbol: str,
    other: str,
    day: pd.Timestamp,
    both: pd.DataFrame,
    rules: QualityRules,
    witness: Witness,
) -> bool:
    """Whether of two that disagree it is the first that stands alone among all witnesses."""
    names = {name for pair in rules.witness for name in (pair.symbol, pair.against)}
    held = [witness(name) for name in sorted(names - {symbol, other})]
    said = pd.Series([s[day] for s in held if s is not None and day in s.index], dtype="float64")
    if said.empty:
        return True
    middle = said.median()
    return bool(abs(both[symbol][day] - middle) >= abs(both[other][day] - middle))
