"""Who is in the market: merchants and their owners, shops, own live accounts, independent creators.

All names are invented.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from simulator.history.clock import Floats, Ints
from simulator.history.ids import secret, unique_numbers
from simulator.history.panel import Panel
from simulator.history.platforms import FACTS

#: slug, short name, long name. The first is the demo's medium merchant with shops on several platforms.
_NAMES = (
    ("yunshan", "云杉", "云杉衣坊"),
    ("tinglan", "听澜", "听澜衣舍"),
    ("shiliuxiang", "石榴巷", "石榴巷女装"),
    ("xinggang", "星岗", "星岗制衣"),
    ("mailong", "麦垄", "麦垄服饰"),
    ("dukou", "渡口", "渡口衣橱"),
    ("tangzhou", "棠舟", "棠舟国风"),
    ("rongxia", "榕下", "榕下女装"),
    ("wangxi", "望溪", "望溪服饰"),
    ("lingdong", "岭东", "岭东裁缝铺"),
    ("taijie", "苔阶", "苔阶衣坊"),
    ("wuli", "梧里", "梧里衣舍"),
    ("qiaonan", "桥南", "桥南制衣"),
    ("baizhou", "白洲", "白洲女装"),
    ("songyao", "松窑", "松窑服饰"),
    ("heyu", "荷屿", "荷屿衣橱"),
)

_Names = tuple[str, str, str]

_D = "douyin"
_T = "taobao"
_K = "kuaishou"
_W = "wechat_channels"
_X = "xiaohongshu"
_P = "pinduoduo"
_J = "jd"
_S = "tiktok_shop"
#: Which platforms the merchants have, in turn: twelve merchants make eight Douyin and seven Taobao shops, and
#: one to three of each other platform.
_PRESENCE = (
    (_D, _T, _K, _X), (_D, _W), (_T, _P), (_D, _K), (_D, _T, _S), (_D, _J), (_T, _X), (_D, _P), (_D, _T, _W),
    (_T, _J), (_D, _K), (_T, _S),
)  # fmt: skip
#: How much a platform weighs within a merchant that has several.
_WEIGHT = {_D: 0.65, _T: 0.35}
_SMALL_WEIGHT = 0.25

_ACCOUNT_SUFFIXES = ("官方直播间", "穿搭号", "工厂直播间")
_CREATORS = (
    "小满穿搭", "阿岚挑款", "豆包妈妈爱穿搭", "南南衣柜", "橙子姐姐严选", "一朵试衣间", "老麦找版",
    "青柚搭配", "林里小鹿", "七七的衣帽间", "圆圆微胖穿搭",
    "北巷裁缝",
)  # fmt: skip

GIANT = 3  # position of the one giant
SOLE_SELLER = 6  # position of the merchant that alone sells the small category


@dataclass(frozen=True)
class People:
    """The market's people; arrays are aligned with the rows of the frame they speak of.

    ``own_accounts[shop]`` and ``creators[shop]`` are row numbers of ``accounts``; ``shop_weight`` sums to
    one.
    """

    merchants: pl.DataFrame
    shops: pl.DataFrame
    accounts: pl.DataFrame
    shop_merchant: Ints
    shop_weight: Floats
    own_accounts: list[list[int]]
    creators: list[list[int]]

    def position(self, wanted: int) -> int:
        """A planted merchant's position, moved into range when the market has few merchants."""
        return min(wanted, self.merchants.height - 1)


def merchant_names(position: int) -> tuple[str, str, str]:
    """Slug, short and long name of the merchant at ``position`` (numbered names after the list ends)."""
    if position < len(_NAMES):
        return _NAMES[position]
    return f"shangjia{position + 1:03d}", f"{position + 1}号", f"第{position + 1}号衣坊"


def make_people(
    rng: np.random.Generator,
    count: int,
    platforms: Sequence[str],
    lead_shares: Sequence[float] = (),
    panel: Panel | None = None,
) -> People:
    """``count`` merchants (at least one) with shops, accounts and creators on the given ``platforms``.

    Every merchant has at least one shop. ``lead_shares`` of all orders are the first merchants'.
    """
    if panel is not None:
        return _make_panel(rng, count, panel)
    names = [merchant_names(position) for position in range(count)]
    # the last two belong to one holding, which disclosure control must count once
    owners = [count - 2 if count >= 4 and position == count - 1 else position for position in range(count)]
    merchants = _merchants(names, owners)
    shop_rows = [
        (position, platform) for position in range(count) for platform in _presence(position, platforms)
    ]
    shops = _shops(rng, names, shop_rows)
    accounts, own, creators = _accounts(rng, names, shops, shop_rows)
    shop_merchant = np.array([position for position, _ in shop_rows], dtype=np.int64)
    weights = _with_leads(_shop_weights(count, shop_rows), shop_merchant, lead_shares)
    return People(merchants, shops, accounts, shop_merchant, weights, own, creators)


def _make_panel(rng: np.random.Generator, count: int, panel: Panel) -> People:
    """One shop on one platform each."""
    names = [merchant_names(panel.first + position) for position in range(count)]
    shop_rows = [(position, panel.platforms[position % len(panel.platforms)]) for position in range(count)]
    merchants = _merchants(names, [panel.owner(position) for position in range(count)], panel.first)
    shops = _shops(rng, names, shop_rows)
    accounts, own, creators = _accounts(rng, names, shops, shop_rows)
    return People(merchants, shops, accounts, np.arange(count), panel.weights(count), own, creators)


