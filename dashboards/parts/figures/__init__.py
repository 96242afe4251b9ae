"""Figures on a page, by subject.

Not here: forms, and anything that changes data.
"""
