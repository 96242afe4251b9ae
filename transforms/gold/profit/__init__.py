"""Costs of order lines and what is left of them.

Not here: advertising: it is a shop's, of no one line.
"""
