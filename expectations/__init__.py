"""Great Expectations judges one snapshot: suites derived from the contracts, business rules, reconciliation.

Not here: the transforms' own code: a rule is written from the definition; storing outcomes and releasing
(``pipeline.release``).
"""
