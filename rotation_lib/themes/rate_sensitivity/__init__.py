"""Rate sensitivity: do small caps answer to interest rates, and did the cuts help them?

Nothing is imported here, so that the findings do not depend on the pictures.
"""
