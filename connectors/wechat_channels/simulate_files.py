"""How the back-office writes its files: headers, quirks and words written down again from the sources, apart
from the parser's columns.csv.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from connectors.wechat_channels import simulate_words as words
from simulator.workbooks import write_workbook

_ORDER_57 = (
    "订单号,订单下单时间,订单发货时间,订单确认收货时间,订单完成结算时间,订单状态,发货方式,收件人姓名,"
    "收件人地址,省,市,区,收件人手机,买家备注,商家备注,打标颜色,"
    "商品总价,订单实际支付金额,订单实际收款金额,订单运费,商品优惠,跨店优惠,商品改价,积分抵扣,支付方式,"
    "支付时间,交易单号,物流公司,快递单号,技术服务费,"
    "技术服务费（将以人气卡形式返还）,运费险预计投保费用,带货方式,带货账号类型,带货账号昵称,带货费用渠道,"
    "带货费用类型,带货费用,带货佣金率,礼物单号,商品名称,"
    "商品编码(平台),商品编码(自定义),SKU编码(自定义),商品属性,商品价格(单件),商品实际价格(单件),"
    "商品实际价格(总共),是否预售,商品数量,商品平台券优惠,"
    "商品平均运费,定制信息,定制预览图,商品发货,商品售后,商品已退款金额"
)
_NEW_64 = {
    "带货账号昵称": "带货ID",
    "带货佣金率": "企微企业ID,企微工号,导购最近分享时间,企业微信加密id,企微备注",
    "商品平均运费": "活动商家补贴",
}
_AFTER_SALES = (
    "售后单号,售后申请时间,商品编码（平台）,商品编码(自定义),SKU编码(自定义),同意售后申请时间,用户到账时间,"
    "售后完结时间,订单编号,发货状态,商品名称,商品描述,商品价格,"
    "申请售后数量,赠品信息,备注,实付款,退款类型,退款原因,具体描述,退款金额,退款状态,状态描述,平台纠纷介入,"
    "纠纷责任,执行方式,发货物流状态,发货物流单号,"
    "发货物流公司,用户退换货发货时间,商家换货发货时间,商家退换货地址,商家退换货联系人姓名,"
    "商家退换货联系人电话,退换货物流状态,退换货物流单号,退换货物流公司"
)
_FUNDS_12 = (
    "流水单号,记账时间,动帐类型,收支类型,收支金额,账户余额,关联订单号,关联售后单号,关联提现单号,"
    "关联保单号,关联礼物单号,详情"
)

_ORDER = "order_id"
_IDS = {
    "订单号",
    "交易单号",
    "快递单号",
    "带货ID",
    "商品编码(平台)",
    "流水单号",
    "关联订单号",
    "关联售后单号",
    "售后单号",
    "订单编号",
    "商品编码（平台）",
    "关联提现单号",
    "关联保单号",
}

Cells = Mapping[str, pl.Expr]


def order_table(lines: pl.DataFrame, settlements: pl.DataFrame, *, new_layout: bool) -> pl.DataFrame:
    """订单 as a table of text, a row per item with the order's amounts on each: 64 columns, or the 57 before
    them.
    """
    header = _ORDER_57.split(",")
    if new_layout:
        header = [name for known in header for name in (known, *_NEW_64.get(known, "").split(",")) if name]
    paid_out = settlements.group_by(_ORDER).agg(
        pl.col("settled_at").max(),
        fee_fen=pl.col("fee_fen").sum(),
        commission_fen=(pl.col("commission_fen") + pl.col("leader_fen")).sum(),
        payouts_qty=(pl.col("settlement_type_code") == "sale").sum(),
    )
    rows = lines.join(paid_out, on=_ORDER, how="left", maintain_order="left").with_columns(
        pl.col("fee_fen", "commission_fen").fill_null(0)
    )
    open_lines = (
        ((pl.col("paid_fen") > 0) & (pl.col("order_status_code") != "closed_refunded")).sum().over(_ORDER)
    )
    rows = rows.with_columns(settled_at=pl.when(pl.col("payouts_qty") >= open_lines).then("settled_at"))
    cells = _order_cells()
    return rows.select(cells.get(name, pl.lit("-")).alias(name) for name in header)


def fund_table(funds: pl.DataFrame, *, new_layout: bool) -> pl.DataFrame:
    """资金流水 as a table of text, 12 columns (11 before gifts had numbers).

    Advertising is paid from another account and has no row here.
    """
    cells = _fund_cells()
    names = [name for name in _FUNDS_12.split(",") if new_layout or name != "关联礼物单号"]
    shown = funds.filter(pl.col("fund_type_code").is_in(list(words.FUND_WORD)))
    return shown.select(cells.get(name, pl.lit("")).alias(name) for name in names)


def after_sale_table(refunds: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """售后 as a table of text, a row per after-sale."""
    goods = lines.select(
        "order_line_id",
        "product_id",
        "style_code",
        "sku_code",
        "product_name",
        "unit_price_fen",
        "placed_fen",
        "freight_fen",
    )
    rows = refunds.join(goods, on="order_line_id", how="left", maintain_order="left")
    before = pl.col("stage_code") == "before_shipment"
    cells: Cells = {
        "售后单号": pl.col("refund_id"), "售后申请时间": _moment(pl.col("applied_at")),
        "商品编码（平台）": pl.col("product_id"),
        "商品编码(自定义)": pl.col("style_code"), "SKU编码(自定义)": pl.col("sku_code"),
        "用户到账时间": _moment(pl.col("refunded_at")),
        "售后完结时间": _moment(pl.coalesce("refunded_at", "closed_at")), "订单编号": pl.col(_ORDER),
        "发货状态": pl.when(before).then(pl.lit("未发货")).otherwise(pl.lit("已发货")),
        "商品名称": pl.col("product_name"),
        "商品价格": _yuan(pl.col("unit_price_fen")), "申请售后数量": pl.col("refund_qty").cast(pl.String),
        "备注": pl.lit("已电话 13800138000"),
        "实付款": _yuan(pl.col("placed_fen") - pl.col("freight_fen")),
        "退款类型": words.said("type_code", {"return_refund": "退货退款", "exchange": "换货"}, "仅退款"),
        "退款原因": words.said("reason_code", words.REASON_TEXT),
        "具体描述": pl.lit("不合适,电话 13800138000"), "退款金额": _yuan(pl.col("refund_fen")),
        "退款状态": words.after_sale_words(), "发货物流单号": pl.lit("YT8812345678917"),
        "商家退换货地址": pl.lit("中心区某路"),
        "商家退换货联系人姓名": pl.lit("齐**"), "商家退换货联系人电话": pl.lit("158****0119"),
        "退换货物流单号": pl.lit("YT8812345678918"),
    }  # fmt: skip
    return rows.select(cells.get(name, pl.lit("-")).alias(name) for name in _AFTER_SALES.split(","))


def table_xlsx(table: pl.DataFrame) -> bytes:
    """A workbook of text cells."""
    return write_workbook({"Sheet1": table})


def table_csv(table: pl.DataFrame) -> bytes:
    """GB18030 text, ids behind a TAB so that a spreadsheet leaves their digits alone."""
    ids = [
        (pl.when(pl.col(name).is_in(["", "-"])).then(name).otherwise(pl.lit("\t") + pl.col(name))).alias(name)
        for name in table.columns
        if name in _IDS
    ]
    return table.with_columns(ids).write_csv().encode("gb18030")


def _moment(column: pl.Expr) -> pl.Expr:
    return column.dt.strftime("%Y-%m-%d %H:%M:%S").fill_null("-")


def _yuan(fen: pl.Expr) -> pl.Expr:
    """Thousands commas and the currency mark, as importers of real files strip them."""
    whole, rest = fen // 100, (fen % 100).cast(pl.String).str.zfill(2)
    thousands = (
        pl.when(whole >= 1000)
        .then(pl.format("{},{}", whole // 1000, (whole % 1000).cast(pl.String).str.zfill(3)))
        .otherwise(whole.cast(pl.String))
    )
    return pl.concat_str(pl.lit("¥"), thousands, pl.lit("."), rest)


def _of_order(column: str) -> pl.Expr:
    return pl.col(column).sum().over(_ORDER)


def _order_cells() -> Cells:
    fee = pl.col("commission_fen")
    creator, goods = pl.col("seller_code") == "creator", pl.col("unit_price_fen") * pl.col("line_qty")
    placed, listed = _of_order("placed_fen"), goods.sum().over(_ORDER)
    received = placed + _of_order("discount_platform_fen") + _of_order("discount_creator_fen")
    real = pl.col("placed_fen") - pl.col("freight_fen")

    def credited(text: pl.Expr) -> pl.Expr:
        return pl.when(creator).then(text).otherwise(pl.lit("-"))

    return {
        "订单号": pl.col(_ORDER), "订单下单时间": _moment(pl.col("created_at")),
        "订单发货时间": _moment(pl.col("shipped_at").max().over(_ORDER)),
        "订单确认收货时间": _moment(pl.col("finished_at").max().over(_ORDER)),
        "订单完成结算时间": _moment(pl.col("settled_at")),
        "订单状态": words.said("order_order_status_code", words.ORDER_WORD), "发货方式": pl.lit("快递发货"),
        "收件人姓名": pl.lit("齐**"),
        "收件人地址": pl.lit("****"), "省": pl.col("province_name"), "市": pl.col("city_name"),
        "区": pl.lit("中心区"), "收件人手机": pl.lit("158****0119"),
        "商家备注": pl.lit("已电话 13800138000"), "商品总价": _yuan(listed),
        "订单实际支付金额": _yuan(placed),
        "订单实际收款金额": _yuan(pl.when(pl.col("paid_at").is_not_null()).then(received).otherwise(0)),
        "订单运费": _yuan(_of_order("freight_fen")),
        "商品优惠": _yuan(_of_order("discount_merchant_fen")), "跨店优惠": pl.lit("¥0.00"),
        "商品改价": pl.lit("¥0.00"), "积分抵扣": pl.lit("¥0.00"),
        "支付方式": pl.lit("微信支付"), "支付时间": _moment(pl.col("paid_at")),
        "技术服务费": _yuan(pl.col("fee_fen")),
        "技术服务费（将以人气卡形式返还）": pl.lit("¥0.00"), "带货方式": credited(pl.lit("达人带货")),
        "带货账号类型": credited(pl.lit("带货达人")),
        "带货账号昵称": credited(pl.col("live_account_name").fill_null("-")),
        "带货ID": credited(pl.col("live_account_id").fill_null("-")),
        "带货费用渠道": credited(pl.lit("达人佣金")),
        "带货费用": pl.when(fee > 0).then(_yuan(fee)).otherwise(pl.lit("-")),
        "商品名称": pl.col("product_name"), "商品编码(平台)": pl.col("product_id"),
        "商品编码(自定义)": pl.col("style_code"),
        "SKU编码(自定义)": pl.col("sku_code"), "商品属性": words.attributes(),
        "商品价格(单件)": _yuan(pl.col("unit_price_fen")),
        "商品实际价格(单件)": _yuan(real // pl.col("line_qty")), "商品实际价格(总共)": _yuan(real),
        "是否预售": pl.lit("否"),
        "商品数量": pl.col("line_qty").cast(pl.String),
        "商品平台券优惠": _yuan(pl.col("discount_platform_fen")), "商品平均运费": pl.lit("¥0.00"),
        "商品发货": pl.when(pl.col("shipped_at").is_not_null()).then(pl.lit("已发货"))
        .otherwise(pl.lit("未发货")),
        "商品售后": words.said("refund_status_code", words.LINE_AFTER_SALE),
        "商品已退款金额": _yuan(pl.col("refunded_fen")),
    }  # fmt: skip


def _fund_cells() -> Cells:
    drawn = pl.col("fund_type_code") == "withdrawal"
    return {
        "流水单号": pl.col("fund_ref"), "记账时间": _moment(pl.col("moved_at")),
        "动帐类型": words.said("fund_type_code", words.FUND_WORD),
        "收支类型": pl.when(pl.col("moved_fen") < 0).then(pl.lit("支出")).otherwise(pl.lit("收入")),
        "收支金额": _yuan(pl.col("moved_fen").abs()),
        "账户余额": _yuan(pl.col("balance_fen")), "关联订单号": pl.col("order_id").fill_null(""),
        "关联售后单号": pl.col("refund_id").fill_null(""),
        "关联提现单号": pl.when(drawn).then(pl.lit("T") + pl.col("fund_ref")).otherwise(pl.lit("")),
        "详情": pl.lit("齐** 158****0119"),
    }  # fmt: skip
