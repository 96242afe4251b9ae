"""How the data are doing, in words a merchant acts on.

Not here: figures of sales.
"""
