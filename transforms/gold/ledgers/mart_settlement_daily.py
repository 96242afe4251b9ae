"""What came through: settled by the day of settlement, funded by the day the money moved, with every fee and
commission beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from contracts.canonical import SHOP
from contracts.tables import Table
from transforms.asset import COUNT, Additive, From
from transforms.gold.ledgers import fct_fund_entry, fct_settlement_entry
from transforms.gold.ledgers.ledger_pair import GOODS

#: 达人, 团长, 服务商: who is paid for the sale beside the platform.
COMMISSIONS = ("commission_creator_fen", "commission_leader_fen", "commission_service_fen")
CHARGES = ("platform_fee_fen", "other_fee_fen", *COMMISSIONS)


def _sum(names: Iterable[str]) -> str:
    return " + ".join(f"coalesce({name}, 0)" for name in names)


#: An entry's expense beyond its charges. WeChat's is what was refunded, which is no charge.
_BEYOND = f"(-coalesce(expense_fen, 0) - ({_sum(CHARGES)}))"
#: Measures on the settled clock (M09 and its parts, metrics.md 2.2) as one entry adds them, in SQL.
SETTLED: dict[str, str] = {
    "settled_fen": "settled_fen",
    **{
        name: f"coalesce({name}, 0)"
        for name in (
            "income_fen", "expense_fen", *CHARGES, "subsidy_platform_fen", "subsidy_creator_fen",
            "settled_refund_fen",
        )
    },
    "commission_fen": _sum(COMMISSIONS),
    "settled_goods_fen": (
        f"CASE WHEN settlement_type_code <> 'insurance' THEN settled_fen + {_sum(CHARGES)} "
        "ELSE 0 END"
    ),
    "charges_untold_fen": (
        "CASE WHEN settlement_type_code = 'sale' AND coalesce(settled_refund_fen, 0) <> "
        f"{_BEYOND} THEN greatest({_BEYOND}, 0) ELSE 0 END"
    ),
}  # fmt: skip
#: Measures on the day the money moved (M10). Of goods alone: premiums, advertising, deposits and withdrawals
#: move the same account.
MOVED: dict[str, str] = {
    "funded_fen": "moved_fen",
    "unanswered_fen": "CASE WHEN match_code NOT IN ('settlement', 'day') THEN moved_fen ELSE 0 END",
    "summed_moved_fen": (
        "CASE WHEN match_code = 'settlement' AND settled_date IS NULL THEN moved_fen ELSE 0 END"
    ),
}

TABLE = Table(
    "gold",
    "mart_settlement_daily",
    "结算到账日表",
    "settlement × day",
    "One shop × channel × day. Settled measures on the settlement day, movements on the day the money moved. "
    "Entries on hold have no day and are not here.",
    key=(*SHOP, "channel_code", "business_date"),
    required=(*SETTLED, *MOVED),
    optional=(COUNT,),
)


def parts(cell: Mapping[str, str]) -> tuple[From, ...]:
    """What entries of known day, and movements of goods' money, add to a mart in which they stand in
    ``cell``.
    """
    goods = ", ".join(f"'{code}'" for code in GOODS)
    return (
        From(fct_settlement_entry.TABLE, "settled_date", SETTLED, cell),
        From(fct_fund_entry.TABLE, "moved_date", MOVED, cell, f"fund_type_code IN ({goods})"),
    )


ASSET = Additive(TABLE, parts({}))
