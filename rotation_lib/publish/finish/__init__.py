"""Finished HTML pages made light, legible and whole, then checked.

Nothing here may change a number or a sentence of a page.
"""
