"""What is signed with the house's own key, and the log of the district's signed releases."""
