"""Reviewing a change: what it does to the numbers, the verdicts, the pictures and the words.

Two finished builds in, one account of their differences out. It must never change a build.
"""
