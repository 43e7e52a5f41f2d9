"""The report's whole history: every finding and claim as of each date of a range.

An edition of a past day sees only what had been published by then, in data, window and revisions.
Nothing here runs a notebook, and nothing changes what a study measures; fewer resamples are drawn
than in the report, and every row says how many.

    plan      which days, parameters, chapters and draws
    edition   one day: its market, its rows, its content key
    panel     the rows as one Parquet file with a schema
    kept      finished editions on disk, so that a killed sweep goes on where it stopped
    local, cluster   who computes: processes of this machine, or a Dask cluster
    run       all of it together
    history   what the panel tells: flips of verdicts, and since when each claim has held
"""

from __future__ import annotations
