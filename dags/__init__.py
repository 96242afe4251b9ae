"""When, in which order, how often to retry. Nothing else."""
