"""A Taobao to test against: the files a merchant downloads and the open API, both from the simulated market.

Imports nothing the parser uses; header lists and words are written out a second time in
``simulate_headers.tsv`` and ``simulate_words.py``.
"""

from __future__ import annotations

import datetime as dt
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

import polars as pl
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from connectors.taobao import simulate_api, simulate_files, simulate_money, simulate_words
from simulator.history.market import Market
from simulator.world import World

_ZONE = ZoneInfo("Asia/Shanghai")


def export_files(
    market: Market, shop_id: str, at: dt.datetime, first_date: dt.date, last_date: dt.date
) -> dict[str, bytes]:
    """File name → bytes, as downloaded at ``at``: orders created, refunds applied for and sessions started in
    the period (Beijing dates, both ends in).

    Beside them what the accounts moved, advertising, and the products where ``at``'s day is in the period;
    such a file without rows is left out. Every other shop exports the item file of 2026 and the refund file
    of about 2020 instead of those of 2022 and 2025. KeyError for an unknown shop.
    """
    shops = market.shops.filter(pl.col("platform_code") == "taobao")["shop_id"].to_list()
    is_other = shops.index(shop_id) % 2 == 1
    stamp = at.astimezone(_ZONE).strftime("%Y%m%d%H%M")
    every_line = _with_applied(
        simulate_words.line_states(market.lines_at(shop_id, at)), market.refunds_at(shop_id, at)
    )
    lines = _within(every_line, "created_at", first_date, last_date)
    refunds = simulate_words.refund_states(
        _within(market.refunds_at(shop_id, at), "applied_at", first_date, last_date), every_line
    )
    sessions = _within(market.sessions_at(shop_id, at), "started_at", first_date, last_date).filter("is_own")
    shop_name = market.shops.filter(pl.col("shop_id") == shop_id)["shop_name"][0]
    files = {
        f"ExportOrderList{stamp}.csv": simulate_files.order_list(simulate_words.orders_of(lines), shop_name)
    }
    if is_other:
        files |= {
            f"ItemList{stamp}.csv": simulate_files.item_list(lines),
            f"退款管理{stamp}.csv": simulate_files.old_refund_list(refunds),
        }
    else:
        files |= {
            f"ExportOrderDetailList{stamp}.csv": simulate_files.order_detail_list(lines),
            f"退款管理{stamp}.xlsx": simulate_files.refund_list(refunds),
        }
    live = _within(_live(market, shop_id, every_line), "created_at", first_date, last_date)
    if sessions.height:
        files[f"直播分场次{stamp}.xlsx"] = simulate_files.session_list(sessions)
    if live.height:
        files[f"直播订单明细{stamp}.xlsx"] = simulate_files.live_order_list(live)
    return files | _beside_orders(market, shop_id, at, (first_date, last_date), shops.index(shop_id))


def _beside_orders(
    market: Market, shop_id: str, at: dt.datetime, days: tuple[dt.date, dt.date], place: int
) -> dict[str, bytes]:
    """Ledgers, advertising and products.

    Every third shop has Alipay alone; the buyers of the others pay by WeChat too, in either layout of its
    ledger.
    """
    stamp = at.astimezone(_ZONE).strftime("%Y%m%d%H%M")
    moved = simulate_money.told_apart(market.funds_at(shop_id, at), market.settlements_at(shop_id, at))
    alipay, wechat = simulate_money.split(moved, alone=place % 3 == 0)
    alipay, wechat = _within(alipay, "moved_at", *days), _within(wechat, "moved_at", *days)
    ads = market.ads_at(shop_id, at).filter(pl.col("ad_date").is_between(*days))
    files: dict[str, bytes] = {}
    if alipay.height:
        files[f"支付宝账务明细{stamp}.csv"] = simulate_money.alipay_csv(alipay, days, padded=place % 3 == 1)
    if wechat.height:
        files[f"淘宝微信账单{stamp}.csv"] = simulate_money.wechat_csv(wechat, wide=place % 3 == 2)
    if ads.height:
        files[f"万相台报表{stamp}.csv"] = (
            simulate_money.account_report(ads) if place % 2 else simulate_money.scene_report(ads)
        )
    if days[0] <= at.astimezone(_ZONE).date() <= days[1]:
        goods = market.skus.filter(pl.col("shop_id") == shop_id)
        files[f"商品列表{stamp}.xlsx"] = (
            simulate_money.shop_statistics(goods, days[1])
            if place % 2
            else simulate_money.product_list(goods)
        )
    return files


def _within(frame: pl.DataFrame, clock: str, first_date: dt.date, last_date: dt.date) -> pl.DataFrame:
    return frame.filter(pl.col(clock).dt.date().is_between(first_date, last_date))


def _with_applied(lines: pl.DataFrame, refunds: pl.DataFrame) -> pl.DataFrame:
    """``applied_fen``: what the latest application on the line asks for."""
    latest = (
        refunds.sort("applied_at", "refund_id")
        .group_by("order_line_id")
        .agg(applied_fen=pl.col("refund_fen").last())
    )
    return lines.join(latest, on="order_line_id", how="left", maintain_order="left")


def _live(market: Market, shop_id: str, lines: pl.DataFrame) -> pl.DataFrame:
    known = market.sessions.filter(pl.col("shop_id") == shop_id).select(
        "session_ref", "session_name", "started_at", "is_own"
    )
    sold = lines.filter(pl.col("session_ref").is_not_null() & pl.col("paid_at").is_not_null())
    return sold.join(known, on="session_ref", how="inner", maintain_order="left")


class TaobaoDialect:
    """The gateway's one path and its two own error answers."""

    platform = "taobao"

    def routes(self, world: World) -> list[Route]:
        """POST /router/rest, form-encoded, for every method."""

        async def rest(request: Request) -> Response:
            form = dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))
            try:
                return simulate_api.answer(self._call(world, form))
            except simulate_api.Refusal as refusal:
                return simulate_api.answer({"error_response": refusal.body})

        return [Route("/router/rest", rest, methods=["POST"])]

    @staticmethod
    def _call(world: World, form: dict[str, str]) -> dict[str, object]:
        shop = world.shop_by_app_key(form.get("app_key", ""))
        if shop is None:
            raise simulate_api.Refusal(29, "Invalid app Key")
        simulate_api.check(form, shop["app_secret"])
        method = simulate_api.METHODS.get(form.get("method", ""))
        if method is None:
            raise simulate_api.Refusal(22, "Invalid method")
        if world.tokens.check(form.get("session", "")) != shop["shop_id"]:
            raise simulate_api.Refusal(27, "Invalid session", "invalid-sessionkey", "SessionKey非法")
        return method(form, world.lines(shop["shop_id"]), world.refunds(shop["shop_id"]))

    def throttled(self) -> Response:
        """Too many calls of one method on the whole platform."""
        return simulate_api.error(
            7,
            "App Call Limited",
            "accesscontrol.limited-by-api-access-count",
            "This ban will last for 1 more seconds",
        )

    def busy(self) -> Response:
        """The service behind the gateway did not answer."""
        return simulate_api.error(
            15, "Remote service error", "isp.remote-service-timeout", "API调用远程服务超时"
        )


def dialect() -> TaobaoDialect:
    """This platform's way of speaking, for ``simulator.server``."""
    return TaobaoDialect()
