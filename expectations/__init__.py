"""Great Expectations judges one snapshot: suites derived from the contracts, business rules, reconciliation."""
