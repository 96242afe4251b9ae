"""Order facts, the dimensions beside them, and the rules by which a line gets its channel and its refunds.

Not here: no mart.
"""
