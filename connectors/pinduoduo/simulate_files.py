"""Export files as a merchant downloads them, rendered from frames of the simulated market.

The header lists are a second copy on purpose.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Mapping

import polars as pl
import xlsxwriter  # type: ignore[import-untyped]

from connectors.pinduoduo import simulate_words as words
from connectors.pinduoduo.simulate_words import moment, yuan

_ALL = (
    "商品,订单号,订单状态,商品数量(件),是否审核中,支付时间,承诺发货时间,承诺送达时间,发货时间,确认收货时间,"
    "商品id,商品规格,样式ID,商品一级类目,商品二级类目,商品三级类目,"
    "商品四级类目,商家编码-规格维度,商家编码-商品维度,商家备注,买家留言,售后状态,消费者资料,订单成交时间,"
    "消费者资料上传时间,赠品名称,赠品id,赠品规格,赠品数量,团ID,团身份,"
    "是否已开始配送,配送员是否已送达,配送状态,同城是否普通快递,商品总价(元),邮费(元),店铺优惠折扣(元),"
    "平台优惠折扣(元),多多支付立减金额(元),上门安装费(元),送货入户费(元),"
    "送货入户并安装费(元),用户实付金额(元),商家实收金额(元),快递单号,快递公司,省,市,区,街道/镇,配送员手机号,"
    "是否抽奖或0元试用,是否顺丰加价,用户购买手机号,旅行类信息,充值号码,"
    "是否门店自提,门店名称,门店自定义编码,关联货品编码,货品名称,货品类型,子货品,仓库名称,仓库所在地址,"
    "海淘清关订单号,支付ID,支付方式,保税仓,是否直播间成交,是否直播间引导成交,"
    "预约配送时间,是否节能补贴,是否分期,分期期数,手续费承担方,是否无痕发货,订单来源,是否社区团购,"
    "小区送达情况,分期方式"
)
_DEFAULT = (
    "商品,订单号,订单状态,商品总价(元),邮费(元),店铺优惠折扣(元),平台优惠折扣(元),多多支付立减金额(元),"
    "用户实付金额(元),商家实收金额(元),商品数量(件),发货时间,确认收货时间,"
    "商品id,商品规格,样式ID,商家编码-规格维度,商家编码-商品维度,商家备注,售后状态,快递单号,快递公司"
)
_LIVE = "是否直播间成交,是否直播间引导成交"
#: What merchants tick: everything; the default with the deal's time first; the default with instalments
#: behind it. All keep the live columns.
TICKED = (
    _ALL,
    f"订单成交时间,{_DEFAULT},{_LIVE}",
    f"{_DEFAULT},订单成交时间,是否分期,分期期数,手续费承担方,分期方式,{_LIVE}",
)
_TABBED = (
    "商品id",
    "样式ID",
    "商家编码-规格维度",
    "商家编码-商品维度",
    "快递单号",
    "商品总价(元)",
    "商家实收金额(元)",
    "商品数量(件)",
)

_ACCOUNT = "商户订单号,发生时间,收入金额（+元）,支出金额（-元）,账务类型,备注,业务描述"
_PRODUCT_ADS = (
    "日期,商品ID,商品名称,推广场景,推广名称,出价方式,分组,是否已删除,成交花费(元),交易额(元),"
    "实际投产比,总花费(元),曝光量,点击量"
)
_ACCOUNT_ADS = (
    "日期,成交花费(元),交易额(元),实际投产比,总花费(元),净交易额(元),净实际投产比,净成交笔数,"
    "结算交易额(元),成交笔数,每笔成交金额(元),曝光量,点击量"
)

Cells = Mapping[str, pl.Expr]


def order_table(lines: pl.DataFrame, header: str) -> pl.DataFrame:
    """订单 as text, one row per order; ``header`` is one of ``TICKED``.

    ``lines`` are a market's lines as of a moment.
    """
    cells = _order_cells()
    names = header.split(",")
    table = words.states(lines).select(
        cells.get(name, pl.lit("")).fill_null("").alias(name) for name in names
    )
    return table.with_columns(pl.col(name) + "\t" for name in _TABBED if name in names)


def _order_cells() -> Cells:
    goods = pl.col("unit_price_fen") * pl.col("line_qty")
    no = pl.lit("否")
    live = pl.when(pl.col("channel_code") == "own_live").then(pl.lit("是")).otherwise(no)
    parcel = pl.col("shipped_at").is_not_null()
    return {
        "商品": pl.col("product_name"), "订单号": pl.col("order_id"), "订单状态": words.status_word(),
        "商品数量(件)": pl.col("line_qty").cast(pl.String),
        "是否审核中": no, "支付时间": moment(pl.col("paid_at")), "订单成交时间": moment(pl.col("paid_at")),
        "发货时间": moment(pl.col("shipped_at")),
        "确认收货时间": moment(pl.col("finished_at")), "商品id": pl.col("product_id"),
        "商品规格": pl.concat_str("color_name", pl.lit(","), "size_name"), "样式ID": pl.col("sku_id"),
        "商品一级类目": pl.lit("女装/女士精品"),
        "商品二级类目": pl.col("category_name"), "商家编码-规格维度": pl.col("sku_code"),
        "商家编码-商品维度": pl.col("style_code"),
        "商家备注": pl.lit("已电话联系 13800138000"), "买家留言": pl.lit("放门口"),
        "售后状态": words.said("refund_status_code", words.AFTER_SALE, 0),
        "商品总价(元)": yuan(goods), "邮费(元)": yuan(pl.col("freight_fen")),
        "店铺优惠折扣(元)": yuan(pl.col("discount_merchant_fen")),
        "平台优惠折扣(元)": yuan(pl.col("discount_platform_fen")), "多多支付立减金额(元)": pl.lit("0"),
        "上门安装费(元)": pl.lit("0"),
        "送货入户费(元)": pl.lit("0"), "送货入户并安装费(元)": pl.lit("0"),
        "用户实付金额(元)": yuan(pl.col("placed_fen")),
        "商家实收金额(元)": yuan(pl.col("placed_fen") + pl.col("discount_platform_fen")),
        "快递单号": pl.when(parcel).then(pl.lit("YT0000000000000")),
        "快递公司": pl.when(parcel).then(pl.lit("圆通快递")), "省": pl.col("province_name"),
        "市": pl.col("city_name"), "区": pl.lit("中心区"),
        "街道/镇": pl.lit("某街道"), "是否抽奖或0元试用": no, "是否顺丰加价": no, "支付方式": pl.lit("微信"),
        "是否直播间成交": live, "是否直播间引导成交": no,
        "是否分期": no, "是否社区团购": no, "团身份": pl.lit("团长"), "用户购买手机号": pl.lit("13800138000"),
    }  # fmt: skip


def table_csv(table: pl.DataFrame) -> bytes:
    """UTF-8 with its mark, quotes only where a cell needs them."""
    return b"\xef\xbb\xbf" + table.write_csv().encode()


def table_xlsx(table: pl.DataFrame, title: str = "") -> bytes:
    """One sheet, all cells text; ``title`` stands alone on the first row."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(
        stream,
        {
            "in_memory": True,
            "strings_to_numbers": False,
            "strings_to_formulas": False,
            "strings_to_urls": False,
        },
    ) as book:
        book.set_properties({"created": dt.datetime(2026, 1, 1, tzinfo=dt.UTC)})
        page = book.add_worksheet("Sheet1")
        if title:
            page.write(0, 0, title)
        for column, name in enumerate(table.columns):
            page.write_column(int(bool(title)), column, [name, *table[name].to_list()])
    return stream.getvalue()


