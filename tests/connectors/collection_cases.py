"""A platform's shops collected through the pipeline from the simulator's server, and what the market knows of
them, for every platform alike.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl
from truth_cases import NOW, settle

from connectors.base import Api, platforms
from connectors.http import Client, Credentials
from contracts.canonical import SILVER
from pipeline.build.loading import load_kind
from pipeline.house import reading
from pipeline.intake.collect import Collected, collect
from pipeline.intake.credentials import open_credentials
from simulator.faults import FaultPlan
from simulator.handout import credentials_of
from simulator.history.market import Market, build_market
from simulator.history.platforms import thb_satang_per_fen
from simulator.server import make_app, serve_in_thread, simulators
from simulator.world import World
from transforms.silver.states import current, merge_states
from warehouse.ops import CURSOR, EXPORT
from warehouse.settings import Settings

#: Silver table → the column that is summed.
LEDGERS = {"settlement_entry": "settled_fen", "fund_entry": "moved_fen", "ad_spend": "spent_fen"}
Totals = dict[str, int]
Faults = dict[str, float | str]


def sold(world: World, shop_id: str) -> Totals:
    """What the market knows of a shop's paid orders and refunds."""
    return _sold(world.lines(shop_id), world.refunds(shop_id))


def _sold(lines: pl.DataFrame, refunds: pl.DataFrame) -> Totals:
    paid, done = lines.filter(pl.col("paid_at").is_not_null()), refunds.filter(refund_status_code="success")
    return {
        "orders": paid["order_id"].n_unique(),
        "paid": lines["paid_fen"].sum(),
        "refunds": done["refund_fen"].sum(),
    }


def settled(world: World, shop_id: str) -> Totals:
    """The same and its bill."""
    return {**sold(world, shop_id), "settlement_entry": world.settlements(shop_id)["settled_fen"].sum()}


def settled_before_today(world: World, shop_id: str) -> Totals:
    """Douyin writes a day's entries on the next."""
    bill = world.settlements(shop_id).filter(pl.col("settled_at").dt.date() < world.at.date())
    return {**sold(world, shop_id), "settlement_entry": bill["settled_fen"].sum()}


def moved(world: World, shop_id: str) -> Totals:
    """The wallet of WeChat does not tell everything that is charged."""
    told = world.funds(shop_id).filter(
        pl.col("fund_type_code").is_in(["sale", "refund", "insurance", "withdrawal"])
    )
    return {**sold(world, shop_id), "fund_entry": told["moved_fen"].sum()}


def settled_and_moved(world: World, shop_id: str) -> Totals:
    """Xiaohongshu bills premiums beside the goods."""
    bill = (
        world.settlements(shop_id)["settled_fen"].sum()
        - world.insurance(shop_id)["premium_merchant_fen"].sum()
    )
    return {
        **sold(world, shop_id),
        "settlement_entry": bill,
        "fund_entry": world.funds(shop_id)["moved_fen"].sum(),
    }


def advertised(world: World, shop_id: str) -> Totals:
    """Pinduoduo's API tells advertising."""
    return {**sold(world, shop_id), "ad_spend": world.ads(shop_id)["spent_fen"].sum()}


def in_satang(world: World, shop_id: str) -> Totals:
    """TikTok Shop counts in the shop's currency, by the rate of the day an order was made."""
    day = world.lines(shop_id).select("order_line_id", day="created_at")
    lines, refunds, bill = (
        frame.join(day, on="order_line_id").with_columns(
            pl.col("^(paid|refund|settled)_fen$")
            * pl.col("day").dt.date().map_elements(thb_satang_per_fen, return_dtype=pl.Int64)
        )
        for frame in (world.lines(shop_id), world.refunds(shop_id), world.settlements(shop_id))
    )
    return {**_sold(lines, refunds), "settlement_entry": bill["settled_fen"].sum()}


