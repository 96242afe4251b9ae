"""Platform-looking numbers: unique, above 2^53 where the platform's are, so that a float anywhere on the way
shows.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from simulator.history.clock import Ints


def unique_numbers(rng: np.random.Generator, count: int, low: int, high: int) -> Ints:
    """``count`` distinct integers of ``[low, high)`` in random order: one draw from each of ``count`` equal
    strides.
    """
    if count == 0:
        return np.empty(0, dtype=np.int64)
    stride = (high - low) // count
    return low + rng.permutation(count).astype(np.int64) * stride + rng.integers(0, stride, count)


def as_text(numbers: Ints) -> pl.Series:
    """Numbers as text, the only shape in which ids travel."""
    return pl.Series(numbers).cast(pl.String)


def secret(rng: np.random.Generator) -> str:
    """A random credential in the shape of a UUID. For the loopback server only."""
    text = rng.bytes(16).hex()
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))
