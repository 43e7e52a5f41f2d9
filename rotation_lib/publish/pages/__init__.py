"""Executed notebooks and documents as the Markdown and notebooks that Jupyter Book reads.

Nothing here executes a cell or touches finished HTML.
"""
