"""What each metric is, by subject: formula, clock, needs, caveats.

Not here: no query and no viewer: a declaration knows neither the lake nor who asks.
"""
