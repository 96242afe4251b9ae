"""How the back-office writes its files: headers and quirks written down again from the sources, apart from the parser's columns.

The order of the 75 columns of the order file is not publicly known, so the simulated shop writes the proven ones in an order of its own.
"""

from __future__ import annotations

import io

import polars as pl
import xlsxwriter  # type: ignore[import-untyped]

from connectors.xiaohongshu.simulate_words import AFTER_SALE, REASONS, RETURN_STATUS, STATUS, by_sku, fund_word, red_code, return_type, say, yuan

_ORDERS = (
    "订单号,订单状态,售后状态,达人名称(待下线),订单创建时间,支付时间,承诺发货时间,订单发货时间,订单完成时间,商品名称,SKU名称,SKU规格,小红书编码,SKU件数,"
    "商品总价(元),用户应付金额(元),商家应收金额(元)（支付金额）,收件人姓名,收件人电话,省,市,区,收件人地址,快递单号,用户备注,包裹备注标记,包裹备注信息,用户编号,商家编码"
)
_AFTER_SALES = "售后单号,订单号,商品名称,售后类型,状态,原因,申请售后金额(元),退货创建时间,商家确认收货时间,订单支付时间"
_FUNDS = "创建时间,交易类型描述,收入（元）,支出（元）,账户余额（元）,业务单号"
_ADS = "时间,消费,展现量,点击量,点击率,平均点击成本,平均千次展现费用"

_Cells = dict[str, pl.Expr]


def order_table(lines: pl.DataFrame, turn: int) -> pl.DataFrame:
    """订单 as text: a row per SKU, the order's freight on its first row, money with commas, nothing in money and time cells of an unpaid order.

    ``turn`` moves the columns round: no importer may rely on their order.
    """
    rows = by_sku(lines)
    first = pl.int_range(pl.len()).over("order_id") == 0
    due = pl.col("goods_fen") + pl.when(first).then(pl.col("freight_fen").sum().over("order_id")).otherwise(0)
    paid = pl.col("paid_at").is_not_null()

    def money(fen: pl.Expr) -> pl.Expr:
        return pl.when(paid).then(_grouped(fen)).otherwise(pl.lit(""))

    cells: _Cells = {
        "订单号": pl.col("order_id"), "订单状态": say("order_order_status_code", STATUS, 1), "售后状态": say("refund_status_code", AFTER_SALE, 1),
        "达人名称(待下线)": pl.col("live_account_name"), "订单创建时间": _moment("created_at"), "支付时间": _moment("paid_at"),
        "订单发货时间": _moment("order_shipped_at"), "订单完成时间": _moment("order_finished_at"), "商品名称": pl.col("product_name"),
        "SKU名称": pl.col("product_name"), "SKU规格": pl.concat_str("color_name", "size_name", separator=" "), "小红书编码": red_code(),
        "SKU件数": pl.col("line_qty").cast(pl.String), "商品总价(元)": money(pl.col("unit_price_fen") * pl.col("line_qty")), "用户应付金额(元)": money(due),
        "商家应收金额(元)（支付金额）": money(due + pl.col("discount_platform_fen")), "收件人姓名": pl.lit("张**"), "收件人电话": pl.lit("138****8000"),
        "省": pl.col("province_name"), "市": pl.col("city_name"), "区": pl.lit("某区"), "收件人地址": pl.lit("某街道**号"),
        "用户备注": pl.when(pl.col("order_id").str.ends_with("7")).then(pl.lit("请打电话 13800138000")),
        "快递单号": pl.when(pl.col("shipped_at").is_not_null()).then(pl.concat_str(pl.lit("SF"), pl.col("order_id").str.tail(12))),
        "用户编号": pl.col("buyer_ref"), "商家编码": pl.col("sku_code"),
    }  # fmt: skip
    header = _ORDERS.split(",")
    return _table(rows, header[turn:] + header[:turn], cells)


