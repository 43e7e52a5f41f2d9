"""The themes of the report, one room each: what it measures, and the pictures of it.

Nothing is imported here, so that a theme's findings do not depend on its pictures.
"""
