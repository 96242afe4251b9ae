"""How the back-office writes its files: headers and quirks written down again from the sources, apart from
the parser's columns.csv.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import polars as pl

from connectors.kuaishou import simulate_words as words
from simulator.workbooks import write_workbook

_EPOCH = dt.datetime(2026, 1, 1)  # noqa: DTZ001 - the workbook stamp is fixed so that the same market gives the same bytes


def _cells(text: str) -> list[str]:
    """A header line, as it is written down in the sources, cell by cell."""
    return text.split(",")


HEADER_64 = _cells(
    "订单号,赠品订单号,活动订单编号,订单创建时间,订单支付时间,预售定金支付时间,订单状态,实付款,快递费,"
    "店铺优惠,平台补贴,主播补贴,混资活动优惠,支付优惠,支付方式,成交数量,"
    "买家留言,账号类型,账号明细,订单备注,旗帜颜色,售后状态,活动订单,预售/承诺发货时间,订单载体,国补类型,"
    "商品名称,商品ID,商品规格,SKU编码,商品单价,渠道,CPS达人ID,"
    "CPS达人昵称,预估推广佣金,预估推广者分佣比例,团长ID,团长昵称,快赚客ID,快赚客昵称,授权推广者ID,"
    "授权推广者昵称,收货人姓名,收货人电话,收货地址-省,收货地址-市,"
    "收货地址-区,收货地址-街道,收货地址,发货时间,快递公司,快递单号,物流信息,集运类型,直邮类型,仓库名称,"
    "仓库地址,发货类型,实名姓名,服务门店ID,服务门店名称,服务门店地址,"
    "国补/类国补/消费券,订单销售主体"
)
NEW_SINCE_2025 = ("国补类型", "发货类型", "订单销售主体")
HEADER_SETTLEMENT = _cells(
    "商家ID,订单号,商品ID,商品名称,商品数量,订单创建时间,订单实付(元),政府补贴,支付营销补贴,平台补贴,"
    "商家补贴(元),达人补贴,达人补贴明细,合计收入(元),订单退款(元),"
    "支付营销回退（元）,技术服务费(元),预售增收技术服务费（元）,达人ID,MCN机构ID,达人佣金(元),团长id,"
    "团长佣金(元),佣金模式,快赚客ID,快赚客佣金(元),服务商ID,服务商佣金(元),"
    "分账基数,其他收费,其他收费明细,合计支出(元),实际结算金额(元),实际结算时间,结算规则,资金渠道,账户名称,"
    "结算商户号,备注,消费金信息"
)
HEADER_FUNDS = _cells(
    "账务流水号,关联业务单号,入账时间,账务方向,发生额（元）,期末余额（元）,业务类型,描述,备注"
)
HEADER_INSURANCE = _cells(
    "订单编号,服务费用（元）,商家承担服务费用（元）,平台补贴费用（元）,生效时间,收费编号"
)

Cells = Mapping[str, pl.Expr]


def order_table(lines: pl.DataFrame, *, old_layout: bool) -> pl.DataFrame:
    """订单明细 as text: one row per order, ``¥1,299.90``, "-" for nothing, receivers in plain text.

    64 columns, or the older 61.
    """
    cells = _order_cells()
    header = [name for name in HEADER_64 if not (old_layout and name in NEW_SINCE_2025)]
    return lines.select(cells.get(name, pl.lit("-")).alias(name) for name in header)


def settlement_table(settlements: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """结算账单 as text, 40 columns; expenses are positive numbers.

    A take-back is a row of its own without income.
    """
    wanted = lines.select(
        "order_line_id", "product_id", "product_name", "line_qty", "created_at", "paid_fen",
        "discount_platform_fen", "discount_creator_fen",
        "live_account_id", "seller_code",
    )  # fmt: skip
    joined = settlements.join(wanted, on="order_line_id", how="left", maintain_order="left").with_columns(
        **{name: _of_sale(name) for name in ("paid_fen", "discount_platform_fen", "discount_creator_fen")}
    )
    joined = joined.with_columns(
        income_fen=pl.sum_horizontal("paid_fen", "discount_platform_fen", "discount_creator_fen")
    )
    cells = _settlement_cells()
    return joined.select(cells.get(name, pl.lit("-")).alias(name) for name in HEADER_SETTLEMENT)


def fund_table(funds: pl.DataFrame) -> pl.DataFrame:
    """动账明细 as text, 9 columns, oldest first.

    Before a withdrawal its money is frozen, which moves nothing.
    """
    frozen = funds.filter(pl.col("fund_type_code") == "withdrawal").with_columns(
        fund_ref=pl.lit("8") + pl.col("fund_ref").str.slice(1),
        moved_at=pl.col("moved_at") - pl.duration(minutes=5),
        balance_fen=pl.col("balance_fen") - pl.col("moved_fen"),
        scene=pl.lit(words.FROZEN),
    )
    told = funds.with_columns(
        scene=pl.col("fund_type_code").replace_strict(words.SCENE, return_dtype=pl.String)
    )
    rows = pl.concat([told, frozen]).sort("moved_at", "fund_ref")
    cells: Cells = {
        "账务流水号": pl.col("fund_ref"), "关联业务单号": pl.col("order_id").fill_null("-"),
        "入账时间": _moment("moved_at"),
        "账务方向": pl.when(pl.col("moved_fen") > 0).then(pl.lit("收")).otherwise(pl.lit("支")),
        "发生额（元）": _yuan(pl.col("moved_fen").abs()),
        "期末余额（元）": _yuan(pl.col("balance_fen")), "业务类型": pl.col("scene"),
    }  # fmt: skip
    return rows.select(cells.get(name, pl.lit("-")).alias(name) for name in HEADER_FUNDS)


def insurance_table(insurance: pl.DataFrame) -> pl.DataFrame:
    """运费险 as text, 6 columns."""
    cells: Cells = {
        "订单编号": pl.col("order_id"), "服务费用（元）": _yuan(pl.col("premium_fen")),
        "商家承担服务费用（元）": _yuan(pl.col("premium_merchant_fen")),
        "平台补贴费用（元）": _yuan(pl.col("premium_platform_fen")), "生效时间": _moment("insured_at"),
        "收费编号": pl.col("insurance_ref"),
    }  # fmt: skip
    return insurance.select(cells[name].alias(name) for name in HEADER_INSURANCE)


def workbook(table: pl.DataFrame, rows_per_sheet: int) -> bytes:
    """A workbook as the platform writes it: many sheets, each with the header, each declaring the range A1:A1
    whatever it holds; all cells text.
    """
    starts = range(0, max(table.height, 1), rows_per_sheet)
    pages = {f"Sheet{number}": table.slice(start, rows_per_sheet) for number, start in enumerate(starts, 1)}
    return write_workbook(pages, is_range_false=True)


def _moment(column: str) -> pl.Expr:
    return pl.col(column).dt.strftime("%Y-%m-%d %H:%M:%S").fill_null("-")


def _yuan(fen: pl.Expr) -> pl.Expr:
    whole, rest = (fen.abs() // 100).cast(pl.String), (fen.abs() % 100).cast(pl.String).str.zfill(2)
    return pl.concat_str(pl.when(fen < 0).then(pl.lit("-")).otherwise(pl.lit("")), whole, pl.lit("."), rest)


def _marked(column: str) -> pl.Expr:
    """``¥1,299.90``; ``￥0`` for nothing, with the other of the two marks."""
    fen = pl.col(column)
    thousands, rest = fen // 100_000, fen % 100_000
    long = pl.concat_str(
        pl.lit("¥"),
        thousands.cast(pl.String),
        pl.lit(","),
        (rest // 100).cast(pl.String).str.zfill(3),
        pl.lit("."),
        _cents(rest),
    )
    return (
        pl.when(fen == 0)
        .then(pl.lit("￥0"))
        .when(thousands > 0)
        .then(long)
        .otherwise(pl.lit("¥") + _yuan(fen))
    )


def _cents(fen: pl.Expr) -> pl.Expr:
    return (fen % 100).cast(pl.String).str.zfill(2)


def _of_sale(column: str) -> pl.Expr:
    return pl.when(pl.col("settlement_type_code") == "sale").then(column).otherwise(0)


def _order_cells() -> Cells:
    own, account = pl.col("seller_code") == "own", pl.col("live_account_id")
    nobody, untold = pl.lit("0"), pl.lit("-")
    note = (
        pl.when(pl.col("order_id").str.ends_with("7"))
        .then(pl.lit("已电话联系 13800138000 改地址"))
        .otherwise(untold)
    )
    return {
        "订单号": pl.col("order_id"), "订单创建时间": _moment("created_at"),
        "订单支付时间": _moment("paid_at"),
        "订单状态": words.say("order_status_code", words.STATUS, 0, pl.String),
        "实付款": _marked("placed_fen"), "快递费": _marked("freight_fen"),
        "店铺优惠": _marked("discount_merchant_fen"), "平台补贴": _marked("discount_platform_fen"),
        "主播补贴": _marked("discount_creator_fen"),
        "混资活动优惠": pl.lit("￥0"), "支付优惠": pl.lit("￥0"), "支付方式": pl.lit("微信"),
        "成交数量": pl.col("line_qty").cast(pl.String),
        "买家留言": pl.when(pl.col("order_id").str.ends_with("3")).then(pl.lit("请放门口 13800138000"))
        .otherwise(untold), "订单备注": note,
        "旗帜颜色": pl.lit("灰"), "售后状态": pl.col("refund_status_code")
        .replace_strict(words.ORDER_AFTER_SALE, return_dtype=pl.String),
        "订单载体": words.say("content_code", words.CARRIER, 0, pl.String),
        "商品名称": pl.col("product_name"), "商品ID": pl.col("product_id"),
        "商品规格": pl.format("颜色:{};尺码:{}", "color_name", "size_name"), "SKU编码": pl.col("sku_code"),
        "商品单价": _marked("unit_price_fen"),
        "渠道": words.say("seller_code", words.SELLER, 0, pl.String),
        "CPS达人ID": pl.when(~own).then(account).fill_null(nobody),
        "CPS达人昵称": pl.when(~own).then("live_account_name").fill_null(untold),
        "预估推广佣金": pl.lit("￥0"),
        "预估推广者分佣比例": pl.when(own).then(untold).otherwise(pl.lit("30.0%")), "团长ID": nobody,
        "快赚客ID": nobody,
        "授权推广者ID": pl.when(own).then(account).fill_null(nobody),
        "授权推广者昵称": pl.when(own).then("live_account_name").fill_null(untold),
        "收货人姓名": pl.lit("陈某某"), "收货人电话": pl.lit("13800138000"),
        "收货地址-省": pl.col("province_name"), "收货地址-市": pl.col("city_name"),
        "收货地址-区": pl.lit("中心区"), "收货地址-街道": pl.lit("某街道"),
        "收货地址": pl.lit("幸福小区 5 栋 13800138000"),
        "发货时间": _moment("shipped_at"), "快递公司": pl.lit("中通"),
        "快递单号": pl.lit("7") + pl.col("order_id").str.tail(13),
        "物流信息": pl.lit("陈某某 已签收"), "实名姓名": pl.lit("陈某某"), "仓库地址": pl.lit("中心区某街道"),
    }  # fmt: skip


def _settlement_cells() -> Cells:
    spent = pl.sum_horizontal("fee_fen", "commission_fen", "leader_fen")
    creator = pl.when(pl.col("seller_code") == "creator").then("live_account_id").fill_null("0")
    return {
        "商家ID": pl.lit("1004"), "订单号": pl.col("order_id"), "商品ID": pl.col("product_id"),
        "商品名称": pl.col("product_name"),
        "商品数量": pl.col("line_qty").cast(pl.String), "订单创建时间": _moment("created_at"),
        "订单实付(元)": _yuan(pl.col("paid_fen")),
        "政府补贴": pl.lit("0.00"), "支付营销补贴": pl.lit("0.00"),
        "平台补贴": _yuan(pl.col("discount_platform_fen")), "商家补贴(元)": pl.lit("0.00"),
        "达人补贴": _yuan(pl.col("discount_creator_fen")), "合计收入(元)": _yuan(pl.col("income_fen")),
        "订单退款(元)": _yuan(pl.col("income_fen") - pl.col("base_fen")),
        "支付营销回退（元）": pl.lit("0.00"), "技术服务费(元)": _yuan(pl.col("fee_fen")),
        "预售增收技术服务费（元）": pl.lit("0.00"), "达人ID": creator,
        "达人佣金(元)": _yuan(pl.col("commission_fen")),
        "团长id": pl.when(pl.col("leader_fen") > 0).then(pl.lit("3300112233")).otherwise(pl.lit("0")),
        "团长佣金(元)": _yuan(pl.col("leader_fen")),
        "快赚客佣金(元)": pl.lit("0.00"), "服务商佣金(元)": pl.lit("0.00"), "其他收费": pl.lit("0.00"),
        "合计支出(元)": _yuan(spent),
        "实际结算金额(元)": _yuan(pl.col("settled_fen")), "实际结算时间": _moment("settled_at"),
        "资金渠道": pl.lit("微信"), "账户名称": pl.lit("陈某某"),
        "备注": pl.lit("联系 13800138000"),
    }  # fmt: skip
