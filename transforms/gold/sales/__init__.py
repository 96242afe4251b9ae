"""Marts of what was sold, kept and sent back, one file each.

Not here: no ledger, cost or estimate.
"""
