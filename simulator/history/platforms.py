"""What differs between the platforms of the market: who sells through which channel, what one order holds,
and how numbers look.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import polars as pl

from simulator.history.clock import Bools, Floats, Ints, instants
from simulator.history.ids import as_text, unique_numbers

CHANNELS = ("own_live", "creator_live", "short_video", "product_card", "search", "other", "unknown")


@dataclass(frozen=True)
class PlatformFacts:
    """One platform of the market.

    ``refunds_by_erp``: none of its own files dates a refund, so its merchants download after-sales from their
    ERP. ``paid_by_order``: its files tell what was paid of an order as a whole, and of none of its lines.
    ``mix`` is the share of orders per entry of ``CHANNELS``, as far as the platform tells channels at all:
    what it keeps to itself is ``unknown`` in the truth too. ``one_line`` = an order is one SKU. Number ranges
    are half-open and stay above or below 2^53 as the platform's do; ``order_prefix`` is a literal, or
    ``date`` for the day of creation as six digits and a hyphen.
    """

    code: str
    short_zh: str
    mix: tuple[float, ...]
    one_line: bool
    orders: tuple[int, int]
    refunds: tuple[int, int]
    products: tuple[int, int]
    skus: tuple[int, int]
    order_prefix: str = ""
    refunds_by_erp: bool = False
    paid_by_order: bool = False

    @property
    def off_live(self) -> int:
        """Position in ``CHANNELS`` of what is sold without a session."""
        return CHANNELS.index("unknown" if self.mix[-1] > 0 else "product_card")


def _range(first: int, last: int, zeros: int) -> tuple[int, int]:
    return first * 10**zeros, last * 10**zeros


FACTS = {
    item.code: item
    for item in (
        PlatformFacts(
            "douyin", "抖音", (0.43, 0.23, 0.12, 0.14, 0.06, 0.02, 0.0), False,
            _range(6_900, 6_999, 15), _range(140, 149, 15), _range(3_600, 3_800, 15),
            _range(1_700, 1_900, 12),
        ),
        PlatformFacts(
            "taobao", "淘宝", (0.29, 0.15, 0.0, 0.0, 0.0, 0.0, 0.56), False,
            _range(1_900, 3_200, 15), _range(200, 320, 15), _range(600, 900, 9), _range(4_000, 6_000, 9),
        ),
        PlatformFacts(
            "kuaishou", "快手", (0.46, 0.26, 0.12, 0.12, 0.0, 0.04, 0.0), True,
            _range(2_300, 2_500, 12), _range(2_500, 2_700, 12), _range(20, 24, 12), _range(30, 34, 12),
            refunds_by_erp=True,
        ),
        PlatformFacts(
            "wechat_channels", "视频号", (0.48, 0.22, 0.12, 0.14, 0.0, 0.04, 0.0), False,
            _range(3_700, 3_799, 15), _range(2_000, 2_100, 12), _range(10_000, 10_900, 9),
            _range(2_000, 2_900, 6),
        ),
        PlatformFacts(
            "xiaohongshu", "小红书", (0.30, 0.28, 0.0, 0.0, 0.0, 0.0, 0.42), False,
            _range(700, 799, 15), _range(4_100, 4_900, 12), _range(6_600, 6_700, 15),
            _range(60_000, 69_000, 9), "P", refunds_by_erp=True,
        ),
        PlatformFacts(
            "pinduoduo", "拼多多", (0.40, 0.0, 0.0, 0.0, 0.0, 0.0, 0.60), True,
            _range(100, 999, 12), _range(60_000, 69_999, 6), _range(600, 799, 9), _range(1_400, 1_700, 9),
            "date", refunds_by_erp=True,
        ),
        PlatformFacts(
            "jd", "京东", (0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0), False,
            _range(300, 399, 9), _range(80, 89, 9), _range(10_080, 10_100, 9), _range(10_110, 10_130, 9),
            paid_by_order=True,
        ),
        PlatformFacts(
            "tiktok_shop", "TikTok", (0.0, 0.34, 0.18, 0.0, 0.0, 0.0, 0.48), False,
            _range(5_760, 5_799, 14), _range(4_035, 4_049, 15), _range(1_729, 1_739, 15),
            _range(1_729, 1_739, 15),
        ),
    )
}  # fmt: skip


def facts_of_shops(shops: pl.DataFrame, name: str) -> Bools:
    """The fact ``name`` (a yes or no of ``PlatformFacts``) of each row of ``shops``."""
    told: Bools = (
        shops["platform_code"]
        .replace_strict(
            {code: getattr(facts, name) for code, facts in FACTS.items()}, return_dtype=pl.Boolean
        )
        .to_numpy()
    )
    return told


def mix_of(platform: str) -> Floats:
    """The platform's channel shares in the order of ``CHANNELS``."""
    return np.array(FACTS[platform].mix)


def numbers_of(rng: np.random.Generator, platforms: pl.Series, kind: str) -> Ints:
    """One distinct number per row from the row's platform's range of ``kind`` (orders, refunds, products,
    skus).
    """
    drawn = np.zeros(len(platforms), dtype=np.int64)
    for code, facts in FACTS.items():
        rows = np.flatnonzero((platforms == code).to_numpy())
        drawn[rows] = unique_numbers(rng, len(rows), *getattr(facts, kind))
    return drawn


def order_names(numbers: Ints, platforms: pl.Series, created: Ints) -> pl.Series:
    """Order numbers as the platforms write them; ``created`` are the order's seconds."""
    prefix = platforms.replace_strict(
        {code: facts.order_prefix for code, facts in FACTS.items()}, return_dtype=pl.String
    )
    day = instants(created).dt.strftime("%y%m%d-")
    return prefix.set(prefix == "date", None).zip_with(prefix != "date", day) + as_text(numbers)


def thb_satang_per_fen(day: dt.date) -> int:
    """The market's daily rate: satang for one fen, 5 on even days of the year (0.20 yuan a baht), 4 on odd
    ones (0.25); exact both ways.
    """
    return 5 if day.timetuple().tm_yday % 2 == 0 else 4


def thb_rates(first: dt.date, last: dt.date, satang_odd: int = 4) -> pl.DataFrame:
    """``rate_date, currency_code, rate_text`` (yuan for one unit, decimal text) for each day of the
    period; ``satang_odd``: satang for one fen on odd days of the year, 4 or 5.
    """
    days = pl.date_range(first, last, eager=True).alias("rate_date")
    even = days.dt.ordinal_day() % 2 == 0
    return pl.DataFrame({"rate_date": days, "currency_code": ["THB"] * len(days)}).with_columns(
        rate_text=pl.when(even).then(pl.lit("0.20")).otherwise(pl.lit(f"{1 / satang_odd:.2f}"))
    )
