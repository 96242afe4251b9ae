"""What is left of a style's sales after what it costs to sell them, as far as costs are told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from contracts.canonical import SHOP
from contracts.tables import Table
from transforms.asset import COUNT, Additive, From
from transforms.gold import fct_line_cost, fct_order_line
from transforms.gold.fct_line_cost import MEASURES

#: Margin before advertising (metrics.md 2.3, 保本ROI), measure → sign: what grows with every sale. What is charged once does not, and comes off after it.
MARGIN = {"cost_known_fen": 1} | dict.fromkeys(
    ("costed_refund_fen", "cost_fen", "write_down_fen", "cohort_fee_fen", "cohort_commission_fen", "freight_out_fen", "freight_back_fen", "packing_fen"), -1
)
CONTRIBUTION = MARGIN | {"sample_fen": -1, "slot_fee_fen": -1}

TABLE = Table(
    "gold",
    "mart_profit_daily",
    "利润日表",
    "profit × day",
    "One shop × channel × style × day. Paid value on the payment day, what is known of its cost and of its fees, and what the lines of known cost took to "
    "sell; costs charged once on the days they are valid for, under style ``untold``.",
    key=(*SHOP, "style_code", "channel_code", "business_date"),
    required=("paid_fen", "cost_untold_fen", "fees_untold_fen", *MEASURES),
    optional=(COUNT,),
)


def parts(key: Sequence[str]) -> tuple[From, ...]:
    """What paid lines and cost facts add to a mart with this key. A line's paid value counts as unreported cost until its cost is known.

    ``key`` may name more of a line than this mart's: what a line does not tell of it is ``untold``.
    """
    of = [*SHOP, "channel_code", "business_date"]
    cell = [name if name in of else pl.col(name).fill_null("untold") for name in key]

    def paid(lines: pl.DataFrame) -> pl.DataFrame:
        rows = lines.filter(pl.col("paid_date").is_not_null()).with_columns(business_date="paid_date")
        return rows.select("order_line_id", *cell, "paid_fen", cost_untold_fen="paid_fen", fees_untold_fen="paid_fen")

    def costs(facts: pl.DataFrame) -> pl.DataFrame:
        return facts.select(
            "order_line_id", *cell, *MEASURES, margin_fen=signed(MARGIN), cost_untold_fen=-pl.col("cost_known_fen"), fees_untold_fen=-pl.col("fees_known_fen")
        )  # fmt: skip

    return From(fct_order_line.TABLE, "paid_date", paid), From(fct_line_cost.TABLE, "business_date", costs)


def signed(parts: Mapping[str, int]) -> pl.Expr:
    """Measures added up with their signs."""
    return pl.sum_horizontal(pl.col(name) * sign for name, sign in parts.items())


ASSET = Additive(TABLE, parts(TABLE.key))
