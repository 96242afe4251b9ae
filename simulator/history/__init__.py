"""One seeded history of a market, table by table.

Not here: what the right answers are (``simulator.truths``), and how a platform words it (a platform's
``simulate`` modules).
"""
