"""TikTok Shop as the simulator plays it: a Thai shop's downloads at a moment, and its open platform on
loopback.

Written from the platform documents, apart from the parser: it shares neither headers nor words with it.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import polars as pl
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from connectors.tiktok_shop import simulate_api as wire
from connectors.tiktok_shop import simulate_files as files
from connectors.tiktok_shop import simulate_words as words

if TYPE_CHECKING:
    from simulator.history.market import Market
    from simulator.world import Token, World

_BEIJING = ZoneInfo("Asia/Shanghai")
_LISTS = {
    "/order/202309/orders/search": "orders",
    "/return_refund/202309/returns/search": "return_orders",
    "/return_refund/202309/cancellations/search": "cancellations",
}


def export_files(
    market: Market, shop_id: str, at: dt.datetime, first_date: dt.date, last_date: dt.date
) -> dict[str, bytes]:
    """File name → bytes of what a merchant downloads at ``at`` for the Beijing days asked: orders, creator
    orders, income.

    Every other shop is signed in in Thai and downloads its orders as a workbook. A download without rows is
    left out.
    """
    shops = market.shops.filter(pl.col("platform_code") == "tiktok_shop")["shop_id"].to_list()
    is_other = shops.index(shop_id) % 2 == 1
    lines = market.lines_at(shop_id, at)
    every = words.sku_lines(lines, market.refunds_at(shop_id, at), market.trade.satang_odd)
    rows = every.filter(pl.col("created_at").dt.date().is_between(first_date, last_date))
    paid_out = words.statement_rows(
        market.settlements_at(shop_id, at), lines, market.trade.satang_odd
    ).filter(pl.col("day").is_between(first_date, last_date))
    local, found = at.astimezone(ZoneInfo(words.ZONE)), dict[str, bytes]()
    if rows.height:
        table, name = files.order_table(rows, thai=is_other), f"All order-{local:%Y-%m-%d-%H_%M}"
        found |= (
            {f"{name}.xlsx": files.order_xlsx(table)} if is_other else {f"{name}.csv": files.table_csv(table)}
        )
    by_creators = files.affiliate_table(rows)
    if by_creators.height:
        found[f"all_{first_date:%Y%m%d}000000_{last_date:%Y%m%d}235959.csv"] = files.table_csv(by_creators)
    if paid_out.height:
        found[f"income_{local:%Y%m%d%H%M%S}(UTC+7).xlsx"] = files.income_xlsx(
            files.income_table(paid_out), int(paid_out["settled"].sum())
        )
    return found


def dialect() -> TikTokDialect:
    """The open platform's dialect for the simulator's server."""
    return TikTokDialect()


class TikTokDialect:
    """Version 202309: three lists, statements, withdrawals, shops, token refresh.

    Checks clock, signature, token, cipher; renders; no faults of its own.
    """

    platform = "tiktok_shop"

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], tuple[dt.datetime, Any]] = {}

    def routes(self, world: World) -> list[Route]:
        """The API's paths, relative to the dialect's mount."""

        def route(
            path: str, method: str, make: Callable[[World, dict[str, Any], Request, str], str]
        ) -> Route:
            async def answer(request: Request) -> Response:
                body = (await request.body()).decode()
                try:
                    return _envelope(
                        0, "Success", make(world, self._shop(world, request, body), request, body)
                    )
                except wire.Refusal as refusal:
                    return _envelope(refusal.code, refusal.message, "null", refusal.status)

            return Route(path, answer, methods=[method])

        lists = [route(path, "POST", self._list(name)) for path, name in _LISTS.items()]
        ledgers = [
            route("/finance/202309/statements", "GET", self._statements),
            route("/finance/202309/statements/{number}/statement_transactions", "GET", self._transactions),
            route("/finance/202309/withdrawals", "GET", self._withdrawals),
        ]
        return [
            *lists,
            *ledgers,
            route("/authorization/202309/shops", "GET", _shops),
            Route("/api/v2/token/refresh", _refresher(world), methods=["GET"]),
        ]

    def throttled(self) -> Response:
        """Too many requests: HTTP 200 and code 36009002."""
        return _envelope(36009002, "Too many requests. Please try again later.", "null")

    def busy(self) -> Response:
        """Internal error: HTTP 200 and code 36009003."""
        return _envelope(36009003, "Internal error. Please try again.", "null")

    def _shop(self, world: World, request: Request, body: str) -> dict[str, Any]:
        """The shop that asks. Raises Refusal unless it proves who it is."""
        query, path = dict(request.query_params), request.url.path.removeprefix(f"/{self.platform}")
        shop = world.shop_by_app_key(query.get("app_key", ""))
        if shop is None or shop["platform_code"] != self.platform:
            raise wire.Refusal(36009004, "Invalid credentials. Invalid `app_key` query parameter.")
        wire.check(shop["app_secret"], path, query, body)
        owner = world.tokens.check(request.headers.get("x-tts-access-token", ""))
        if owner == "expired":
            raise wire.Refusal(105002, "Expired credentials. The `x-tts-access-token` header has expired.")
        if owner is None:
            raise wire.Refusal(36009004, "Invalid credentials. The `x-tts-access-token` header is invalid.")
        if owner != shop["shop_id"]:
            raise wire.Refusal(101000, "The token does not belong to this seller.")
        if path != "/authorization/202309/shops" and query.get("shop_cipher") != wire.cipher(
            shop["app_secret"]
        ):
            raise wire.Refusal(106013, "Invalid shop_cipher.")
        return shop

    def _list(self, name: str) -> Callable[[World, dict[str, Any], Request, str], str]:
        def make(world: World, shop: dict[str, Any], request: Request, body: str) -> str:
            found: wire.Rendered = self._remembered(
                world, shop["shop_id"], name, lambda: _rendered(world, shop["shop_id"], name)
            )
            return wire.list_page(found, name, dict(request.query_params), body)

        return make

    def _remembered(self, world: World, shop_id: str, name: str, make: Callable[[], Any]) -> Any:  # noqa: ANN401 - lists and ledgers alike
        """What ``make`` gives for the shop as of now, made once per moment."""
        known = self._known.get((shop_id, name))
        if known is None or known[0] != world.at:
            known = self._known[shop_id, name] = (world.at, make())
        return known[1]

    def _ledger(self, world: World, shop_id: str) -> dict[str, dict[str, Any]]:
        def make() -> dict[str, dict[str, Any]]:
            return wire.statements(
                words.statement_rows(
                    world.settlements(shop_id), world.lines(shop_id), world.market.trade.satang_odd
                )
            )

        ledger: dict[str, dict[str, Any]] = self._remembered(world, shop_id, "statements", make)
        return ledger

    def _statements(self, world: World, shop: dict[str, Any], request: Request, body: str) -> str:
        query = request.query_params
        if query.get("sort_field") != "statement_time":
            raise wire.Refusal(36009004, "Missing sort_field")
        first, last = int(query.get("statement_time_ge") or 0), int(query.get("statement_time_lt") or 2**40)
        inside = [
            item
            for item in self._ledger(world, shop["shop_id"]).values()
            if first <= item["statement_time"] < last
        ]
        heads = [
            {
                "id": item["statement_id"],
                "statement_time": item["statement_time"],
                "currency": item["currency"],
            }
            for item in inside
        ]
        return _cut({"statements": heads}, "statements", query)

    def _transactions(self, world: World, shop: dict[str, Any], request: Request, body: str) -> str:
        found = self._ledger(world, shop["shop_id"]).get(request.path_params["number"])
        if found is None:
            raise wire.Refusal(36009004, "Invalid identifier. No such statement.")
        return _cut(found, "statement_transactions", request.query_params)

    def _withdrawals(self, world: World, shop: dict[str, Any], request: Request, body: str) -> str:
        query, shop_id = request.query_params, shop["shop_id"]
        kinds = set((query.get("types") or "").split(","))
        if not kinds <= {"WITHDRAW", "SETTLE", "TRANSFER", "REVERSE"}:
            raise wire.Refusal(36009004, "Missing or invalid types")

        def make() -> dict[str, list[dict[str, Any]]]:
            settled, funds = world.settlements(shop_id), world.funds(shop_id)
            lines, odd = world.lines(shop_id), world.market.trade.satang_odd
            return wire.withdrawals(words.movement_rows(settled, lines, funds, odd), world.at)

        known = self._remembered(world, shop_id, "withdrawals", make)["withdrawals"]
        first, last = int(query.get("create_time_ge") or 0), int(query.get("create_time_lt") or 2**40)
        return _cut(
            {
                "withdrawals": [
                    row for row in known if row["type"] in kinds and first <= row["create_time"] < last
                ]
            },
            "withdrawals",
            query,
        )


def _cut(data: dict[str, Any], name: str, query: Any) -> str:  # noqa: ANN401 - starlette's multi-dict
    size, offset = wire.size_of(dict(query)), int(query.get("page_token") or 0)
    rows = data[name]
    following = str(offset + size) if offset + size < len(rows) else ""
    return json.dumps(
        {**data, name: rows[offset : offset + size], "total_count": len(rows), "next_page_token": following},
        ensure_ascii=False,
    )


def _rendered(world: World, shop_id: str, name: str) -> wire.Rendered:
    lines, refunds, odd = world.lines(shop_id), world.refunds(shop_id), world.market.trade.satang_odd
    if name == "orders":
        return wire.render_orders(words.sku_lines(lines, refunds, odd))
    return wire.render_requests(refunds, lines, odd, cancels=name == "cancellations")


def _shops(world: World, shop: dict[str, Any], request: Request, body: str) -> str:
    told = {
        "id": shop["platform_shop_id"],
        "name": shop["shop_name"],
        "region": "TH",
        "seller_type": "CROSS_BORDER",
        "cipher": wire.cipher(shop["app_secret"]),
    }
    return json.dumps({"shops": [told]}, ensure_ascii=False)


def _refresher(world: World) -> Callable[[Request], Any]:
    async def answer(request: Request) -> Response:
        query = request.query_params
        shop = world.shop_by_app_key(query.get("app_key", ""))
        if (
            shop is None
            or query.get("app_secret") != shop["app_secret"]
            or query.get("grant_type") != "refresh_token"
        ):
            return _envelope(36004003, "Invalid app credentials", "null")
        token: Token | None = world.tokens.refresh(query.get("refresh_token", ""))
        if token is None or world.tokens.check(token.access_token) != shop["shop_id"]:
            return _envelope(36004005, "can not find related auth record", "null")
        until = int(world.at.timestamp()) + token.expires_in
        data = {
            "access_token": token.access_token,
            "refresh_token": token.refresh_token,
            "access_token_expire_in": until,
            "seller_name": shop["shop_name"],
        }
        return _envelope(0, "success", json.dumps(data, ensure_ascii=False))

    return answer


def _envelope(code: int, message: str, data: str, status: int = 200) -> Response:
    head = json.dumps({"code": code, "message": message, "request_id": "20261124SIM"}, ensure_ascii=False)
    return Response(f'{head[:-1]},"data":{data}}}', status_code=status, media_type="application/json")
