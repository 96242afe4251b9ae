"""The value ladder, from order to account: its rungs, and why one differs from another."""
