"""vl-convert with the same clock on every machine.

It places dates by the time zone of its process, where summer time moves them by an hour. It reads
the zone once, at its first use; that use is made here, so that the process keeps its own.
"""

from __future__ import annotations

import os
import time
from functools import cache
from typing import Any

#: Asks for a local hour, so that the zone is read.
_ANY_DATE = {
    "data": [{"name": "d", "values": [{}]}],
    "signals": [{"name": "hour", "init": "hours(datetime(2024, 6, 1))"}],
}


@cache
def converter() -> Any:
    """The module ``vl_convert``, drawing by UTC."""
    import vl_convert

    before = os.environ.get("TZ")
    _set_zone("UTC")
    try:
        vl_convert.vega_to_svg(_ANY_DATE)
    finally:
        _set_zone(before)
    return vl_convert


def _set_zone(name: str | None) -> None:
    if name is None:
        os.environ.pop("TZ", None)
    else:
        os.environ["TZ"] = name
    if hasattr(time, "tzset"):  # not on Windows
        time.tzset()
