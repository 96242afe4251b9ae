"""Stock after a build: claims, the sheets of stock and of launches, anew for merchants whose data moved or
who entered goods received or counted.
"""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from contracts.canonical import OF_ORDERS, PRODUCT, REFUND_LINE, SHOP
from contracts.tables import Table
from pipeline.build.slices import rewrite
from transforms.currency import convert_orders
from transforms.gold.orders import dim_observed, fct_order_line, fct_refund_line
from transforms.gold.orders.grain import LINE, ORDER
from transforms.gold.sales import mart_breakdown_daily, mart_launch_daily
from transforms.gold.stock import fct_return_claim, mart_stock_monthly
from transforms.silver.states import current
from transforms.stock import Told, claims_of, open_claims
from warehouse.lake import Lake
from warehouse.ops import STOCK_ENTRY

STOCK, LAUNCH, CLAIMS = mart_stock_monthly.TABLE, mart_launch_daily.TABLE, fct_return_claim.TABLE
_LINES, _REFUNDS = fct_order_line.TABLE, fct_refund_line.TABLE
_LINE = [*LINE, "order_id", "sku_code", "style_code", "line_qty", "paid_fen", "is_gift"]
#: Merchants whose goods are held together.
_AT_ONCE = 16


def rebuild_stock(lake: Lake, merchants: Iterable[str], rates: pl.DataFrame) -> None:
    """Bring the sheets of stock and of launches of ``merchants`` up to date with gold, the platforms' lists
    and what was entered.
    """
    names = sorted(set(merchants))
    for start in range(0, len(names), _AT_ONCE):
        some = names[start : start + _AT_ONCE]
        told = _told(lake, some, rates)
        made = (
            (CLAIMS, "applied_date", told.claims),
            (STOCK, "business_date", mart_stock_monthly.build(told)),
            (LAUNCH, "business_date", mart_launch_daily.build(told.kept, told.observed)),
        )
        for table, day, after in made:
            rewrite(lake, table, lake.read(table, where={"merchant_id": some}), after, by=[*SHOP, day])


def _told(lake: Lake, merchants: list[str], rates: pl.DataFrame) -> Told:
    def of(table: Table) -> pl.DataFrame:
        return lake.read(table, where={"merchant_id": merchants})

    who = pl.DataFrame({"merchant_id": merchants})
    kept = lake.sql(
        f"""
        SELECT merchant_id, shop_id, platform_code, style_code, sku_code, business_date AS paid_date,
            sum(kept_units_qty)::BIGINT AS kept_qty
        FROM ({mart_breakdown_daily.ASSET.query}) SEMI JOIN _who USING (merchant_id) GROUP BY ALL
            HAVING sum(units_qty) > 0""",  # noqa: S608
        _who=who,
    )
    telling = lake.sql(
        """
        SELECT DISTINCT merchant_id, shop_id, platform_code FROM silver.refund_line SEMI JOIN _who
            USING (merchant_id)
        WHERE refund_type_code = 'return_refund' AND applied_at IS NOT NULL""",
        _who=who,
    )
    claims = pl.concat([_done_claims(lake, merchants), _open_claims(lake, who, rates)])
    return Told(of(dim_observed.TABLE), of(PRODUCT), of(STOCK_ENTRY), kept, claims, telling)


def _done_claims(lake: Lake, merchants: list[str]) -> pl.DataFrame:
    """Claims that were open at the end of a month and ended in a refund: of all others no day of the sheet
    tells.
    """
    where: dict[str, object] = {
        "merchant_id": merchants,
        "refund_type_code": ["return_refund"],
        "refund_stage_code": ["after_shipment", "unknown"],
    }
    done = lake.read(
        _REFUNDS, where=where, columns=[*LINE, "refund_id", "refund_fen", "applied_at", "refund_date"]
    )
    done = done.filter(pl.col("applied_at").dt.date().dt.month_end() < pl.col("refund_date"))
    return claims_of(done, lake.read(_LINES, keys=done.select(LINE).unique(), columns=_LINE))


def _open_claims(lake: Lake, who: pl.DataFrame, rates: pl.DataFrame) -> pl.DataFrame:
    """Claims not decided: only orders with one that was ever seen open and not since seen otherwise are read
    back.
    """
    orders = lake.sql(
        """
        SELECT DISTINCT merchant_id, shop_id, platform_code, order_id FROM (
            SELECT merchant_id, shop_id, platform_code, refund_id, order_line_id, order_id,
                arg_max(refund_status_code, (_last_observed_at, _observed_at, _export_id,
                    _row_number)) AS status
            FROM silver.refund_line SEMI JOIN _who USING (merchant_id)
                WHERE refund_type_code = 'return_refund' GROUP BY ALL)
        WHERE status = 'pending'""",
        _who=who,
    )
    lines = lake.read(_LINES, keys=orders)
    states = {table.name: current(table, lake.read(table, keys=orders)) for table in OF_ORDERS}
    refunds = convert_orders(states, rates)[REFUND_LINE.name]
    return open_claims(lines, refunds.join(lines.select(ORDER).unique(), on=ORDER, how="semi"))
