"""How a chapter is stored: read, checked, mended, written.

Nothing here executes a cell or knows what a page looks like.
"""
