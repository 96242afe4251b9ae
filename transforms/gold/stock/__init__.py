"""Goods on hand and on their way back.

Not here: money.
"""
