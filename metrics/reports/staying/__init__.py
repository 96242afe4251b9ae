"""What will stay: of one period, beside earlier ones, in order, and whether what was said came true."""
