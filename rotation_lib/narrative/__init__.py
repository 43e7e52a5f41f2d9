"""Sentences about measured results: wording that follows the sign and size of the data.

Nothing here computes a result or draws; it only says what it is given.
"""

from ..prose.markdown import Prose

__all__ = ["Prose"]
