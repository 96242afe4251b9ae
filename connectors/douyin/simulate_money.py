"""How the back-office writes money: settlement bill, account movements, shipping insurance, advertising, and
the product list beside them.

Headers and words are written down again from the sources. A settlement's base is what the buyer paid and the
subsidies, less refunds before it.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

_BILL = (
    "结算时间,订单号,子订单号,结算金额,结算账户,结算单类型,有结算前退款,下单时间,商品ID,商品数量,业务类型,"
    "订单类型,订单总价,商品总价,运费,店铺劵,结算前退款金额,平台补贴,达人补贴,"
    "抖音支付补贴,抖音月付营销补贴,用户实付,收入合计,平台服务费,佣金,渠道分成,招商服务费,站外推广费,其他分成,"
    "其他分成说明,支出合计,是否免佣,免佣金额,备注"
)
_FLOW_39 = (
    "动账时间,动帐流水号,动账方向,动账金额,动账账户,动账场景,计费类型,子订单号,订单号,售后编号,下单时间,"
    "商品ID,商品名称,达人ID,达人名称,订单类型,订单实付应结,运费实付,"
    "实际平台补贴_运费,实际平台补贴,其他平台补贴,以旧换新抵扣,政府补贴平台垫资,实际达人补贴,实际抖音支付补贴,"
    "实际抖音月付营销补贴,银行补贴,订单退款,平台服务费,佣金,服务商佣金,"
    "渠道分成,招商服务费,站外推广费,其他分成,是否免佣,免佣金额,商户主体名称,备注"
)
_ONLY_39 = {
    "商品名称",
    "达人ID",
    "达人名称",
    "其他平台补贴",
    "以旧换新抵扣",
    "政府补贴平台垫资",
    "银行补贴",
    "服务商佣金",
    "商户主体名称",
}
_LEDGER = "动账流水号,关联订单号,关联子订单号,动账时间,账户方向,动账金额(元),动账场景,账户余额(元),备注"
_POLICY = (
    "投保单号,订单编号,下单时间,承保时间,保险名称,承保保司,保费来源,支付保费,保费状态,动账时间,动账流水号,"
    "保险交易单号,平台优惠【营销补贴】,保障额度,保障状态,备注,"
    "平台优惠【特殊活动】,平台优惠"
)
_PREMIUM = "保险单号,动账流水号,关联子订单号,摘要描述,动账时间,金额(元)"
_PLAN = (
    "计划名称,计划ID,日期,整体消耗,整体成交订单数,整体成交金额,整体支付ROI,整体成交订单成本,净成交ROI,"
    "净成交金额,净成交订单数,净成交订单成本,净成交金额结算率,1小时内退款率,"
    "1小时内退款金额,用户实际支付金额,电商平台补贴金额,7日GMV结算率,7日结算金额,14日结算金额"
)
_PRODUCT = "商品ID,商品名称,一级类目,二级类目,三级类目,四级类目,商家SKU编码,规格ID（SKUID）,商品规格"
_IN_YUAN = {
    "整体消耗",
    "整体成交金额",
    "净成交金额",
    "1小时内退款金额",
    "用户实际支付金额",
    "电商平台补贴金额",
    "7日结算金额",
    "14日结算金额",
}

_SCENE = {
    "sale": "货款结算入账",
    "refund": "退款-结算后退款-退用户",
    "insurance": "退换货运费险",
    "advertising": "巨量千川充值",
    "withdrawal": "提现",
}
_CHANNEL = {"own": "小店自卖", "creator": "精选联盟"}

Cells = Mapping[str, pl.Expr]


def settlement_csv(settlements: pl.DataFrame, lines: pl.DataFrame, *, plain_expenses: bool) -> bytes:
    """结算账单, 34 columns and a formula row under the header.

    ``plain_expenses``: expenses without their minus, as some bills have them.
    """
    sign = 1 if plain_expenses else -1
    charged, nothing = pl.sum_horizontal("fee_fen", "commission_fen", "leader_fen"), pl.lit(0, pl.Int64)
    is_sale = pl.col("settlement_type_code") == "sale"
    gross = pl.sum_horizontal("paid_fen", "discount_platform_fen", "discount_creator_fen")
    before = pl.when(is_sale).then(gross - pl.col("base_fen")).otherwise(0)
    income = pl.when(is_sale).then("base_fen").otherwise(0)
    # what is taken back after the payout is an expense of its entry
    expense = sign * pl.when(is_sale).then(charged).otherwise(-pl.col("settled_fen"))
    cells: Cells = {
        "结算时间": _moment("settled_at"), "订单号": _quoted("order_id"),
        "子订单号": _quoted("order_line_id"), "结算金额": _yuan(pl.col("settled_fen")),
        "结算账户": pl.lit("聚合账户"), "结算单类型": pl.when(is_sale).then(pl.lit("已结算"))
        .otherwise(pl.lit("结算后退款-原路退回")),
        "有结算前退款": pl.when(before > 0).then(pl.lit("是")).otherwise(pl.lit("否")),
        "下单时间": _moment("created_at"), "商品ID": _quoted("product_id"),
        "商品数量": pl.col("line_qty").cast(pl.String),
        "业务类型": pl.col("seller_code").replace_strict(_CHANNEL, return_dtype=pl.String),
        "订单类型": pl.lit("普通订单"), "订单总价": _yuan(gross),
        "商品总价": _yuan(gross - pl.col("freight_fen")), "运费": _yuan(pl.col("freight_fen")),
        "结算前退款金额": _yuan(before), "平台补贴": _yuan(
            pl.when(is_sale).then("discount_platform_fen").otherwise(0)),
        "达人补贴": _yuan(pl.when(is_sale).then("discount_creator_fen").otherwise(0)),
        "用户实付": _yuan(pl.col("paid_fen")), "收入合计": _yuan(income),
        "平台服务费": _yuan(sign * pl.col("fee_fen")), "佣金": _yuan(sign * pl.col("commission_fen")),
        "招商服务费": _yuan(sign * pl.col("leader_fen")),
        "支出合计": _yuan(expense), "是否免佣": pl.lit("否"), "免佣金额": _yuan(nothing),
        "备注": pl.lit("客服已联系 13800138000"),
    }  # fmt: skip
    formula = {"结算金额": "收入+支出", "收入合计": "订单总价-优惠+补贴", "支出合计": "各项费用之和"}
    told = settlements.join(_line_facts(lines), on="order_line_id", how="left", maintain_order="left")
    return _csv(told, _BILL.split(","), cells, "0", [formula.get(name, " ") for name in _BILL.split(",")])


def flow_csv(funds: pl.DataFrame, lines: pl.DataFrame, *, wide: bool, signed: bool) -> bytes:
    """动账明细, 39 columns or the older 30; amounts absolute, or ``signed``.

    Movements without an order have empty ids.
    """
    amount = pl.col("moved_fen") if signed else pl.col("moved_fen").abs()
    sold = pl.col("fund_type_code") == "sale"
    cells: Cells = {
        "动账时间": _moment("moved_at"), "动帐流水号": _quoted("fund_ref"),
        "动账方向": _direction("入账", "出账"), "动账金额": _yuan(amount),
        "动账账户": pl.lit("聚合账户"), "动账场景": _scene(), "子订单号": _quoted("order_line_id"),
        "订单号": _quoted("order_id"),
        "计费类型": pl.when(sold).then(pl.col("seller_code")
            .replace_strict(_CHANNEL, default="", return_dtype=pl.String)).otherwise(pl.lit("")),
        "售后编号": _quoted("refund_id"), "下单时间": _moment("created_at"), "商品ID": _quoted("product_id"),
        "达人ID": pl.lit(""), "达人名称": pl.lit(""),
        "商品名称": pl.lit(""), "订单类型": pl.lit(""), "是否免佣": pl.lit(""),
        "商户主体名称": pl.lit("某某服饰有限公司"), "备注": pl.lit("客服 13800138000"),
        "订单实付应结": _yuan(pl.when(sold).then("moved_fen").otherwise(0)),
    }  # fmt: skip
    header = [name for name in _FLOW_39.split(",") if wide or name not in _ONLY_39]
    return _csv(
        funds.join(_line_facts(lines), on="order_line_id", how="left", maintain_order="left"),
        header,
        cells,
        "0",
    )


def ledger_csv(funds: pl.DataFrame) -> bytes:
    """账户流水 with its running balance; ids behind a backtick, amounts signed, newest first."""
    cells: Cells = {
        "动账流水号": _quoted("fund_ref", "`"), "关联订单号": _quoted("order_id", "`"),
        "关联子订单号": _quoted("order_line_id", "`"),
        "动账时间": _moment("moved_at"), "账户方向": _direction("收入", "支出"),
        "动账金额(元)": _yuan(pl.col("moved_fen")), "动账场景": _scene(),
        "账户余额(元)": _yuan(pl.col("balance_fen")), "备注": pl.lit("客服 13800138000"),
    }  # fmt: skip
    return _csv(funds.reverse(), _LEDGER.split(","), cells, "")


def policy_csv(insurance: pl.DataFrame, lines: pl.DataFrame) -> bytes:
    """运费险, 18 columns; the platform's share stands in 平台优惠, of which the bracketed columns are the
    parts.
    """
    cells: Cells = {
        "投保单号": _quoted("insurance_ref"), "订单编号": _quoted("order_id"),
        "下单时间": _moment("created_at"), "承保时间": _moment("insured_at"),
        "保险名称": pl.lit("退货运费险"), "承保保司": pl.lit("某某财产保险"), "保费来源": pl.lit("商家投保"),
        "支付保费": _yuan(pl.col("premium_merchant_fen")),
        "保费状态": pl.lit("已支付"), "动账时间": _moment("insured_at"),
        "平台优惠【营销补贴】": _yuan(pl.col("premium_platform_fen")),
        "平台优惠【特殊活动】": pl.lit("0.00"), "平台优惠": _yuan(pl.col("premium_platform_fen")),
        "保障额度": pl.lit("12.00"),
        "备注": pl.lit("客服 13800138000"),
    }  # fmt: skip
    return _csv(
        insurance.join(_line_facts(lines), on="order_line_id", how="left", maintain_order="left"),
        _POLICY.split(","),
        cells,
        "",
    )


def premium_csv(insurance: pl.DataFrame, funds: pl.DataFrame) -> bytes:
    """保费支出 of the account zip: only what the merchant paid, by sub-order."""
    flows = funds.filter(pl.col("fund_type_code") == "insurance").select("order_line_id", "fund_ref")
    cells: Cells = {
        "保险单号": _quoted("insurance_ref", "`"), "动账流水号": _quoted("fund_ref", "`"),
        "关联子订单号": _quoted("order_line_id", "`"),
        "摘要描述": pl.lit("运费险保费"), "动账时间": _moment("insured_at"),
        "金额(元)": _yuan(-pl.col("premium_merchant_fen")),
    }  # fmt: skip
    return _csv(
        insurance.join(flows, on="order_line_id", how="left", maintain_order="left"),
        _PREMIUM.split(","),
        cells,
        "",
    )


def plan_csv(ads: pl.DataFrame, *, with_unit: bool) -> bytes:
    """全域推广数据 by plan and day, GBK, with a row 全部 on top; money names may carry their unit.

    Net is 92 % of what is shown, with long decimals.
    """
    net = pl.col("reported_gmv_fen").cast(pl.Float64) * 0.92 / 100
    cells: Cells = {
        "计划名称": pl.col("plan_name"), "计划ID": pl.col("plan_id"), "日期": pl.col("day"),
        "整体消耗": _yuan(pl.col("spent_fen")),
        "整体成交订单数": pl.col("reported_orders_qty").cast(pl.String),
        "整体成交金额": _yuan(pl.col("reported_gmv_fen")), "净成交金额": net.cast(pl.String),
        "净成交ROI": pl.when(pl.col("spent_fen") > 0).then((net / pl.col("spent_fen") * 100).round(2))
        .cast(pl.String).fill_null("-"),
        "7日GMV结算率": pl.lit("61.20%"),
    }  # fmt: skip
    header = [f"{name}(元)" if with_unit and name in _IN_YUAN else name for name in _PLAN.split(",")]
    amounts = ("spent_fen", "reported_orders_qty", "reported_gmv_fen")
    shown = ads.select("plan_name", "plan_id", *amounts, day=pl.col("ad_date").dt.strftime("%Y-%m-%d"))
    total = shown.select(
        pl.lit("全部").alias("plan_name"),
        pl.lit("-").alias("plan_id"),
        pl.col(amounts).sum(),
        pl.lit("-").alias("day"),
    )
    rows = pl.concat([total, shown.select(total.columns)])
    unmarked = {
        f"{name}(元)" if with_unit and name in _IN_YUAN else name: cell for name, cell in cells.items()
    }
    return _csv(rows, header, unmarked, "-").decode("utf-8-sig").encode("gb18030")


def product_table(skus: pl.DataFrame) -> pl.DataFrame:
    """The product list as a table of text: the nine columns whose names are known, one row per SKU."""
    cells: Cells = {
        "商品ID": pl.col("product_id"), "商品名称": pl.col("product_name"), "一级类目": pl.lit("女装"),
        "二级类目": pl.col("category_name"),
        "商家SKU编码": pl.col("sku_code"), "规格ID（SKUID）": pl.col("sku_id"),
        "商品规格": pl.format("颜色分类:{};尺码:{}", "color_name", "size_name"),
    }  # fmt: skip
    return skus.select(cells.get(name, pl.lit("-")).alias(name) for name in _PRODUCT.split(","))


def _line_facts(lines: pl.DataFrame) -> pl.DataFrame:
    amounts = ("paid_fen", "freight_fen", "discount_platform_fen", "discount_creator_fen")
    return lines.select("order_line_id", "created_at", "product_id", "line_qty", "seller_code", *amounts)


def _csv(
    frame: pl.DataFrame, header: list[str], cells: Cells, otherwise: str, below: list[str] | None = None
) -> bytes:
    """UTF-8 with BOM, no quotes, as these exports are written; columns nobody fills hold ``otherwise``.

    ``below`` is a row under the header.
    """
    rows = frame.select(
        pl.concat_str([cells.get(name, pl.lit(otherwise)).fill_null("") for name in header], separator=",")
    ).to_series()
    return "\n".join(
        ["\ufeff" + ",".join(header), *([",".join(below)] if below else []), *rows.to_list(), ""]
    ).encode()


def _quoted(column: str, mark: str = "'") -> pl.Expr:
    """An id behind the mark that keeps spreadsheets from rounding it; nothing where there is none."""
    return (
        pl.when(pl.col(column).is_not_null()).then(pl.concat_str(pl.lit(mark), column)).otherwise(pl.lit(""))
    )


def _moment(column: str) -> pl.Expr:
    return pl.col(column).dt.strftime("%Y-%m-%d %H:%M:%S").fill_null("")


def _direction(into: str, out: str) -> pl.Expr:
    return pl.when(pl.col("moved_fen") > 0).then(pl.lit(into)).otherwise(pl.lit(out))


def _scene() -> pl.Expr:
    return pl.col("fund_type_code").replace_strict(_SCENE, return_dtype=pl.String)


def _yuan(fen: pl.Expr) -> pl.Expr:
    size = fen.abs()
    text = pl.concat_str(
        (size // 100).cast(pl.String), (size % 100).cast(pl.String).str.zfill(2), separator="."
    )
    return pl.when(fen < 0).then(pl.concat_str(pl.lit("-"), text)).otherwise(text)
