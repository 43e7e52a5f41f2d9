"""Risks: how much more small caps move, what moves them, and what they foretell.

Nothing is imported here, so that the findings do not depend on the pictures.
"""