def _presence(position: int, platforms: Sequence[str]) -> list[str]:
    has = [platform for platform in _PRESENCE[position % len(_PRESENCE)] if platform in platforms]
    return has or [platforms[position % len(platforms)]]


def _merchants(names: Sequence[_Names], owner_of: Sequence[int], first: int = 0) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "merchant_id": [slug for slug, _, _ in names],
            "merchant_name": [long for _, _, long in names],
            "owner_id": [f"owner-{first + owner + 1:03d}" for owner in owner_of],
            "owner_name": [f"{names[owner][1]}实业" for owner in owner_of],
        }
    )


def _shop_weights(count: int, shop_rows: list[tuple[int, str]]) -> Floats:
    giant = min(GIANT, count - 1) if count >= 4 else -1
    rest = [position for position in range(count) if position != giant]
    # the first two merchants stand in the middle of the ranking
    ranking = rest[2:5] + rest[:2] + rest[5:]
    weight = {position: 1.0 / (rank + 2) ** 0.8 for rank, position in enumerate(ranking)}
    if giant >= 0:
        weight[giant] = 0.5 * sum(weight.values())
    whole = {
        position: sum(
            _WEIGHT.get(platform, _SMALL_WEIGHT) for other, platform in shop_rows if other == position
        )
        for position in range(count)
    }
    shares = [
        weight[position] * _WEIGHT.get(platform, _SMALL_WEIGHT) / whole[position]
        for position, platform in shop_rows
    ]
    weights: Floats = np.array(shares) / sum(shares)
    return weights


def _with_leads(weights: Floats, shop_merchant: Ints, shares: Sequence[float]) -> Floats:
    """``weights`` with the given share of the whole for each of the first merchants; the others keep their
    proportions.
    """
    led = weights.copy()
    rest = shop_merchant >= len(shares)
    for position, share in enumerate(shares):
        mine = shop_merchant == position
        led[mine] *= share / weights[mine].sum() if mine.any() else 0.0
    if rest.any() and shares:
        led[rest] *= (1.0 - sum(shares)) / weights[rest].sum()
    whole: Floats = led / led.sum() if shares else weights
    return whole


def _shops(
    rng: np.random.Generator, names: Sequence[_Names], shop_rows: list[tuple[int, str]]
) -> pl.DataFrame:
    numbers = unique_numbers(rng, len(shop_rows), 10_000_000, 99_999_999)
    keys = unique_numbers(rng, len(shop_rows), 7_000_000_000_000_000_000, 7_399_999_999_999_999_999)
    rows = []
    for (position, platform), number, key in zip(shop_rows, numbers, keys, strict=True):
        slug, short, _ = names[position]
        rows.append(
            {
                "merchant_id": slug,
                "shop_id": f"{slug}-{platform}",
                "shop_name": f"{short}{FACTS[platform].short_zh}店",
                "platform_code": platform,
                "platform_shop_id": str(number),
                "app_key": str(key),
                "app_secret": secret(rng),
            }
        )
    return pl.DataFrame(rows)


def _accounts(
    rng: np.random.Generator, names: Sequence[_Names], shops: pl.DataFrame, shop_rows: list[tuple[int, str]]
) -> tuple[pl.DataFrame, list[list[int]], list[list[int]]]:
    rows: list[tuple[str, str, str | None]] = []
    own: list[list[int]] = []
    for (position, platform), shop_id in zip(shop_rows, shops["shop_id"], strict=True):
        amount = 2 if position == 0 else int(rng.integers(1, 4))
        own.append(list(range(len(rows), len(rows) + amount)))
        rows += [(platform, names[position][1] + suffix, shop_id) for suffix in _ACCOUNT_SUFFIXES[:amount]]
    creators: list[list[int]] = [[] for _ in shop_rows]
    for platform in FACTS:
        shops_here = [index for index, (_, other) in enumerate(shop_rows) if other == platform]
        for number in range(max(2, round(1.2 * len(shops_here))) if shops_here else 0):
            for shop in _clients(rng, shops_here, number):
                creators[shop].append(len(rows))
            name = _CREATORS[number % len(_CREATORS)] + (
                str(number // len(_CREATORS) + 1) if number >= len(_CREATORS) else ""
            )
            rows.append((platform, name, None))
    ids = unique_numbers(rng, len(rows), 1_000_000_000_000_000, 3_999_999_999_999_999)
    frame = pl.DataFrame(
        {
            "platform_code": [platform for platform, _, _ in rows],
            "live_account_id": [str(number) for number in ids],
            "live_account_name": [name for _, name, _ in rows],
            "shop_id": pl.Series([shop_id for _, _, shop_id in rows], dtype=pl.String),
            "is_own_of_shop": [shop_id is not None for _, _, shop_id in rows],
        }
    )
    return frame, own, creators


def _clients(rng: np.random.Generator, shops_here: list[int], number: int) -> list[int]:
    """Client shops of a platform's creator: one in turn, so no shop is without, and a few more.

    The first creator has at least three.
    """
    extra = 2 if number == 0 else int(rng.integers(0, 3))
    chosen = [number, *rng.integers(0, len(shops_here), extra)] if number else list(range(extra + 1))
    return sorted({shops_here[index % len(shops_here)] for index in chosen})
