"""A generated panel for the district: Zipf sizes, a giant, matrix accounts, joiners and leavers."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

from district.declared import COLOUR, PRICE_BAND

_PLATFORMS = (
    "douyin",
    "taobao",
    "kuaishou",
    "wechat_channels",
    "pinduoduo",
    "xiaohongshu",
    "jd",
    "tiktok_shop",
)
_PLATFORM_SHARES = (0.52, 0.16, 0.09, 0.08, 0.06, 0.05, 0.02, 0.02)
_CHANNELS = ("own_live", "creator_live", "short_video", "product_card", "search", "other")
_CHANNEL_SHARES = (0.45, 0.28, 0.10, 0.09, 0.05, 0.03)
_SIZES = ("s", "m", "l", "xl", "xxl", "free")
_SIZE_SHARES = (0.17, 0.30, 0.27, 0.15, 0.06, 0.05)
_REGIONS = ("south", "east", "central", "north", "south_west", "north_east", "north_west")
_REGION_SHARES = (0.24, 0.28, 0.15, 0.13, 0.10, 0.06, 0.04)
_CATEGORIES = (
    "dress", "skirt", "horse_face_skirt", "t_shirt", "shirt", "knitwear", "sweatshirt", "jeans",
    "casual_trousers", "trench_coat", "suit_jacket", "down_jacket",
)  # fmt: skip
_CATEGORY_WEIGHTS = np.array([12, 7, 0, 10, 8, 7, 6, 9, 6, 5, 5, 6], dtype=np.float64)
#: Sold by one merchant alone.
SMALL_CATEGORY = "horse_face_skirt"
GIANT_CATEGORIES = ("dress", "down_jacket")


def make_panel(merchants: int, month: int = 0, seed: int = 1) -> pl.DataFrame:
    """Contributions of one month in fen: one row per merchant × cut, ``kept_fen`` and ``refund_fen``.

    Sizes follow Zipf's law. The largest merchant sells two categories only; every eighth merchant is a matrix
    account of an owner who has another; each month the smallest but one merchant leaves and a new one joins.
    One in forty has no named owner.
    """
    sold = [_merchant(number, rank, month, seed) for rank, number in enumerate(members(merchants, month))]
    return pl.concat(sold)


def members(merchants: int, month: int) -> list[int]:
    """Numbers of the merchants of a month, the largest first."""
    return [*range(merchants - 2), merchants + 2 * month, merchants + 2 * month + 2]


def owner_of(number: int) -> str | None:
    """Holding of a merchant; None where nobody named it."""
    if number % 40 == 39:
        return None
    return f"owner-{number - 5 if number % 8 == 7 else number:05d}"


def _merchant(number: int, rank: int, month: int, seed: int) -> pl.DataFrame:
    habits = np.random.default_rng([seed, number])
    chance = np.random.default_rng([seed, number, month])
    size = 60_000_000_00 / (rank + 1)  # fen a month
    breadth = 2 if rank < 20 else 0  # the larger ones sell in more places
    categories = _categories(habits, number, breadth)
    several = habits.integers(1, 4) + breadth
    platforms = habits.choice(len(_PLATFORMS), size=several, replace=False, p=_PLATFORM_SHARES)
    count = int(np.clip(size / 20_000_00, 12, 1500))
    price_level = habits.normal(0, 0.9)
    price = np.clip(np.round(chance.normal(3 + price_level, 1.3, count)), 0, 6).astype(np.int64)
    weights = chance.lognormal(0, 0.8, count)
    paid = np.round(weights / weights.sum() * size * chance.normal(1, 0.08)).astype(np.int64)
    channels = habits.dirichlet(np.array(_CHANNEL_SHARES) * 4)
    kept_rate = np.clip(habits.normal(0.42, 0.1) + chance.normal(0, 0.15, count), 0.02, 0.98)
    kept = np.round(paid * kept_rate).astype(np.int64)

    def pick(names: tuple[str, ...], shares: npt.ArrayLike) -> list[str]:
        wanted = np.asarray(shares, dtype=np.float64)
        return [names[at] for at in chance.choice(len(names), size=count, p=wanted / wanted.sum())]

    return pl.DataFrame(
        {
            "owner_id": pl.Series([owner_of(number)] * count, dtype=pl.String),
            "merchant_id": [f"m{number:05d}"] * count,
            "platform_code": pick(
                tuple(_PLATFORMS[at] for at in platforms), np.array(_PLATFORM_SHARES)[platforms]
            ),
            "channel_code": pick(_CHANNELS, channels),
            "category_code": pick(categories, habits.dirichlet(np.ones(len(categories)) * 3)),
            "price_band_code": [tuple(PRICE_BAND.parents)[at] for at in price],
            "size_code": pick(_SIZES, _SIZE_SHARES),
            "colour_code": pick(tuple(COLOUR.parents), habits.dirichlet(np.ones(len(COLOUR.parents)) * 2)),
            "region_code": pick(_REGIONS, _REGION_SHARES),
            "kept_fen": kept,
            "refund_fen": paid - kept,
        }
    )


def _categories(habits: np.random.Generator, number: int, breadth: int) -> tuple[str, ...]:
    if number == 0:
        return GIANT_CATEGORIES
    found = habits.choice(
        len(_CATEGORIES),
        size=habits.integers(1, 5) + breadth,
        replace=False,
        p=_CATEGORY_WEIGHTS / _CATEGORY_WEIGHTS.sum(),
    )
    own = (SMALL_CATEGORY,) if number == 50 else ()
    return (*(_CATEGORIES[at] for at in found), *own)
