"""Goods on hand and what moves them, as of the end of each month and of the newest day: stock is never summed
over days, so each row is one day's.
"""

from __future__ import annotations

import polars as pl

from contracts.canonical import PRODUCT, REFUND_LINE, SHOP
from contracts.tables import Table
from transforms.derived import Derived, Slices
from transforms.gold.orders import dim_observed
from transforms.gold.sales.mart_launch_daily import KEPT, first_days
from transforms.gold.stock import fct_return_claim
from transforms.steps import THING, day_sums, running, standing, sum_to
from transforms.stock import SKU, Told, entries_in_force, listed_days, sale_steps, stock_steps

#: The span over which sales stand beside stock, and after which a word on stock is old.
SPAN_DAYS, SHORT_DAYS = 30, 7
_MEASURES = (
    "received_qty", "sold_of_received_qty", "sold_unreceived_qty", "closing_stock_qty", "returning_qty",
    "stock_returning_qty", "returns_untold_qty",
    "stock_kept_qty", "stock_untold_qty", "stock_days_qty", "days_kept_qty", "stocked_skus_qty",
    "moving_7_skus_qty", "moving_30_skus_qty",
    "sold_out_skus_qty", "stale_skus_qty", "oversold_skus_qty", "selling_styles_qty", "new_styles_qty",
)  # fmt: skip

TABLE = Table(
    "gold",
    "mart_stock_monthly",
    "库存月表",
    "stock by month",
    "One SKU of one shop as of the end of a month; of the newest month as of the shop's newest observation. "
    "Units kept are known to date. What is not told "
    "of a SKU stands apart and not as 0 stock. Never sum over months, nor over shops, which may show the "
    "same pieces.",
    key=(*SHOP, "style_code", "sku_code", "business_date"),
    required=_MEASURES,
)

_GOODS = list(TABLE.key[:-1])


def build(told: Told) -> pl.DataFrame:
    """The mart's rows of the shops in ``told.observed``."""
    listed = listed_days(told.products)
    entered = entries_in_force(told.entries).join(
        told.observed.select(SHOP), on=["merchant_id", "shop_id"], how="inner"
    )
    words = entered.select(*SKU, "stock_kind_code", day="stock_date", value="entered_qty")
    counts, received = (words.filter(stock_kind_code=kind) for kind in ("counted", "received"))
    goods = _goods(told, listed, words)
    stock, sale = (_of(steps, goods) for steps in (stock_steps(listed, counts), sale_steps(listed)))
    came = running(_of(received, goods), "day", "value")
    sold, back = running(_of(told.kept, goods), "paid_date", "kept_qty"), _returning(_of(told.claims, goods))
    first = (
        pl.concat([frame.select(THING, "day") for frame in (stock, came, sold, back)])
        .group_by(THING)
        .agg(first_date=pl.col("day").min())
    )
    grid = _grid(goods, first, told.observed)
    kept, lately, shortly = (
        standing(grid, sold, back=days).fill_null(0) for days in (0, SPAN_DAYS, SHORT_DAYS)
    )
    # every day of the span is told where the first word is not younger than the span's first day
    known = stock.group_by(THING).agg(day=pl.col("day").min(), is_known=pl.lit(True))
    days = day_sums(stock)
    rows = grid.with_columns(
        received_qty=standing(grid, came).fill_null(0),
        _kept=kept,
        _kept_30=kept - lately,
        _kept_7=kept - shortly,
        _stock=standing(grid, stock),
        _word_date=standing(grid, stock, "day"),
        _is_on_sale=standing(grid, sale).fill_null(True),
        _is_whole=standing(grid, known, "is_known", back=SPAN_DAYS - 1).fill_null(False),
        _days=sum_to(grid, days) - sum_to(grid, days, back=SPAN_DAYS).fill_null(0),
        returning_qty=standing(grid, back).fill_null(0),
    )
    rows = rows.join(
        told.telling.select(SHOP).unique().with_columns(_tells=pl.lit(True)), on=SHOP, how="left"
    )
    any_of = pl.any_horizontal(
        pl.col("received_qty", "_kept", "returning_qty") > 0, pl.col("_stock").is_not_null()
    )
    told_rows = _with_styles(rows.filter(any_of).with_columns(**_measures()), first_days(told.kept))
    return TABLE.shape(told_rows.sort(TABLE.key))


def _measures() -> dict[str, pl.Expr]:
    """What a row tells: nothing of a SKU's stock is said where nobody told it."""
    kept, stock, received = pl.col("_kept"), pl.col("_stock"), pl.col("received_qty") > 0
    is_told, stocked = stock.is_not_null(), (stock > 0).fill_null(False) & pl.col("_is_on_sale")
    stale = pl.col("business_date") - pl.col("_word_date") > pl.duration(days=SPAN_DAYS)
    return {
        "sold_of_received_qty": _where(received, kept),
        "sold_unreceived_qty": _where(~received, kept),
        "closing_stock_qty": stock.fill_null(0),
        "stock_returning_qty": _where(is_told, pl.col("returning_qty")),
        "returns_untold_qty": _where(pl.col("_tells").is_null(), 1),
        "stock_kept_qty": _where(is_told, pl.col("_kept_30")),
        "stock_untold_qty": _where(~is_told, pl.col("_kept_30")),
        "stock_days_qty": _where(pl.col("_is_whole"), pl.col("_days")),
        "days_kept_qty": _where(pl.col("_is_whole"), pl.col("_kept_30")),
        "stocked_skus_qty": _where(stocked, 1),
        "moving_7_skus_qty": _where(stocked & (pl.col("_kept_7") > 0), 1),
        "moving_30_skus_qty": _where(stocked & (pl.col("_kept_30") > 0), 1),
        "sold_out_skus_qty": _where((stock == 0) & (pl.col("_kept_30") > 0), 1),
        "stale_skus_qty": _where(stale, 1),
        "oversold_skus_qty": _where(received & (kept > pl.col("received_qty")), 1),
    }


