"""The benchmark's market: shops, and orders, lines and refunds as arrays of whole numbers.

Larger and plainer than ``simulator``: no fates, one state per export moment, a million lines in a second. All
randomness comes from one seed.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import polars as pl

Ints = npt.NDArray[np.int64]

ZONE = "Asia/Shanghai"
HOUR, DAY = 3600, 86_400
#: Every market ends on this day, so that every moment in it lies in the past.
LAST_DATE = dt.date(2026, 11, 1)
#: A day's orders are downloaded at six the next morning.
EXPORT_HOUR = 6
REEXPORT_SHARE, NEXT_DAY_OLD_SHARE, REFUND_SHARE = 0.03, 0.27, 0.14
NEVER = np.iinfo(np.int64).max // 2_000_000

CONTENT = ("live", "short_video", "product_card", "search", "other")
_SHARES = (0.55, 0.20, 0.15, 0.07, 0.03)
PROVINCES = ("广东省", "浙江省", "江苏省", "山东省", "河南省", "四川省", "湖南省", "湖北省")
CITIES = ("广州市", "杭州市", "南京市", "济南市", "郑州市", "成都市", "长沙市", "武汉市")
COLORS, SIZES = ("黑色", "米白", "豆绿", "雾蓝", "焦糖", "浅灰"), ("S", "M", "L", "XL")
_STYLES, _CREATORS = 200, 6


@dataclass(frozen=True)
class Market:
    """``orders`` and ``lines`` are sorted by day, then shop.

    Times are epoch seconds, ``NEVER`` where nothing comes. ``days`` counts the next day too.
    """

    shops: pl.DataFrame
    days: int
    orders: dict[str, Ints]
    lines: dict[str, Ints]
    refunds: dict[str, Ints]

    def midnight(self, day: int) -> int:
        """Epoch second at which ``day`` begins in Beijing; the last day is ``LAST_DATE``."""
        return int(_midnight(self.days, np.int64(day)))

    def export_moment(self, day: int) -> dt.datetime:
        """When the files of ``day`` were downloaded."""
        return dt.datetime.fromtimestamp(self.midnight(day + 1) + EXPORT_HOUR * HOUR, ZoneInfo(ZONE))


def build_market(rows: int, seed: int, shops: int, days: int) -> Market:
    """A market whose first ``days`` days fill order files with about ``rows`` rows, re-exported ones
    included, and one more day after them.
    """
    rng = np.random.default_rng(seed)
    cells = shops * (days + 1)
    wanted = round(rows / (1 + REEXPORT_SHARE) * (days + 1) / days)
    sizes = rng.choice([1, 2, 3], size=wanted, p=[0.74, 0.20, 0.06]).astype(np.int64)
    sizes = sizes[: int(np.searchsorted(np.cumsum(sizes), wanted)) + 1]
    cell = np.arange(len(sizes)) * cells // len(sizes)
    orders = _orders(rng, cell % shops, cell // shops, shops, days)
    lines = _lines(rng, orders, sizes)
    return Market(make_shops(shops), days + 1, orders, lines, _refunds(rng, orders, lines))


def make_shops(count: int) -> pl.DataFrame:
    """``shop`` (number), ids and names: every fourth shop is on Taobao, every fourth writes Douyin's older
    layout; two shops make a merchant.
    """
    numbers = range(count)
    platforms = ["taobao" if number % 4 == 3 else "douyin" for number in numbers]
    return pl.DataFrame(
        {
            "shop": numbers,
            "merchant_id": [f"m{number // 2:03d}" for number in numbers],
            "shop_id": [
                f"m{number // 2:03d}-{platform}-{number}"
                for number, platform in zip(numbers, platforms, strict=True)
            ],
            "platform_code": platforms,
            "shop_name": [f"样例店{number}" for number in numbers],
            "is_old_layout": [number % 4 == 2 for number in numbers],
            "own_account_id": [str(account_number(np.int64(number), np.int64(0))) for number in numbers],
        }
    )


def account_number(shop: Ints | np.int64, who: Ints | np.int64) -> Ints | np.int64:
    """Account 0 of a shop is its own, the others are creators'."""
    return 2_667_486_300_000_000 + shop * 1_013 + who


def _midnight(days: int, day: Ints | np.int64) -> Ints | np.int64:
    last = int(dt.datetime.combine(LAST_DATE, dt.time(), dt.UTC).timestamp()) - 8 * HOUR
    return last + (day - days + 1) * DAY


def session_slots(shop: Ints, day: Ints, slot: Ints) -> tuple[Ints, Ints, Ints]:
    """Account number (0 = own), start and length in seconds after midnight of a shop's four sessions of a
    day.
    """
    start = np.array([10, 19, 14, 20])[slot] * HOUR + (shop * 7 + day * 3 + slot) % 50 * 60
    length = np.where(slot < 2, 13, 8) * HOUR // 4 - (shop + day) % 20 * 60
    who = np.where(slot < 2, 0, 1 + (day * 2 + slot) % _CREATORS)
    return who, start, length


