"""From chapters to a site: execute, lower, draw, assemble, swap, serve.

Nothing outside this folder writes below the build folder.
"""
