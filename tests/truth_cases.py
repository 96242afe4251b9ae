"""A simulated market and the ways its figures reach a warehouse, for tests of the whole path.

The truth comes from the simulator alone.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from metrics.query.access import Viewer
from metrics.query.ask import ask
from pipeline.entries.engine import import_file
from pipeline.entries.lists import costs, rates, stock
from pipeline.house import writing
from pipeline.intake.registering import register_market
from simulator.files import write_files
from simulator.handout import registry_of, write_rates
from simulator.history.clock import ZONE
from simulator.history.market import Market, build_market
from simulator.history.platforms import FACTS
from simulator.history.stock import claimed, counted, received, write_stock
from simulator.truths.ad_truth import reported_spend
from simulator.truths.profit_truth import lumps_by_day
from simulator.truths.truth import EXACT, SESSION_METRICS, ledger_truth, truth
from warehouse.entries import save
from warehouse.ops import FIXED_COST
from warehouse.settings import Settings

NOW = dt.datetime(2026, 7, 20, 9, 30, tzinfo=ZONE)
DAYS = 30
FIRST = (NOW - dt.timedelta(days=DAYS + 1)).date()
#: The platforms attribute a sale to its channel the next day; a month later every refund is told too.
LATER = NOW + dt.timedelta(days=32)
#: The day from which entered costs hold.
COSTED_FROM = (NOW - dt.timedelta(days=20)).date()
#: What they enter beside the cost of their goods: of every order or unit, kind and basis → fen; charged once
#: a shop, for the days until ``NOW``, kind → fen.
RATES = {
    ("freight_out", "per_order"): 350,
    ("freight_back", "per_order"): 410,
    ("packing", "per_unit"): 55,
    ("write_down", "per_unit"): 290,
}
LUMPS = {"slot_fee": 10_001, "sample": 3_007}
#: Whom what is charged once was paid for: nobody the market knows.
CREATOR = "c"
BY_DAY, BY_CHANNEL = ("shop", "date"), ("shop", "channel", "date")
MONEY = (
    "paid_gmv", "refunds", "refunds_before_shipment", "refunds_after_shipment", "net_by_order_date",
    "net_by_refund_date", "paid_orders", "units", "aov",
    "return_rate_value", "merchant_paid", "kept_units", "units_per_order", "kept_units_per_order",
    "order_refund_rate", "refund_rate_after_shipment",
    "unit_return_rate", "placed_gmv", "kept_sales", "own_live_share", "creator_live_share",
)  # fmt: skip
SESSIONS = ("gpm", "net_gpm")
TRUTH_NAME = {
    name: f"{name}_code" if name == "sku" else f"{name}_name" for name in ("sku", "size", "color", "province")
} | {
    "hour": "hour",
    "creator": "live_account_id",
    "shop": "shop_id",
    "platform": "platform_code",
    "channel": "channel_code",
    "date": "date",
}
_EVERY = frozenset(FACTS)


@dataclass(frozen=True)
class Way:
    """What one way into the house can tell, as far as each platform's README says: whatever is not named here
    must come out as untold, never as wrong.

    ``channels``: platforms that tell every sale's channel. ``stages``, ``refund_days``: that tell of every
    refund whether it came before shipment, and its day. ``subsidies``: that tell all who bear a discount,
    ``goods``: whether what was refunded came back, ``placed``: every order, paid or not, with its day,
    ``finishes``: the day an order is finished. ``rooms``: platform → channels whose sessions come with their
    views. ``bills``, ``accounts``: platforms that tell settlements, the account's flow.
    """

    channels: frozenset[str]
    stages: frozenset[str]
    refund_days: frozenset[str]
    rooms: Mapping[str, frozenset[str]]
    bills: frozenset[str]
    accounts: frozenset[str]
    subsidies: frozenset[str]
    goods: frozenset[str]
    placed: frozenset[str]
    finishes: frozenset[str]

    def tells(self, metric: str, by: tuple[str, ...]) -> frozenset[str]:
        """The platforms of which ``metric`` by ``by`` must equal the truth."""
        told = self.channels if "channel" in by or metric.endswith("_live_share") else _EVERY
        if metric in ("refunds_before_shipment", "refunds_after_shipment"):
            told &= self.stages
        if metric == "kept_sales":
            told &= self.finishes
        if metric == "placed_gmv":  # Taobao's report of channels knows paid lines alone
            told &= self.placed - (frozenset({"taobao"}) if "channel" in by else frozenset())
        if metric == "merchant_paid":
            told &= self.subsidies
        if metric in ("kept_units", "kept_units_per_order", "refund_rate_after_shipment", "unit_return_rate"):
            told &= self.goods
        return told & self.refund_days if metric == "net_by_refund_date" else told


#: What a line tells of itself → platforms whose files tell it of every paid line. Freight that Taobao and
#: WeChat tell of the order alone is of no goods.
CUTS: dict[str, frozenset[str]] = {
    **dict.fromkeys(("sku", "size", "color"), frozenset({"douyin", "kuaishou", "pinduoduo", "xiaohongshu"})),
    **dict.fromkeys(("province", "hour"), _EVERY - {"tiktok_shop"}),
    "creator": frozenset({"douyin", "kuaishou"}),
}
_LIVE = frozenset({"own_live", "creator_live"})
#: Kuaishou, Pinduoduo and Xiaohongshu with the after-sales of the merchant's ERP. TikTok Shop's order file
#: tells of a refund its amount alone.
FILES = Way(
    _EVERY - {"wechat_channels", "xiaohongshu"}, _EVERY - {"tiktok_shop"}, _EVERY - {"tiktok_shop"},
    {"douyin": _LIVE, "taobao": frozenset({"own_live"})},
    _EVERY, _EVERY - {"tiktok_shop"}, frozenset({"douyin", "kuaishou", "pinduoduo", "tiktok_shop"}),
    _EVERY - {"jd", "tiktok_shop"},
    _EVERY - {"pinduoduo", "xiaohongshu"}, _EVERY - {"kuaishou", "tiktok_shop"},
)  # fmt: skip
#: WeChat's sessions come with viewers, not views.
API = Way(
    _EVERY - {"taobao", "pinduoduo", "tiktok_shop"}, _EVERY, _EVERY, {},
    frozenset({"douyin", "kuaishou", "xiaohongshu", "tiktok_shop"}),
    frozenset({"wechat_channels", "xiaohongshu"}),
    frozenset({"douyin", "tiktok_shop"}), _EVERY - {"jd", "tiktok_shop"}, _EVERY - {"pinduoduo"},
    _EVERY - {"kuaishou", "tiktok_shop"},
)  # fmt: skip
#: Where the bill charges shipping insurance too; Pinduoduo calls it a service fee, so it is in its fees and
#: its goods' money as well.
_PREMIUM_IN_BILL, _PREMIUM_IS_FEE = ("taobao", "xiaohongshu", "pinduoduo"), ("pinduoduo",)
LEDGERS = ("settled", "funded", "settled_before_charges", "platform_fee", "commissions")
#: Platforms whose files report advertising.
ADVERTISING = ("douyin", "taobao", "pinduoduo", "xiaohongshu")
#: WeChat's order file dates an order's settlement by its last payout.
NO_SETTLEMENT_DAY = frozenset({"wechat_channels"})
#: Whose order files do not say when an order was placed.
NO_PLACED_DAY = frozenset({"pinduoduo"})


def small_market(
    seed: int = 3, lines: int = 2_500, merchants: int = 5, platforms: Sequence[str] = ("douyin", "taobao")
) -> Market:
    """By default five merchants with seven shops; two merchants have three, on both platforms."""
    return build_market(seed, merchants, DAYS, lines, now=NOW, platforms=platforms)


def settle(settings: Settings, market: Market) -> None:
    """Register everybody of the market, and the rates of its currencies."""
    register_market(settings, registry_of(market), at=NOW - dt.timedelta(days=100))
    if "tiktok_shop" in market.shops["platform_code"]:
        write_rates(market, settings.home / "rates.csv")
        import_file(rates.LIST, settings, None, settings.home / "rates.csv", by="test")


def costed_goods(market: Market) -> pl.DataFrame:
    """The two of three SKUs whose cost the merchants know."""
    owner = market.shops.select("shop_id", "merchant_id")
    goods = market.skus.join(owner, on="shop_id").unique(
        ["shop_id", "sku_code"], keep="first", maintain_order=True
    )
    return goods.with_row_index().filter(pl.col("index") % 3 > 0).drop("index")


def _ad_entries(market: Market) -> dict[str, list[dict[str, object]]]:
    """Shop → advertising its merchant enters: of shops without a report over the costed days, some of it
    granted; of one Douyin shop a single day.
    """
    cash = {
        "cost_kind_code": "ad_cash",
        "cost_basis_code": "once",
        "cost_amount_fen": 500_009,
        "valid_until_date": NOW.date(),
    }
    grant = cash | {
        "cost_kind_code": "ad_grant",
        "cost_amount_fen": 7_003,
        "valid_until_date": COSTED_FROM + dt.timedelta(days=6),
    }
    found: dict[str, list[dict[str, object]]] = {
        shop: [cash, grant]
        for shop in market.shops.filter(~pl.col("platform_code").is_in(ADVERTISING))["shop_id"]
    }
    return found | {
        market.shops.filter(platform_code="douyin")["shop_id"][0]: [
            cash | {"cost_amount_fen": 31_007, "valid_until_date": COSTED_FROM}
        ]
    }


def true_spend(market: Market, at: dt.datetime) -> pl.DataFrame:
    """``shop_id, date, spent_fen`` and ``sold_fen``, sales by the report (null where entered), of every
    shop's day that is told: entered, else reported.
    """
    entered = [
        lumps_by_day(int(str(row["cost_amount_fen"])), COSTED_FROM, row["valid_until_date"]).select(
            shop_id=pl.lit(shop), date="date", spent_fen="lump_fen"
        )  # type: ignore[arg-type]
        for shop, rows in _ad_entries(market).items()
        for row in rows
    ]
    own = pl.concat(entered).group_by("shop_id", "date").agg(pl.col("spent_fen").sum())
    told = reported_spend(market, at).filter(pl.col("platform_code").is_in(ADVERTISING)).drop("platform_code")
    return pl.concat([own, told.join(own, on=["shop_id", "date"], how="anti")], how="diagonal")


def true_lumps(market: Market, cut: str) -> pl.DataFrame:
    """``shop_id``, the column of ``cut`` and ``lump_fen``: where what is charged once must stand."""
    shops = market.shops.select("shop_id")
    if cut == "date":
        days = (
            pl.concat([lumps_by_day(fen, COSTED_FROM, NOW.date()) for fen in LUMPS.values()])
            .group_by("date")
            .agg(pl.col("lump_fen").sum())
        )
        return shops.join(days, how="cross")
    where = {
        "channel": {"slot_fee": "creator_live", "sample": "unknown"},
        "creator": dict.fromkeys(LUMPS, CREATOR),
    }.get(cut, dict.fromkeys(LUMPS, "untold"))
    parts = pl.DataFrame({TRUTH_NAME[cut]: [where[kind] for kind in LUMPS], "lump_fen": list(LUMPS.values())})
    return shops.join(parts.group_by(TRUTH_NAME[cut]).agg(pl.col("lump_fen").sum()), how="cross")


def enter_costs(settings: Settings, market: Market) -> None:
    """What two of three SKUs cost, what a parcel and a piece that comes back do, a slot and samples of each
    shop, advertising of shops without a report.
    """
    goods = costed_goods(market)
    each = [
        {"cost_kind_code": kind, "cost_basis_code": basis, "cost_amount_fen": fen}
        for (kind, basis), fen in RATES.items()
    ]
    once = [
        {
            "cost_kind_code": kind,
            "cost_basis_code": "once",
            "cost_amount_fen": fen,
            "valid_until_date": NOW.date(),
            "creator_id": CREATOR,
        }
        for kind, fen in LUMPS.items()
    ]
    ads = _ad_entries(market)
    with writing(settings) as lake:
        for (merchant,), mine in (
            goods.with_columns(valid_from_date=COSTED_FROM, style_code=None)
            .partition_by("merchant_id", as_dict=True)
            .items()
        ):
            shops = mine["shop_id"].unique().sort().to_list()
            others = [
                *each,
                *(row | {"shop_id": shop} for shop in shops for row in [*once, *ads.get(shop, [])]),
            ]
            told = pl.DataFrame(
                [
                    dict.fromkeys(FIXED_COST.columns) | {"valid_from_date": COSTED_FROM} | row
                    for row in others
                ],
                schema=FIXED_COST.dtypes,
            )
            goods_rows = mine.select("valid_from_date", "shop_id", "sku_code", "style_code", "unit_cost_fen")
            save(lake, costs.LIST.books, merchant, (goods_rows, told), by="test", at=NOW)


#: Units kept that make a style a hit, in so small a market.
HIT_UNITS = 3
#: Days at whose end the stores counted what they held.
COUNTED = (dt.date(2026, 7, 2), NOW.date(), dt.date(2026, 7, 31))


def enter_stock(settings: Settings, market: Market) -> None:
    """The list of every shop's store: what it received, and what it counted."""
    for shop, merchant in market.shops.select("shop_id", "merchant_id").iter_rows():
        path = settings.home / "stock.csv"
        write_stock(market, shop, path, COUNTED)
        import_file(stock.LIST, settings, merchant, path, by="store")


