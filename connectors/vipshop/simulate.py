"""Vipshop as the simulator plays it: a supplier's bill lines in the words of the order system that holds
them.

Written from the platform document (section 6), apart from the parser. The open platform's answers are public
nowhere, so none is spoken.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import polars as pl
from starlette.responses import Response
from starlette.routing import Route

if TYPE_CHECKING:
    from simulator.history.market import Market
    from simulator.world import World

_TAX = 13  # per cent, of clothing


def export_files(
    market: Market, shop_id: str, at: dt.datetime, first_date: dt.date, last_date: dt.date
) -> dict[str, bytes]:
    """File name → bytes of the bill lines issued in the period, as known at ``at``: one month is one bill.

    Nothing without lines.
    """
    entries = market.settlements_at(shop_id, at).filter(
        pl.col("settled_at").dt.date().is_between(first_date, last_date)
    )
    if entries.is_empty():
        return {}
    goods = market.lines_at(shop_id, at).select(
        "order_line_id", "product_name", "style_code", pl.col("line_qty").fill_null(1)
    )
    table = _table(
        entries.join(goods, on="order_line_id", how="left", maintain_order="left").with_row_index("number", 1)
    )
    text = table.write_csv(quote_style="always", include_bom=True)
    return {f"唯品会账单明细_{first_date:%Y%m%d}_{last_date:%Y%m%d}.csv": text.encode()}


def _table(rows: pl.DataFrame) -> pl.DataFrame:
    """Bill lines in the document's words: amounts without their sign, with the decimals a price before tax
    leaves behind.
    """
    amount = pl.col("settled_fen").abs()
    quantity = pl.col("line_qty").fill_null(1)
    moment = pl.col("settled_at")
    is_back, number = pl.col("settled_fen") < 0, pl.col("number").cast(pl.String)
    return rows.select(
        moment.dt.strftime("BL%Y%m").alias("唯品会账单号"),
        pl.col("settlement_ref").alias("唯品会明细ID"),
        pl.lit("600123").alias("供应商编码"),
        moment.dt.strftime("%Y%m档期").alias("采购档期"),
        pl.col("order_id").alias("SO号"),
        (pl.lit("69") + number.str.zfill(11)).alias("商品条形码"),
        pl.col("product_name").fill_null("").alias("商品名称"),
        pl.col("style_code").fill_null("").alias("货号"),
        _yuan(amount, 100 * quantity).alias("B2C售卖价"),
        pl.lit(f"{_TAX}%").alias("税率"),
        moment.dt.strftime("PO%Y%m%d").alias("PO编号"),
        pl.when(is_back).then(pl.lit("退货")).otherwise(pl.lit("销售")).alias("行类型"),
        pl.when(is_back).then(pl.lit("-1")).otherwise(pl.lit("1")).alias("数据标识"),
        _yuan(amount * 100, 100 * (100 + _TAX) * quantity).alias("结算不含税单价"),
        _yuan(amount, 100 * quantity).alias("结算含税单价"),
        quantity.cast(pl.String).alias("应付结算数量"),
        quantity.cast(pl.String).alias("可付结算数量"),
        _yuan(amount * 100, pl.lit(100 * (100 + _TAX))).alias("可付结算不含税金额"),
        _yuan(amount, pl.lit(100)).alias("可付结算含税金额"),
        pl.lit("否").alias("换货标记"),
        moment.dt.strftime("%Y-%m-%d %H:%M:%S").alias("账单签发时间"),
        (pl.lit("JH") + number.str.zfill(6)).alias("拣货单号"),
        (pl.lit("SH") + number.str.zfill(6)).alias("送货单号"),
    )


def _yuan(numerator: pl.Expr, denominator: pl.Expr) -> pl.Expr:
    """A fraction of yuan with eight decimals, rounded half up, without a float."""
    scaled = (numerator * 10**8 * 2 + denominator) // (2 * denominator)
    return pl.concat_str(
        (scaled // 10**8).cast(pl.String), (scaled % 10**8).cast(pl.String).str.zfill(8), separator="."
    )


class _Dialect:
    """Nothing is spoken: no method's answer is public."""

    platform = "vipshop"

    def routes(self, world: World) -> list[Route]:
        """None."""
        del world
        return []

    def throttled(self) -> Response:
        """A plain refusal."""
        return Response(status_code=429)

    def busy(self) -> Response:
        """A plain refusal."""
        return Response(status_code=503)


def dialect() -> _Dialect:
    """What the simulator's server mounts."""
    return _Dialect()