def after_sale_table(refunds: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """售后 as text: the amount applied for, whatever was refunded; no merchant code and no moment of the refund."""
    wanted = lines.select("order_line_id", "product_name", "paid_at")
    rows = refunds.join(wanted, on="order_line_id", how="left", maintain_order="left")
    back = (pl.col("type_code") == "return_refund") & (pl.col("refund_status_code") == "success")
    cells: _Cells = {
        "售后单号": pl.col("refund_id"), "订单号": pl.col("order_id"), "商品名称": pl.col("product_name"), "售后类型": return_type(1),
        "状态": say("refund_status_code", RETURN_STATUS, 1), "原因": pl.col("reason_code").replace_strict(REASONS, return_dtype=pl.String),
        "申请售后金额(元)": yuan(pl.col("refund_fen")), "退货创建时间": _moment("applied_at"),
        "商家确认收货时间": pl.when(back).then(pl.col("refunded_at").dt.offset_by("-3m").dt.strftime("%Y-%m-%d %H:%M:%S")),
        "订单支付时间": _moment("paid_at"),
    }  # fmt: skip
    return _table(rows, _AFTER_SALES.split(","), cells)


def fund_table(funds: pl.DataFrame) -> pl.DataFrame:
    """动账流水 as text."""
    moved = pl.col("moved_fen")
    cells: _Cells = {
        "创建时间": _moment("moved_at"), "交易类型描述": fund_word(1), "收入（元）": yuan(pl.when(moved > 0).then(moved).otherwise(0)),
        "支出（元）": yuan(pl.when(moved < 0).then(-moved).otherwise(0)), "账户余额（元）": yuan(pl.col("balance_fen")), "业务单号": pl.col("order_id"),
    }  # fmt: skip
    return _table(funds, _FUNDS.split(","), cells)


def ad_table(ads: pl.DataFrame) -> pl.DataFrame:
    """聚光 by day as text, with a total below as dashboards write it."""
    days = ads.group_by("ad_date").agg(pl.col("spent_fen", "impressions_qty", "clicks_qty").sum()).sort("ad_date")
    dated = days.with_columns(ad_date=pl.col("ad_date").dt.strftime("%Y-%m-%d"))
    total = days.select(ad_date=pl.lit("总计"), spent_fen=pl.col("spent_fen").sum(), impressions_qty="impressions_qty", clicks_qty="clicks_qty").head(1)
    rows = pl.concat([dated, total.with_columns(days.select(pl.col("impressions_qty", "clicks_qty").sum()).get_columns())])
    cells: _Cells = {
        "时间": pl.col("ad_date"), "消费": yuan(pl.col("spent_fen")), "展现量": pl.col("impressions_qty").cast(pl.String),
        "点击量": pl.col("clicks_qty").cast(pl.String), "平均点击成本": yuan(pl.col("spent_fen") // pl.col("clicks_qty")),
    }  # fmt: skip
    return _table(rows, _ADS.split(","), cells)


def table_csv(table: pl.DataFrame) -> bytes:
    """UTF-8 with BOM."""
    return b"\xef\xbb\xbf" + table.write_csv().encode()


def table_xlsx(table: pl.DataFrame, sheet: str) -> bytes:
    """One sheet, all cells text, empty ones left out; the same bytes for the same table."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True, "strings_to_numbers": False, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        page = book.add_worksheet(sheet)
        for column, name in enumerate(table.columns):
            page.write_column(0, column, [name, *(cell or None for cell in table[name].to_list())])
    return stream.getvalue()


def _table(rows: pl.DataFrame, header: list[str], cells: _Cells) -> pl.DataFrame:
    return rows.select(cells.get(name, pl.lit("")).fill_null("").alias(name) for name in header)


def _moment(column: str) -> pl.Expr:
    return pl.col(column).dt.strftime("%Y-%m-%d %H:%M:%S")


def _grouped(fen: pl.Expr) -> pl.Expr:
    """``1,299.90``."""
    long = pl.concat_str((fen // 100_000).cast(pl.String), pl.lit(","), yuan(fen % 100_000).str.zfill(6))
    return pl.when(fen >= 100_000).then(long).otherwise(yuan(fen))