def true_stock(market: Market, at: dt.datetime, day: dt.date) -> pl.DataFrame:
    """By shop and SKU, as of the end of ``day``, known at ``at``: units received, kept (since launch, and of
    30 and 7 days), counted, claimed for return.
    """
    key = ["shop_id", "sku_code"]
    came = (
        received(market)
        .filter(pl.col("received_date") <= day)
        .group_by(key)
        .agg(received=pl.col("received_qty").sum())
    )
    counts = (
        counted(market, [each for each in COUNTED if each <= day])
        .sort("counted_date")
        .unique(key, keep="last")
    )
    spans = {"kept": 10_000, "kept_30": 30, "kept_7": 7}
    kept = [
        truth(market, at, "kept_units", key, day - dt.timedelta(days=span - 1), day)
        .rename({"value": name})
        .filter(pl.col(name) > 0)
        for name, span in spans.items()
    ]
    rows = (
        claimed(market, at, day).rename({"value": "returning"}).join(came, on=key, how="full", coalesce=True)
    )
    for frame in (counts.select(*key, stock="counted_qty"), *kept):
        rows = rows.join(frame, on=key, how="full", coalesce=True)
    return rows.with_columns(pl.col("returning", "received", *spans).fill_null(0))


def downloads(
    market: Market, folder: Path, at: dt.datetime, first: dt.date = FIRST, last: dt.date | None = None
) -> dict[str, list[Path]]:
    """What every shop downloads at ``at``: shop id → files, written under ``folder``."""
    found: dict[str, list[Path]] = {}
    for path in write_files(market, folder / f"{at:%Y%m%d%H%M}", at, first, last or at.date()):
        found.setdefault(path.parts[-2], []).append(path)
    return found


