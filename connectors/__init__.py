"""One sealed folder per platform, and the reading and calling machinery they share."""
