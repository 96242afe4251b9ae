"""Export files as a merchant downloads them, rendered from frames of the simulated market.

The header lists (``simulate_headers.tsv``) are a second copy on purpose.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from connectors.taobao import simulate_words
from connectors.taobao.simulate_words import moment, say, yuan
from simulator.workbooks import write_workbook


def _headers() -> dict[str, list[str]]:
    text = (Path(__file__).parent / "simulate_headers.tsv").read_text(encoding="utf-8").replace("␣", " ")
    return {name: header for name, *header in (line.split("\t") for line in text.splitlines())}


#: What is exported → its header cells, trailing blanks as the platform writes them (``␣`` in the file, which
#: editors leave alone).
HEADERS = _headers()

_Cells = dict[str, pl.Expr]


def _fixed(text: str) -> pl.Expr:
    return pl.lit(text)


def csv_bytes(frame: pl.DataFrame, header: list[str], cells: _Cells, wrapped: tuple[str, ...] = ()) -> bytes:
    """GBK, CRLF, every cell quoted; ``wrapped`` columns are written ``="…"`` so that a spreadsheet keeps them
    as text.
    """
    table = _table(frame, header, cells)
    quoted = [
        pl.concat_str(
            pl.lit('="' if name in wrapped else '"'),
            pl.col(name).str.replace_all('"', '""', literal=True),
            pl.lit('"'),
        )
        for name in header
    ]
    rows = table.select(pl.concat_str(quoted, separator=",")).to_series().to_list() if table.height else []
    lines = [",".join(f'"{name}"' for name in header), *rows]
    return ("\r\n".join(lines) + "\r\n").encode("gb18030")


def xlsx_bytes(frame: pl.DataFrame, header: list[str], cells: _Cells) -> bytes:
    """One sheet, all cells text, empty ones left out."""
    return write_workbook({"Sheet1": _table(frame, header, cells)})


def _table(frame: pl.DataFrame, header: list[str], cells: _Cells) -> pl.DataFrame:
    unknown = set(cells) - {name.strip() for name in header}
    if unknown:
        raise KeyError(f"not in the header: {sorted(unknown)}")
    return frame.select(cells.get(name.strip(), pl.lit("")).fill_null("").alias(name) for name in header)


def order_list(orders: pl.DataFrame, shop_name: str) -> bytes:
    """订单报表 of 2022. What the buyer paid is shown after refunds, as in the one public real report."""
    no = dict.fromkeys(
        ("是否上传合同照片", "是否上传小票", "是否代付", "是否是O2O交易", "是否信用购"), _fixed("否")
    )
    done = pl.col("order_state") == "finished"
    now = pl.col("paid_fen") - pl.col("refunded_fen")
    closed = pl.col("order_state").str.starts_with("closed")
    cells: _Cells = no | {
        "订单编号": pl.col("order_id"), "买家会员名": _fixed("**"), "买家会员昵称": _fixed("**"),
        "支付单号": _fixed(""),
        "买家应付货款": yuan(pl.col("goods_fen")), "买家应付邮费": yuan(pl.col("freight_fen")),
        "买家支付积分": _fixed("0"),
        "总金额": yuan(pl.col("goods_fen") + pl.col("freight_fen")), "返点积分": _fixed("0"),
        "买家实际支付金额": yuan(now), "买家实际支付积分": _fixed("0"),
        "订单状态": say(pl.col("order_state"), simulate_words.STATUS, api=False), "收货人姓名": _fixed("**"),
        "收货地址": pl.concat_str("province_name", "city_name", pl.lit("**区 **街道**路**号(510000)"),
            separator=" "), "运送方式": _fixed("快递"),
        "联系手机": _fixed("'139****0000"), "订单创建时间": moment(pl.col("created_at")),
        "订单付款时间": moment(pl.col("paid_at")),
        "宝贝标题": pl.col("titles"), "宝贝种类": pl.col("kinds").cast(pl.String),
        "订单备注": _fixed("'null"),
        "物流单号": pl.when(pl.col("shipped_at").is_not_null()).then(pl.lit("No:YT0000000000000")),
        "宝贝总数量": pl.col("pieces").cast(pl.String), "店铺Id": _fixed("0"), "店铺名称": _fixed(shop_name),
        "订单关闭原因": pl.when(~closed).then(pl.lit("订单未关闭")).when(pl.col("paid_at").is_null())
        .then(pl.lit("买家未付款")).otherwise(pl.lit("退款")),
        "卖家服务费": _fixed("0"), "买家服务费": _fixed("0元"), "是否手机订单": _fixed("手机订单"),
        "退款金额": yuan(pl.col("refunded_fen")),
        "确认收货时间": pl.when(done).then(moment(pl.col("finished_at"))),
        "打款商家金额": pl.when(done).then(pl.concat_str(yuan(now), pl.lit("元"))).otherwise(pl.lit("0元")),
        "发货时间": moment(pl.col("shipped_at")),
    }  # fmt: skip
    return csv_bytes(orders, HEADERS["order"], cells, ("订单编号", "特权订金订单id"))


def _item_cells() -> _Cells:
    """What both item layouts tell.

    Money is gross and without freight; the refund stands beside it, in words where there is none.
    """
    freight = pl.when(pl.col("paid_at").is_not_null()).then("freight_fen").otherwise(0)
    applied = (
        pl.when(pl.col("refund_status_code").is_in(["success", "exchanged"]))
        .then("refunded_fen")
        .otherwise("applied_fen")
    )
    return {
        "子订单编号": pl.col("order_line_id"), "主订单编号": pl.col("order_id"),
        "购买数量": pl.col("line_qty").cast(pl.String),
        "外部系统编号": pl.col("sku_code"), "商家编码": pl.col("sku_code"),
        "商品属性": pl.concat_str(pl.lit("颜色分类:"), "color_name", pl.lit(";尺码:"), "size_name"),
        "订单状态": say(pl.col("state"), simulate_words.STATUS, api=False),
        "买家应付货款": yuan(pl.col("placed_fen") - pl.col("freight_fen")),
        "退款状态": say(pl.col("refund_status_code"), simulate_words.AFTER_SALE, api=False),
        "退款金额": pl.when(pl.col("refund_status_code") == "none").then(pl.lit("无退款申请"))
        .otherwise(yuan(applied.fill_null(0))),
        "订单创建时间": moment(pl.col("created_at")), "订单付款时间": moment(pl.col("paid_at")),
        "_paid": yuan(pl.col("paid_fen") - freight),
    }  # fmt: skip


def order_detail_list(lines: pl.DataFrame) -> bytes:
    """宝贝报表 of 2022."""
    cells = _item_cells()
    cells |= {
        "买家实际支付金额": cells.pop("_paid"),
        "标题": pl.col("product_name"),
        "价格": yuan(pl.col("unit_price_fen")),
        "备注": _fixed("'null"),
    }
    return csv_bytes(lines, HEADERS["item"], cells, ("子订单编号", "主订单编号"))


def item_list(lines: pl.DataFrame) -> bytes:
    """``ItemList`` of 2026: renamed headers, the order's freight repeated on each of its rows, a full-width
    colon in the properties.
    """
    cells = _item_cells()
    cells |= {
        "买家实付金额": cells.pop("_paid"), "商品标题": pl.col("product_name"),
        "商品价格": yuan(pl.col("unit_price_fen")), "商品ID": pl.col("product_id"),
        "买家应付邮费": yuan(pl.col("freight_fen").sum().over("order_id")),
        "发货时间": moment(pl.col("shipped_at")),
        "商品属性": pl.concat_str(pl.lit("颜色分类："), "color_name", pl.lit(";尺码："), "size_name"),
    }  # fmt: skip
    return csv_bytes(lines, HEADERS["item_list"], cells, ("子订单编号", "主订单编号"))


def _refund_cells() -> _Cells:
    done = pl.col("state").is_in(["success", "exchanged", "closed"])
    return {
        "订单编号": pl.col("order_id"), "退款编号": pl.col("refund_id"),
        "订单付款时间": moment(pl.col("paid_at")), "商品编码": pl.col("sku_code"),
        "退款完结时间": pl.when(done).then(moment(pl.coalesce("refunded_at", "closed_at"))),
        "买家实际支付金额": yuan(pl.col("line_paid_fen")),
        "宝贝标题": pl.col("product_name"), "买家退款金额": yuan(pl.col("refund_fen")),
        "手工退款/系统退款": _fixed("手工退款"),
        "退款的申请时间": moment(pl.col("applied_at")),
        "退款状态": say(pl.col("state"), simulate_words.AFTER_SALE, api=False),
        "货物状态": say(pl.col("goods"), simulate_words.GOODS, api=False), "买家退款原因": pl.col("reason"),
        "买家退货时间": moment(pl.col("shipped_back_at")),
        "售中或售后": pl.when("is_after_sale").then(pl.lit("售后")).otherwise(pl.lit("售中")),
        "部分退款/全部退款": pl.when(pl.col("refund_fen") < pl.col("line_paid_fen")).then(pl.lit("部分退款"))
        .otherwise(pl.lit("全部退款")),
        "卖家真实姓名": _fixed("某某"), "卖家退货地址": _fixed("广东省 广州市 白云区 某路 1 号"),
        "卖家手机": _fixed("'139****0000"),
    }  # fmt: skip


def refund_list(refunds: pl.DataFrame) -> bytes:
    """退款管理 of 2025, a workbook."""
    cells = _refund_cells() | {
        "商品id": pl.col("product_id"),
        "售后类型": say(pl.col("type_code"), simulate_words.TYPE, api=False),
    }
    return xlsx_bytes(refunds, HEADERS["refund"], cells)


def old_refund_list(refunds: pl.DataFrame) -> bytes:
    """退款管理 of about 2020, a text file that only tells whether goods come back."""
    returns = pl.col("type_code").is_in(["return_refund", "exchange"])
    cells = _refund_cells() | {
        "是否需要退货": pl.when(returns).then(pl.lit("是")).otherwise(pl.lit("否")),
        "买家会员名称": _fixed("**"),
    }
    return csv_bytes(refunds, HEADERS["old_refund"], cells, ("订单编号", "退款编号"))


def session_list(sessions: pl.DataFrame) -> bytes:
    """生意参谋 直播分场次: the shop's own rooms only."""

    def count(name: str) -> pl.Expr:
        return pl.col(name).cast(pl.String)

    def percent(part: str, whole: str) -> pl.Expr:
        rate = pl.when(pl.col(whole) > 0).then(pl.col(part) * 10000 // pl.col(whole))
        return pl.concat_str(
            (rate // 100).cast(pl.String), pl.lit("."), (rate % 100).cast(pl.String).str.zfill(2), pl.lit("%")
        ).fill_null("-")

    cells: _Cells = {
        "直播标题": pl.col("session_name"), "场次id": pl.col("session_ref"),
        "开播时间": moment(pl.col("started_at")), "直播间观看次数": count("views_qty"),
        "直播间观看人数": count("viewers_qty"), "新增粉丝数": _fixed("-"), "转粉率": _fixed("-"),
        "商品点击人数": count("product_click_viewers_qty"),
        "商品点击次数": count("product_click_qty"),
        "商品点击率": percent("product_click_viewers_qty", "viewers_qty"),
        "成交转化率": percent("reported_buyers_qty", "product_click_viewers_qty"),
        "成交人数": count("reported_buyers_qty"),
        "成交件数": count("reported_units_qty"), "成交笔数": count("reported_orders_qty"),
        "成交金额": yuan(pl.col("reported_gmv_fen")), "互动率": _fixed("-"),
    }  # fmt: skip
    return xlsx_bytes(sessions, HEADERS["session"], cells)


def live_order_list(lines: pl.DataFrame) -> bytes:
    """生意参谋 直播订单明细: paid sub-orders sold live; ``-`` as 代播id where the shop was on air itself."""
    done = pl.col("state") == "finished"
    cells: _Cells = {
        "直播标题": pl.col("session_name"), "开播时间": moment(pl.col("started_at")),
        "场次id": pl.col("session_ref"),
        "代播主播名称": pl.col("live_account_name"),
        "会员名": _fixed("t**8"), "直播间粉丝层级": _fixed("铁粉"), "商品id": pl.col("product_id"),
        "商品标题": pl.col("product_name"),
        "商品一级类目": _fixed("女装/女士精品"), "父订单": pl.col("order_id"),
        "子订单": pl.col("order_line_id"), "下单时间": moment(pl.col("created_at")),
        "支付时间": moment(pl.col("paid_at")), "支付金额": yuan(pl.col("paid_fen")),
        "确认收货时间": pl.when(done).then(moment(pl.col("finished_at"))).otherwise(pl.lit("-")),
        "确认收货金额": pl.when(done).then(yuan(pl.col("paid_fen"))).otherwise(pl.lit("-")),
        "代播id": pl.when("is_own").then(pl.lit("-")).otherwise("live_account_id"),
    }  # fmt: skip
    return xlsx_bytes(lines, HEADERS["live_order"], cells)
