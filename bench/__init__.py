"""The benchmark: generated exports of any size, the same job written by others, and what each costs.

``python -m bench`` runs it.

Not here: tests: nothing here decides whether the suite is green.
"""
