"""Settlement entries, account movements and advertising → canonical frames.

Amounts come without a reliable sign: the row's direction gives it.
"""

from __future__ import annotations

import polars as pl

from connectors.xiaohongshu import words

_HEAD = ("merchant_id", "shop_id", "platform_code", "_export_id", "_row_number", "_observed_at")
_ORDER = r"^P\d+$"
#: Layouts whose rows are booked entries with a total of their own.
_BOOKED = ["api", "23"]

Frames = dict[str, pl.DataFrame]


def settlements(bronze: pl.DataFrame) -> Frames:
    """finance.pageQueryTransaction, its download 商品结算明细, and three sheets of the monthly statement of
    about 2019. A take-back is negative throughout.
    """
    is_new = pl.col("layout_name").is_in(_BOOKED)
    rows = bronze.with_columns(
        type=pl.when(pl.col("layout_name") == "2019_sales")
        .then(pl.lit("sale"))
        .when(~is_new)
        .then(pl.lit("refund_after"))
        .otherwise(words.coded("direction_text", words.DIRECTION)),
    ).with_columns(sign=pl.when(pl.col("type") == "refund_after").then(-1).otherwise(1))
    commission, creator = _size("commission_fen"), _size("creator_commission_fen")
    other = _size("channel_fee_fen") + _size("installment_fee_fen") + _size("extra_fee_fen")
    subsidy, freight = _size("subsidy_fen") + _size("freight_subsidy_fen"), _size("freight_fen")
    back = pl.col("type") == "refund_after"
    goods = _size("income_fen") + _size("spent_fen")
    # freight of the old statements stays out: sources disagree whether it is paid to or by the merchant
    income = goods + pl.when(is_new).then(subsidy + freight).otherwise(0)
    settled = pl.when(is_new).then(_size("moved_fen")).otherwise(goods - commission - other)
    settled = (
        pl.when((pl.col("settle_status_text") == words.OFFSET).fill_null(False)).then(0).otherwise(settled)
    )
    sign = pl.col("sign")
    entry = rows.select(
        *_HEAD, "order_id", "refund_id",
        settled_at=pl.col("settled_at").dt.truncate("1s"),
        settlement_entry_id=_entry_id(is_new),
        settlement_type_code="type",
        settled_fen=sign * settled,
        income_fen=sign * income,
        expense_fen=sign * (settled - income),
        freight_fen=pl.when(is_new).then(freight),
        platform_fee_fen=sign * commission,
        commission_creator_fen=pl.when(is_new).then(sign * creator),
        commission_service_fen=pl.when(pl.col("layout_name") == "23")
        .then(sign * (_size("service_commission_fen") + _size("developer_commission_fen"))),
        other_fee_fen=sign * other,
        subsidy_platform_fen=pl.when(is_new).then(sign * subsidy),
        settled_refund_fen=pl.when(back).then(goods + pl.when(is_new).then(freight).otherwise(0))
        .otherwise(0),
    )  # fmt: skip
    return {"settlement_entry": entry}


def _size(column: str) -> pl.Expr:
    return pl.col(column).abs().fill_null(0)


def _entry_id(is_new: pl.Expr) -> pl.Expr:
    """Named by what file and API both tell: kind, order, after-sale, second, amount.

    And a count where these are the same in one export.

    The API's transactionId is in no file, so an entry that came both ways would count twice under it.
    """
    kind = pl.when(is_new).then("type").otherwise("layout_name")
    moment = pl.col("settled_at").dt.strftime("%Y%m%d%H%M%S").fill_null("")
    amount = (
        pl.when(is_new)
        .then(_size("moved_fen"))
        .otherwise(_size("income_fen") + _size("spent_fen"))
        .cast(pl.String)
    )
    return _counted(
        pl.concat_str(
            kind,
            pl.col("order_id").fill_null(""),
            pl.col("refund_id").fill_null(""),
            moment,
            amount,
            separator=":",
        )
    )


def _counted(name: pl.Expr) -> pl.Expr:
    """``name`` for the first row so named in its export, ``name:2`` for the second."""
    nth = pl.int_range(1, pl.len() + 1).over("merchant_id", "shop_id", "_export_id", name)
    return pl.when(nth > 1).then(pl.concat_str(name, pl.lit(":"), nth.cast(pl.String))).otherwise(name)


