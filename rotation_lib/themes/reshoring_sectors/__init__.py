"""Reshoring and sectors: spending, jobs, output and orders, funds since the cut, tax steps.

Nothing is imported here, so that the findings do not depend on the pictures.
"""
