"""What a merchant gives or answers on a page: files, mappings, lists, confirmations.

Not here: figures.
"""
