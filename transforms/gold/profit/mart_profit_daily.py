"""What is left of a style's sales after what it costs to sell them, as far as costs are told."""

from __future__ import annotations

from collections.abc import Mapping

from contracts.canonical import SHOP
from contracts.tables import Table
from transforms.asset import COUNT, Additive, From
from transforms.gold.measures import or_untold
from transforms.gold.orders import fct_order_line
from transforms.gold.profit import fct_line_cost
from transforms.gold.profit.fct_line_cost import MEASURES

#: Margin before advertising (metrics.md 2.3, 保本ROI), measure → sign: what grows with every sale. What is
#: charged once does not, and comes off after it.
MARGIN = {"cost_known_fen": 1} | dict.fromkeys(
    (
        "costed_refund_fen",
        "cost_fen",
        "write_down_fen",
        "cohort_fee_fen",
        "cohort_commission_fen",
        "freight_out_fen",
        "freight_back_fen",
        "packing_fen",
    ),
    -1,
)
CONTRIBUTION = MARGIN | {"sample_fen": -1, "slot_fee_fen": -1}

TABLE = Table(
    "gold",
    "mart_profit_daily",
    "利润日表",
    "profit × day",
    "One shop × channel × style × day. Paid value on the payment day, what is known of its cost and of its "
    "fees, and what the lines of known cost took to "
    "sell; costs charged once on the days they are valid for, under style ``untold``.",
    key=(*SHOP, "style_code", "channel_code", "business_date"),
    required=("paid_fen", "cost_untold_fen", "fees_untold_fen", *MEASURES),
    optional=(COUNT,),
)


def parts(*cuts: str) -> tuple[From, ...]:
    """What paid lines and cost facts add to a mart that splits by ``cuts`` of a line.

    A line's paid value counts as unknown cost until its cost is known.
    """
    unknown = dict.fromkeys(("paid_fen", "cost_untold_fen", "fees_untold_fen"), "paid_fen")
    known = {name: name for name in MEASURES} | {
        "margin_fen": signed(MARGIN),
        "cost_untold_fen": "-cost_known_fen",
        "fees_untold_fen": "-fees_known_fen",
    }
    cell = or_untold(*cuts)
    return From(fct_order_line.TABLE, "paid_date", unknown, cell), From(
        fct_line_cost.TABLE, "business_date", known, cell
    )


def signed(parts: Mapping[str, int]) -> str:
    """Measures added up with their signs, in SQL."""
    return " ".join(f"{'+' if sign > 0 else '-'} {name}" for name, sign in parts.items()).removeprefix("+ ")


ASSET = Additive(TABLE, parts("style_code"))
