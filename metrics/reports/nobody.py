"""Members of a list that are nobody: what no source tells the channel, the creator or the goods of. They are
shown as such, stand after everybody who is named, and lead nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

#: What such a member is called by a dimension of ``ask``, and by a node of the district's.
NOBODY = ("untold", "unknown")


def is_nobody(by: Sequence[str]) -> pl.Expr:
    """Of rows by the dimensions ``by``: whether one tells nobody. First in a sort, it puts them last."""
    return pl.any_horizontal(pl.lit(False), *(pl.col(name).is_in(NOBODY) for name in by))


def leading(rows: pl.DataFrame, by: Sequence[str], most: int) -> pl.DataFrame:
    """The first ``most`` of a list of the named, and whatever in it is nobody's, which is never cut off."""
    nobody = is_nobody(by)
    return pl.concat([rows.filter(~nobody).head(most), rows.filter(nobody)])
