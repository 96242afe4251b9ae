"""Parts of the association's pages: released figures of the district in words, charts and tables.

Not here: anything of a merchant, and any figure that no released document holds.
"""
