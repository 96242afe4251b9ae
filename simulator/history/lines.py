"""What is in the orders: lines with goods, money and discounts, gifts, and who reads as the seller."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from simulator.history.catalogue import SIZE_SHARES, SIZES, Catalogue
from simulator.history.clock import NEVER, Bools, Floats, Ints, instants
from simulator.history.ids import as_text, unique_numbers
from simulator.history.orders import (
    CREATOR_LIVE,
    OTHER,
    OWN_LIVE,
    PRODUCT_CARD,
    SEARCH,
    SHORT_VIDEO,
    UNKNOWN,
    Orders,
)
from simulator.history.people import People
from simulator.history.platforms import CHANNELS, facts_of_shops, numbers_of, order_names
from simulator.history.sessions import Sessions

LINES_PER_ORDER = 1.155 + 0.02  # mean of the draw below, gifts included

_MULTI_SHARES = (0.88, 0.09, 0.025, 0.005)
_GIFT_SHARE = 0.02

_PLACES = (
    ("广东省", "广州市", 16), ("浙江省", "杭州市", 10), ("江苏省", "苏州市", 10), ("四川省", "成都市", 8),
    ("山东省", "济南市", 8), ("河南省", "郑州市", 8),
    ("湖北省", "武汉市", 7), ("湖南省", "长沙市", 6), ("上海市", "上海市", 5), ("北京市", "北京市", 5),
    ("福建省", "厦门市", 5), ("陕西省", "西安市", 4),
    ("辽宁省", "沈阳市", 4), ("广西壮族自治区", "南宁市", 3), ("新疆维吾尔自治区", "乌鲁木齐市", 1),
)  # fmt: skip


@dataclass(frozen=True)
class Lines:
    """One entry per sub-order, sorted by order.

    ``order`` is a row of ``Orders``, ``head`` the row of the order's first line, ``sku`` a row of the
    catalogue.

    Money is fen; ``placed`` is after discounts, freight included.
    """

    order: Ints
    head: Ints
    number: Ints
    is_gift: Bools
    sku: Ints
    size: Ints
    is_presale: Bools
    qty: Ints
    unit_price: Ints
    placed: Ints
    freight: Ints
    discount_platform: Ints
    discount_merchant: Ints
    discount_creator: Ints
    seller: Ints  # 0 own, 1 creator, 2 unknown


def make_lines(
    rng: np.random.Generator, people: People, catalogue: Catalogue, orders: Orders, postage_share: float
) -> Lines:
    """Expand orders to lines: about 12 % have several, half of those are one style in two sizes.

    A few carry a gift as their last line; of ``postage_share`` of them the buyer pays the postage.
    """
    count = len(orders.shop)
    one_line = facts_of_shops(people.shops, "one_line")[orders.shop]
    items = np.where(one_line, 1, 1 + rng.choice(len(_MULTI_SHARES), count, p=_MULTI_SHARES))
    with_gift = rng.random(count) < _GIFT_SHARE
    gifted = np.unique(orders.shop, return_index=True)[1]  # every shop has one
    items, gifted = _beside_goods(people, orders, items, gifted)
    with_gift[gifted] = True
    with_gift &= ~one_line
    per_order = items + with_gift
    order = np.repeat(np.arange(count), per_order)
    first = np.cumsum(per_order) - per_order
    head = first[order]
    number = np.arange(len(order)) - head + 1
    is_gift = with_gift[order] & (number == per_order[order])
    shop, bracketing = orders.shop[order], rng.random(count)[order] < 0.5
    style = _styles(rng, catalogue, shop, orders.created[order])
    sku, size, presale = _goods(rng, catalogue, style, head, number, bracketing)
    sku = np.where(is_gift, catalogue.gift_of[orders.shop[order]], sku)
    qty = np.where(is_gift, 1, rng.choice([1, 2, 3], len(order), p=[0.95, 0.04, 0.01]))
    unit_price = catalogue.skus["unit_price_fen"].to_numpy()[sku]
    goods = unit_price * qty
    freight = _postage(rng, number, postage_share)
    channel = orders.channel[order]
    by_platform = _discount(rng, goods, 0.15, 0.03, 0.10)
    by_merchant = _discount(rng, goods, 0.40, 0.05, 0.15)
    by_creator = np.where(channel == CREATOR_LIVE, _discount(rng, goods, 0.15, 0.02, 0.06), 0)
    placed = goods - by_platform - by_merchant - by_creator + freight
    seller = _sellers(rng, people, orders)[order]
    presale = presale & ~is_gift
    return Lines(
        order,
        head,
        number,
        is_gift,
        sku,
        size,
        presale,
        qty,
        unit_price,
        placed,
        freight,
        by_platform,
        by_merchant,
        by_creator,
        seller,
    )


def _postage(rng: np.random.Generator, number: Ints, share: float) -> Ints:
    """What the buyers of a ``share`` of the orders pay for postage, on the first line."""
    pays = (number == 1) & (rng.random(len(number)) < share)
    found: Ints = np.where(pays, rng.integers(6, 13, len(number)) * 100, 0)
    return found


def _beside_goods(people: People, orders: Orders, items: Ints, gifted: Ints) -> tuple[Ints, Ints]:
    """``items`` and ``gifted`` where shops of which files tell paid value by the order have their gift beside
    several goods that were paid.

    The gift is in the first such order; where a shop has none, its first paid order gets a second piece of
    goods.
    """
    items, gifted = items.copy(), gifted.copy()
    paid = orders.paid != NEVER
    for shop in np.flatnonzero(facts_of_shops(people.shops, "paid_by_order")):
        mine = np.flatnonzero((orders.shop == shop) & paid)
        several = mine[items[mine] > 1]
        chosen = several[:1] if len(several) else mine[:1]
        items[chosen] = np.maximum(items[chosen], 2)
        if len(chosen):
            gifted[orders.shop[gifted] == shop] = chosen
    return items, gifted


def _styles(rng: np.random.Generator, catalogue: Catalogue, shop: Ints, created: Ints) -> Ints:
    style = np.empty(len(shop), dtype=np.int64)
    for index, styles in enumerate(catalogue.styles_of):
        rows = np.flatnonzero(shop == index)
        weights = catalogue.popularity[styles]
        style[rows] = rng.choice(styles, len(rows), p=weights / weights.sum())
    if catalogue.turn is None:
        return style
    turn, now = catalogue.turn
    return _turned(rng, catalogue, shop, style, turn.category, turn.lost(created, now))


def _turned(
    rng: np.random.Generator, catalogue: Catalogue, shop: Ints, style: Ints, turned_from: str, lost: Floats
) -> Ints:
    """``style`` with something else of the shop for buyers whom a category has lost."""
    category = catalogue.skus["category_name"].to_numpy()[catalogue.first_sku]
    gone = np.flatnonzero((category[style] == turned_from) & (rng.random(len(style)) < lost))
    turned = style.copy()
    for row in gone:
        styles = catalogue.styles_of[shop[row]]
        others = styles[category[styles] != turned_from]
        turned[row] = rng.choice(others) if len(others) else style[row]
    return turned


def _goods(
    rng: np.random.Generator, catalogue: Catalogue, style: Ints, head: Ints, number: Ints, bracketing: Bools
) -> tuple[Ints, Ints, Bools]:
    color = (rng.random(len(style)) * catalogue.colors_qty[style]).astype(np.int64)
    size = rng.choice(len(SIZES), len(style), p=SIZE_SHARES)
    same = bracketing & (number > 1)
    style, color = np.where(same, style[head], style), np.where(same, color[head], color)
    size = np.where(same, (size[head] + number - 1) % len(SIZES), size)
    sku = catalogue.first_sku[style] + color * len(SIZES) + size
    return sku, size, catalogue.is_presale[style] == 1


def _discount(rng: np.random.Generator, goods: Ints, share: float, low: float, high: float) -> Ints:
    rate = np.where(rng.random(len(goods)) < share, rng.uniform(low, high, len(goods)), 0.0)
    amount: Ints = np.floor(goods * rate).astype(np.int64)
    return amount


def _sellers(rng: np.random.Generator, people: People, orders: Orders) -> Ints:
    """Who reads as the seller by the platform's word.

    On Douyin the word is now and then wrong, and only the list of own accounts tells.

    A few creators sell through the shop's own plan, and a few own accounts through the creators' alliance.
    """
    own_account = people.accounts["is_own_of_shop"].to_numpy()[orders.account] & (orders.account >= 0)
    seller = np.where((orders.account >= 0) & ~own_account, 1, 0)
    is_douyin = (people.shops["platform_code"] == "douyin").to_numpy()[orders.shop]
    turned = is_douyin & (orders.account >= 0) & (rng.random(len(seller)) < 0.02)
    return np.where(orders.channel == UNKNOWN, 2, np.where(turned, 1 - seller, seller))


def line_ids(
    rng: np.random.Generator, people: People, orders: Orders, lines: Lines
) -> tuple[pl.Series, pl.Series]:
    """Order and sub-order number of every line.

    An order of one line has the same number twice, as Douyin and Taobao do.
    """
    platforms = people.shops["platform_code"]
    of_order, of_line = platforms.gather(orders.shop), platforms.gather(orders.shop[lines.order])
    count = len(orders.shop)
    drawn = numbers_of(rng, pl.concat([of_order, of_line]), "orders")
    # Taobao's older numbers are a digit shorter
    short = unique_numbers(rng, len(drawn), 300_000_000_000_000_000, 900_000_000_000_000_000)
    aged = (pl.concat([of_order, of_line]) == "taobao").to_numpy() & (rng.random(len(drawn)) < 0.1)
    drawn = np.where(aged, short, drawn)
    main = order_names(drawn[:count], of_order, orders.created)
    own = order_names(drawn[count:], of_line, orders.created[lines.order])
    single = pl.Series(np.bincount(lines.order, minlength=count)[lines.order] == 1)
    of_main = main.gather(lines.order)
    return of_main, of_main.zip_with(single, own)


def line_frame(
    people: People,
    catalogue: Catalogue,
    sessions: Sessions,
    orders: Orders,
    lines: Lines,
    ids: tuple[pl.Series, pl.Series],
    life: tuple[Ints, Ints, Ints],
    paid_traffic: pl.Series,
) -> pl.DataFrame:
    """The contract's ``lines``. ``life`` is (shipped, finished, closed) per line."""
    order = lines.order
    paid = orders.paid[order]
    channel = orders.channel[order]
    buyer = pl.Series(orders.buyer[order]).cast(pl.UInt64)
    place = _place_of(orders.buyer[order])
    known = pl.DataFrame({"session": orders.session[order], "account": orders.account[order]}).select(
        pl.when(pl.all() >= 0).then(pl.all())
    )
    shops = people.shops.select("merchant_id", "shop_id", "platform_code")[orders.shop[order]]
    goods = catalogue.skus.select(
        "product_id",
        "product_name",
        "style_code",
        "category_name",
        "sku_id",
        "sku_code",
        "color_name",
        "size_name",
    )[lines.sku]
    return shops.with_columns(
        order_id=ids[0], order_line_id=ids[1], line_number=pl.Series(lines.number),
        created_at=instants(orders.created[order]), paid_at=instants(paid),
        shipped_at=instants(life[0]), finished_at=instants(life[1]), closed_at=instants(life[2]),
        buyer_ref=pl.lit("1@#") + buyer.hash(seed=7).cast(pl.String).str.zfill(20),
        province_name=pl.Series([name for name, _, _ in _PLACES]).gather(place),
        city_name=pl.Series([name for _, name, _ in _PLACES]).gather(place),
    ).with_columns(
        goods.get_columns()
    ).with_columns(
        line_qty=pl.Series(lines.qty), unit_price_fen=pl.Series(lines.unit_price),
        placed_fen=pl.Series(lines.placed),
        paid_fen=pl.Series(np.where(paid == NEVER, 0, lines.placed)), freight_fen=pl.Series(lines.freight),
        discount_platform_fen=pl.Series(lines.discount_platform),
        discount_merchant_fen=pl.Series(lines.discount_merchant),
        discount_creator_fen=pl.Series(lines.discount_creator),
        content_code=pl.Series(["live", "live", *CHANNELS[2:]]).gather(channel),
        seller_code=pl.Series(["own", "creator", "unknown"]).gather(lines.seller),
        channel_code=pl.Series(CHANNELS).gather(channel),
        is_paid_traffic=paid_traffic,
        live_account_id=people.accounts["live_account_id"].gather(known["account"]),
        live_account_name=people.accounts["live_account_name"].gather(known["account"]),
        session_ref=as_text(sessions.session_ref).gather(known["session"]),
        room_id=as_text(sessions.room_id).gather(known["session"]),
        is_gift=pl.Series(lines.is_gift),
    )  # fmt: skip


def _place_of(buyer: Ints) -> Ints:
    edges = np.cumsum([weight for _, _, weight in _PLACES])
    place: Ints = np.searchsorted(edges, (buyer * 2_654_435_761 >> 7) % edges[-1], side="right").astype(
        np.int64
    )
    return place


def paid_traffic_flags(rng: np.random.Generator, people: People, orders: Orders, lines: Lines) -> pl.Series:
    """Whether advertising brought the buyer, one answer per order.

    Null where the platform's order data do not tell.
    """
    share = np.zeros(len(CHANNELS))
    share[[OWN_LIVE, CREATOR_LIVE, SHORT_VIDEO, PRODUCT_CARD, SEARCH, OTHER]] = (
        0.32,
        0.18,
        0.5,
        0.05,
        0.1,
        0.02,
    )
    flags = pl.Series(rng.random(len(orders.shop)) < share[orders.channel])
    untold = people.shops["platform_code"].gather(orders.shop) != "douyin"
    flag = pl.select(pl.when(~untold).then(flags)).to_series()
    return flag.gather(lines.order)
