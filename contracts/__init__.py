"""The words of the house: fields, code lists, canonical tables, errors.

Not here: imports of ours, and anything that reads or writes.
"""
