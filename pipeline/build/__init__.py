"""From landed exports to gold, in one transaction: bronze, silver, changed facts, marts.

Not here: no table's own arithmetic: that stands in its file in ``transforms.gold``; no judging:
``pipeline.release``.
"""
