"""Export files as a merchant downloads them from 京麦.

The header lists are written out a second time on purpose.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from connectors.jd.simulate_words import REMARK, moment, say, yuan
from simulator.workbooks import write_workbook

_ORDER = (
    "订单号,商品ID,商品名称,订购数量,支付方式,下单时间,京东价,订单金额,结算金额,余额支付,应付金额,订单状态,"
    "订单类型,下单帐号,客户姓名,客户地址,联系电话,订单备注,"
    "发票类型,发票抬头,发票内容,商家备注,商家备注等级（等级1-5为由高到低）,运费金额,付款确认时间,增值税发票,"
    "货号,订单完成时间,订单来源,订单渠道"
)
_WALLET_21 = (
    "订单编号,单据编号,单据类型,商品编号,商户订单号,商品名称,费用发生时间,费用计费时间,费用结算时间,费用项,"
    "金额,币种,商家应收/应付,钱包结算备注,店铺号,京东门店编号,"
    "品牌门店编号,门店名称,备注,收支方向,账单日期"
)
_WALLET_22 = _WALLET_21.replace(",账单日期", ",商品数量,账单日期")
_WALLET_23 = _WALLET_21.replace(",费用发生时间", ",结算状态,费用发生时间").replace(
    ",账单日期", ",商品数量,对账日期"
)
WALLETS = (_WALLET_23, _WALLET_22, _WALLET_21)
_PROMOTION = (
    "订单编号,订单下单时间,商品编号,商品名称,商品数量,优惠类型,优惠活动名称,优惠活动ID,京东承担金额,"
    "商家承担金额,政府承担金额"
)
_FUND = "商户号,账户代码,账户名称,日期,商户订单号,账户余额(元),收入金额(元),支出金额(元),交易备注,账单日期"

Cells = Mapping[str, pl.Expr]


def order_csv(lines: pl.DataFrame) -> bytes:
    """订单 of ``order_states`` frames: GBK, a comma behind the last column, thousands with commas, the
    order's money on each of its rows.

    A paid order in ten was split off another one, which stands beside it as deleted, with its money still
    written on it.
    """
    parents = lines.filter(
        pl.col("order_id").str.ends_with("3") & pl.col("paid_at").is_not_null()
    ).with_columns(
        remark=pl.format(
            "订单拆分为  {}    {}", "order_id", pl.concat_str(pl.lit("4"), pl.col("order_id").str.slice(1))
        ),
        order_id=pl.concat_str(pl.lit("2"), pl.col("order_id").str.slice(1)),
        state=pl.lit("cancelled"),
        finished_at=pl.lit(None, pl.Datetime("us", "Asia/Shanghai")),
    )
    note = pl.when(pl.col("order_id").str.ends_with("77")).then(pl.lit("已电话联系 13800138000 改地址"))
    both = pl.concat([lines.with_columns(remark=note), parents], how="diagonal").sort(
        "created_at", "order_id", maintain_order=True
    )
    place = pl.col("province_name").str.replace("(省|市|壮族自治区|维吾尔自治区)$", "")
    cells: Cells = {
        "订单号": pl.col("order_id"), "商品ID": pl.col("sku_id"),
        "商品名称": pl.format('"{} {} {}"', "product_name", "color_name", "size_name"),
        "订购数量": pl.col("line_qty").cast(pl.String), "支付方式": pl.lit("在线支付"),
        "下单时间": moment(pl.col("created_at")),
        "京东价": _grouped(pl.col("unit_price_fen")), "订单金额": _grouped(pl.col("total_fen")),
        "结算金额": _grouped(pl.col("seller_fen")),
        "余额支付": _grouped(pl.col("balance_fen")), "应付金额": _grouped(pl.col("due_fen")),
        "订单状态": say(pl.col("state"), api=False),
        "订单类型": pl.lit("销售订单"), "下单帐号": pl.lit("jd_sim***"), "客户姓名": pl.lit('"某*"'),
        "联系电话": pl.lit('"138****0000"'),
        "客户地址": pl.format('"{}{}中心区某街道某小区1栋"', place, "city_name"),
        "商家备注": pl.format('"{}"', pl.col("remark").fill_null("")),
        "运费金额": yuan(pl.col("freight_total")), "付款确认时间": moment(pl.col("paid_at")),
        "货号": pl.col("style_code"),
        "订单完成时间": moment(pl.col("finished_at")), "订单来源": pl.lit("移动端订单"),
        "订单渠道": pl.lit("暂无来源"),
    }  # fmt: skip
    return _csv(both, _ORDER, cells, end=",").encode("gbk")


def wallet_csv(rows: pl.DataFrame, layout: int) -> bytes:
    """钱包 bill of ``bill_rows`` frames in one of ``WALLETS``: GBK, ids as formulas, one row per order × SKU
    × document × fee.
    """
    out = pl.col("amount_fen") < 0
    settled = pl.col("settled_at").is_not_null()
    cells: Cells = {
        "订单编号": _formula("order_id"), "单据编号": _formula("document"),
        "单据类型": pl.col("document_type"), "商品编号": _formula("sku_id"),
        "商户订单号": _formula("settlement_ref"), "商品名称": pl.format('"{}"', "product_name"),
        "结算状态": pl.when(settled).then(pl.lit("结算完成")).otherwise(pl.lit("未结算")),
        "费用发生时间": moment(pl.col("occurred_at")),
        "费用计费时间": moment(pl.col("occurred_at")), "费用结算时间": moment(pl.col("settled_at")),
        "费用项": pl.col("fee"),
        "金额": yuan(pl.col("amount_fen")),
        "币种": pl.lit("CNY"), "商家应收/应付": pl.when(out).then(pl.lit("应付")).otherwise(pl.lit("应收")),
        "收支方向": pl.when(out).then(pl.lit("支出")).otherwise(pl.lit("收入")),
        "商品数量": pl.col("line_qty").cast(pl.String),
        "账单日期": pl.col("bill_date").dt.strftime("%Y%m%d"),
        "对账日期": pl.col("bill_date").dt.strftime("%Y%m%d"),
    }  # fmt: skip
    return _csv(rows, WALLETS[layout], cells).encode("gbk")


def bill_rows(lines: pl.DataFrame, refunds: pl.DataFrame, settlements: pl.DataFrame) -> pl.DataFrame:
    """What the wallet bills of all days up to now hold, from frames of one moment: payouts with their fees,
    and every refund that was made.

    A refund before the payout waits for it: until then its row has no time of settlement. Net of everything a
    line has settled what the market says.
    """
    goods = lines.select("order_line_id", "sku_id", "product_name", "line_qty", "freight_fen")
    payouts = settlements.filter(pl.col("settlement_type_code") == "sale").select(
        "order_id", "order_line_id", "settlement_ref", "settled_at", "base_fen", "fee_fen"
    )
    done = refunds.filter(pl.col("refund_status_code") == "success").select(
        "order_id", "order_line_id", "refund_id", "refund_fen", "stage_code", "type_code", "refunded_at"
    )
    paid_out = payouts.select("order_line_id", "settlement_ref", paid_out_at="settled_at")
    done = done.join(paid_out, on="order_line_id", how="left", maintain_order="left")
    early = (
        done.filter(pl.col("refunded_at") <= pl.col("paid_out_at"))
        .group_by("order_line_id")
        .agg(early_fen=pl.col("refund_fen").sum())
    )
    sold = payouts.join(early, on="order_line_id", how="left", maintain_order="left").join(
        goods, on="order_line_id", maintain_order="left"
    )
    gross = pl.col("base_fen") + pl.col("early_fen").fill_null(0) - pl.col("freight_fen")
    parts = [
        sold.with_columns(
            fee=pl.lit(fee),
            amount_fen=amount,
            document="order_id",
            document_type=pl.lit("订单"),
            occurred_at="settled_at",
        )
        for fee, amount in (
            ("货款", gross),
            ("代收配送费", pl.col("freight_fen")),
            ("佣金", -pl.col("fee_fen")),
        )
    ]
    protected, before = pl.col("type_code") == "price_protection", pl.col("stage_code") == "before_shipment"
    kind = (
        pl.when(protected)
        .then(pl.lit("非销售单"))
        .when(before)
        .then(pl.lit("取消退款单"))
        .otherwise(pl.lit("售后服务单"))
    )
    back = done.join(goods, on="order_line_id", maintain_order="left").with_columns(
        fee=pl.when(protected).then(pl.lit("价保扣款")).otherwise(pl.lit("货款")),
        amount_fen=-pl.col("refund_fen"),
        document="refund_id",
        document_type=kind,
        occurred_at="refunded_at",
        settled_at=pl.when(pl.col("paid_out_at").is_not_null()).then(
            pl.max_horizontal("refunded_at", "paid_out_at")
        ),
    )
    rows = pl.concat([*parts, back], how="diagonal").filter(pl.col("amount_fen") != 0)
    return rows.with_columns(bill_date=pl.coalesce("settled_at", "occurred_at").dt.date()).sort(
        "bill_date", "order_id", "sku_id", "document", "fee"
    )


def promotion_csv(lines: pl.DataFrame) -> bytes:
    """营销对账明细 of paid lines: one row per discount, UTF-8 with BOM, ``--`` for nothing."""
    paid = lines.filter(pl.col("paid_at").is_not_null())
    zero = pl.lit(0, pl.Int64)
    rows = pl.concat(
        [
            paid.filter(pl.col("discount_platform_fen") > 0).with_columns(
                kind=pl.lit("支付营销优惠类型"), jd_fen="discount_platform_fen", own_fen=zero
            ),
            paid.filter(pl.col("discount_merchant_fen") > 0).with_columns(
                kind=pl.lit("店铺优惠"), jd_fen=zero, own_fen="discount_merchant_fen"
            ),
        ]
    ).sort("created_at", "order_id", "sku_id", "kind")
    cells: Cells = {
        "订单编号": pl.col("order_id"), "订单下单时间": moment(pl.col("created_at")),
        "商品编号": pl.col("sku_id"),
        "商品名称": pl.format('"{}"', "product_name"), "商品数量": pl.col("line_qty").cast(pl.String),
        "优惠类型": pl.col("kind"),
        "优惠活动名称": pl.lit("--"), "优惠活动ID": pl.lit("--"),
        "京东承担金额": yuan(pl.col("jd_fen")), "商家承担金额": yuan(pl.col("own_fen")),
        "政府承担金额": pl.lit("--"),
    }  # fmt: skip
    return b"\xef\xbb\xbf" + _csv(rows, _PROMOTION, cells).encode()


def fund_xlsx(funds: pl.DataFrame) -> bytes:
    """资金表 saved as a workbook of its own; ``--`` in the column a movement does not touch."""
    remark = pl.col("fund_type_code").replace_strict(REMARK, default="其他", return_dtype=pl.String)
    dated = pl.col("moved_at").dt.strftime("%Y年%-m月%-d日")
    move = pl.col("moved_fen")
    cells: Cells = {
        "商户号": pl.lit("110000000001"), "账户代码": pl.lit("1890000000001"), "账户名称": pl.lit("基本账户"),
        "日期": moment(pl.col("moved_at")),
        "商户订单号": pl.col("fund_ref"), "账户余额(元)": yuan(pl.col("balance_fen")),
        "收入金额(元)": pl.when(move >= 0).then(yuan(move)).otherwise(pl.lit("--")),
        "支出金额(元)": pl.when(move < 0).then(yuan(-move)).otherwise(pl.lit("--")),
        "账单日期": pl.col("moved_at").dt.strftime("%Y%m%d"),
        "交易备注": pl.when(pl.col("fund_type_code") == "sale").then(pl.concat_str(dated, remark))
        .otherwise(remark),
    }  # fmt: skip
    table = funds.select(cells[name].alias(name) for name in _FUND.split(","))
    return write_workbook({"资金表": table})


def _csv(rows: pl.DataFrame, header: str, cells: Cells, end: str = "") -> str:
    names = header.split(",")
    text = rows.select(
        pl.concat_str([cells.get(name, pl.lit("")).fill_null("") for name in names], separator=",")
    ).to_series()
    return "\r\n".join([header + end, *(line + end for line in text.to_list()), ""])


def _grouped(fen: pl.Expr) -> pl.Expr:
    """With a comma above 999, which then needs quotes."""
    thousands, rest = fen // 100_000, fen % 100_000
    return (
        pl.when(thousands > 0)
        .then(pl.format('"{},{}"', thousands, yuan(rest).str.zfill(6)))
        .otherwise(yuan(fen))
    )


def _formula(column: str) -> pl.Expr:
    return pl.format('="{}"', pl.col(column).fill_null(""))
