"""A market that knows the truth: seeded ``history``, the right answers (``truths``), a loopback server
speaking the platforms' dialects, faults.

Not here: anything shared with what is tested.
"""
