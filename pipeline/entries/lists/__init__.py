"""One declaration (``LIST``) per hand-entered list, found by looking.

Nothing that several lists share belongs here.
"""
