"""What stands behind a row of the sheet of stock: the words on a SKU's stock, its receipts, the order lines
whose units were kept, its claims for return.

Each of these adds its own units. What is a count of SKUs or styles stands on one of a SKU's rows: the word
that told its stock, else its newest receipt, line or claim.
"""

from __future__ import annotations

import polars as pl
import polars.selectors as cs

from contracts.canonical import PRODUCT, SHOP
from metrics.query.facts import Facts
from transforms.gold.measures import PAID
from transforms.gold.orders import fct_order_line
from transforms.gold.orders.grain import LINE
from transforms.gold.stock import fct_return_claim, mart_stock_monthly
from transforms.gold.stock.mart_stock_monthly import SHORT_DAYS, SPAN_DAYS
from transforms.stock import LISTING, SKU, entries_in_force, listed_days
from warehouse.ops import STOCK_ENTRY

#: What the rows are called among facts (``lineage.EVIDENCE_KINDS``).
LISTED, COUNTED, RECEIVED, KEPT, CLAIM = "listed", "counted", "received", "kept", "claim"
_ROW = list(mart_stock_monthly.TABLE.key)
#: Counts of SKUs or styles.
_COUNTS = (
    "returns_untold_qty", "stocked_skus_qty", "moving_7_skus_qty", "moving_30_skus_qty", "sold_out_skus_qty",
    "stale_skus_qty", "oversold_skus_qty",
    "selling_styles_qty", "new_styles_qty",
)  # fmt: skip
_LINE = [
    *LINE,
    "order_id",
    "channel_code",
    "style_code",
    "sku_code",
    "paid_date",
    "is_gift",
    "sent_qty",
    "back_qty",
]


def stocks(facts: Facts) -> list[pl.DataFrame]:
    """Rows of mart_stock_monthly taken apart.

    They stand on their closing day, what they are made of on its own (``evidence_date``).
    """
    sheet = facts(mart_stock_monthly.TABLE, "business_date").select(*_ROW, "received_qty", *_COUNTS)
    entered = entries_in_force(facts.of_any_day(STOCK_ENTRY)).join(
        sheet.select(SHOP).unique(), on=["merchant_id", "shop_id"]
    )
    entered = entered.with_columns(
        stock_entry_id=pl.format("stock:{}", "event_number"), day="stock_date", value="entered_qty"
    )
    words = _words(
        _placed(
            _steps(listed_days(facts.of_any_day(PRODUCT)), entered.filter(stock_kind_code=COUNTED)), sheet
        )
    )
    known = words.group_by(_ROW).agg(pl.col("_is_current").any(), pl.col("_is_whole").any())
    sheet = sheet.join(known, on=_ROW, how="left", validate="1:1").with_columns(
        pl.col("_is_current", "_is_whole").fill_null(False)
    )
    parts = [
        words,
        _received(
            _placed(
                entered.filter(stock_kind_code=RECEIVED).select(*SKU, "stock_entry_id", "day", "value"), sheet
            )
        ),
        _kept(_placed(_sold(facts.of_any_day(fct_order_line.TABLE, _LINE)), sheet)),
        _claims(_placed(facts.of_any_day(fct_return_claim.TABLE), sheet)),
    ]
    return [_counted(pl.concat(parts, how="diagonal"), sheet)]


def _placed(rows: pl.DataFrame, sheet: pl.DataFrame) -> pl.DataFrame:
    """``rows`` beside each row of ``sheet`` they belong to: a SKU's whatever style they name, those of no SKU
    by their style.
    """
    is_coded, coded = pl.col("sku_code") != "untold", rows.drop("style_code", strict=False)
    found = coded.filter(is_coded).join(sheet.filter(is_coded), on=SKU, how="inner")
    if "style_code" not in rows.columns:
        return found
    return pl.concat(
        [
            found,
            rows.filter(~is_coded)
            .join(sheet.filter(~is_coded), on=[*SKU, "style_code"], how="inner")
            .select(found.columns),
        ]
    )


def _steps(listed: pl.DataFrame, counts: pl.DataFrame) -> pl.DataFrame:
    """Every word on the stock of a SKU: what it said, from which day, and until which (before it; null:
    still). From the first count on only counts speak.
    """
    first = counts.group_by(SKU).agg(_first=pl.col("day").min())
    shown = (
        listed.filter(pl.col("stock_qty").is_not_null())
        .sort("day")
        .with_columns(until=pl.col("day").shift(-1).over(LISTING))
    )
    shown = shown.join(first, on=SKU, how="left").filter((pl.col("day") < pl.col("_first")).fill_null(True))
    shown = shown.with_columns(
        until=pl.min_horizontal("until", "_first"), evidence_code=pl.lit(LISTED), value="stock_qty"
    )
    counts = counts.sort("day").with_columns(
        until=pl.col("day").shift(-1).over(SKU), evidence_code=pl.lit(COUNTED)
    )
    names = [*SKU, "day", "until", "value", "evidence_code"]
    return pl.concat(
        [shown.select(*names, "product_id", "platform_sku_id"), counts.select(*names, "stock_entry_id")],
        how="diagonal",
    )


