"""Technology and valuations: how far it led, what its earnings carried, and what follows its falls.

Nothing is imported here, so that the findings do not depend on the pictures.
"""
