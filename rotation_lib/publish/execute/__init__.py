"""Chapters executed by papermill, side by side, kept by content key.

Nothing here writes a page: what comes out is an executed notebook with its figures.
"""
