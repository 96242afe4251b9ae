"""Bytes of an export → tables of text → typed cells: containers, encodings, headers, cells.

Not here: what a header means belongs to a platform's columns, not here.
"""
