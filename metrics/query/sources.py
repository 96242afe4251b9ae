"""Which mart answers what: the dimensions a mart can split by, its measures, and which of its rows speak on
which clock.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from contracts.codes import FORM_UNREPORTED
from contracts.tables import Table
from transforms.gold.advertising import mart_promotion_daily
from transforms.gold.forecast import mart_outlook_daily, mart_outlook_detail_daily
from transforms.gold.ledgers import mart_settlement_daily, mart_settlement_detail_daily
from transforms.gold.orders import dim_observed
from transforms.gold.profit import mart_profit_daily, mart_profit_detail_daily
from transforms.gold.sales import (
    mart_breakdown_daily,
    mart_buyer_monthly,
    mart_final_daily,
    mart_launch_daily,
    mart_live_session,
    mart_order_detail_daily,
    mart_payment_flow_daily,
    mart_refund_reason_daily,
    mart_shop_channel_daily,
    mart_style_daily,
)
from transforms.gold.stock import mart_stock_monthly

#: Whose rows a source in the lake shows, in SQL.
MERCHANT = "getvariable('merchant_id')"
#: Dimensions that cut time; the rest cut who and what.
TIME = ("date", "paid_date", "week", "month")

_SHOP = {"merchant": "merchant_id", "shop": "shop_id", "platform": "platform_code", "channel": "channel_code"}
_TIME = {
    "date": "business_date",
    "week": "strftime(business_date, '%G-W%V')",
    "month": "strftime(business_date, '%Y-%m')",
}
_CUTS = {
    "style": "style_code", "sku": "sku_code", "size": "size_name", "color": "color_name",
    "province": "province_name", "creator": "creator_id",
    "hour": "paid_hour_code",
}  # fmt: skip
_PAID = tuple(name for name in mart_style_daily.TABLE.required if name != "dated_refund_fen")
#: Net of one kind of channel, in SQL over the columns of every mart on the payment clock, and over single
#: lines (``metrics.query.lineage``).
BY_CHANNEL = {
    name: f"CASE WHEN {condition} THEN paid_fen - cohort_refund_fen ELSE 0 END"
    for name, condition in {
        "own_live_kept_fen": "channel_code = 'own_live'",
        "creator_live_kept_fen": "channel_code = 'creator_live'",
        "channel_kept_fen": f"channel_code NOT IN {FORM_UNREPORTED}",
        "channel_untold_fen": f"channel_code IN {FORM_UNREPORTED}",
    }.items()
}
_HAS_PAID = " OR ".join(f"{name} <> 0" for name in _PAID)


@dataclass(frozen=True)
class Source:
    """One mart as a place to ask. Values of the three maps are SQL over its columns.

    ``rows``: clock → the rows that count on it. A mart holds several clocks side by side, and a row there for
    one of them is no answer of 0 on another. ``beside`` are further tables that these conditions, or
    ``made_of``, look at; ``made_of``: the rows to ask, in SQL, where the mart alone is not them. ``apart``:
    dimensions over which its rows are never added up, so that every question names one member of each or
    splits by it. ``since``: the first day whose facts a row counts, in SQL. ``is_estimate``: these measures
    are not facts alone. ``lists``: dimensions whose members it lists itself, with and without sales: of a
    member without a row nothing is known on its clocks. ``in_lake``: as many rows as lines or SKUs, so that
    no desk holds them; they are asked where they are.
    """

    table: Table
    dimensions: dict[str, str]
    measures: dict[str, str]
    rows: dict[str, str]
    beside: tuple[Table, ...] = ()
    apart: tuple[str, ...] = ()
    since: str = "business_date"
    is_estimate: bool = False
    made_of: str = ""
    lists: tuple[str, ...] = ()
    in_lake: bool = False

    @property
    def relation(self) -> str:
        """What to select from; in the lake, of the merchant named by ``MERCHANT`` alone: of nobody while none
        is.
        """
        if self.in_lake:
            made_of = self.made_of or f"SELECT * FROM {self.table.full_name}"  # noqa: S608 - names are declared
            return f"(SELECT * FROM ({made_of}) WHERE merchant_id = {MERCHANT}) AS {self.table.name}"  # noqa: S608
        return self.table.full_name


def _final(table: Table) -> str:
    """Finished so long ago, as far as the shop's data reach, that the return window is over."""
    return (
        f"finished_date <= (SELECT max(final_until_date) FROM {dim_observed.TABLE.full_name} AS o WHERE "  # noqa: S608
        f"o.shop_id = {table.name}.shop_id)"
    )


FINAL = _final(mart_final_daily.TABLE)
#: Kept as many units in its first days as the installation asks of a hit.
_HIT = (
    f"launch_kept_qty >= (SELECT max(hit_units_qty) FROM {dim_observed.TABLE.full_name} AS o WHERE "  # noqa: S608
    f"o.shop_id = {mart_launch_daily.TABLE.name}.shop_id)"
)
#: What both the style sheet and the breakdown can tell: a row without refunds can only come from paid lines,
#: even if all of them were gifts.
_GOODS_ROWS = {
    "paid": f"{_HAS_PAID} OR dated_refund_fen = 0",
    "refund": "dated_refund_fen <> 0",
    "mixed": "true",
}

