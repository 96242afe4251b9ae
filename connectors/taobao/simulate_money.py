"""Money beside the orders as a merchant downloads it: Alipay's and WeChat's ledgers, advertising reports,
product lists.

Words and headers are written down a second time. A movement whose order ends in 3 hides the order's number in
its note, as some do.
"""

from __future__ import annotations

import datetime as dt

import polars as pl

from connectors.taobao.simulate_files import HEADERS, csv_bytes, xlsx_bytes
from connectors.taobao.simulate_words import moment, yuan

#: kind of movement → (业务类型, 业务描述, 入账类型). Only the receipt's number is a real one. A commission is
#: told by its note alone.
_SAID = {
    "sale": ("交易付款", "0010001|交易收款-交易收款", "交易收款"),
    "fee": ("交易分账", "0030001|天猫佣金-软件服务费", "扣款"),
    "commission": ("其它", "", "扣款"),
    "refund": ("交易退款", "0020001|交易退款-售后退款", "退款"),
    "insurance": ("其它", "0030021|保险-运费险", "扣款"),
    "advertising": ("转账", "阿里妈妈-万相台充值", "扣款"),
    "withdrawal": ("提现", "0090001|提现-提现", "提现"),
}
_DAY = "%Y年%m月%d日 %H:%M:%S"
_EVEN = ["0", "2", "4", "6", "8"]


def told_apart(funds: pl.DataFrame, settlements: pl.DataFrame) -> pl.DataFrame:
    """``funds`` with every payout told as the accounts do: what the buyer paid comes in whole, the platform's
    fee and the commission go out beside it.
    """
    charged = pl.col("commission_fen") + pl.col("leader_fen")
    bill = settlements.filter(settlement_type_code="sale").select(
        "order_line_id", "base_fen", "fee_fen", charged_fen=charged
    )
    is_sale = pl.col("fund_type_code") == "sale"
    sales = funds.filter(is_sale).join(
        bill, on="order_line_id", how="left", validate="1:1", maintain_order="left"
    )
    parts = [
        sales.with_columns(
            fund_type_code=pl.lit(kind), moved_fen=money, fund_ref=pl.concat_str("fund_ref", pl.lit(digit))
        )
        for kind, money, digit in (
            ("sale", pl.col("base_fen"), "1"),
            ("fee", -pl.col("fee_fen"), "2"),
            ("commission", -pl.col("charged_fen"), "3"),
        )
    ]
    told = [part.filter(pl.col("moved_fen") != 0).select(funds.columns) for part in parts]
    return pl.concat([funds.filter(~is_sale), *told]).sort("moved_at", "fund_ref")


