"""What every page has: menu, sign-in, period, words, money, charts, failures.

Not here: nothing of one subject.
"""