@dataclass(frozen=True)
class Play:
    """How one platform is played.

    ``revoke``: consent of the first shop is withdrawn while that shop is read; ``breakdown``: a whole run
    fails by that rule. ``renews``: by itself once the token has ended (``after``), on its last day only
    (``before``), from the shop's secret (``secret``), or never (empty). ``span``: what the tests of single
    requests ask for.
    """

    platform: str
    truth: Callable[[World, str], Totals]
    revoke: Faults
    breakdown: tuple[Faults, str] = ({"http_5xx_every": 1}, "HTTP_BUSY")
    renews: str = "after"
    days: int = 20
    lines: int = 240
    span: dt.timedelta = dt.timedelta(days=3)
    patches: Mapping[str, object] = field(default_factory=dict)

    @property
    def earlier(self) -> dt.datetime:
        """The moment of the first run: late enough for refunds to be told by then, early enough for others to
        follow.
        """
        return NOW - dt.timedelta(days=max(1, self.days // 5))

    def __str__(self) -> str:
        return self.platform


#: Those that renew a token come first: pytest keeps a house as long as the place in the list stays the same.
PLAYS = (
    Play("douyin", settled_before_today, {"revoke_at": 5}, days=24),
    Play("kuaishou", settled, {"revoke_at": 8}),
    Play(
        "xiaohongshu",
        settled_and_moved,
        {"revoke_at": 50},
        span=dt.timedelta(days=1),
        patches={"connectors.xiaohongshu.api.BACK": 86_400_000},
    ),
    # a request covers thirty minutes
    Play("pinduoduo", advertised, {"revoke_at": 200}, days=4, lines=160, span=dt.timedelta(hours=14)),
    Play(
        "jd",
        sold,
        {"revoke_at": 4},
        ({"expire_at": 1}, "TOKEN_INVALID"),
        renews="before",
        span=dt.timedelta(days=20),
    ),
    Play("tiktok_shop", in_satang, {"revoke_at": 8}, span=dt.timedelta(days=15)),
    Play("taobao", sold, {"revoke_at": 30}, ({"expire_at": 20}, "SESSION_INVALID"), renews=""),
    Play("wechat_channels", moved, {"only": "aftersale", "revoke_at": 3}, renews="secret", lines=120),
)


@dataclass
class House:
    """Two shops of two merchants registered in a fresh house, and the server they are collected from."""

    play: Play
    settings: Settings
    market: Market
    world: World
    faults: FaultPlan
    base: str
    secrets: dict[str, dict[str, str]] = field(default_factory=dict)

    def authorise(self) -> None:
        """No faults any more, and every shop gives its consent (again).

        Of WeChat only the secret is handed out.
        """
        self.faults.reset()
        self.secrets = credentials_of(self.market, self.world, self.base)
        if self.play.renews == "secret":
            self.secrets = {
                shop: {**told, "access_token": "", "refresh_token": ""} for shop, told in self.secrets.items()
            }

    def run(self, name: str) -> list[Collected]:
        """One collection at the world's moment."""
        return collect(
            self.settings,
            sorted(self.secrets),
            run_name=name,
            credentials=self.secrets.__getitem__,
            until=self.world.at,
        )

    def cursors(self) -> dict[tuple[str, str], dt.datetime]:
        """(shop, kind) → until when everything has come."""
        with reading(self.settings) as lake:
            return {
                (row["shop_id"], row["kind_code"]): row["covered_until_at"]
                for row in lake.read(CURSOR).iter_rows(named=True)
            }

    def totals(self) -> dict[str, Totals]:
        """Shop → the current state of everything that has come, from the bytes kept.

        No row of it is set aside.
        """
        with reading(self.settings) as lake:
            exports = lake.read(EXPORT)
        return {shop: self._totals(exports.filter(shop_id=shop)) for shop in self.secrets}

    def _totals(self, exports: pl.DataFrame) -> Totals:
        parts: dict[str, list[pl.DataFrame]] = {}
        for (kind,), pages in exports.partition_by("kind_code", as_dict=True, maintain_order=True).items():
            loaded = load_kind(self.settings.place, platforms()[self.play.platform], str(kind), pages, {})
            assert (loaded.bad.height, loaded.refusals) == (0, {})
            for name, frame in loaded.frames.items():
                parts.setdefault(name, []).append(frame)
        known = {
            name: current(
                SILVER[name], merge_states(SILVER[name], SILVER[name].empty(), pl.concat(found)).states
            )
            for name, found in parts.items()
        }
        order = known.get("order", known.get("order_line", SILVER["order"].empty()))
        refunds = known.get("refund_line", SILVER["refund_line"].empty())
        ledgers = {
            name: known[name][column].sum() if name in known else 0 for name, column in LEDGERS.items()
        }
        wanted = self.play.truth(self.world, exports["shop_id"][0]) if exports.height else {}
        return _sold(order, refunds) | {name: total for name, total in ledgers.items() if name in wanted}

    def truth(self) -> dict[str, Totals]:
        """Shop → what the market knows at the world's moment."""
        return {shop: self.play.truth(self.world, shop) for shop in self.secrets}

    # --- one request at a time ---

    def credentials(self, shop_id: str, keep: str = "") -> Credentials:
        """As handed out, or as kept in the house under the reference ``keep``."""
        return open_credentials(
            self.settings.place,
            keep or f"{shop_id}:{self.secrets[shop_id]['access_token']}",
            self.secrets[shop_id],
        )

    def api(self, credentials: Credentials, **limits: float) -> Api:
        """The platform's API for a shop, by a client with these limits that does not wait between tries."""
        platform = platforms()[self.play.platform]
        assert platform.api is not None
        return platform.api(Client(wait_scale=0.0, **limits), credentials)  # type: ignore[arg-type]

    def records(self, api: Api) -> list[dict[str, object]]:
        """Records of the platform's first kind, as they come."""
        kind = platforms()[self.play.platform].api_kinds[0]
        return [
            record
            for page in api.pages(kind, NOW - self.play.span, NOW)
            for record in api.records(kind, page)
        ]

    def end_tokens(self, shop_id: str) -> None:
        """The platform renews this shop's token from now on."""
        if self.play.renews == "before":
            self.secrets[shop_id]["expires_at"] = (
                dt.datetime.now(dt.UTC) + dt.timedelta(hours=5)
            ).isoformat()
        else:
            self.world.tokens.expire_all()

    def answer_instead(
        self, patch: Callable[[object, str, object], None], answer: Callable[[], object]
    ) -> None:
        """The dialect's "too many requests" becomes ``answer``."""
        dialect = type(simulators()[self.play.platform].dialect())
        patch(dialect, "throttled", lambda self: answer())


@contextmanager
def opened(play: Play, home: Path, patch: Callable[[str, object], None]) -> Iterator[House]:
    """A house that collects from the market's beginning on, with its server."""
    history = play.days + 6
    for name, value in play.patches.items():
        patch(name, value)
    market = build_market(
        seed=5, merchants=2, days=play.days, lines=play.lines, now=NOW, platforms=(play.platform,)
    )
    settings = Settings(home=home, http_wait_scale=0.001, collect_days=history, history_days=history)
    settle(settings, market)
    app = make_app(market, NOW, [simulators()[play.platform].dialect()])
    base, stop = serve_in_thread(app)
    try:
        house = House(play, settings, market, app.state.world, app.state.faults, base)
        house.authorise()
        yield house
    finally:
        stop()
