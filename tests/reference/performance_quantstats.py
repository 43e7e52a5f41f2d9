"""What quantstats makes of performance.csv, and of series on which it errs.

    python performance_quantstats.py

rewrites performance_quantstats.json beside this file. It needs quantstats, which brings a plotting
stack along and is therefore no dependency of the project; it runs without a network.
"""

from __future__ import annotations

import json
from importlib.metadata import version
from pathlib import Path

import pandas as pd
import quantstats.stats as qs

HERE = Path(__file__).parent


def main() -> None:
    """Ask for every figure and write the answers with the versions that gave them."""
    data = pd.read_csv(HERE / "performance.csv", index_col="date", parse_dates=True)
    small, large = data["small"], data["large"]
    short = small.drop(small.index[100:200])  # the fund has no data for a hundred sessions
    days = pd.bdate_range("2020-01-02", periods=4)
    soaring = pd.Series([0.0, 0.5, 1.2, 0.1], index=days)  # returns, one of them above 100 %
    penny = pd.Series([0.9, 0.95, 0.5, 0.99], index=days)  # prices, all below 1
    figures = {
        "total_return": qs.comp(small),
        "volatility": qs.volatility(small),
        "sharpe": qs.sharpe(small),
        "max_drawdown": qs.max_drawdown(small),
        "beta": qs.greeks(small, large)["beta"],
        "cvar_99_historical": qs.cvar(small, confidence=0.99, method="historical"),
        "cagr": qs.cagr(small),
        "value_at_risk_99": qs.value_at_risk(small, confidence=0.99),
        "cvar_99": qs.cvar(small, confidence=0.99),
        "beta_with_gap": qs.greeks(short, large)["beta"],
        "volatility_of_soaring_returns": qs.volatility(soaring),
        "max_drawdown_of_penny_prices": qs.max_drawdown(penny),
    }
    versions = {name: version(name) for name in ("quantstats", "pandas", "numpy", "scipy")}
    record = {"versions": versions, "figures": {k: float(v) for k, v in figures.items()}}
    text = json.dumps(record, indent=2) + "\n"
    (HERE / "performance_quantstats.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
