"""What the report measures: pure functions from a market to frames and findings.

No plotting, no files, no clock, no global randomness.
"""
