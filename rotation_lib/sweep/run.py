"""A sweep from plan to panel: who computes, what is kept, what is written.

It must never write a panel that lacks an edition.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..errors import BuildError
from ..fingerprint import settings_key
from ..sources import Dataset
from . import cluster, local
from .edition import SETTINGS, Edition, project_code, project_packages
from .history import STORED, rules_key, stored_rows, with_fragility
from .kept import Kept
from .panel import Row, write_panel
from .plan import Plan


def sweep(
    plan: Plan,
    dataset: Dataset,
    out: Path,
    *,
    kept: Kept,
    jobs: int = 2,
    scheduler: str | None = None,
    progress: Callable[[Edition], None] = lambda edition: None,
) -> list[Row]:
    """Evaluate every edition of a plan and write the panel.

    Args:
        plan: what to evaluate.
        dataset: all data.
        out: the Parquet file.
        kept: finished editions.
        jobs: processes of this machine; 0 computes in this one.
        scheduler: address of a Dask cluster that computes instead.
        progress: called with every finished edition.

    Returns:
        The rows of the panel: by day, findings in the report's order, then claims, each after its parts.

    Raises:
        BuildError: when an edition could not be made.
        ParameterError: when no scheduler answers.
    """
    work = local.Work(dataset, plan, kept)
    if scheduler is None:
        finished = local.editions(work, plan.days, jobs)
    else:
        finished = cluster.editions(work, plan.days, scheduler)
    done: dict[Any, Edition] = {}
    for edition in finished:
        done[edition.day] = edition
        progress(edition)
    absent = [day for day in plan.days if day not in done]
    if absent:
        raise BuildError(f"the edition of {absent[0]} is missing; run the same command again.")
    rows = with_fragility(row for day in plan.days for row in done[day].rows)
    write_panel(out, rows, metadata(plan, dataset))
    return rows


def store(plan: Plan, dataset: Dataset, rows: list[Row]) -> Path:
    """Renew the panel that the report shows: the claims, and what their tests look at.

    Args:
        plan: of the sweep. dataset: all data. rows: of the whole panel.

    Returns:
        The file.
    """
    write_panel(STORED, stored_rows(rows), metadata(plan, dataset))
    return STORED


def metadata(plan: Plan, dataset: Dataset) -> dict[str, Any]:
    """What a panel rests on.

    Args:
        plan: of the sweep.
        dataset: all data.
    """
    return {
        "params": {k: v for k, v in plan.params.as_strings().items() if k not in ("end", "as_of")},
        "every": plan.every,
        "editions": len(plan.days),
        "first": plan.days[0].isoformat(),
        "last": plan.days[-1].isoformat(),
        "chapters": list(plan.chapters),
        "draws": plan.draws,
        "data_key": dataset.provenance["data_sha256"],
        "data_through": str(dataset.total_returns.index[-1].date()),
        "code_key": project_code(plan.chapters),
        "settings_key": settings_key(*SETTINGS),
        "packages_key": project_packages(plan.chapters),
        "rules_key": rules_key(),
    }
