"""Figures put together for a purpose: bridges, ladder, matching, health, open items, back-test.

Not here: nothing that a single question answers.
"""
