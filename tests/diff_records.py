"""Made-up records of findings and claims for the tests of the comparison."""

from __future__ import annotations

from typing import Any

from rotation_lib.review.model import Because

DATA = Because(causes=("data",))


def finding(name: str = "beta", value: float | None = 1.0, **more: Any) -> dict[str, Any]:
    entry = {
        "id": f"risks.{name}",
        "chapter": "risks",
        "label": name,
        "value": value,
        "unit": "ratio",
        "low": None,
        "high": None,
        "n": 100,
        "percentile": None,
        "reason": None if value is not None else "too short",
    }
    return {**entry, **more}


def record(*findings: dict[str, Any], claims: Any = (), **more: Any) -> dict[str, Any]:
    return {"findings": list(findings), "claims": list(claims), **more}


def claim(verdict: str = "holds", outcome: str = "supports", rule: str = "r") -> dict[str, Any]:
    return {
        "id": "more-volatile",
        "chapter": "risks",
        "title": "More volatile",
        "verdict": verdict,
        "rule": rule,
        "tests": [{"finding": "risks.beta", "asked": "above 1", "outcome": outcome}],
    }
