"""Pages of whoever runs the house: what holds for all merchants alike.

No merchant's own figures belong here.
"""