def _orders(rng: np.random.Generator, shop: Ints, day: Ints, shops: int, days: int) -> dict[str, Ints]:
    count = len(shop)
    content = rng.choice(len(CONTENT), size=count, p=_SHARES)
    who, start, length = session_slots(shop, day, rng.integers(0, 4, count))
    any_time = np.minimum(rng.gamma(8.0, 2.0, count) * HOUR + HOUR, 23.9 * HOUR)
    seconds = np.where(content == 0, start + rng.random(count) * length, any_time).astype(np.int64)
    created = _midnight(days + 1, day) + seconds
    paid = np.where(rng.random(count) < 0.92, created + rng.integers(5, 900, count), NEVER)
    shipped = np.where(paid < NEVER, paid + rng.integers(4 * HOUR, 40 * HOUR, count), NEVER)
    finished = np.where(paid < NEVER, shipped + rng.integers(3 * DAY, 9 * DAY, count), NEVER)
    # of the last two days, none is seen again before the next day, whose share of old rows is drawn apart
    again = day + 1 + rng.integers(0, 10, count)
    again = np.where(
        (rng.random(count) < REEXPORT_SHARE * days / max(days - 1, 1)) & (paid < NEVER) & (day < days - 1),
        np.minimum(again, days - 1),
        -1,
    )
    share = NEXT_DAY_OLD_SHARE / (1 - NEXT_DAY_OLD_SHARE) / days
    # none ends in four zeros, by which ours takes one id in ten thousand for a number cut to fifteen digits
    # (reliability B55) and sets its row aside
    number = np.arange(count) * 7_920 + 11
    return {
        "shop": shop, "day": day, "content": content, "created": created, "paid": paid, "shipped": shipped,
        "finished": finished,
        "order_id": np.where(shop % 4 == 3, 4_100, 6_900) * 10**15 + number,
        "who": np.where(content == 0, who,
            np.where((content == 1) & (rng.random(count) < 0.5), 1 + rng.integers(0, _CREATORS, count), -1)),
        "place": rng.integers(0, len(PROVINCES), count),
        "freight": np.where(rng.random(count) < 0.05, 1_000, 0), "again": again,
        "is_old_next": ((rng.random(count) < share) & (paid < NEVER) & (day < days)).astype(np.int64),
        "advert": rng.integers(0, 3, count),
    }  # fmt: skip


def _lines(rng: np.random.Generator, orders: dict[str, Ints], sizes: Ints) -> dict[str, Ints]:
    """Per line: row of its order, place in it, goods, money in fen.

    A gift stands last in one of twelve multi-line Douyin orders.
    """
    order = np.repeat(np.arange(len(sizes)), sizes)
    place = np.arange(len(order)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    count = len(order)
    gift = (
        (place == sizes[order] - 1)
        & (place > 0)
        & (rng.random(count) < 1 / 12)
        & (orders["shop"][order] % 4 != 3)
    )
    style = rng.integers(0, _STYLES, count)
    price = np.where(gift, 0, 3_990 + (style * 7_919) % 200 * 910)
    qty = np.where(gift | (rng.random(count) < 0.92), 1, 2)
    merchant = price * qty * rng.integers(0, 16, count) // 100
    platform = np.where(rng.random(count) < 0.2, price * qty // 20, 0)
    creator = np.where(orders["who"][order] > 0, price * qty // 50, 0)
    freight = np.where((place == 0) & ~gift, orders["freight"][order], 0)
    return {
        "order": order, "place": place, "gift": gift.astype(np.int64), "style": style,
        "color": rng.integers(0, len(COLORS), count),
        "size": rng.integers(0, len(SIZES), count), "price": price, "qty": qty, "merchant": merchant,
        "platform": platform, "creator": creator,
        "freight": freight, "placed": price * qty - merchant - platform - creator + freight,
    }  # fmt: skip


def _refunds(rng: np.random.Generator, orders: dict[str, Ints], lines: dict[str, Ints]) -> dict[str, Ints]:
    """Per after-sale: its line, stage (0 before shipment), money and moments.

    At most one per line, all of them end in a refund.
    """
    order = lines["order"]
    line = np.flatnonzero(
        (rng.random(len(order)) < REFUND_SHARE) & (orders["paid"][order] < NEVER) & (lines["gift"] == 0)
    )
    count = len(line)
    after = (rng.random(count) < 0.7).astype(np.int64)
    paid, shipped = orders["paid"][order[line]], orders["shipped"][order[line]]
    applied = np.where(
        after == 1,
        shipped + rng.integers(DAY, 6 * DAY, count),
        paid + (rng.random(count) * (shipped - paid) * 0.8).astype(np.int64),
    )
    refunded = applied + np.where(
        after == 1, rng.integers(DAY, 4 * DAY, count), rng.integers(300, 3 * HOUR, count)
    )
    part = np.where(rng.random(count) < 0.08, 30, 100)
    money = np.maximum(lines["placed"][line] * part // 100, 1)
    return {
        "line": line,
        "after": after,
        "applied": applied,
        "refunded": refunded,
        "money": money,
        "early": (rng.random(count) < REEXPORT_SHARE).astype(np.int64),
    }
