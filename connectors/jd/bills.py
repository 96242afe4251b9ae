"""Bills of 京麦 → settlement entries, refunds, promotions' cost and wallet movements.

A settlement entry is one row of a bill (order × SKU × document × fee). Goods money a bill takes back for a
cancelled order or an after-sale service was given back to the buyer: it is the one proof of a refund among
JD's files.
"""

from __future__ import annotations

import polars as pl

from connectors.jd import words
from connectors.jd.lines import HEAD, line_id, told_apart

Frames = dict[str, pl.DataFrame]


def conform_settlements(bronze: pl.DataFrame) -> Frames:
    """钱包 bills of 21, 22 and 23 columns and 对账 of 22: one row per order × SKU × document × fee."""
    rows = _signed(bronze)
    return {"settlement_entry": _entries(rows), "refund_line": _refunds(rows)}


def _signed(bronze: pl.DataFrame) -> pl.DataFrame:
    """Add ``amount`` (signed from the merchant's side), ``is_settled`` and ``document`` (the document's
    number where it is not the order's own).
    """
    size, way = pl.col("amount_fen").abs(), pl.col("direction_text").str.strip_chars()
    payable = pl.col("payable_text").str.strip_chars()
    out = (way == words.OUT) | (way.is_null() & (payable == "应付"))
    come = (way == words.IN) | (way.is_null() & (payable == "应收"))
    waits = pl.col("settlement_status_text").str.contains(words.UNSETTLED).fill_null(False)
    # the sale itself needs no number beside its order's, and whether 单据编号 of a sale is the order's or a
    # row's own is UNVERIFIED
    own = (pl.col("document_type_text") != words.SALE_DOCUMENT).fill_null(True) & (
        pl.col("document_id") != pl.col("order_id")
    ).fill_null(True)
    return bronze.with_columns(
        amount=pl.when(out).then(-size).when(come).then(size).otherwise("amount_fen"),
        fee=pl.col("fee_text").str.strip_chars(),
        is_settled=pl.col("settled_at").is_not_null() & ~waits,
        document=pl.when(own).then("document_id"),
        currency_code=pl.when(pl.col("currency_text") != "CNY").then("currency_text"),
    )


def _entries(rows: pl.DataFrame) -> pl.DataFrame:
    """A row that has not been paid out is kept with nothing settled: it becomes another entry, with its day,
    when it is.
    """
    amount = pl.when("is_settled").then("amount")
    charged = -amount
    taken_back = pl.col("fee").is_in([words.GOODS, words.FREIGHT]) & (pl.col("amount") < 0)
    platform = pl.col("fee").is_in(words.PLATFORM_FEES)
    kind = words.coded(pl.col("fee"), words.FEE_TYPE)
    given_back = (
        pl.col("fee").is_in([words.GOODS, words.PRICE_PROTECTED]) & (pl.col("amount") < 0)
    ) & pl.col("is_settled")
    return _named(rows).select(
        *HEAD, "settlement_entry_id", "order_id", "product_id", "currency_code",
        order_line_id=line_id("order_id", "product_id"),
        refund_id=pl.when(given_back).then(_refund_id()),
        settlement_type_code=pl.when(taken_back).then(pl.lit("refund_after")).otherwise(kind),
        settled_at=pl.when("is_settled").then("settled_at"),
        settled_fen=amount.fill_null(0),
        income_fen=amount.clip(lower_bound=0),
        expense_fen=amount.clip(upper_bound=0),
        freight_fen=pl.when((pl.col("fee") == words.FREIGHT) & (pl.col("amount") >= 0)).then(amount),
        platform_fee_fen=pl.when(platform).then(charged),
        other_fee_fen=pl.when(~platform & kind.is_in(["fee", "insurance", "compensation"])).then(charged),
        subsidy_platform_fen=pl.when(kind == "subsidy").then(amount),
        settled_refund_fen=pl.when(given_back).then(charged),
    )  # fmt: skip


def _named(rows: pl.DataFrame) -> pl.DataFrame:
    """``order:SKU:fee:document:day``.

    The day keeps pieces of one fee apart that came in the bills of different days.
    """
    day = pl.when("is_settled").then(pl.col("settled_at").dt.strftime("%Y%m%d")).otherwise(pl.lit("open"))
    parts = [
        pl.col("order_id").fill_null(""),
        pl.col("product_id").fill_null(""),
        "fee",
        pl.col("document").fill_null(""),
        day,
    ]
    return told_apart(
        rows, "settlement_entry_id", pl.concat_str(parts, separator=":"), "amount", "occurred_at"
    )


def _refund_id() -> pl.Expr:
    """The document's number; where a bill tells none beside the order's, the order, the day and the fee make
    one.
    """
    day = pl.coalesce("refunded_at", "occurred_at", "billed_at", "settled_at").dt.strftime("%Y%m%d")
    return pl.coalesce("document", pl.concat_str("order_id", day, "fee", separator=":", ignore_nulls=True))


