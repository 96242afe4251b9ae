"""Pieces that pages are made of. They import ``contracts``, ``metrics`` and one another, never a page."""
