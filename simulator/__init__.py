"""A market that knows the truth: seeded merchants, sessions, orders and returns; a loopback server speaking the platforms' dialects; faults."""
