"""Charts and tables of the reshoring chapter: one module for each that measures what is drawn.

Frames and findings in, figures out; nothing is measured here.
"""

from . import leads, pairs, sectors, specs, spending, tax, turns

__all__ = ["leads", "pairs", "sectors", "specs", "spending", "tax", "turns"]
