"""What a merchant contributes: the only thing the district reads.

One row per owner, merchant, month and cut; ``owner_id`` is null where nobody named the owner. Cuts are text
(null = not known), measures whole fen. No order, no buyer, no shop.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import polars as pl

from contracts.errors import UsageError
from district.cubes import Cube
from district.lattice import PLATFORM

_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
#: Beyond it, sums over all merchants might not fit 64 bits once the rules multiply them.
LARGEST_FEN = 10**13


def check_contributions(rows: pl.DataFrame, cubes: Sequence[Cube], measures: Sequence[str]) -> pl.DataFrame:
    """``rows`` with the columns the cubes need, in order.

    Raises ``UsageError`` BAD_CONTRIBUTIONS for a missing column, another type, an empty measure, a month that
    is none, or an amount beyond ``LARGEST_FEN``.
    """
    cuts = dict.fromkeys([PLATFORM, *(item.name for cube in cubes for item in cube.dimensions)])
    wanted: dict[str, pl.DataType] = {
        name: pl.String() for name in ("owner_id", "merchant_id", "business_month", *cuts)
    }
    wanted |= {name: pl.Int64() for name in measures}
    wrong = sorted(name for name, kind in wanted.items() if rows.schema.get(name) != kind)
    if not wrong:
        known = [name for name in wanted if name not in ("owner_id", *cuts)]
        wrong = sorted(name for name in known if rows[name].null_count())
        wrong += (
            []
            if all(_MONTH.fullmatch(month) for month in rows["business_month"].unique())
            else ["business_month"]
        )
        wrong += [name for name in measures if (rows[name].abs() > LARGEST_FEN).any()]
    if wrong:
        raise UsageError(
            "BAD_CONTRIBUTIONS",
            "贡献表的列不对",
            "columns of the contributions are not what they should be",
            step_zh="每列的类型见 district/contributions.py",
            step_en="see district/contributions.py for each column's type",
            columns=",".join(wrong),
        )
    return rows.select(list(wanted))
