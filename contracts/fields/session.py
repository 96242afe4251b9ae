"""The dictionary's entries of live sessions and their minutes, as platforms tell them."""

from __future__ import annotations

from contracts.field import Field
from contracts.field import entry as _f

SESSION_FIELDS: tuple[Field, ...] = (
    _f("live_session_id", "直播场次", "live session"),
    _f("session_name", "直播标题", "session title"),
    _f("started_at", "开播时间", "started at"),
    _f("ended_at", "下播时间", "ended at"),
    _f("start_date", "开播日期", "start date", "The day that owns the session, also over midnight."),
    _f("is_own_account", "自有账号", "own account"),
    _f("exposure_qty", "直播间曝光次数", "room exposures"),
    _f("views_qty", "观看次数", "views", "Times watched (人次), the denominator of GPM."),
    _f("viewers_qty", "观看人数", "viewers", "People (人数); never use for GPM."),
    _f("exposure_viewers_qty", "直播间曝光人数", "people shown the room", "People (人数), not times."),
    _f("product_exposure_viewers_qty", "商品曝光人数", "people shown a product", "People (人数), not times."),
    _f(
        "product_click_viewers_qty",
        "商品点击人数",
        "people who clicked a product",
        "People (人数), not times.",
    ),
    _f(
        "reported_buyers_qty",
        "平台所示成交人数",
        "buyers as the platform shows them",
        "People; a platform counts them per session, so they do not add up to buyers.",
    ),
    _f(
        "product_exposure_qty",
        "商品曝光次数",
        "product exposures",
        "Times (人次), the denominator of product GPM.",
    ),
    _f(
        "average_watch_qty",
        "平台所示平均观看秒数",
        "seconds watched on average as the platform shows them",
        "Whole seconds of one session (抖音 人均观看时长). Nobody defines whether per person or per view: "
        "never multiply it by people.",
    ),
    _f("product_click_qty", "商品点击次数", "product clicks"),
    _f("reported_gmv_fen", "平台所示成交金额", "GMV as the platform shows it"),
    _f("reported_orders_qty", "平台所示成交订单", "orders as the platform shows them"),
    _f("reported_refund_fen", "平台所示退款", "refunds as the platform shows them"),
    _f("reported_hour_refund_fen", "平台所示1小时退款", "refunds within one hour as the platform shows them"),
    _f(
        "reported_net_fen",
        "平台所示净成交",
        "net GMV as the platform shows it",
        "GMV minus refunds within the hour.",
    ),
    _f("minute_at", "分钟", "minute", "Start of the minute."),
    _f("online_qty", "在线人数", "people online"),
)
