"""Tables nobody knows: proposed, asked about, confirmed and read as a source like any other.

Not here: nothing of one platform, and nothing that needs the warehouse: a merchant's stored mappings are the
pipeline's.
"""
