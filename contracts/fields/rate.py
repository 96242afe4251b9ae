"""The dictionary's entries of rates: what sessions tell of people, which channel net came through, and buyers
who come again.
"""

from __future__ import annotations

from contracts.field import Field
from contracts.field import entry as _f

RATE_FIELDS: tuple[Field, ...] = (
    _f(
        "session_buyers_qty",
        "场次成交人数",
        "buyers of the day's sessions",
        "As the platform shows them: people per session, added up.",
    ),
    _f(
        "session_buyers_paid_fen",
        "场次支付金额（有成交人数）",
        "paid value of sessions whose buyers are told",
        low=0,
    ),
    _f("session_buyers_untold_qty", "成交人数不明的有成交场次", "sessions that sold, of untold buyers"),
    _f(
        "session_shown_qty",
        "场次商品曝光次数",
        "product exposures of the day's sessions",
        "Times, not people.",
    ),
    _f(
        "session_shown_paid_fen",
        "场次支付金额（有商品曝光次数）",
        "paid value of sessions whose product exposures are told",
        low=0,
    ),
    _f(
        "session_shown_untold_qty",
        "商品曝光次数不明的有成交场次",
        "sessions that sold, of untold product exposures",
    ),
    _f(
        "session_watch_qty",
        "场次观看总秒数",
        "seconds watched in the day's sessions",
        "The average the platform shows of a session × its views.",
    ),
    _f(
        "session_watch_views_qty",
        "场次观看次数（有观看时长）",
        "views of sessions whose watching time is told",
    ),
    _f("session_watch_untold_qty", "观看时长不明的场次", "sessions of untold watching time"),
    _f("channel_kept_fen", "净成交（渠道已知）", "net of known channel"),
    _f("own_live_kept_fen", "自播净成交", "net through own sessions"),
    _f("creator_live_kept_fen", "达播净成交", "net through creators' sessions"),
    _f("channel_untold_fen", "净成交（平台没分渠道）", "net of untold channel"),
    _f(
        "kept_buyers_qty",
        "留存买家数",
        "buyers who kept an order",
        "People of one platform in one window: never added up over platforms or months.",
    ),
    _f("repeat_buyers_qty", "复购买家数", "buyers who kept two orders or more", "As kept_buyers_qty."),
    _f("buyer_untold_orders_qty", "买家不明的留存订单", "kept orders of untold buyers"),
    _f("window_days_qty", "窗口天数", "days of the window"),
)
