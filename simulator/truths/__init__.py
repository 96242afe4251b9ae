"""The right answers, straight from the market's frames.

Not here: anything shared with what is tested.
"""
