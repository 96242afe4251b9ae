"""How the back-office writes its files: headers and quirks written down again from the sources, apart from
the parser's columns.

An older order file has the columns importers read, in an order of its own; the one of 2026 has all 72 of a
public list.
"""

from __future__ import annotations

import polars as pl

from connectors.xiaohongshu.simulate_words import (
    AFTER_SALE,
    REASONS,
    RETURN_STATUS,
    STATUS,
    by_sku,
    fund_word,
    red_code,
    red_id,
    return_type,
    say,
    yuan,
)
from simulator.workbooks import write_workbook

#: A 2026 download with every column ticked.
_ORDERS = (
    "订单号,订单状态,售后状态,订单类型,订单标记,收件人姓名,收件人电话,收件人地址,省,市,区,区域编码,"
    "小红书编码,条形码,规格ID,达人ID,达人名称,SKU名称,SKU规格,"
    "SKU件数,是否为赠品,发票/Invoice,商品总价(元),用户应付金额(元),平台优惠(元),店铺优惠(元),"
    "支付渠道优惠(元),SKU商家改价(元),商家应收金额(元)（支付金额）,"
    "支付方式,支付渠道订单号,支付期数,利息费用,手续费承担方,支付时间,sku净重(kg),包裹总净重(kg),"
    "包裹总运费(元),快递公司,快递单号,发货链接,大头笔/Paint Marker,"
    "集包地/Express Extend 1,三段码/Express Extend 2,订购人身份证姓名/ID Name,订购人身份证号/ID "
    "Number,收件人身份证姓名,收件人身份证号,订单创建时间,"
    "预售订单开始发货时间,预售订单截止发货时间,承诺发货时间,订单发货时间,订单完成时间,发货仓库,确认收货类型,"
    "是否延迟收货,用户备注,包裹备注标记,包裹备注信息,"
    "异常原因,店铺名称,用户编号,运费模版名称,物流方案名称,第三方机构订单号,国补模式,供应商id,供应商名称,"
    "商家编码,商品ID,商品名称"
)
#: What importers of 2024 read: fewer columns, another name for the creator, in an order nobody published.
_OLD_ORDERS = (
    "订单号,订单状态,售后状态,达人名称(待下线),订单创建时间,支付时间,承诺发货时间,订单发货时间,订单完成时间,"
    "商品名称,SKU名称,SKU规格,小红书编码,SKU件数,"
    "商品总价(元),用户应付金额(元),商家应收金额(元)（支付金额）,收件人姓名,收件人电话,省,市,区,收件人地址,"
    "快递单号,用户备注,包裹备注标记,包裹备注信息,用户编号,商家编码"
)
_AFTER_SALES = (
    "售后单号,订单号,商品名称,售后类型,状态,原因,申请售后金额(元),退货创建时间,商家确认收货时间,订单支付时间"
)
_FUNDS = "创建时间,交易类型描述,收入（元）,支出（元）,账户余额（元）,业务单号,备注"
_SETTLEMENTS = (
    "订单号,售后单号,下单时间,结算时间,交易类型,结算账户,动账金额,计佣基数,商品实付/实退,运费实付/实退,"
    "平台优惠补贴,平台运费补贴,跨境税代缴,商品税金,运费税金,"
    "佣金,支付渠道费,分销佣金,代运营服务商佣金,代开发服务商佣金,花呗分期手续费,国补订单毛保金额,备注"
)
_SERVICES = "业务款项,订单号,业务单据号,结算时间,结算账户,交易类型,动账金额,备注"
_ADS = "时间,消费,展现量,点击量,点击率,平均点击成本,平均千次展现费用"

_Cells = dict[str, pl.Expr]


