"""Settlements and movements of accounts: facts, open items, statements, their marts.

Not here: what an order line kept is not reckoned here.
"""