def split(funds: pl.DataFrame, *, alone: bool) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Movements of Alipay, with the balance that account then has, and of WeChat pay: half of the orders,
    none where Alipay stands ``alone``.
    """
    by_wechat = pl.col("order_id").str.slice(-1).is_in([] if alone else _EVEN).fill_null(False)
    alipay = funds.filter(~by_wechat).with_columns(balance_fen=50_000_000 + pl.col("moved_fen").cum_sum())
    return alipay, funds.filter(by_wechat)


def alipay_csv(funds: pl.DataFrame, days: tuple[dt.date, dt.date], *, padded: bool) -> bytes:
    """账务明细 in its four lines of preamble and four of footer, GB18030.

    ``padded``: UTF-8 with an empty first column. Outflows carry a minus or not.
    """
    hidden = pl.col("order_id").str.ends_with("3").fill_null(False)
    is_commission = pl.col("fund_type_code") == "commission"
    tail = pl.lit(" memberid:7788，付款方：13800138000）")
    taken = pl.concat_str(pl.lit("代扣款（扣款用途：淘宝联盟佣金代扣 tradeid:"), "order_id", tail)
    in_note = (
        pl.when(hidden)
        .then(pl.concat_str(pl.lit("电话 13800138000 关联订单号："), "order_id"))
        .otherwise(pl.lit("订单收款"))
    )
    cells = {
        "账务流水号": pl.col("fund_ref"), "业务流水号": pl.concat_str(pl.lit("2026"), "fund_ref"),
        "发生时间": moment(pl.col("moved_at")),
        "收入金额（+元）": _into(), "支出金额（-元）": pl.when(padded)
        .then(pl.concat_str(pl.lit("-"), _out())).otherwise(_out()),
        "账户余额（元）": yuan(pl.col("balance_fen")), "业务类型": _said(0),
        "备注": pl.when(is_commission).then(taken).otherwise(in_note),
        "商户订单号": pl.when(~hidden & ~is_commission).then(pl.concat_str(pl.lit("T200P"), "order_id")),
        "对方账号": pl.lit("138****8000"),
        "业务描述": _said(1),
        "业务基础订单号": pl.when(hidden).then(pl.concat_str(pl.lit("FP301_"), "fund_ref"))
        .when(~is_commission).then("order_id"),
    }  # fmt: skip
    first, last = (dt.datetime.combine(day, dt.time()) for day in (days[0], days[1] + dt.timedelta(days=1)))
    above = [
        "#支付宝账务明细查询",
        "#账号：[2088****************]",
        f"#起始日期：[{first:{_DAY}}] 终止日期：[{last:{_DAY}}]",
        "#----------------账务明细列表----------------",
    ]
    came, gone = funds.filter(pl.col("moved_fen") > 0), funds.filter(pl.col("moved_fen") < 0)
    below = [
        "#----------------账务明细列表结束------------",
        f"#支出合计：{gone.height}笔，共{gone['moved_fen'].sum() / 100:.2f}元",
        f"#收入合计：{came.height}笔，共{came['moved_fen'].sum() / 100:.2f}元", f"#导出时间：[{last:{_DAY}}]",
    ]  # fmt: skip
    lead = "," if padded else ""
    rows = funds.select(
        pl.concat_str(
            [cells.get(name, pl.lit("")).fill_null("") for name in HEADERS["alipay"]], separator=","
        )
    ).to_series()
    body = [lead + ",".join(HEADERS["alipay"]), *(lead + row for row in rows)]
    return ("\r\n".join([*above, *body, *below]) + "\r\n").encode("utf-8-sig" if padded else "gb18030")


def wechat_csv(funds: pl.DataFrame, *, wide: bool) -> bytes:
    """The WeChat-pay ledger, 8 columns or 14, which spell 入账 and 入帐.

    The movements of an order share its payment's number.
    """
    serial = pl.concat_str(pl.lit("42000019"), "order_id")
    purpose = (
        pl.when(pl.col("fund_type_code") == "commission")
        .then(pl.lit("淘宝联盟佣金代扣"))
        .otherwise(_said(1).str.replace(r"^\d+\|", ""))
    )
    common = {"支付流水号": serial, "业务描述": purpose}
    if not wide:
        cells = common | {
            "入账时间": moment(pl.col("moved_at")),
            "淘宝订单编号": pl.col("order_id"),
            "入账类型": _said(2),
            "收入金额（元）": _into(),
            "支出金额": _out(),
        }
        return csv_bytes(
            funds, HEADERS["wechat_8"], cells | {"备注": pl.lit("13800138000")}, ("淘宝订单编号",)
        )
    cells = common | {
        "商家昵称": pl.lit("某某旗舰店"), "入帐日期": pl.col("moved_at").dt.strftime("%Y-%m-%d"),
        "入帐时间": pl.col("moved_at").dt.strftime("%H:%M:%S"),
        "主订单id": pl.col("order_id"), "子订单id": pl.col("order_line_id"), "入帐类型": _said(2),
        "收入金额(元)": _into(), "支出金额(元)": _out(),
        "备注": pl.lit("13800138000"), "收/付渠道": pl.lit("微信支付"),
    }  # fmt: skip
    return csv_bytes(funds, HEADERS["wechat_14"], cells, ("主订单id", "子订单id"))


def scene_report(ads: pl.DataFrame) -> bytes:
    """The report of 2026: one row per day and scene."""
    cells = {
        "日期": pl.col("ad_date").dt.strftime("%Y-%m-%d"), "场景ID": pl.col("plan_id"),
        "场景名字": pl.col("plan_name"), "花费": yuan(pl.col("spent_fen")),
        "总成交金额": yuan(pl.col("reported_gmv_fen")),
        "总成交笔数": pl.col("reported_orders_qty").cast(pl.String),
    }  # fmt: skip
    return csv_bytes(ads, HEADERS["ad_scene"], cells)


def account_report(ads: pl.DataFrame) -> bytes:
    """The report of 2022: each day and aim twice, by what was sold within three days and within fifteen, with
    one and the same spend.
    """
    both = pl.concat(
        [
            ads.with_columns(cycle=pl.lit("3天累计数据"), gmv=pl.col("reported_gmv_fen") * 4 // 5),
            ads.with_columns(cycle=pl.lit("15天累计数据"), gmv="reported_gmv_fen"),
        ]
    )
    cells = {
        "日期": pl.col("ad_date").dt.strftime("%Y-%m-%d"), "优化目标": pl.col("plan_name"),
        "效果模型": pl.lit("点击效果"), "统计口径": pl.lit("全部"),
        "转化周期": pl.col("cycle"), "消耗": yuan(pl.col("spent_fen")),
        "曝光量": pl.col("impressions_qty").cast(pl.String),
        "点击量": pl.col("clicks_qty").cast(pl.String), "点击率": pl.lit("-"),
        "总成交笔数": pl.col("reported_orders_qty").cast(pl.String),
        "总成交金额": yuan(pl.col("gmv")), "直接成交金额": yuan(pl.col("gmv")), "间接成交金额": pl.lit("0"),
    }  # fmt: skip
    return csv_bytes(both.sort("ad_date", "plan_id", "cycle"), HEADERS["ad_account"], cells)


def product_list(skus: pl.DataFrame) -> bytes:
    """商家中心 商品信息: one row per product, its colours in one cell."""
    price = yuan(pl.col("unit_price_fen"))
    cells = {
        "商品id": pl.col("product_id"),
        "商品名称": pl.col("product_name"),
        "商品编码": pl.col("style_code"),
        "商品价格": price,
        "颜色分类": pl.col("colors"),
    }
    return xlsx_bytes(_products(skus), HEADERS["product"], cells)


def shop_statistics(skus: pl.DataFrame, day: dt.date) -> bytes:
    """生意参谋 商品列表 of a day; what it counts is left empty here."""
    cells = {
        "统计日期": pl.lit(day.isoformat()), "商品id": pl.col("product_id"),
        "商品名称": pl.col("product_name"), "货号": pl.col("style_code"),
        "商品状态": pl.lit("当前在线"),
    }  # fmt: skip
    return xlsx_bytes(_products(skus), HEADERS["sycm"], cells)


def _products(skus: pl.DataFrame) -> pl.DataFrame:
    return skus.group_by("product_id", maintain_order=True).agg(
        pl.col("product_name", "style_code", "unit_price_fen").first(),
        colors=pl.col("color_name").unique(maintain_order=True).str.join(","),
    )


def _said(part: int) -> pl.Expr:
    return pl.col("fund_type_code").replace_strict(
        {code: words[part] for code, words in _SAID.items()}, return_dtype=pl.String
    )


def _into() -> pl.Expr:
    return yuan(pl.when(pl.col("moved_fen") > 0).then("moved_fen").otherwise(0))


def _out() -> pl.Expr:
    return yuan(pl.when(pl.col("moved_fen") < 0).then(-pl.col("moved_fen")).otherwise(0))