_MARGIN = {"margin_fen": mart_profit_daily.signed(mart_profit_daily.MARGIN)}
#: Advertising is a shop's, of no one channel.
_ADVERTISED = {name: column for name, column in _SHOP.items() if name != "channel"} | _TIME

_MATURED = {
    "matured_fen": "coalesce(matured_fen, 0)",
    "matured_untold_fen": "CASE WHEN matured_fen IS NULL THEN paid_fen ELSE 0 END",
    "to_return_fen": "CASE WHEN matured_fen IS NULL THEN 0 ELSE kept_fen - matured_fen END",
    "paid_fen": "paid_fen",
}
#: Rows as of mart_outlook_daily, at the grain of a line: what lines keep, less their cell's part of what
#: their day is expected to lose. A day is told or untold whole, as there.
_OUTLOOK = f"""
    SELECT cell.*, CASE WHEN o.matured_fen IS NOT NULL THEN cell.kept_fen - to_return_fen END AS matured_fen,
        o.age_days_qty
    FROM (
        SELECT {{cuts}}, paid_fen, finished_kept_fen + finish_untold_fen + unfinished_kept_fen AS kept_fen,
            0 AS to_return_fen,
            0 AS matured_noise_number, 0 AS matured_doubt_fen
        FROM ({mart_order_detail_daily.ASSET.query}) WHERE paid_fen <> 0 OR kept_fen <> 0
        UNION ALL BY NAME
        SELECT {{cuts}}, 0 AS paid_fen, 0 AS kept_fen, to_return_fen, matured_noise_number, matured_doubt_fen
            FROM {mart_outlook_detail_daily.TABLE.full_name}
    ) AS cell JOIN (SELECT {{day}}, matured_fen, age_days_qty FROM {mart_outlook_daily.TABLE.full_name}) AS o
        USING ({{day}})"""  # noqa: S608

_LEDGER_ROWS = {
    "settled": " OR ".join(f"{name} <> 0" for name in mart_settlement_daily.SETTLED),
    "moved": "funded_fen <> 0",
}
#: Every cut of a line, and its session.
_DETAIL = _SHOP | _CUTS | {"session": "live_session_id"} | _TIME

