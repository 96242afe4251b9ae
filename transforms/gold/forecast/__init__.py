"""Estimates of what will stay, by day and by cell.

Not here: facts: an estimate never stands beside them in one table. The method: ``transforms.maturity``.
"""