def _words(placed: pl.DataFrame) -> pl.DataFrame:
    """Those that stand at the end of the day, and those that stood on any day of the span where every day of
    it is told.
    """
    on, opens = pl.col("business_date"), pl.col("business_date") - pl.duration(days=SPAN_DAYS - 1)
    stood = (
        pl.min_horizontal(pl.col("until") - pl.duration(days=1), on) - pl.max_horizontal("day", opens)
    ).dt.total_days() + 1
    said = placed.filter(pl.col("day") <= on).with_columns(
        _is_current=(pl.col("until") > on).fill_null(True),
        _is_whole=pl.col("day").min().over(_ROW) <= opens,
        _days=stood.clip(lower_bound=0),
    )
    said = said.filter(pl.col("_is_current") | (pl.col("_is_whole") & (pl.col("_days") > 0)))
    return said.select(
        *_ROW, "product_id", "platform_sku_id", "stock_entry_id", "evidence_code", "_is_current", "_is_whole",
        evidence_date="day", evidence_qty="value", _rank=pl.when("_is_current").then(0).otherwise(4),
        closing_stock_qty=pl.when("_is_current").then("value").otherwise(0),
        stock_days_qty=pl.when("_is_whole").then(pl.col("value") * pl.col("_days")).otherwise(0),
    )  # fmt: skip


def _received(placed: pl.DataFrame) -> pl.DataFrame:
    came = placed.filter(pl.col("day") <= pl.col("business_date"), pl.col("value") > 0)
    return came.select(
        *_ROW,
        "stock_entry_id",
        evidence_code=pl.lit(RECEIVED),
        evidence_date="day",
        evidence_qty="value",
        _rank=pl.lit(1),
        received_qty="value",
    )


def _sold(lines: pl.DataFrame) -> pl.DataFrame:
    told = lines.with_columns(
        pl.col("style_code", "sku_code").fill_null("untold"), evidence_qty=pl.sql_expr(PAID["kept_units_qty"])
    )
    return told.filter(pl.col("paid_date").is_not_null(), pl.col("evidence_qty") != 0)


def _kept(placed: pl.DataFrame) -> pl.DataFrame:
    age, units = (pl.col("business_date") - pl.col("paid_date")).dt.total_days(), pl.col("evidence_qty")
    lately, shortly, stocked = age < SPAN_DAYS, age < SHORT_DAYS, pl.col("stocked_skus_qty") > 0
    sold = placed.filter(pl.col("paid_date") <= pl.col("business_date"))
    measures = {
        "sold_of_received_qty": pl.col("received_qty") > 0,
        "sold_unreceived_qty": pl.col("received_qty") == 0,
        "stock_kept_qty": lately & pl.col("_is_current"),
        "stock_untold_qty": lately & ~pl.col("_is_current"),
        "days_kept_qty": lately & pl.col("_is_whole"),
        # why a SKU counts as one that moves, or that is sold out, and a style as one on sale
        "moved_7_qty": shortly & stocked,
        "moved_30_qty": lately & stocked,
        "sold_out_kept_qty": lately & (pl.col("sold_out_skus_qty") > 0),
        "style_kept_qty": lately & (pl.col("style_code") != "untold"),
    }
    counted = {name: pl.when(condition).then(units).otherwise(0) for name, condition in measures.items()}
    told = {"evidence_code": pl.lit(KEPT), "evidence_date": pl.col("paid_date"), "_rank": pl.lit(2)}
    return sold.select(*_ROW, "order_line_id", "order_id", "channel_code", "evidence_qty", **told, **counted)


def _claims(placed: pl.DataFrame) -> pl.DataFrame:
    is_open = (pl.col("applied_date") <= pl.col("business_date")) & (
        pl.col("business_date") < pl.col("back_date")
    )
    return placed.filter(is_open).select(
        *_ROW, "order_line_id", "order_id", "refund_id",
        evidence_code=pl.lit(CLAIM), evidence_date="applied_date", evidence_qty="units_qty", _rank=pl.lit(3),
        returning_qty="units_qty",
        stock_returning_qty=pl.when("_is_current").then("units_qty").otherwise(0),
    )  # fmt: skip


def _counted(rows: pl.DataFrame, sheet: pl.DataFrame) -> pl.DataFrame:
    """``rows`` with the counts of ``sheet``, on one row of each SKU."""
    ids = ["product_id", "platform_sku_id", "stock_entry_id", "order_line_id", "refund_id"]
    ordered = rows.sort(
        "_rank", "evidence_date", *ids, descending=[False, True, *([False] * len(ids))], nulls_last=True
    )
    head = pl.int_range(pl.len()).over(_ROW) == 0
    told = ordered.join(
        sheet.select(*_ROW, *_COUNTS), on=_ROW, how="left", validate="m:1", maintain_order="left"
    )
    return told.with_columns(pl.when(head).then(pl.col(_COUNTS)).otherwise(0)).drop(cs.starts_with("_"))
