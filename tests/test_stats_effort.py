"""How many resamples are drawn: the cap, its end, and that it never reaches another thread."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pandas as pd
import pytest

from rotation_lib.errors import DataError
from rotation_lib.stats import effort
from rotation_lib.stats.bootstrap import Bootstrap


def test_a_cap_lowers_and_never_raises() -> None:
    assert effort.capped(2000) == 2000
    assert effort.limit() is None
    with effort.at_most(100):
        assert [effort.capped(n) for n in (99, 100, 101, 2000)] == [99, 100, 100, 100]
        assert effort.limit() == 100
    assert effort.capped(2000) == 2000


def test_caps_nest_and_end_with_their_block() -> None:
    with effort.at_most(100):
        with effort.at_most(50):
            assert effort.capped(2000) == 50
        with effort.at_most(None):
            assert effort.capped(2000) == 2000
        assert effort.limit() == 100
    with pytest.raises(ZeroDivisionError), effort.at_most(60):
        raise ZeroDivisionError
    assert effort.limit() is None


def test_a_cap_under_forty_is_refused() -> None:
    with effort.at_most(40):
        assert effort.capped(2000) == 40
    with pytest.raises(DataError, match=r"draws = 39 .* 40 or more"), effort.at_most(39):
        pass


def test_a_cap_stays_in_its_thread_and_reaches_the_bootstrap() -> None:
    sample = pd.DataFrame({"x": [0.01, -0.02] * 30})
    with effort.at_most(40), ThreadPoolExecutor(1) as pool:
        assert pool.submit(effort.capped, 2000).result() == 2000
        assert Bootstrap(sample, 5).draws == 40
