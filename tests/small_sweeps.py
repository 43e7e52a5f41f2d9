"""Plans and rows of sweeps over the embedded data, for tests."""

from __future__ import annotations

from datetime import date
from typing import Any

from rotation_lib.params import ReportParams
from rotation_lib.sources import Dataset
from rotation_lib.sweep.edition import edition_key, evaluate, market_of
from rotation_lib.sweep.plan import Plan, make_plan


def plan_of(dataset: Dataset, **options: Any) -> Plan:
    return make_plan(ReportParams(), dataset.total_returns.index, **options)


def rows_of(dataset: Dataset, plan: Plan, day: date) -> list[dict[str, Any]]:
    market = market_of(dataset, plan, day)
    return list(evaluate(market, plan, edition_key(market, plan)))
