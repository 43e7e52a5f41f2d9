"""Static pictures are the same wherever they are drawn."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sample_book import growth_figure

DRAWN = """
import hashlib, time
from sample_book import growth_figure
print(hashlib.sha256(growth_figure("risks.growth").svg().encode()).hexdigest(), time.tzname[0])
"""


@pytest.mark.slow
def test_a_picture_does_not_know_the_time_zone() -> None:
    """Drawn here, and by a process half a world away."""
    zone, name = ("Asia/Tokyo", "JST") if time.timezone > 0 else ("America/Los_Angeles", "PST")
    here = hashlib.sha256(growth_figure("risks.growth").svg().encode()).hexdigest()
    done = subprocess.run(
        [sys.executable, "-c", DRAWN],
        env={**os.environ, "TZ": zone, "PYTHONPATH": str(Path(__file__).parent)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == [here, name]
    assert time.tzname[0] != name, "the process keeps a clock of its own"
