"""A short year of fetches with faults; the long one is ``benchmarks/live.py``."""

from __future__ import annotations

from pathlib import Path

import pytest
from soak import Soak


@pytest.mark.slow
def test_a_store_lives_through_faults_and_ends_true(tmp_path: Path) -> None:
    """Faults of data, of the way and kills; what was refused is told, what is stored is true."""
    run = Soak(5, 5, tmp_path, ("IWM", "^RUT", "DGS10"), 0.6, 2.5, 0.5, in_haste=True).run()
    assert run.complaints == []
    assert run.faults.total() >= 20 and run.faults["killed"] >= 2
    assert len(run.held_back) >= 5
    assert all(why for *_, why in run.held_back)
