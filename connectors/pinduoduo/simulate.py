"""Pinduoduo as the simulator plays it: the files its back-office would give at a moment, and its open
platform on loopback.

Written from the platform documents, apart from the parser: it shares neither headers nor words with it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

import polars as pl
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from connectors.pinduoduo import simulate_api as wire
from connectors.pinduoduo import simulate_files as files

if TYPE_CHECKING:
    from simulator.history.market import Market
    from simulator.world import World

_ZONE = ZoneInfo("Asia/Shanghai")
_REFRESH = "pdd.pop.auth.token.refresh"
_ORDERS, _REFUNDS = "pdd.order.number.list.increment.get", "pdd.refund.list.increment.get"
_ADS = "pdd.ad.api.report.daily.report.query"
_GOODS = "pdd.goods.list.get"


def export_files(
    market: Market, shop_id: str, at: dt.datetime, first_date: dt.date, last_date: dt.date
) -> dict[str, bytes]:
    """File name → bytes of what a merchant downloads at ``at`` for the days asked (both ends in): orders
    created, the account, promotion by product and by day.

    Shops tick different columns; a third of them downloads workbooks. A download without rows is left out.
    KeyError for an unknown shop.
    """
    at = at.astimezone(_ZONE)
    shops = market.shops.filter(pl.col("platform_code") == "pinduoduo")["shop_id"].to_list()
    place = shops.index(shop_id)
    stamp, mall = f"{at:%Y-%m-%d-%H-%M-%S}", hashlib.sha256(shop_id.encode()).hexdigest()
    lines = market.lines_at(shop_id, at)
    ordered = lines.filter(pl.col("created_at").dt.date().is_between(first_date, last_date))
    found: dict[str, bytes] = {}
    if ordered.height:
        table = files.order_table(ordered, files.TICKED[place % len(files.TICKED)])
        suffix, data = (
            ("xlsx", files.table_xlsx(table)) if place % 3 == 2 else ("csv", files.table_csv(table))
        )
        found[f"{mall[:32]}orders_export{stamp}.{suffix}"] = data
    moves = files.account_rows(market.settlements_at(shop_id, at), market.funds_at(shop_id, at), lines)
    moves = moves.filter(pl.col("moved_at").dt.date().is_between(first_date, last_date))
    if moves.height:
        name = f"pdd-mall-bill-detail({mall[:17]})_{stamp}_1.csv"
        found[name] = files.account_csv(moves, first_date, last_date, at, padded=place % 2 == 0)
    ads = market.ads_at(shop_id, at).filter(pl.col("ad_date").is_between(first_date, last_date))
    if ads.height:
        span = f"{first_date:%Y%m%d}至{last_date:%Y%m%d}"
        products = (
            market.skus.filter(pl.col("shop_id") == shop_id)["product_id"]
            .unique(maintain_order=True)
            .to_list()
        )
        found[f"商品推广_账户_汇总数据_商品_{span}.xlsx"] = files.product_ads_xlsx(ads, products)
        found[f"商品推广_账户_分天数据_{span}.xlsx"] = files.account_ads_xlsx(ads)
    return found


def dialect() -> PinduoduoDialect:
    """The open platform's dialect for the simulator's server."""
    return PinduoduoDialect()


class PinduoduoDialect:
    """The gateway's one path: signature, timestamp, token, windows of half an hour, pages newest first.

    No faults of its own.
    """

    platform = "pinduoduo"

    def __init__(self) -> None:
        self._rendered: dict[tuple[str, str], tuple[dt.datetime, wire.Rendered]] = {}

    def routes(self, world: World) -> list[Route]:
        """POST /api/router, form-encoded, for every method."""

        async def router(request: Request) -> Response:
            form = dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))
            try:
                return wire.answer(self._call(world, form))
            except wire.Refusal as refusal:
                return wire.error(refusal.code, refusal.message)

        return [Route("/api/router", router, methods=["POST"])]

    def throttled(self) -> Response:
        """Too many calls of this method."""
        return wire.error(52101, "当前接口被限流，请稍后重试")

    def busy(self) -> Response:
        """The service is degraded."""
        return wire.error(52103, "服务暂时不可用，请稍后重试")

    def _call(self, world: World, form: dict[str, str]) -> str:
        shop = world.shop_by_app_key(form.get("client_id", ""))
        if shop is None or shop["platform_code"] != self.platform:
            raise wire.Refusal(10016, "client下线或者clientId不正确")
        method = form.get("type", "")
        if method not in (_ORDERS, _REFUNDS, _ADS, _GOODS, _REFRESH):
            raise wire.Refusal(10017, "type不正确")
        wire.check(form, shop["app_secret"])
        if method == _REFRESH:
            return self._refresh(world, form, shop["shop_id"])
        owner = world.tokens.check(form.get("access_token", ""))
        if owner == "expired":
            raise wire.Refusal(10019, "access_token已过期")
        if owner is None or owner != shop["shop_id"]:
            raise wire.Refusal(20032, "access_token或client_id错误")
        if method == _ADS:
            return wire.ad_report(form, world.ads(owner), world.at.astimezone(_ZONE).date())
        if method == _GOODS:
            return wire.goods_list(form, world.market.skus.filter(pl.col("shop_id") == owner))
        return self._page(world, owner, method, form)

    @staticmethod
    def _refresh(world: World, form: dict[str, str], shop_id: str) -> str:
        token = world.tokens.refresh(form.get("refresh_token", ""))
        if token is None or world.tokens.check(token.access_token) != shop_id:
            raise wire.Refusal(21001, "请求参数错误:refresh_token")
        data = {
            "access_token": token.access_token,
            "refresh_token": token.refresh_token,
            "expires_in": token.expires_in,
            "scope": [_ORDERS, _REFUNDS],
        }
        return json.dumps({"pop_auth_token_refresh_response": data})

    def _page(self, world: World, shop_id: str, method: str, form: dict[str, str]) -> str:
        wanted = (
            {"order_status": "5", "refund_status": "5"}
            if method == _ORDERS
            else {"after_sales_status": "1", "after_sales_type": "1"}
        )
        if any(form.get(name) != value for name, value in wanted.items()):
            raise wire.Refusal(21002, "请求参数不能为空")
        texts, total = self._list(world, shop_id, method).page(form)
        root, name = (
            ("order_sn_increment_get_response", "order_sn_list")
            if method == _ORDERS
            else ("refund_increment_get_response", "refund_list")
        )
        return f'{{"{root}":{{"{name}":[{",".join(texts)}],"total_count":{total}}}}}'

    def _list(self, world: World, shop_id: str, method: str) -> wire.Rendered:
        """The shop's list as of now, rendered once per moment."""
        at = world.at
        known = self._rendered.get((shop_id, method))
        if known is None or known[0] != at:
            lines = world.lines(shop_id)
            fresh = (
                wire.render_orders(lines)
                if method == _ORDERS
                else wire.render_refunds(world.refunds(shop_id), lines)
            )
            known = self._rendered[shop_id, method] = (at, fresh)
        return known[1]