def differences(
    settings: Settings,
    market: Market,
    at: dt.datetime,
    metrics: Sequence[str],
    by: tuple[str, ...],
    *,
    as_of: int | None = None,
) -> pl.DataFrame:
    """Cells (``metric``, ``platform``, those of ``by``, ``truth``, ``told``) in which ``ask`` and the
    simulator's truth differ. Empty when all agree.

    Money and counts to the unit, fractions to 1e-12; a cell nobody tells is zero, or null where it is a
    ratio.
    """
    first, last = FIRST - dt.timedelta(days=60), at.date() + dt.timedelta(days=1)
    viewers = [
        Viewer(settings.place, "test", "merchant", merchant) for merchant in market.merchants["merchant_id"]
    ]
    got = pl.concat(
        [ask(viewer, metrics, by=by, period=(first, last), as_of=as_of).rows for viewer in viewers]
    )
    platform = market.shops.select(shop="shop_id", platform="platform_code")
    wrong = [
        _wrong(truth(market, at, metric, [TRUTH_NAME[name] for name in by], first, last), got, metric, by)
        for metric in metrics
    ]
    return (
        pl.concat(wrong)
        .join(platform, on="shop", how="left")
        .select("metric", "platform", *by, "truth", "told")
    )


def _wrong(expected: pl.DataFrame, got: pl.DataFrame, metric: str, by: tuple[str, ...]) -> pl.DataFrame:
    true = expected.select(**{name: TRUTH_NAME[name] for name in by}, truth=pl.col("value").cast(pl.Float64))
    true = true.with_columns(pl.col(pl.String).fill_null("untold"))  # a line sold without any account on air
    empty = pl.lit(None) if metric in ("aov", *EXACT, *SESSION_METRICS) else pl.lit(0)
    told = got.select(
        *by, told=pl.col(metric).cast(pl.Float64)
    )  # whole numbers below 2^53 stay what they are
    joined = true.join(told, on=list(by), how="full", coalesce=True).with_columns(
        pl.col("truth", "told").fill_null(empty)
    )
    near = (pl.col("truth") - pl.col("told")).abs() <= (1e-12 if metric in EXACT else 0)
    same = near.fill_null(pl.col("truth").is_null() & pl.col("told").is_null())
    return joined.filter(~same).select(*by, "truth", "told", metric=pl.lit(metric))