def order_table(lines: pl.DataFrame, turn: int, *, new_layout: bool) -> pl.DataFrame:
    """订单 as text: a row per SKU, the order's freight on its first row, money with commas, nothing in money
    and time cells of an unpaid order.

    ``turn`` moves the columns round: no importer may rely on their order.
    """
    rows = by_sku(lines)
    first = pl.int_range(pl.len()).over("order_id") == 0
    due = pl.col("goods_fen") + pl.when(first).then(pl.col("freight_fen").sum().over("order_id")).otherwise(0)
    paid = pl.col("paid_at").is_not_null()

    def money(fen: pl.Expr) -> pl.Expr:
        return pl.when(paid).then(_grouped(fen)).otherwise(pl.lit(""))

    cells: _Cells = {
        "订单号": pl.col("order_id"), "订单状态": say("order_order_status_code", STATUS, 1),
        "售后状态": say("refund_status_code", AFTER_SALE, 1),
        "达人名称(待下线)": pl.col("live_account_name"), "订单创建时间": _moment("created_at"),
        "支付时间": _moment("paid_at"),
        "订单发货时间": _moment("order_shipped_at"), "订单完成时间": _moment("order_finished_at"),
        "商品名称": pl.col("product_name"),
        "SKU名称": pl.col("product_name"), "SKU规格": pl.concat_str("color_name", "size_name", separator=" "),
        "小红书编码": red_code(),
        "SKU件数": pl.col("line_qty").cast(pl.String),
        "商品总价(元)": money(pl.col("unit_price_fen") * pl.col("line_qty")), "用户应付金额(元)": money(due),
        "商家应收金额(元)（支付金额）": money(due + pl.col("discount_platform_fen")),
        "收件人姓名": pl.lit("张**"), "收件人电话": pl.lit("138****8000"),
        "省": pl.col("province_name"), "市": pl.col("city_name"), "区": pl.lit("某区"),
        "收件人地址": pl.lit("某街道**号"),
        "用户备注": pl.when(pl.col("order_id").str.ends_with("7")).then(pl.lit("请打电话 13800138000")),
        "快递单号": pl.when(pl.col("shipped_at").is_not_null())
        .then(pl.concat_str(pl.lit("SF"), pl.col("order_id").str.tail(12))),
        "用户编号": pl.col("buyer_ref"), "商家编码": pl.col("sku_code"), "达人ID": pl.col("live_account_id"),
        "达人名称": pl.col("live_account_name"),
        "规格ID": red_id("sku_id"), "商品ID": red_id("product_id"),
        "是否为赠品": pl.when("is_gift").then(pl.lit("是")).otherwise(pl.lit("否")),
        "平台优惠(元)": money(pl.col("discount_platform_fen")),
        "店铺优惠(元)": money(pl.col("discount_merchant_fen")), "区域编码": pl.lit("440106"),
        "大头笔/Paint Marker": pl.lit("某街道"), "收件人身份证号": pl.lit("110101********001X"),
        "支付渠道订单号": pl.lit("4200000000138001"),
        "包裹总运费(元)": money(pl.col("freight_fen").sum().over("order_id")),
    }  # fmt: skip
    if new_layout:
        return _table(rows, _ORDERS.split(","), cells)
    header = _OLD_ORDERS.split(",")
    return _table(rows, header[turn:] + header[:turn], cells)


def settlement_table(settlements: pl.DataFrame) -> pl.DataFrame:
    """商品结算明细 as text: a take-back is negative, as is what is charged on a sale, except 佣金.

    Importers agree on none of these signs.
    """
    back = pl.col("settlement_type_code") == "refund_after"

    def signed(column: str) -> pl.Expr:
        return yuan(pl.when(back).then(-pl.col(column).abs()).otherwise(pl.col(column).abs()))

    cells: _Cells = {
        "订单号": pl.col("order_id"), "售后单号": pl.col("refund_id"), "结算时间": _moment("settled_at"),
        "结算账户": pl.lit("店铺余额"),
        "交易类型": pl.when(back).then(pl.lit("退款")).otherwise(pl.lit("结算入账")),
        "动账金额": signed("settled_fen"), "计佣基数": signed("base_fen"),
        "商品实付/实退": signed("base_fen"), "运费实付/实退": pl.lit("0.00"), "平台优惠补贴": pl.lit("0"),
        "佣金": yuan(pl.col("fee_fen").abs()),
        "支付渠道费": yuan(-pl.col("leader_fen").abs()), "分销佣金": yuan(-pl.col("commission_fen").abs()),
        "备注": pl.lit("电话 13800138000"),
    }  # fmt: skip
    return _table(settlements, _SETTLEMENTS.split(","), cells)


def service_table(insurances: pl.DataFrame) -> pl.DataFrame:
    """其他服务款 as text: the merchant's premiums of 运费宝."""
    cells: _Cells = {
        "业务款项": pl.lit("运费宝"), "订单号": pl.col("order_id"), "业务单据号": pl.col("insurance_ref"),
        "结算时间": _moment("insured_at"),
        "结算账户": pl.lit("店铺余额"), "交易类型": pl.lit("退款"),
        "动账金额": yuan(-pl.col("premium_merchant_fen")), "备注": pl.lit("张**"),
    }  # fmt: skip
    return _table(insurances.filter(pl.col("premium_merchant_fen") > 0), _SERVICES.split(","), cells)


