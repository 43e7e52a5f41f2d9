"""A small made-up source folder, so that writing a snapshot needs nothing from outside."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from rotation_lib.sources.exchange import xnys_sessions
from rotation_lib.sources.quality import Limits, QualityRules, load_quality

FIRST, LAST = pd.Timestamp("2009-12-31"), pd.Timestamp("2010-12-31")
RULES = QualityRules(
    answer=load_quality().answer,
    limits=Limits(
        jump=0.25,
        stale_run=5,
        zero_share=0.05,
        stale_tail=5,
        dividend_low=-0.001,
        dividend_high=0.018,
        dividend_growth=2.5,
        dividend_again=7,
        adjusted={"fund": 2e-4, "stock": 1e-3},
        witness_refused=5.0,
        step_noted=2.0,
        step_refused=10.0,
        factor_refused=10.0,
        reconciled_days=7,
    ),
)


def prices() -> pd.DataFrame:
    """Random closes of four required funds, an index, the VIX and a late listing."""
    days = xnys_sessions(FIRST, LAST).rename("date")
    rng = np.random.default_rng(20240918)
    names = ["IWM", "SPY", "QQQ", "BIL", "^GSPC", "^VIX", "PSCI"]
    moves = rng.normal(0.0004, 0.01, (len(days), len(names)))
    frame = pd.DataFrame(100 * np.exp(moves.cumsum(axis=0)), index=days, columns=names)
    frame.loc[:"2010-04-06", "PSCI"] = np.nan
    return frame


def macro() -> pd.DataFrame:
    """One value a period for each required series, and one that may not be embedded."""
    daily = pd.date_range("2009-12-01", LAST, freq="D")
    months = pd.date_range("2009-01-01", "2010-11-01", freq="MS")
    parts = [
        pd.DataFrame({"series_id": s, "date": days, "value": value})
        for s, days, value in [
            ("DGS2", daily, 0.91),
            ("DGS10", daily, 3.25),
            ("DFEDTARU", daily, 0.25),
            ("DFEDTARL", daily, 0.0),
            ("CPIAUCSL", months, 217.5),
            ("TLMFGCONS", months, 55000.0),
            ("VIXCLS", daily, 21.5),
        ]
    ]
    return pd.concat(parts, ignore_index=True)


TEXTS = {
    "fomc_decisions.csv": (
        "decision_date,scheduled,lower_after,upper_after,upper_before,change_bp,"
        "effective_date_fred\n"
        "2009-12-16,True,0.0,0.25,0.25,0.0,\n"
        "2010-01-27,True,0.0,0.25,0.25,0.0,\n"
        "2010-05-09,False,0.0,0.25,0.25,0.0,\n"
        "2011-01-26,True,,,,,\n"
    ),
    "cpi_releases.csv": (
        "release_date,reference_month,reaction_session,evidence\n"
        "2010-01-15,2009-12,2010-01-15,two sources\n"
        "2010-02-19,2010-01,2010-02-19,one source\n"
    ),
    "events.csv": (
        "date,reaction_session,category,label,evidence,note\n"
        '2010-08-27,2010-08-27,jackson_hole,"A speech, or two",general knowledge - verify,\n'
        "2010-12-24,2010-12-27,policy,Announced on a holiday,an excerpt,\n"
        "2011-08-26,2011-08-26,jackson_hole,After the data,general knowledge - verify,\n"
    ),
    "mag7_fundamentals_sec.csv": (
        "ticker,period,item,end,value,derived\n"
        "AMZN,annual,netIncome,2024-12-31,59248000000.0,0\n"
        "AMZN,annual,netIncome,2025-12-31,77670000000.0,0\n"
        "AMZN,annual,netIncome,2026-06-30,135281000000.0,0\n"
        "AMZN,quarterly,eps,2026-03-31,2.78,1\n"
    ),
}


def write_source(folder: Path) -> Path:
    """Write a folder that :func:`write_snapshot` accepts with :data:`RULES`."""
    folder.mkdir(parents=True, exist_ok=True)
    save(folder, prices())
    macro().to_parquet(folder / "macro.parquet")
    for name, text in TEXTS.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def save(folder: Path, adjusted: pd.DataFrame) -> None:
    """Write both price files; the closes cover two funds until November only."""
    adjusted.to_parquet(folder / "prices_adjusted_close.parquet")
    adjusted.loc[:"2010-11-30", ["IWM", "SPY"]].to_parquet(folder / "prices_close.parquet")
