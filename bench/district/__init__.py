"""How much of a generated district can be published, and how near that is to the optimum.

Not here: what decides it; that is ``district``.
"""
