"""What is sold: styles × colours × sizes per merchant, listed in each of its shops under that platform's
product and SKU numbers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from simulator.history.clock import Floats, Ints
from simulator.history.ids import as_text, unique_numbers
from simulator.history.panel import Panel, Turn
from simulator.history.people import SOLE_SELLER, People
from simulator.history.platforms import FACTS

SIZES = ("S", "M", "L", "XL", "2XL")
SIZE_SHARES = (0.18, 0.32, 0.28, 0.15, 0.07)
COLORS = ("黑色", "白色", "杏色", "雾蓝", "豆绿", "卡其", "酒红", "浅灰")

_CATEGORIES = ("连衣裙", "T恤", "衬衫", "半身裙", "阔腿裤", "牛仔裤", "针织衫", "西装外套", "风衣", "羽绒服")
_CATEGORY_SHARES = np.array([0.24, 0.17, 0.12, 0.11, 0.10, 0.07, 0.08, 0.05, 0.03, 0.03])
SMALL_CATEGORY = "马面裙"  # sold by one merchant alone: the cell that disclosure control must hide
GIFT_CATEGORY = "赠品"
_WORDS = ("法式", "通勤", "复古", "显瘦", "宽松", "新中式", "慵懒", "垂感", "收腰", "小个子")


@dataclass(frozen=True)
class Catalogue:
    """``skus`` is the contract's frame.

    Per style row of a shop: its first SKU row, how many colours, how popular, whether on pre-sale.

    ``styles_of[shop]`` are style rows, ``gift_of[shop]`` the SKU row of the shop's gift. SKUs of a style lie
    colour by colour, five sizes each. ``turn``: a category that buyers turn away from, and the market's end.
    """

    skus: pl.DataFrame
    first_sku: Ints
    colors_qty: Ints
    popularity: Floats
    is_presale: Ints
    styles_of: list[Ints]
    gift_of: Ints
    turn: tuple[Turn, int] | None = None


def make_catalogue(
    rng: np.random.Generator, people: People, lines: int, panel: Panel | None = None, now: int = 0
) -> Catalogue:
    """Each merchant gets styles in proportion to the root of its size.

    All shops of a merchant list the same styles; those of a ``panel``, of its categories until ``now``.
    """
    kinds, sole = len(_CATEGORIES), people.position(SOLE_SELLER)
    if panel is not None:
        kinds, sole = panel.categories, -1
    designs = {
        position: _designs(rng, people, position, lines, kinds, is_sole=position == sole)
        for position in range(people.merchants.height)
    }
    parts: list[pl.DataFrame] = []
    starts: list[Ints] = []
    styles_of: list[Ints] = []
    gifts: list[int] = []
    height = styles = 0
    for shop, position in enumerate(people.shop_merchant):
        design = designs[int(position)]
        colors = design["colors_qty"].to_numpy()
        starts.append(height + np.concatenate(([0], np.cumsum(colors[:-1] * len(SIZES)))))
        styles_of.append(np.arange(styles, styles + design.height))
        styles += design.height
        part = _listing(rng, design, people.shops["shop_id"][shop], people.shops["platform_code"][shop])
        height += part.height
        gifts.append(height - 1)
        parts.append(part)
    all_designs = pl.concat([designs[int(position)] for position in people.shop_merchant])
    return Catalogue(
        skus=pl.concat(parts),
        first_sku=np.concatenate(starts),
        colors_qty=all_designs["colors_qty"].to_numpy(),
        popularity=all_designs["popularity"].to_numpy(),
        is_presale=all_designs["is_presale"].cast(pl.Int64).to_numpy(),
        styles_of=styles_of,
        gift_of=np.array(gifts, dtype=np.int64),
        turn=None if panel is None else (panel.turn, now),
    )


def _designs(
    rng: np.random.Generator, people: People, position: int, lines: int, kinds: int, *, is_sole: bool
) -> pl.DataFrame:
    share = float(people.shop_weight[people.shop_merchant == position].sum())
    count = int(np.clip(1.5 * np.sqrt(lines * share), 8, 400))
    slug = people.merchants["merchant_id"][position]
    chances = _CATEGORY_SHARES[:kinds] / _CATEGORY_SHARES[:kinds].sum()
    category = rng.choice(_CATEGORIES[:kinds], count, p=chances).astype(object)
    if is_sole:
        category[1::9] = SMALL_CATEGORY
    word = rng.choice(_WORDS, count).astype(object)
    codes = [f"{slug[:2].upper()}{position + 1:02d}{number + 1:04d}" for number in range(count)]
    return pl.DataFrame(
        {
            "style_code": codes,
            "category_name": pl.Series(category.tolist(), dtype=pl.String),
            "product_name": [f"{a}{b} {code}" for a, b, code in zip(word, category, codes, strict=True)],
            "unit_price_fen": _prices(rng, count),
            "colors_qty": rng.integers(2, 5, count),
            "first_color": rng.integers(0, len(COLORS), count),
            "popularity": 1.0 / (rng.permutation(count) + 3.0),
            "is_presale": rng.random(count) < 0.10,
        }
    )


def _prices(rng: np.random.Generator, count: int) -> Ints:
    """Log-normal, median ¥129, written as merchants do: whole yuan or ninety fen."""
    yuan = (
        np.clip(np.exp(np.log(129.0) + 0.55 * rng.standard_normal(count)), 19.0, 1999.0)
        .round()
        .astype(np.int64)
    )
    prices: Ints = yuan * 100 - np.where(rng.random(count) < 0.6, 10, 0)
    return prices


def _costs(rng: np.random.Generator, design: pl.DataFrame) -> pl.Series:
    """What a piece costs its merchant: 22-45 % of its price, in whole ten fen."""
    return (
        design["unit_price_fen"].cast(pl.Float64) * pl.Series(rng.uniform(0.22, 0.45, design.height)) / 10
    ).round().cast(pl.Int64) * 10


def _listing(rng: np.random.Generator, design: pl.DataFrame, shop_id: str, platform: str) -> pl.DataFrame:
    """One shop's SKU rows: every style × colour × size, then the gift."""
    rows = np.repeat(np.arange(design.height), design["colors_qty"].to_numpy() * len(SIZES))
    start = np.repeat(
        np.cumsum(design["colors_qty"].to_numpy() * len(SIZES))
        - design["colors_qty"].to_numpy() * len(SIZES),
        np.bincount(rows),
    )
    within = np.arange(len(rows)) - start
    color = (design["first_color"].to_numpy()[rows] + within // len(SIZES)) % len(COLORS)
    facts = FACTS[platform]
    products = as_text(unique_numbers(rng, design.height + 1, *facts.products))
    skus = as_text(unique_numbers(rng, len(rows) + 1, *facts.skus))
    style = design["style_code"].gather(rows)
    body = pl.DataFrame(
        {
            "product_id": products.gather(rows),
            "product_name": design["product_name"].gather(rows),
            "style_code": style,
            "category_name": design["category_name"].gather(rows),
            "sku_id": skus[:-1],
            "color_name": pl.Series(COLORS).gather(color),
            "size_name": pl.Series(SIZES).gather(within % len(SIZES)),
            "unit_price_fen": design["unit_price_fen"].gather(rows),
        }
    ).with_columns(
        unit_cost_fen=_costs(rng, design).gather(rows),
        stock_qty=pl.Series(rng.integers(0, 400, len(rows))),
        sku_code=pl.concat_str(
            "style_code", pl.Series(color + 1).cast(pl.String).str.zfill(2), "size_name", separator="-"
        ),
    )
    gift_code = style[0][:4] + "ZP01"
    gift = pl.DataFrame(
        {
            "product_id": [products[-1]], "product_name": ["赠品 棉麻发带"], "style_code": [gift_code],
            "category_name": [GIFT_CATEGORY],
            "sku_id": [skus[-1]], "color_name": ["随机"], "size_name": ["均码"], "unit_price_fen": [0],
            "unit_cost_fen": [180], "stock_qty": [5_000],
            "sku_code": [gift_code],
        }
    )  # fmt: skip
    columns = (
        "shop_id",
        "product_id",
        "product_name",
        "style_code",
        "category_name",
        "sku_id",
        "sku_code",
        "color_name",
        "size_name",
        "unit_price_fen",
        "unit_cost_fen",
        "stock_qty",
    )
    return pl.concat([body, gift.select(body.columns)]).with_columns(shop_id=pl.lit(shop_id)).select(columns)
