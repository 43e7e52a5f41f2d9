"""Figures as a page carries them: compiled, encoded, with their files and controls.

Nothing here may change a value or know on which page a figure stands.
"""
