"""What is left of a style's sales after what it costs to sell them, as far as costs are told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from contracts.canonical import SHOP
from contracts.tables import Table
from transforms.gold.fct_line_cost import MEASURES
from transforms.gold.measures import total

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
)

_KEY = list(TABLE.key)


def build(lines: pl.DataFrame, facts: pl.DataFrame) -> pl.DataFrame:
    """The mart's rows for the days found in order-line facts and the cost facts of the same days."""
    return TABLE.shape(total([*contributions(lines, facts), TABLE.empty()], _KEY))


def contributions(lines: pl.DataFrame, facts: pl.DataFrame, key: Sequence[str] = TABLE.key) -> list[pl.DataFrame]:
    """What each fact adds to the mart: its key and some of its measures, beside the id of the line. A line's paid value is untold until its cost is told.

    ``key`` may name more of a line than the mart's: what a line does not tell of it is ``untold``.
    """
    of = [*SHOP, "channel_code", "business_date"]
    told = [name if name in of else pl.col(name).fill_null("untold") for name in key]
    paid = lines.filter(pl.col("paid_date").is_not_null()).with_columns(business_date="paid_date")
    return [
        paid.select("order_line_id", *told, "paid_fen", cost_untold_fen="paid_fen", fees_untold_fen="paid_fen"),
        facts.select(
            "order_line_id", *told, *MEASURES, margin_fen=signed(MARGIN), cost_untold_fen=-pl.col("cost_known_fen"), fees_untold_fen=-pl.col("fees_known_fen")
        ),
    ]  # fmt: skip


def signed(parts: Mapping[str, int]) -> pl.Expr:
    """Measures added up with their signs."""
    return pl.sum_horizontal(pl.col(name) * sign for name, sign in parts.items())