def _with_styles(rows: pl.DataFrame, first: pl.DataFrame) -> pl.DataFrame:
    """``rows`` with the measures of styles, on the first SKU of each."""
    style = [*SHOP, "style_code", "business_date"]
    sells = ((pl.col("stocked_skus_qty") > 0) | (pl.col("_kept_30") > 0)).any().over(style)
    is_head = (
        (pl.col("sku_code") == pl.col("sku_code").min().over(style))
        & (pl.col("style_code") != "untold")
        & sells
    )
    launched = first.filter("is_launch").select(*SHOP, "style_code", _launched_date="first_date")
    age = pl.col("business_date") - pl.col("_launched_date")
    return rows.join(launched, on=[*SHOP, "style_code"], how="left", validate="m:1").with_columns(
        selling_styles_qty=_where(is_head, 1),
        new_styles_qty=_where(
            is_head & age.is_between(pl.duration(days=0), pl.duration(days=SPAN_DAYS - 1)), 1
        ),
    )


def _where(condition: pl.Expr, value: pl.Expr | int) -> pl.Expr:
    return pl.when(condition.fill_null(False)).then(value).otherwise(0)


def _goods(told: Told, listed: pl.DataFrame, words: pl.DataFrame) -> pl.DataFrame:
    """``_GOODS`` with ``THING``: every SKU once, under the style it was last sold as, else the one it is
    listed under; sales of no SKU under each style.
    """
    named = pl.concat([
        told.kept.select(*_GOODS, day="paid_date", _rank=pl.lit(2)),
        told.claims.select(*_GOODS, day="applied_date", _rank=pl.lit(2)),
        listed.select(*_GOODS, "day", _rank=pl.lit(1)),
        words.select(*SKU, "day", style_code=pl.lit("untold"), _rank=pl.lit(0))
        .select(*_GOODS, "day", "_rank"),
    ])  # fmt: skip
    coded = (
        named.filter(pl.col("sku_code") != "untold")
        .sort("_rank", "day", "style_code")
        .unique(SKU, keep="last", maintain_order=True)
    )
    loose = named.filter(pl.col("sku_code") == "untold")
    return pl.concat([coded.select(_GOODS), loose.select(_GOODS).unique()]).with_row_index(THING)


def _of(rows: pl.DataFrame, goods: pl.DataFrame) -> pl.DataFrame:
    """``rows`` by ``THING``: a SKU is one thing under whatever style it was sold.

    What has no SKU goes by its style.
    """
    is_coded = pl.col("sku_code") != "untold"
    coded = rows.filter(is_coded).join(
        goods.filter(is_coded).select(*SKU, THING), on=SKU, how="inner", validate="m:1"
    )
    if "style_code" not in rows.columns:
        return coded
    loose = rows.filter(~is_coded).join(
        goods.filter(~is_coded).select(*_GOODS, THING), on=_GOODS, how="inner", validate="m:1"
    )
    return pl.concat([coded, loose])


def _returning(claims: pl.DataFrame) -> pl.DataFrame:
    """Units claimed and not yet back: out on the day of the claim, off on the day of the refund."""
    out = claims.select(THING, "units_qty", day="applied_date")
    off = claims.select(THING, units_qty=-pl.col("units_qty"), day="back_date")
    return running(pl.concat([out, off]), "day", "units_qty")


def _grid(goods: pl.DataFrame, first: pl.DataFrame, observed: pl.DataFrame) -> pl.DataFrame:
    """Each thing with every closing day from its first on: the ends of months, and the newest day of its
    shop.
    """
    reach = goods.join(first, on=THING).join(observed.select(*SHOP, "observed_date"), on=SHOP, validate="m:1")
    reach = reach.filter(pl.col("first_date") <= pl.col("observed_date"))
    months = pl.date_ranges(pl.col("first_date").dt.month_start(), "observed_date", "1mo")
    days = reach.with_columns(business_date=months).explode("business_date")
    return days.with_columns(
        business_date=pl.min_horizontal(pl.col("business_date").dt.month_end(), "observed_date")
    )


_TELLING = f"""
    SELECT DISTINCT {", ".join(SHOP)} FROM {REFUND_LINE.full_name} SEMI JOIN _slices USING (merchant_id)
    WHERE refund_type_code = 'return_refund' AND applied_at IS NOT NULL"""  # noqa: S608 - names are declared


def _made(of: Slices) -> pl.DataFrame:
    return build(
        Told(
            of.read(dim_observed.TABLE),
            of.read(PRODUCT),
            of.read("ops.stock_entry"),
            of.view(KEPT),
            of.read(fct_return_claim.TABLE),
            of.sql(_TELLING),
        )
    )


ASSET = Derived(
    TABLE,
    _made,
    reads=(dim_observed.TABLE, PRODUCT, "ops.stock_entry", KEPT, fct_return_claim.TABLE, REFUND_LINE),
    stored_by=(*SHOP, "business_date"),
)
