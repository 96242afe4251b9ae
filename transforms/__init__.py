"""Pure Polars: frames in, frames out.

``silver`` keeps every observed state, ``gold`` is facts, dimensions and marts, one file per table.

Not here: disk, network, clock, database.
"""
