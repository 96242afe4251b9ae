"""When, in which order, how often to retry.

Not here: anything else.
"""