def lies(way: Way, wrong: pl.DataFrame, by: tuple[str, ...]) -> pl.DataFrame:
    """Of ``differences``, the cells which ``way`` claims to tell."""
    claimed = pl.DataFrame(
        [(metric, platform) for metric in MONEY for platform in way.tells(metric, by)],
        schema={"metric": pl.String, "platform": pl.String},
        orient="row",
    )
    return wrong.join(claimed, on=["metric", "platform"], how="semi")


def lookup(found: Mapping[str, Mapping[str, str]]):  # noqa: ANN201
    """A secrets source over ``keys``."""
    return found.__getitem__


def true_ledger(market: Market, at: dt.datetime, metric: str, by: Sequence[str]) -> pl.DataFrame:
    """``metric`` as the platforms' files tell it: columns of ``by`` and ``truth`` in fen, with premiums where
    a platform's own ledger has them.
    """
    keys = list(dict.fromkeys(["platform_code", *by]))
    sign = {"settled": -1, "funded": -1, "platform_fee": 1}.get(metric, 0)
    premiums = ledger_truth(market, at, "premiums", keys).filter(
        pl.col("platform_code").is_in(_PREMIUM_IN_BILL if metric == "settled" else _PREMIUM_IS_FEE)
    )
    both = pl.concat(
        [ledger_truth(market, at, metric, keys), premiums.with_columns(value=sign * pl.col("value"))]
    )
    return both.group_by(list(by)).agg(truth=pl.col("value").sum()).filter(pl.col("truth") != 0)


