"""What the association sees of the district: released figures only."""