def after_sale_table(refunds: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """售后 as text: the amount applied for, whatever was refunded.

    No merchant code and no moment of the refund.
    """
    wanted = lines.select("order_line_id", "product_name", "paid_at")
    rows = refunds.join(wanted, on="order_line_id", how="left", maintain_order="left")
    back = (pl.col("type_code") == "return_refund") & (pl.col("refund_status_code") == "success")
    cells: _Cells = {
        "售后单号": pl.col("refund_id"), "订单号": pl.col("order_id"), "商品名称": pl.col("product_name"),
        "售后类型": return_type(1),
        "状态": say("refund_status_code", RETURN_STATUS, 1),
        "原因": pl.col("reason_code").replace_strict(REASONS, return_dtype=pl.String),
        "申请售后金额(元)": yuan(pl.col("refund_fen")), "退货创建时间": _moment("applied_at"),
        "商家确认收货时间": pl.when(back).then(pl.col("refunded_at").dt.offset_by("-3m")
            .dt.strftime("%Y-%m-%d %H:%M:%S")),
        "订单支付时间": _moment("paid_at"),
    }  # fmt: skip
    return _table(rows, _AFTER_SALES.split(","), cells)


def fund_table(funds: pl.DataFrame) -> pl.DataFrame:
    """动账流水 as text."""
    moved = pl.col("moved_fen")
    cells: _Cells = {
        "创建时间": _moment("moved_at"), "交易类型描述": fund_word(1),
        "收入（元）": yuan(pl.when(moved > 0).then(moved).otherwise(0)),
        "支出（元）": yuan(pl.when(moved < 0).then(-moved).otherwise(0)),
        "账户余额（元）": yuan(pl.col("balance_fen")), "业务单号": pl.col("order_id"),
        "备注": pl.lit("电话 13800138000"),
    }  # fmt: skip
    return _table(funds, _FUNDS.split(","), cells)


def ad_table(ads: pl.DataFrame) -> pl.DataFrame:
    """聚光 by day as text, with a total below as dashboards write it."""
    days = (
        ads.group_by("ad_date")
        .agg(pl.col("spent_fen", "impressions_qty", "clicks_qty").sum())
        .sort("ad_date")
    )
    dated = days.with_columns(ad_date=pl.col("ad_date").dt.strftime("%Y-%m-%d"))
    total = days.select(
        ad_date=pl.lit("总计"),
        spent_fen=pl.col("spent_fen").sum(),
        impressions_qty="impressions_qty",
        clicks_qty="clicks_qty",
    ).head(1)
    rows = pl.concat(
        [dated, total.with_columns(days.select(pl.col("impressions_qty", "clicks_qty").sum()).get_columns())]
    )
    cells: _Cells = {
        "时间": pl.col("ad_date"), "消费": yuan(pl.col("spent_fen")),
        "展现量": pl.col("impressions_qty").cast(pl.String),
        "点击量": pl.col("clicks_qty").cast(pl.String),
        "平均点击成本": yuan(pl.col("spent_fen") // pl.col("clicks_qty")),
    }  # fmt: skip
    return _table(rows, _ADS.split(","), cells)


def table_csv(table: pl.DataFrame) -> bytes:
    """UTF-8 with BOM."""
    return b"\xef\xbb\xbf" + table.write_csv().encode()


def table_xlsx(table: pl.DataFrame, sheet: str) -> bytes:
    """One sheet, all cells text, empty ones left out; the same bytes for the same table."""
    return write_workbook({sheet: table})


def _table(rows: pl.DataFrame, header: list[str], cells: _Cells) -> pl.DataFrame:
    return rows.select(cells.get(name, pl.lit("")).fill_null("").alias(name) for name in header)


def _moment(column: str) -> pl.Expr:
    return pl.col(column).dt.strftime("%Y-%m-%d %H:%M:%S")


def _grouped(fen: pl.Expr) -> pl.Expr:
    """``1,299.90``."""
    long = pl.concat_str((fen // 100_000).cast(pl.String), pl.lit(","), yuan(fen % 100_000).str.zfill(6))
    return pl.when(fen >= 100_000).then(long).otherwise(yuan(fen))
