"""Pure Polars: frames in, frames out. No disk, network, clock or database."""
