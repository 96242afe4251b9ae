"""Where money comes from: channels in order, what sells in one, and its orders down to their rows."""