def account_rows(settlements: pl.DataFrame, funds: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """Movements as the account writes them (``order_id, moved_at, moved_fen, kind``): a payout is split into
    goods, coupon, fee and commission.
    """
    parts = settlements.join(
        lines.select("order_line_id", "discount_platform_fen"),
        on="order_line_id",
        how="left",
        maintain_order="left",
    )
    sale = pl.col("settlement_type_code") == "sale"
    coupon = pl.when(sale).then(pl.min_horizontal("discount_platform_fen", "base_fen")).otherwise(0)
    moves = {
        "sale": pl.when(sale).then(pl.col("base_fen") - coupon).otherwise(0), "coupon": coupon,
        "fee": -pl.col("fee_fen"),
        "commission": -(pl.col("commission_fen") + pl.col("leader_fen")),
        "refund": pl.when(sale).then(0).otherwise("settled_fen"),
    }  # fmt: skip
    settled = [
        parts.select("order_id", moved_at="settled_at", moved_fen=fen, kind=pl.lit(kind))
        for kind, fen in moves.items()
    ]
    rest = funds.filter(~pl.col("fund_type_code").is_in(["sale", "refund"])).select(
        "order_id", "moved_at", "moved_fen", kind="fund_type_code"
    )
    return (
        pl.concat([*settled, rest])
        .filter(pl.col("moved_fen") != 0)
        .sort("moved_at", "order_id", "kind", descending=[True, False, False])
    )


def account_csv(
    moves: pl.DataFrame, first: dt.date, last: dt.date, at: dt.datetime, *, padded: bool
) -> bytes:
    """店铺账务明细: GBK, four lines before the header, totals behind the rows (``padded`` to the header's
    width, or as bare lines).
    """
    moved = pl.col("moved_fen")
    named = (
        pl.when((pl.col("kind") == "fee") & (moved % 5 == 0))
        .then(yuan(moved) + " 技术服务费")
        .otherwise(yuan(moved))
    )
    kinds, scenes = ({kind: entry[place] for kind, entry in words.ACCOUNT.items()} for place in (0, 1))
    table = moves.select(
        pl.col("order_id").fill_null(""), moment(pl.col("moved_at")),
        pl.when(moved > 0).then(yuan(moved)).otherwise(pl.lit("0")).alias("in"),
        pl.when(moved < 0).then(named).otherwise(pl.lit("0")).alias("out"),
        pl.col("kind").replace_strict(kinds).alias("type"),
        pl.lit("-").alias("remark"), pl.col("kind").replace_strict(scenes).alias("what"),
    )  # fmt: skip
    rows = table.select(pl.concat_str(pl.all(), separator=",")).to_series().to_list()
    head = [
        "拼多多店铺账务明细查询",
        "",
        f"起始时间：{first} 00:00:00  终止时间：{last} 23:59:59",
        "----------交易记录明细列表---------",
        _ACCOUNT,
    ]
    sums = [
        (word, part.height, int(part["moved_fen"].sum()))
        for word, part in (("支出", moves.filter(moved < 0)), ("收入", moves.filter(moved > 0)))
    ]
    total = sum(fen for _, _, fen in sums)
    foot = [f"#{word}合计：{count}笔{_plain(fen)}元" for word, count, fen in sums] + [
        f"#总计：{moves.height}笔{_plain(total)}元",
        f"#导出时间：{at:%Y-%m-%d %H:%M:%S}",
    ]
    return (
        "\r\n".join([*head, *rows, *(line + ("," * 6 if padded else "") for line in foot)]) + "\r\n"
    ).encode("gb18030")


def _plain(fen: int) -> str:
    return f"{'-' if fen < 0 else ''}{abs(fen) // 100}.{abs(fen) % 100:02d}"


def product_ads_xlsx(ads: pl.DataFrame, product_ids: list[str]) -> bytes:
    """推广 by day and product under a title row, totals last. Every plan promotes one product here."""
    plans = sorted(ads["plan_id"].unique().to_list())
    products = {plan: product_ids[place % len(product_ids)] for place, plan in enumerate(plans)}
    spent = yuan(pl.col("spent_fen"))
    cells: Cells = {
        "日期": pl.col("ad_date").cast(pl.String),
        "商品ID": pl.col("plan_id").replace_strict(products, return_dtype=pl.String),
        "商品名称": pl.lit("推广商品"),
        "推广场景": pl.lit("商品推广"), "推广名称": pl.col("plan_name"), "出价方式": pl.lit("稳定成本"),
        "是否已删除": pl.lit("否"), "成交花费(元)": spent,
        "交易额(元)": yuan(pl.col("reported_gmv_fen")), "总花费(元)": spent,
        "曝光量": pl.col("impressions_qty").cast(pl.String),
        "点击量": pl.col("clicks_qty").cast(pl.String),
    }  # fmt: skip
    names = _PRODUCT_ADS.split(",")
    summed = ads.select(pl.col("spent_fen", "reported_gmv_fen", "impressions_qty", "clicks_qty").sum())
    counted = ("成交花费(元)", "交易额(元)", "总花费(元)", "曝光量", "点击量")
    total = summed.select(
        (cells[name] if name in counted else pl.lit("总计" if name == "日期" else "-")).alias(name)
        for name in names
    )
    rows = ads.sort("ad_date", "plan_id").select(cells.get(name, pl.lit("-")).alias(name) for name in names)
    return table_xlsx(pl.concat([rows, total]), "名称：推广")


def account_ads_xlsx(ads: pl.DataFrame) -> bytes:
    """商品推广_账户_分天数据: one row per day."""
    days = (
        ads.group_by("ad_date")
        .agg(
            pl.col(
                "spent_fen", "reported_gmv_fen", "impressions_qty", "clicks_qty", "reported_orders_qty"
            ).sum()
        )
        .sort("ad_date")
    )
    spent, gmv = yuan(pl.col("spent_fen")), yuan(pl.col("reported_gmv_fen"))
    counts = {
        "日期": "ad_date",
        "成交笔数": "reported_orders_qty",
        "曝光量": "impressions_qty",
        "点击量": "clicks_qty",
    }
    cells = {
        "成交花费(元)": spent,
        "交易额(元)": gmv,
        "总花费(元)": spent,
        "净交易额(元)": gmv,
        "结算交易额(元)": gmv,
    }
    cells |= {name: pl.col(column).cast(pl.String) for name, column in counts.items()}
    return table_xlsx(
        days.select(cells.get(name, pl.lit("-")).alias(name) for name in _ACCOUNT_ADS.split(","))
    )
