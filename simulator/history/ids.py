"""Platform-looking numbers: unique, above 2^53 where the platform's are, so that a float anywhere on the way
shows.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from simulator.history.clock import Ints

_LONG, _CUT = 10**18, 10_000


def unique_numbers(rng: np.random.Generator, count: int, low: int, high: int) -> Ints:
    """``count`` distinct integers of ``[low, high)`` in random order: one draw from each of ``count`` equal
    strides. None of 19 digits ends in four zeros, as only those do that a spreadsheet cut.
    """
    if count == 0:
        return np.empty(0, dtype=np.int64)
    stride = (high - low) // count
    drawn = low + rng.permutation(count).astype(np.int64) * stride + rng.integers(0, stride, count)
    return np.where((drawn >= _LONG) & (drawn % _CUT == 0), drawn + 1, drawn)


def as_text(numbers: Ints) -> pl.Series:
    """Numbers as text, the only shape in which ids travel."""
    return pl.Series(numbers).cast(pl.String)


def secret(rng: np.random.Generator) -> str:
    """A random credential in the shape of a UUID. For the loopback server only."""
    text = rng.bytes(16).hex()
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))
