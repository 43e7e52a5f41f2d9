"""The report's language: prose typed in chapters, its numbers looked up in the findings.

It reads findings, parameters and counts of claims, nothing else; nothing here measures, judges or draws.
"""

from .markdown import Prose, ProseError
from .template import tell

__all__ = ["Prose", "ProseError", "tell"]