def _refunds(rows: pl.DataFrame) -> pl.DataFrame:
    """Goods money taken back, and price differences, as refunds done, dated by when the bill says it
    happened. Parts of one document and SKU are one.
    """
    of_service = pl.col("document_type_text").is_in(list(words.DOCUMENT_STAGE)) | (
        pl.col("layout_name") == "reconciliation_22"
    )
    protected = pl.col("fee") == words.PRICE_PROTECTED
    wanted = (
        pl.col("order_id").is_not_null()
        & (pl.col("amount") < 0)
        & (protected | ((pl.col("fee") == words.GOODS) & of_service))
    )
    told = pl.col("document_type_text").replace_strict(
        words.DOCUMENT_STAGE, default=None, return_dtype=pl.String
    )
    # the 对账 file names a service where there was one; goods money taken back without one is a cancelled
    # order's
    untold = (
        pl.when(pl.col("document").is_not_null())
        .then(pl.lit("after_shipment"))
        .otherwise(pl.lit("before_shipment"))
    )
    stage = pl.when(protected).then(pl.lit("after_shipment")).otherwise(pl.coalesce(told, untold))
    found = rows.filter(wanted).with_columns(
        refund_id=_refund_id(),
        order_line_id=pl.coalesce(line_id("order_id", "product_id"), "order_id"),
        refund_stage_code=stage,
        refund_type_code=pl.when(protected)
        .then(pl.lit("price_protection"))
        .when(stage == "before_shipment")
        .then(pl.lit("refund_only"))
        .otherwise(pl.lit("unknown")),
        refunded_at=pl.coalesce("refunded_at", "occurred_at", "billed_at", "settled_at"),
    )
    one = ["merchant_id", "shop_id", "platform_code", "_export_id", "refund_id", "order_line_id"]
    kept = [
        "_row_number",
        "_observed_at",
        "order_id",
        "product_id",
        "refund_stage_code",
        "refund_type_code",
        "currency_code",
    ]
    return found.group_by(one, maintain_order=True).agg(
        pl.col(kept).first(),
        refund_fen=-pl.col("amount").sum(),
        refunded_at=pl.col("refunded_at").min(),
        refund_status_code=pl.lit("success"),
    )


def conform_totals(bronze: pl.DataFrame) -> Frames:
    """已结算明细: one row per order × SKU × document, all its fees in one sum.

    It tells the same money as the bills by fee: give one of the two.
    """
    document = pl.when(pl.col("document_id") != pl.col("order_id")).then("document_id")
    parts = [
        pl.col("order_id").fill_null(""),
        pl.col("product_id").fill_null(""),
        pl.lit("合计"),
        pl.coalesce(document, pl.lit("")),
    ]
    name = pl.concat_str(*parts, pl.col("settled_at").dt.strftime("%Y%m%d"), separator=":")
    entry = told_apart(bronze, "settlement_entry_id", name, "settled_fen").select(
        *HEAD, "settlement_entry_id", "order_id", "product_id", "settled_at", "settled_fen", "income_fen",
        "expense_fen",
        order_line_id=line_id("order_id", "product_id"),
        settlement_type_code=pl.when(pl.col("settled_fen") < 0).then(pl.lit("refund_after"))
        .otherwise(pl.lit("sale")),
    )  # fmt: skip
    return {"settlement_entry": entry}


def conform_promotions(bronze: pl.DataFrame) -> Frames:
    """营销对账明细: what JD bears of a line's discount, as a subsidy that moves no money of its own (goods
    money includes it already).
    """
    what = pl.coalesce("promotion_id", "discount_type_text", pl.lit(""))
    name = pl.concat_str("order_id", "product_id", pl.lit("营销"), what, separator=":")
    entry = told_apart(bronze, "settlement_entry_id", name, "borne_platform_fen",
        "borne_merchant_fen").select(
        *HEAD, "settlement_entry_id", "order_id", "product_id",
        order_line_id=line_id("order_id", "product_id"),
        settlement_type_code=pl.lit("subsidy"),
        settled_fen=pl.lit(0, pl.Int64),
        subsidy_platform_fen="borne_platform_fen",
    )  # fmt: skip
    return {"settlement_entry": entry}


def conform_funds(bronze: pl.DataFrame) -> Frames:
    """资金表 of the wallet: income and expense stand in two columns, whichever sign the expense is written
    with.
    """
    moved = pl.col("income_fen").fill_null(0) - pl.col("expense_fen").fill_null(0).abs()
    moment = pl.col("moved_at").dt.strftime("%Y%m%d%H%M%S")
    name = pl.concat_str(pl.col("account_id").fill_null(""), "movement_id", moment, separator=":")
    entry = told_apart(bronze.with_columns(moved_fen=moved), "fund_entry_id", name, "moved_fen",
        "balance_fen").select(
        *HEAD, "fund_entry_id", "moved_at", "moved_fen", "balance_fen", "account_name", "scene_name",
        fund_type_code=words.matched(pl.col("scene_name"), words.FUND_PATTERNS, "other"),
    )  # fmt: skip
    return {"fund_entry": entry}
