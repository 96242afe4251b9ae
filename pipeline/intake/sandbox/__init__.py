"""Untrusted files are read in a process of their own, confined and replaceable.

Not here: no knowledge of what a file means.
"""
