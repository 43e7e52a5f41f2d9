"""What a chart needs only once a reader points at it, kept out of its first drawing.

A hover rule, its text and its share of the plane for each of some thousand days are half the
work of drawing a chart of lines. It must never change what is seen before or after.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

#: The signal that makes the parts appear; the page sets it, see rotation.js.
SIGNAL = "pointed"
_MARK, _ROWS, _TIP = "hover_marks", "hover_rows", "tip_"


def with_hover_waiting(vega: Mapping[str, Any]) -> dict[str, Any]:
    """A compiled chart whose hover rules are made when ``SIGNAL`` is true; others as they are.

    Args:
        vega: a Vega specification, of a chart with or without hover rules.
    """
    made: dict[str, Any] = json.loads(json.dumps(vega))
    marks = [m for m in made.get("marks", ()) if m.get("name") == _MARK]
    if len(marks) != 1:
        return made
    source = marks[0]["from"]["data"]
    place = next(i for i, d in enumerate(made["data"]) if d["name"] == source)
    steps = made["data"][place].get("transform", [])
    tips = [step for step in steps if str(step.get("as", "")).startswith(_TIP)]
    # Scales read the other steps: an axis is the same before and after.
    made["data"][place]["transform"] = [step for step in steps if step not in tips]
    rows = {
        "name": _ROWS,
        "source": source,
        "transform": [{"type": "filter", "expr": SIGNAL}, *tips],
    }
    made["data"].insert(place + 1, rows)
    marks[0]["from"]["data"] = _ROWS
    made.setdefault("signals", []).append({"name": SIGNAL, "value": False})
    return made
