"""What came through: settled by the day of settlement, funded by the day the money moved, with every fee and commission beside it."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from contracts.canonical import SHOP
from contracts.tables import Table
from transforms.asset import COUNT, Additive, From
from transforms.gold import fct_fund_entry, fct_settlement_entry
from transforms.gold.ledger_pair import GOODS

#: 达人, 团长, 服务商: who is paid for the sale beside the platform.
COMMISSIONS = ("commission_creator_fen", "commission_leader_fen", "commission_service_fen")
CHARGES = ("platform_fee_fen", "other_fee_fen", *COMMISSIONS)
#: An entry's expense beyond its charges. WeChat's is what was refunded, which is no charge.
_BEYOND = -pl.col("expense_fen").fill_null(0) - pl.sum_horizontal(pl.col(name).fill_null(0) for name in CHARGES)
#: Measures on the settled clock (M09 and its parts, metrics.md 2.2) as one entry adds them.
SETTLED: dict[str, pl.Expr] = {
    "settled_fen": pl.col("settled_fen"),
    **{
        name: pl.col(name).fill_null(0)
        for name in (
            "income_fen", "expense_fen", *CHARGES, "subsidy_platform_fen", "subsidy_creator_fen", "settled_refund_fen",
        )
    },
    "commission_fen": pl.sum_horizontal(pl.col(name).fill_null(0) for name in COMMISSIONS),
    "settled_goods_fen": pl.when(pl.col("settlement_type_code") != "insurance")
    .then(pl.col("settled_fen") + pl.sum_horizontal(pl.col(name).fill_null(0) for name in CHARGES))
    .otherwise(0),
    "charges_untold_fen": pl.when((pl.col("settlement_type_code") == "sale") & (pl.col("settled_refund_fen").fill_null(0) != _BEYOND))
    .then(_BEYOND.clip(lower_bound=0))
    .otherwise(0),
}  # fmt: skip
_IS_ANSWERED = pl.col("match_code").is_in(["settlement", "day"])
#: Measures on the day the money moved (M10). Of goods alone: premiums, advertising, deposits and withdrawals move the same account.
MOVED: dict[str, pl.Expr] = {
    "funded_fen": pl.col("moved_fen"),
    "unanswered_fen": pl.when(~_IS_ANSWERED).then("moved_fen").otherwise(0),
    "summed_moved_fen": pl.when((pl.col("match_code") == "settlement") & pl.col("settled_date").is_null()).then("moved_fen").otherwise(0),
}

TABLE = Table(
    "gold",
    "mart_settlement_daily",
    "结算到账日表",
    "settlement × day",
    "One shop × channel × day. Settled measures on the settlement day, movements on the day the money moved. Entries on hold have no day and are not here.",
    key=(*SHOP, "channel_code", "business_date"),
    required=(*SETTLED, *MOVED),
    optional=(COUNT,),
)


def settled(entries: pl.DataFrame, key: Sequence[str] = TABLE.key) -> pl.DataFrame:
    """What each entry of known day adds: its id, the columns ``key`` and the measures ``SETTLED``."""
    dated = entries.filter(pl.col("settled_date").is_not_null()).with_columns(business_date="settled_date")
    return dated.select("settlement_entry_id", *key, *(expression.alias(name) for name, expression in SETTLED.items()))


def moved(funds: pl.DataFrame, key: Sequence[str] = TABLE.key) -> pl.DataFrame:
    """What each movement of goods' money adds: its id, the columns ``key`` and the measures ``MOVED``."""
    goods = funds.filter(pl.col("fund_type_code").is_in(GOODS)).with_columns(business_date="moved_date")
    return goods.select("fund_entry_id", *key, *(expression.alias(name) for name, expression in MOVED.items()))


ASSET = Additive(TABLE, (From(fct_settlement_entry.TABLE, "settled_date", settled), From(fct_fund_entry.TABLE, "moved_date", moved)))
