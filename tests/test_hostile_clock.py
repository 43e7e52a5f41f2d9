"""Static pictures are the same wherever they are drawn."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

DRAWN = """
import hashlib, time
import pandas as pd
from sample_book import growth_figure
print(hashlib.sha256(growth_figure("risks.growth").svg().encode()).hexdigest(), time.tzname[0])
"""


@pytest.mark.slow
def test_a_picture_does_not_know_the_time_zone() -> None:
    seen = {}
    for zone in ("America/Los_Angeles", "Asia/Tokyo"):
        done = subprocess.run(
            [sys.executable, "-c", DRAWN],
            env={**os.environ, "TZ": zone, "PYTHONPATH": str(Path(__file__).parent)},
            capture_output=True,
            text=True,
            check=True,
        )
        digest, name = done.stdout.split()
        seen[zone] = digest
        assert name in ("PST", "JST"), "the process keeps its own clock"
    assert len(set(seen.values())) == 1
