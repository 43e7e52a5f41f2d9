"""Editions: finished sites kept beside the newest one, and what changed from each to the next.

It arranges and compares what a build has made; it must never execute a chapter.
"""