#: In order of preference: the first that has the clock and all dimensions answers.
SOURCES = (
    Source(
        mart_shop_channel_daily.TABLE,
        _SHOP | {"traffic": "traffic_code", "paid_date": "business_date"} | _TIME,
        {name: name for name in (*_PAID, "dated_refund_fen")} | BY_CHANNEL,
        {
            "paid": _HAS_PAID,
            "refund": "dated_refund_fen <> 0",
            "mixed": f"{_HAS_PAID} OR dated_refund_fen <> 0",
        },
    ),
    Source(
        mart_style_daily.TABLE,
        _SHOP | {"style": "style_code", "paid_date": "business_date"} | _TIME,
        {name: name for name in (*_PAID, "dated_refund_fen")} | BY_CHANNEL,
        _GOODS_ROWS,
    ),
    Source(
        mart_live_session.TABLE,
        _SHOP | {"session": "live_session_id"} | _TIME,
        {
            **{name: name for name in _PAID},
            **BY_CHANNEL,
            # money of a session whose views nobody told would only inflate the quotient
            **{
                name: f"CASE WHEN {count} > 0 THEN {money} ELSE 0 END"
                for name, (money, count) in mart_live_session.OVER.items()
            },
            **{name: name for name in mart_live_session.AIRED},
            **{
                f"session_{what}_untold_qty": f"CASE WHEN session_{what}_qty = 0 AND paid_fen > 0 THEN 1 "
                "ELSE 0 END"
                for what in ("views", "viewers", "buyers", "shown")
            },
        },
        {"paid": _HAS_PAID, "session": "true"},
        lists=("session",),
    ),
    Source(
        mart_outlook_daily.TABLE,
        _SHOP | _TIME,
        _MATURED,
        {"matured": "true"},
    ),
    Source(
        mart_profit_daily.TABLE,
        _SHOP | {"style": "style_code"} | _TIME,
        {name: name for name in mart_profit_daily.TABLE.required} | _MARGIN,
        {"cost": "true"},
    ),
    Source(
        mart_profit_detail_daily.TABLE,
        _SHOP
        | {"style": "style_code", "sku": "sku_code", "creator": "creator_id", "session": "live_session_id"}
        | _TIME,
        {name: name for name in mart_profit_detail_daily.TABLE.required} | _MARGIN,
        {"cost": "true"},
        made_of=mart_profit_detail_daily.ASSET.query,
        in_lake=True,
    ),
    Source(
        mart_promotion_daily.TABLE,
        _ADVERTISED,
        {name: name for name in (*mart_promotion_daily.SPENT, *mart_promotion_daily.SOLD)},
        {"advertised": "true"},
    ),
    Source(
        mart_promotion_daily.TABLE,
        _ADVERTISED,
        {name: name for name in mart_promotion_daily.MATURED},
        {"advertised_matured": "true"},
        is_estimate=True,
    ),
    Source(
        mart_settlement_daily.TABLE,
        _SHOP | _TIME,
        {name: name for name in mart_settlement_daily.TABLE.required},
        _LEDGER_ROWS,
    ),
    Source(
        mart_payment_flow_daily.TABLE,
        _SHOP | _TIME,
        {name: name for name in mart_payment_flow_daily.TABLE.required},
        {"created": "true"},
    ),
    Source(
        mart_final_daily.TABLE,
        _SHOP | {"style": "style_code"} | _TIME,
        {name: name for name in mart_final_daily.TABLE.required},
        {"final": FINAL},
        (dim_observed.TABLE,),
    ),
    Source(
        mart_buyer_monthly.TABLE,
        {"merchant": "merchant_id", "platform": "platform_code", "month": _TIME["month"]},
        {name: name for name in mart_buyer_monthly.MEASURES},
        {"buyers": "true"},
        apart=("platform", "month"),
        since="business_date - window_days_qty::INTEGER + 1",
    ),
    Source(
        mart_stock_monthly.TABLE,
        {name: _SHOP[name] for name in ("merchant", "shop", "platform")}
        | {"style": "style_code", "sku": "sku_code", "date": "business_date", "month": _TIME["month"]},
        {name: name for name in mart_stock_monthly.TABLE.required},
        {"stock": "true"},
        apart=("shop", "month"),
        in_lake=True,
    ),
    Source(
        mart_launch_daily.TABLE,
        {name: _SHOP[name] for name in ("merchant", "shop", "platform")} | {"style": "style_code"} | _TIME,
        {name: name for name in mart_launch_daily.TABLE.required}
        | {"hit_launches_qty": f"CASE WHEN judged_launches_qty > 0 AND {_HIT} THEN 1 ELSE 0 END"},
        {"launch": "true"},
        (dim_observed.TABLE,),
    ),
    Source(
        mart_breakdown_daily.TABLE,
        _SHOP | _CUTS | {"paid_date": "business_date"} | _TIME,
        {name: name for name in (*_PAID, "dated_refund_fen")} | BY_CHANNEL,
        _GOODS_ROWS,
        made_of=mart_breakdown_daily.ASSET.query,
        in_lake=True,
    ),
    Source(
        mart_refund_reason_daily.TABLE,
        _SHOP | _CUTS | {"reason": "reason_code", "paid_date": "business_date"} | _TIME,
        {name: name for name in mart_refund_reason_daily.TABLE.required},
        {"paid": "cohort_refund_fen <> 0", "refund": "dated_refund_fen <> 0"},
        made_of=mart_refund_reason_daily.ASSET.query,
        in_lake=True,
    ),
    Source(
        mart_order_detail_daily.TABLE,
        _DETAIL,
        {name: name for name in mart_order_detail_daily.TABLE.required},
        {
            "created": "placed_fen <> 0 OR created_untold_fen <> 0",
            "final": _final(mart_order_detail_daily.TABLE),
        },
        (dim_observed.TABLE,),
        made_of=mart_order_detail_daily.ASSET.query,
        in_lake=True,
    ),
    Source(
        mart_outlook_detail_daily.TABLE,
        _DETAIL,
        _MATURED,
        {"matured": "true"},
        made_of=_OUTLOOK.format(
            cuts=", ".join(mart_outlook_detail_daily.TABLE.key), day=", ".join(mart_outlook_daily.TABLE.key)
        ),
        in_lake=True,
    ),
    Source(
        mart_settlement_detail_daily.TABLE,
        _DETAIL,
        {name: name for name in mart_settlement_detail_daily.TABLE.required},
        _LEDGER_ROWS,
        made_of=mart_settlement_detail_daily.ASSET.query,
        in_lake=True,
    ),
)

#: Every dimension some mart knows.
DIMENSIONS = tuple(dict.fromkeys(name for source in SOURCES for name in source.dimensions))


def find_source(clock: str, dimensions: Collection[str], parts: Iterable[str] = ()) -> Source | None:
    """The mart that answers ``clock`` split by ``dimensions`` and holds the measures ``parts``.

    None when no single one does.
    """
    return next(
        (source for source in _holding(clock, parts) if set(dimensions) <= source.dimensions.keys()), None
    )


def dimensions_of(clock: str, parts: Iterable[str] = ()) -> tuple[str, ...]:
    """Dimensions a metric on ``clock`` made of the measures ``parts`` can be split by, one way or another."""
    known = {name for source in _holding(clock, parts) for name in source.dimensions}
    return tuple(
        name for name in DIMENSIONS if name in known and not (name == "paid_date" and clock != "paid")
    )


def _holding(clock: str, parts: Iterable[str]) -> list[Source]:
    wanted = set(parts)
    return [source for source in SOURCES if clock in source.rows and wanted <= source.measures.keys()]
