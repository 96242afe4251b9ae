"""How the back-office writes its files: headers, quirks and words written down again from the sources, apart
from the parser's columns.csv.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import polars as pl

from simulator.workbooks import write_workbook

_HEADER_75 = (
    "主订单编号,子订单编号,支付方式,选购商品,货号,商品ID,商家编码,商品数量,商品金额,订单提交时间,"
    "支付完成时间,订单完成时间,承诺发货时间,预约发货时间,买家留言,旗帜颜色,"
    "商家备注,APP渠道,订单状态,取消原因,售后状态,订单类型,发货时间,车型,是否是以旧换新,换新额外补贴,"
    "换新额外补贴发放状态,订单应付金额,运费,优惠总金额,平台优惠,"
    "商家优惠,达人优惠,商家改价,支付优惠,手续费,红包抵扣,降价类优惠,平台实际承担优惠金额,"
    "商家实际承担优惠金额,达人实际承担优惠金额,收件人,收件人手机号,省,市,区,街道,"
    "详细地址,是否修改过地址,快递信息,序列号,达人ID,达人昵称,拼团订单团编号,商品单价是否含税,税费,"
    "鲁班落地页ID,所属门店ID,流量来源,仓库ID,仓库名称,是否安心购,广告渠道,"
    "流量类型,流量体裁,流量渠道,发货主体,发货主体明细,教育优惠,预计送达时间,是否平台仓自流转,是否是渠道商品,"
    "预约送达时间,建议发货时间（起）,建议发货时间（止）"
)
_HEADER_74 = (
    "主订单编号,子订单编号,选购商品,商品规格,商品数量,商品ID,商家编码,商品单价,订单应付金额,运费,优惠总金额,"
    "平台优惠,商家优惠,达人优惠,商家改价,支付优惠,红包抵扣,"
    "支付方式,手续费,收件人,收件人手机号,省,市,区,街道,详细地址,是否修改过地址,地址修改时段,买家留言,"
    "订单提交时间,旗帜颜色,商家备注,订单完成时间,支付完成时间,APP渠道,"
    "流量来源,订单状态,承诺发货时间,订单类型,鲁班落地页ID,达人ID,达人昵称,所属门店ID,售后状态,取消原因,"
    "预约发货时间,仓库ID,仓库名称,序列号,是否安心购,广告渠道,"
    "流量类型,流量体裁,流量渠道,发货主体,发货主体明细,发货时间,降价类优惠,平台实际承担优惠金额,"
    "商家实际承担优惠金额,达人实际承担优惠金额,预计送达时间,是否平台仓自流转,"
    "车型,商品69码,发货SN码,发货IMEI码1,发货IMEI码2,预约送达时间,建议发货时间（起）,建议发货时间（止）,"
    "物流SN码,物流IMEI码1,物流IMEI码2"
)
_HEADER_AFTER_SALE = (
    "售后单号,订单号,商品单号,商品名称,商品ID,应付金额（元）,商品运费（元）,支付优惠（元）,商品税费（元）,"
    "商品发货状态,售后类型,退商品金额（元）,退运费金额（元）,"
    "退支付优惠（元）,退税费金额（元）,售后状态,售后申请时间,退款方式,是否已上传退款凭证,售后原因,"
    "售后原因标签,退货物流单号,退货异常,退货发货时间,退货物流公司,"
    "自动处理截止时间,同意售后申请时间,商家退款时间,用户到账时间,售后关闭时间,商家退货地址,"
    "商家退货联系人姓名,商家退货联系人电话,仲裁状态,纠纷责任方,是否极速退款,"
    "是否拒签后退款,发货物流单号,发货物流状态,换货物流单号,退货物流状态,售后完结时间,订单备注,用户售后说明,"
    "售后备注,操作人,协商记录,换货商品信息,商家编码,门店名称"
)
_HEADER_LIVE = (
    "主播头像,主播昵称,主播抖音号,直播开始时间,直播结束时间,直播时长(分钟),直播间曝光人数,直播间曝光次数,"
    "直播间观看人数,单小时观看人数,直播间观看次数,直播激励观看次数,"
    "最高在线人数,平均在线人数,人均观看时长(分钟),评论次数,新加直播团人数,新增粉丝数,取关粉丝数,观看老粉占比,"
    "带货商品数,直播间商品曝光人数,直播间商品点击人数,"
    "直播间商品曝光次数,直播间商品点击次数,直播间成交订单数,直播间成交金额,直播间用户支付金额,"
    "单小时用户支付金额,直播间成交件数,直播间成交人数,直播间退款订单数,"
    "直播间退款金额,直播间退款人数,预估佣金支出,商品曝光-点击率(次数),商品曝光-点击率(人数),"
    "商品点击-成交率(次数),商品点击-成交率(人数),观看-成交率(次数),"
    "观看-成交率(人数),预售订单数,预售全款金额,新加购物团人数,投放消耗(店铺绑定),投放消耗(店铺被投),"
    "净成交金额,净成交订单数,1小时退款金额,1小时退款订单数,1小时退款率,"
    "消费券引导支付金额,消费券引导支付占比,消费券补贴金额,消费券使用量"
)

_NEXT_DAY = "数据将于第二天更新"
_STATUS = {
    "unpaid": "待支付", "paid": "待发货", "part_shipped": "部分发货", "shipped": "已发货",
    "finished": "已完成", "closed_unpaid": "已关闭",
    "closed_refunded": "已关闭",
}  # fmt: skip
_ORDER_AFTER_SALE = {
    "none": "-",
    "pending": "售后待处理",
    "success": "退款成功",
    "closed": "售后关闭",
    "exchanged": "换货成功",
}
_SOURCE = {"own": "小店自卖", "creator": "精选联盟"}
_GENRE = {
    "live": "直播",
    "short_video": "短视频",
    "product_card": "商品卡",
    "search": "商品卡",
    "other": "其他",
}
_ENTRANCE = {
    "live": "直播间",
    "short_video": "短视频",
    "product_card": "商城",
    "search": "搜索",
    "other": "购后页面",
}
REASONS = {
    "size": "七天无理由退货", "look": "颜色/图案/款式与商品描述不符", "quality": "质量问题",
    "changed_mind": "多拍/拍错/不想要", "price": "买贵了/商品降价",
    "late": "未按约定时间发货", "other": "其他",
}  # fmt: skip
REASON_LABELS = {"size": "尺码不合适", "late": "商家一直没有发货"}

Cells = Mapping[str, pl.Expr]


def order_csv(lines: pl.DataFrame, at: dt.datetime, *, old_layout: bool) -> bytes:
    """订单明细 of ``lines`` (a market's lines as of ``at``): UTF-8 with BOM, ids behind a TAB in quotes, "-"
    for nothing; 75 columns, or the older 74.
    """
    header = (_HEADER_74 if old_layout else _HEADER_75).split(",")
    cells = _order_cells(at, old_layout=old_layout)
    rows = lines.select(
        pl.concat_str([cells.get(name, pl.lit("-")) for name in header], separator=",")
    ).to_series()
    return "\n".join(["\ufeff" + ",".join(header), *rows.to_list(), ""]).encode()


def after_sale_table(refunds: pl.DataFrame, lines: pl.DataFrame, at: dt.datetime) -> pl.DataFrame:
    """售后单 as a table of text, 50 columns; the line's facts are those of the same moment."""
    wanted = lines.select(
        "order_line_id",
        "product_name",
        "product_id",
        "sku_code",
        "placed_fen",
        "freight_fen",
        "shipped_at",
        "line_qty",
    )
    joined = refunds.join(wanted, on="order_line_id", how="left", maintain_order="left")
    cells = _after_sale_cells(at)
    return joined.select(cells.get(name, pl.lit("-")).alias(name) for name in _HEADER_AFTER_SALE.split(","))


def live_table(sessions: pl.DataFrame, *, old_layout: bool) -> pl.DataFrame:
    """直播间明细 as a table: counts and money as numbers, times as text, 55 columns (54 of the older
    layout).
    """
    cells = _live_cells()
    names = [name for name in _HEADER_LIVE.split(",") if not (old_layout and name == "直播激励观看次数")]
    return sessions.select(cells.get(name, pl.lit("-")).alias(name) for name in names)


def table_csv(table: pl.DataFrame) -> bytes:
    """A table of text as UTF-8 with BOM."""
    return b"\xef\xbb\xbf" + table.write_csv().encode()


def table_xlsx(table: pl.DataFrame, sheet: str) -> bytes:
    """A workbook as the platform writes it: the sheet declares the range A1:A1 whatever it holds."""
    return write_workbook({sheet: table}, is_range_false=True)


def _tab(text: pl.Expr) -> pl.Expr:
    quoted = pl.format('"\t{}"', text.str.replace_all('"', '""'))
    return pl.when(text.is_not_null()).then(quoted).otherwise(pl.lit("-"))


def _moment(column: str) -> pl.Expr:
    return pl.col(column).dt.strftime("%Y-%m-%d %H:%M:%S").fill_null("-")


def _yuan(fen: pl.Expr) -> pl.Expr:
    return pl.concat_str(
        (fen // 100).cast(pl.String), (fen % 100).cast(pl.String).str.zfill(2), separator="."
    )


def _grouped_yuan(fen: pl.Expr) -> pl.Expr:
    """With a comma above 999, which then needs quotes."""
    thousands, rest = fen // 100_000, fen % 100_000
    long = pl.format('"{},{}"', thousands, _yuan(rest).str.zfill(6))
    return pl.when(thousands > 0).then(long).otherwise(_yuan(fen))


def _said(column: str, words: dict[str, str], default: str = "-") -> pl.Expr:
    return pl.col(column).replace_strict(words, default=default, return_dtype=pl.String)


def _attributed(at: dt.datetime, told: pl.Expr) -> pl.Expr:
    """Attribution columns are filled in on the day after the order."""
    return pl.when(pl.col("created_at").dt.date() >= at.date()).then(pl.lit(_NEXT_DAY)).otherwise(told)


def _order_cells(at: dt.datetime, *, old_layout: bool) -> Cells:
    discounts = pl.sum_horizontal("discount_platform_fen", "discount_merchant_fen", "discount_creator_fen")
    paid_ad = pl.col("is_paid_traffic").fill_null(False)
    advert = (
        pl.when(paid_ad)
        .then(_said("content_code", {"live": "直播", "short_video": "短视频"}, "无"))
        .otherwise(pl.lit("无"))
    )
    kind = (
        pl.when(pl.col("is_paid_traffic"))
        .then(pl.lit("广告"))
        .when(~pl.col("is_paid_traffic"))
        .then(pl.lit("非广告"))
        .otherwise(pl.lit("-"))
    )
    gone = (
        pl.when(pl.col("order_status_code") == "closed_unpaid")
        .then(pl.lit("超时未支付"))
        .when((pl.col("order_status_code") == "closed_refunded") & pl.col("is_gift"))
        .then(pl.lit("主品订单售后完成"))
        .otherwise(pl.lit(""))
    )
    goods = (
        pl.col("product_name")
        if old_layout
        else pl.format("{} 颜色分类:{};尺码:{}", "product_name", "color_name", "size_name")
    )
    remark = (
        pl.when(pl.col("order_line_id").str.ends_with("77"))
        .then(pl.lit("已电话联系 13800138000 改地址"))
        .otherwise(pl.lit("-"))
    )
    parcel = (
        pl.when(pl.col("shipped_at").is_not_null())
        .then(pl.format("中通快递-7{}", pl.col("order_line_id").str.tail(13)))
        .otherwise(pl.lit("-"))
    )
    return {
        "主订单编号": _tab(pl.col("order_id")), "子订单编号": _tab(pl.col("order_line_id")),
        "选购商品": _tab(goods),
        "商品规格": _tab(pl.format("{};{}", "color_name", "size_name")), "货号": _tab(pl.col("style_code")),
        "商品ID": _tab(pl.col("product_id")),
        "商家编码": _tab(pl.col("sku_code")), "商品数量": pl.col("line_qty").cast(pl.String),
        "商品金额": _yuan(pl.col("unit_price_fen")),
        "商品单价": _yuan(pl.col("unit_price_fen")), "订单提交时间": _moment("created_at"),
        "支付完成时间": _moment("paid_at"),
        "订单完成时间": _moment("finished_at"), "发货时间": _moment("shipped_at"),
        "订单状态": _said("order_status_code", _STATUS), "取消原因": gone,
        "售后状态": _said("refund_status_code", _ORDER_AFTER_SALE),
        "订单应付金额": _grouped_yuan(pl.col("placed_fen")), "运费": _yuan(pl.col("freight_fen")),
        "优惠总金额": _yuan(discounts), "平台优惠": _yuan(pl.col("discount_platform_fen")),
        "商家优惠": _yuan(pl.col("discount_merchant_fen")),
        "达人优惠": _yuan(pl.col("discount_creator_fen")),
        "平台实际承担优惠金额": _yuan(pl.col("discount_platform_fen")),
        "商家实际承担优惠金额": _yuan(pl.col("discount_merchant_fen")),
        "达人实际承担优惠金额": _yuan(pl.col("discount_creator_fen")),
        "收件人": pl.lit("##6Zi/5aec##"), "收件人手机号": pl.lit("$$MTM4MDA$$"),
        "详细地址": pl.lit("##5bm/5bee##"), "省": pl.col("province_name"),
        "市": pl.col("city_name"), "区": pl.lit("中心区"), "街道": pl.lit("某街道"), "商家备注": remark,
        "快递信息": parcel,
        "达人ID": _tab(pl.col("live_account_id")), "达人昵称": _tab(pl.col("live_account_name")),
        "流量来源": _said("seller_code", _SOURCE),
        "流量类型": _attributed(at, kind), "流量体裁": _attributed(at, _said("content_code", _GENRE)),
        "流量渠道": _attributed(at, _said("content_code", _ENTRANCE)), "广告渠道": advert,
        "APP渠道": pl.lit("抖音"), "订单类型": pl.lit("普通订单"),
        "支付方式": pl.lit("支付宝"), "旗帜颜色": pl.lit("灰"), "支付优惠": pl.lit("0.00"),
        "商家改价": pl.lit("0.00"), "手续费": pl.lit("0.00"),
    }  # fmt: skip


def _after_sale_cells(at: dt.datetime) -> Cells:
    before, money = pl.col("stage_code") == "before_shipment", pl.col("type_code") != "exchange"
    freight = pl.when(pl.col("refund_fen") == pl.col("placed_fen")).then("freight_fen").otherwise(0)
    of_type = (
        pl.when(pl.col("type_code") == "refund_only")
        .then(pl.when(before).then(pl.lit("未发货退款")).otherwise(pl.lit("已发货退款")))
        .otherwise(
            _said("type_code", {"return_refund": "退货退款", "exchange": "换货", "price_protection": "价保"})
        )
    )
    waiting = (
        pl.when(pl.col("shipped_back_at").is_not_null())
        .then(pl.lit("待商家收货"))
        .when(pl.col("type_code") == "return_refund")
        .then(pl.lit("待买家退货"))
        .otherwise(pl.lit("待商家处理"))
    )
    ended = {"success": "同意退款，退款成功", "closed": "售后关闭", "exchanged": "换货成功"}
    status = (
        pl.when(pl.col("refund_status_code") == "pending")
        .then(waiting)
        .otherwise(_said("refund_status_code", ended))
    )
    arrived = pl.col("refunded_at") + pl.duration(minutes=2)
    told = pl.when(arrived <= at).then(arrived).dt.strftime("%Y-%m-%d %H:%M:%S").fill_null("-")
    shipped = (
        pl.when(pl.col("shipped_at").is_not_null())
        .then(pl.format("{}/{}已发货", "line_qty", "line_qty"))
        .otherwise(pl.lit("未发货"))
    )
    withdrawn = (
        pl.when(pl.col("refund_status_code") == "closed")
        .then("closed_at")
        .dt.strftime("%Y-%m-%d %H:%M:%S")
        .fill_null("-")
    )
    finished = pl.coalesce("refunded_at", "closed_at").dt.strftime("%Y-%m-%d %H:%M:%S").fill_null("-")
    return {
        "售后单号": pl.col("refund_id"), "订单号": pl.col("order_id"), "商品单号": pl.col("order_line_id"),
        "商品名称": pl.col("product_name"),
        "商品ID": pl.col("product_id"), "应付金额（元）": _yuan(pl.col("placed_fen")),
        "商品运费（元）": _yuan(pl.col("freight_fen")),
        "商品发货状态": shipped, "售后类型": of_type,
        "退商品金额（元）": _yuan(pl.col("refund_fen") - freight), "退运费金额（元）": _yuan(freight),
        "退支付优惠（元）": pl.lit("0.00"), "退税费金额（元）": pl.lit("-"), "售后状态": status,
        "售后申请时间": _moment("applied_at"),
        "退款方式": pl.when(money).then(pl.lit("原路退回")).otherwise(pl.lit("无需退款")),
        "售后原因": _said("reason_code", REASONS),
        "售后原因标签": _said("reason_code", REASON_LABELS), "退货发货时间": _moment("shipped_back_at"),
        "商家退款时间": _moment("refunded_at"),
        "用户到账时间": told, "售后关闭时间": withdrawn, "售后完结时间": finished,
        "商家编码": pl.col("sku_code"), "操作人": pl.lit("客服01"),
        "商家退货地址": pl.lit("##6YCA6LSn##"), "商家退货联系人电话": pl.lit("13800138000"),
        "用户售后说明": pl.lit("穿着不合适,电话 13800138000"),
    }  # fmt: skip


def _live_cells() -> Cells:
    minutes = ((pl.col("ended_at") - pl.col("started_at")).dt.total_seconds() / 60).round().cast(pl.Int64)

    def money(column: str) -> pl.Expr:
        return pl.col(column) / 100

    def share(part: str, whole: str) -> pl.Expr:
        return pl.when(pl.col(whole) > 0).then((pl.col(part) / pl.col(whole)).round(4)).otherwise(0.0)

    def slashed(column: str) -> pl.Expr:
        return pl.col(column).dt.strftime("%Y/%m/%d %H:%M:%S")

    return {
        "主播头像": pl.lit("https://p11.example.invalid/avatar.jpeg"),
        "主播昵称": pl.col("live_account_name"), "主播抖音号": pl.col("live_account_id"),
        "直播开始时间": slashed("started_at"), "直播结束时间": slashed("ended_at"), "直播时长(分钟)": minutes,
        "直播间曝光人数": pl.col("exposure_viewers_qty"),
        "直播间曝光次数": pl.col("exposure_qty"), "直播间观看人数": pl.col("viewers_qty"),
        "单小时观看人数": pl.col("viewers_qty") / minutes * 60,
        "直播间观看次数": pl.col("views_qty"), "人均观看时长(分钟)": pl.col("average_watch_qty") / 60,
        "直播间商品曝光人数": pl.col("product_exposure_viewers_qty"),
        "直播间商品点击人数": pl.col("product_click_viewers_qty"),
        "直播间商品曝光次数": pl.col("product_exposure_qty"),
        "直播间商品点击次数": pl.col("product_click_qty"), "直播间成交订单数": pl.col("reported_orders_qty"),
        "直播间成交金额": money("reported_gmv_fen"),
        "直播间用户支付金额": money("reported_user_paid_fen"),
        "单小时用户支付金额": money("reported_user_paid_fen") / minutes * 60,
        "直播间成交件数": pl.col("reported_units_qty"), "直播间成交人数": pl.col("reported_buyers_qty"),
        "直播间退款金额": money("reported_refund_fen"),
        "商品曝光-点击率(次数)": share("product_click_qty", "product_exposure_qty"),
        "观看-成交率(次数)": share("reported_orders_qty", "views_qty"),
        "商品点击-成交率(次数)": share("reported_orders_qty", "product_click_qty"),
        "净成交金额": (pl.col("reported_gmv_fen") - pl.col("reported_hour_refund_fen")) / 100,
        "净成交订单数": pl.col("reported_orders_qty") - pl.col("reported_hour_refund_orders_qty"),
        "1小时退款金额": money("reported_hour_refund_fen"),
        "1小时退款订单数": pl.col("reported_hour_refund_orders_qty"),
        "1小时退款率": share("reported_hour_refund_fen", "reported_gmv_fen"),
    }  # fmt: skip