def untrue_ledgers(
    settings: Settings, market: Market, at: dt.datetime, way: Way, by: tuple[str, ...]
) -> pl.DataFrame:
    """Cells (``metric``, ``platform``, ``by``, ``truth``, ``told``) of ledger metrics in which ``ask`` is
    wrong though ``way`` claims to tell it.
    """
    viewers = [
        Viewer(settings.place, "test", "merchant", merchant) for merchant in market.merchants["merchant_id"]
    ]
    got = pl.concat([ask(viewer, LEDGERS, by=["platform", *by]).rows for viewer in viewers])
    wrong = []
    for metric in LEDGERS:
        claimed = (
            way.accounts
            if metric == "funded"
            else way.bills - (NO_SETTLEMENT_DAY if "date" in by else frozenset())
        )
        true = true_ledger(market, at, metric, ["platform_code", *(TRUTH_NAME[name] for name in by)])
        true = true.rename({"platform_code": "platform", **{TRUTH_NAME[name]: name for name in by}})
        told = got.select("platform", *by, told=pl.col(metric))
        both = true.join(told, on=["platform", *by], how="full", coalesce=True).with_columns(
            pl.col("truth", "told").fill_null(0)
        )
        wrong.append(
            both.filter(pl.col("platform").is_in(claimed), pl.col("truth") != pl.col("told")).select(
                pl.lit(metric).alias("metric"), pl.all()
            )
        )
    return pl.concat(wrong)
