"""Observed states: de-duplicate, order by observation, find the current one."""
