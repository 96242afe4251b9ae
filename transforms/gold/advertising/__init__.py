"""What advertising took, and what was sold beside it.

Not here: costs of goods and fees.
"""