def services(bronze: pl.DataFrame) -> Frames:
    """What is settled beside the goods: 其他服务款 and finance.pageQueryExpense.

    A positive amount takes its sign from the row's direction.
    """
    name = pl.col("service_text").replace(words.SERVICE_NAME)
    told, direction = pl.col("moved_fen"), pl.col("direction_text")
    moved = pl.when(direction.is_in(words.SERVICE_OUT).fill_null(False)).then(-told.abs()).otherwise(told)
    moved = pl.when((pl.col("settle_status_text") == words.OFFSET).fill_null(False)).then(0).otherwise(moved)
    moment = pl.col("settled_at").dt.strftime("%Y%m%d%H%M%S")
    named = pl.concat_str(
        name,
        pl.col("order_id").fill_null(""),
        pl.col("business_ref").fill_null(""),
        moment,
        told.abs().cast(pl.String),
        separator=":",
    )
    kind = name.replace_strict(words.SERVICE, default="unknown", return_dtype=pl.String)
    entry = bronze.select(
        *_HEAD, "order_id",
        settled_at=pl.col("settled_at").dt.truncate("1s"),
        settlement_entry_id=_counted(named),
        settlement_type_code=kind,
        settled_fen=moved,
        income_fen=moved.clip(lower_bound=0),
        expense_fen=moved.clip(upper_bound=0),
        other_fee_fen=pl.when(kind == "fee").then(-moved).otherwise(0),
        subsidy_platform_fen=pl.when(kind == "subsidy").then(moved).otherwise(0),
    )  # fmt: skip
    return {"settlement_entry": entry}


def funds(bronze: pl.DataFrame) -> Frames:
    """Account flow by file and API.

    The file has no serial number, so both are named by what both tell: second, amounts, balance, business
    number.
    """
    moved = _size("in_fen") - _size("out_fen")
    second = pl.col("moved_at").dt.strftime("%Y%m%d%H%M%S")
    balance = pl.col("balance_fen").cast(pl.String).fill_null("")
    told = pl.coalesce("trade_type_text", "scene_name")
    entry = bronze.with_columns(_word=told).select(
        *_HEAD, "moved_at", "balance_fen", "scene_name",
        fund_entry_id=pl.concat_str(second, moved.cast(pl.String), balance,
            pl.col("business_ref").fill_null(""), separator=":"),
        fund_type_code=words.coded("_word", words.FUND_TYPE),
        moved_fen=moved,
        order_id=pl.when(pl.col("business_ref").str.contains(_ORDER)).then("business_ref"),
        account_name=pl.col("account_text")
        .replace_strict(words.ACCOUNTS, default=None, return_dtype=pl.String),
    )  # fmt: skip
    return {"fund_entry": entry.with_columns(moved_at=pl.col("moved_at").dt.truncate("1s"))}


def ads(bronze: pl.DataFrame) -> Frames:
    """聚光 by day, and by goods where the report names them.

    How a report is broken down further is not known, so its rows are added up: no money is lost.
    """
    by_goods = pl.col("product_id").is_not_null() | pl.col("product_name").is_not_null()
    rows = bronze.with_columns(
        ad_family_code=pl.when(by_goods).then(pl.lit("spotlight_goods")).otherwise(pl.lit("spotlight"))
    )
    key = [
        "merchant_id",
        "shop_id",
        "platform_code",
        "_export_id",
        "ad_family_code",
        "ad_date",
        "product_id",
        "product_name",
    ]
    sums = rows.group_by(key, maintain_order=True).agg(
        pl.col("_row_number").min(),
        pl.col("_observed_at").first(),
        pl.col("spent_fen", "impressions_qty", "clicks_qty").sum(),
    )
    named = pl.coalesce("product_id", "product_name").fill_null("")
    entry = sums.select(
        *_HEAD, "ad_family_code", "ad_date", "product_id", "spent_fen", "impressions_qty", "clicks_qty",
        ad_entry_id=pl.concat_str("ad_family_code", pl.col("ad_date").dt.strftime("%Y-%m-%d"), named,
            separator=":"),
        ad_object_id="product_id",
        ad_object_name="product_name",
    )  # fmt: skip
    return {"ad_spend": entry}
