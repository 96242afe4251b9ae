"""Every amount, share and count on every page is a figure of the house: what ``ask`` answers, or a plain sum
of the marts.

The pages are read as a browser gets them: each ``¥…`` and each ``…%`` in sentences, cards, tables and charts,
each number on a card, and each count of orders, entries, goods, buyers and days.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from types import ModuleType

import polars as pl
import pytest
from dashboards_cases import PASSWORD, TODAY
from screen import everything, run_page
from streamlit.testing.v1 import AppTest

from dashboards.parts.figures import open_items, people, profit, stock
from dashboards.parts.page import money
from dashboards.views.merchant import ladder
from metrics.model.definitions import METRICS
from metrics.model.guide import tooltip
from metrics.query import access
from metrics.query.access import Viewer
from metrics.query.ask import Answer, ask
from metrics.query.matured import matured
from metrics.query.question import Period
from metrics.reports.equal_age import kept_at_age
from metrics.reports.ladder.bridges import rung_bridge
from metrics.reports.ladder.rungs import RUNGS
from warehouse.lake import Lake
from warehouse.place import Place

YESTERDAY = TODAY - dt.timedelta(days=1)
MONTH = (TODAY - dt.timedelta(days=30), YESTERDAY)
BEFORE = (TODAY - dt.timedelta(days=60), TODAY - dt.timedelta(days=31))
#: The days of which the line that breaks even is worked out.
QUARTER = (TODAY - dt.timedelta(days=89), TODAY)
_AMOUNT = re.compile(r"-?¥[\d,]+(?:\.\d+)?[万亿]?")
_SHARE = re.compile(r"(?<![\d.])-?\d[\d.]*%")
_COUNT = re.compile(r"(?<![\d.¥,])([\d,]+)\*{0,2} ?(?:单|笔|件|个买家|个留下了|个 SKU|个卖光)")
_AGE = re.compile(r"(?:最久 |\n)([\d,]+) 天(?=[\]\n])")
#: The whole of which the shares of the ladder are.
_WHOLE = "占比以支付金额为 100%"
#: Page → what it asks, and by what it is cut as it opens.
_ASKED: dict[str, tuple[list[str], list[list[str]]]] = {
    "profit": (["contribution", "gross_profit"], [[], ["style"]]),
    "ads": (["ad_spend", "ad_cash", "contribution_after_ads"], [[], ["shop"]]),
    "ladder": ([*RUNGS.values()], [[]]),
    "matured": (["paid_gmv", "net_by_order_date", "matured_net"], [[], ["platform", "channel"]]),
    "stock": ([], []),
    "people": (["paid_per_buyer", "aov", "product_gpm", "gpm", "net_by_order_date"], [[], ["sku"]]),
    "open_items": ([], []),
}
_SUMS = {
    "profit": [
        "SELECT sum(cost_untold_fen), sum(paid_fen), sum(cost_known_fen), -sum(costed_refund_fen), "
        "-sum(cost_fen), -sum(cohort_fee_fen), -sum(cost_untold_fen) FROM gold.mart_profit_daily WHERE $days",
        "SELECT sum(paid_fen) FROM gold.mart_profit_daily WHERE $days GROUP BY style_code",
        "SELECT sum(paid_fen) FROM gold.fct_order_line WHERE merchant_id = ? AND paid_date BETWEEN ? AND ? "
        "GROUP BY style_code",
        "SELECT sum(paid_fen), -sum(paid_fen) FROM gold.mart_shop_channel_daily WHERE $days",
    ],
    "ads": [
        "SELECT sum(spent_fen), sum(spent_cash_fen), sum(spent_grant_fen) FROM gold.mart_ad_daily "
        "WHERE $days GROUP BY shop_id, ad_family_code"
    ],
    "open_items": [
        "SELECT sum(open_fen), sum(greatest(open_fen, 0)), sum(least(open_fen, 0)) FROM gold.mart_open_item "
        "WHERE merchant_id = ? GROUP BY GROUPING SETS (ledger_code, open_reason_code, "
        "(ledger_code, open_reason_code), open_item_id)",
        "SELECT total_fen, matched_fen, explained_fen, open_fen FROM gold.mart_statement_monthly "
        "WHERE merchant_id = ?",
    ],
}
_PIECES = ("closing_stock", "kept_units_30", "returns_in_transit", "received_units")
_DAYS = "merchant_id = ? AND business_date BETWEEN ? AND ?"


def asked(viewer: Viewer, path: str) -> Iterator[int | None]:
    """Every amount in fen that ``ask`` answers to what the page asks, of its days and of those before."""
    names, cuts = _ASKED[path]
    for name in names:
        for cut in [[]] if METRICS[name].is_ratio else cuts:
            yield from ask(viewer, [name], by=cut, period=MONTH).rows[name]
            yield from ask(viewer, [name], by=cut, period=BEFORE).rows[name]


def summed(house: Place, viewer: Viewer, path: str) -> Iterator[int | None]:
    """Plain sums over the merchant's own rows, in fen."""
    with Lake.open(house) as lake:
        for query in _SUMS.get(path, []):
            whole = query.replace("$days", _DAYS)
            days: Period | tuple[()] = MONTH if "BETWEEN" in whole else ()
            for column in lake.sql(whole, [viewer.merchant_id, *days]).iter_columns():
                yield from column.to_list()


def derived(viewer: Viewer, path: str) -> Iterator[int | None]:
    """What no single question answers: steps from one rung to another, intervals, the money of one age."""
    if path == "ladder":
        start, end = (ask(viewer, [RUNGS[code]], period=MONTH).rows.item() for code in ("M02", "M10"))
        steps = rung_bridge(viewer, "M02", "M10", MONTH).steps["fen"].to_list()
        assert steps[0] == start and steps[-1] == end and start + sum(steps[1:-1]) == end
        yield from steps
        every = (ask(viewer, [name], period=MONTH).rows.item() for name in RUNGS.values())
        yield from (-value for value in every if value is not None)
    if path == "matured":
        for by in ([], ["platform", "channel"]):
            rows = matured(viewer, by=by, period=MONTH)
            for name in (name for name in rows.columns if name.endswith("_fen")):
                yield from rows[name]
        for by in (["platform", "channel"], ["style"]):
            yield from kept_at_age(viewer, 14, by=by)["kept_fen"]


def known(house: Place, viewer: Viewer, path: str) -> set[str]:
    """Every amount the page may show, as it may be written: to the fen, in whole yuan, in 万 or 亿."""
    amounts = {0, *asked(viewer, path), *summed(house, viewer, path), *derived(viewer, path)} - {None}
    return {how(fen) for fen in amounts for how in (money.yuan, money.short_yuan, money.rough_yuan)}


def one(
    viewer: Viewer, *names: str, by: tuple[str, ...] = (), days: Period = MONTH
) -> Iterator[float | None]:
    """What ``ask`` answers to each metric by itself."""
    for name in names:
        yield from ask(viewer, [name], by=by, period=days).rows[name]


def goods(viewer: Viewer, *names: str, by: tuple[str, ...] = ()) -> list[Answer]:
    """The same of goods of the shop that the page opens with, on its newest day."""
    days = ask(viewer, ["kept_units_30"], by=["shop", "date"]).rows
    shop = min(days["shop"])
    day = max(days.filter(shop=shop)["date"])
    return [ask(viewer, [name], by=by, where={"shop": shop}, period=(day, day)) for name in names]


def of_goods(viewer: Viewer, *names: str, by: tuple[str, ...] = ()) -> Iterator[float | None]:
    for name, answer in zip(names, goods(viewer, *names, by=by), strict=True):
        yield from answer.rows[name]


def selected(house: Place, viewer: Viewer, query: str) -> Iterator[float | None]:
    """What a plain query of the merchant's own rows of the month finds."""
    whole = query.replace("$days", _DAYS)
    with Lake.open(house) as lake:
        for column in lake.sql(
            whole, [viewer.merchant_id, *(MONTH if _DAYS in whole else ())]
        ).iter_columns():
            yield from column.to_list()


def largest(house: Place, viewer: Viewer, fen: str, by: str, where: str = _DAYS) -> Iterator[float | None]:
    """The share of the largest, and of the three largest, of those who bring anything."""
    table, _, column = fen.partition(": ")
    query = f"""SELECT sum({column}) AS fen FROM gold.{table} WHERE {where} AND {by} IS NOT NULL
        AND {by} <> 'unknown' GROUP BY {by} HAVING fen > 0 ORDER BY fen DESC"""  # noqa: S608 - names are ours
    with Lake.open(house) as lake:
        every = lake.sql(query, [viewer.merchant_id, *MONTH])["fen"].to_list()
    yield from (part / sum(every) for part in (sum(every[:1]), sum(every[:3])) if every)


def shares(house: Place, viewer: Viewer, path: str) -> Iterator[float | None]:
    """Every share the page may show: what ``ask`` answers, or one plain sum over another."""
    if path == "profit":
        yield from [*one(viewer, "cost_coverage"), *one(viewer, "cost_coverage", by=("style",))]
        paid = "SELECT sum(paid_fen) FROM gold.mart_profit_daily WHERE $days GROUP BY style_code"
        left = ask(viewer, ["contribution"], by=["style"], period=MONTH).rows.sort("style")["contribution"]
        every = zip(left, selected(house, viewer, f"{paid} ORDER BY style_code"), strict=True)
        yield from (part / int(whole) for part, whole in every if part is not None and whole)
    if path == "ads":
        yield from one(viewer, "cost_coverage", days=QUARTER)
    if path == "ladder":
        (paid,) = one(viewer, "paid_gmv")
        for fen in one(viewer, *RUNGS.values()):
            yield from () if fen is None else (fen / paid, -fen / paid)
    if path == "matured":
        cut = "GROUP BY GROUPING SETS ((), (platform_code, channel_code))"
        outlook = f"FROM gold.mart_outlook_daily WHERE $days {cut}"
        yield from selected(house, viewer, f"SELECT sum(kept_fen - matured_fen) / sum(paid_fen) {outlook}")
        yield from largest(house, viewer, "mart_outlook_daily: matured_fen", "platform_code || channel_code")
        for by in (["platform", "channel"], ["style"]):
            rows = kept_at_age(viewer, 14, by=by)
            yield from rows["kept_fen"] / rows["paid_fen"]
    if path == "stock":
        yield from of_goods(viewer, "sell_through", "moving_rate_30")
        yield from of_goods(viewer, "sell_through", by=("style", "sku"))
    if path == "people":
        yield from one(viewer, "own_live_share", "creator_live_share")
        yield from ask(viewer, ["repurchase_rate"], by=["platform", "month"]).rows["repurchase_rate"]
        kept = "paid_fen - cohort_refund_fen"
        yield from largest(house, viewer, f"mart_shop_channel_daily: {kept}", "channel_code")
        of_lines = "merchant_id = ? AND paid_date BETWEEN ? AND ? AND NOT is_gift"
        yield from largest(house, viewer, f"fct_order_line: {kept}", "sku_code", of_lines)


def counts(house: Place, viewer: Viewer, path: str) -> Iterator[float | None]:
    """Every count and ratio the page may show."""
    if path == "ads":
        yield from one(viewer, "matured_roi", "shop_roi", "net_roi")
        yield from one(viewer, "break_even_net_roi", "break_even_roi", days=QUARTER)
    if path == "stock":
        yield from of_goods(viewer, "stock_to_sales_with_returns", "unsold_skus", "sold_out_skus", *_PIECES)
        yield from [
            *of_goods(viewer, *_PIECES, by=("style",)),
            *of_goods(viewer, *_PIECES, by=("style", "sku")),
        ]
    if path == "people":
        rows = ask(viewer, ["kept_buyers", "repurchase_rate"], by=["platform", "month"]).rows
        yield from [*rows["kept_buyers"], *(rows["kept_buyers"] * rows["repurchase_rate"]).round()]
    if path == "open_items":
        query = """
            SELECT count(*), count(DISTINCT order_id), max(observed_date - open_since_date)
            FROM gold.mart_open_item JOIN gold.dim_observed USING (merchant_id, shop_id, platform_code)
            WHERE merchant_id = ?
            GROUP BY GROUPING SETS (ledger_code, (ledger_code, open_reason_code), open_item_id)"""
        yield from selected(house, viewer, query)


def known_parts(house: Place, viewer: Viewer, path: str) -> set[str]:
    """Every share as it may be written: in whole per cent or to a tenth; below nothing it is none."""
    told = [part for part in shares(house, viewer, path) if part is not None]
    return {money.percent(max(part, 0.0)) for part in told} | {
        how(part) for part in told for how in (money.percent, lambda part: f"{part:.1%}")
    }


def known_counts(house: Place, viewer: Viewer, path: str) -> set[str]:
    told = [count for count in counts(house, viewer, path) if count is not None]
    return {f"{count:,.0f}" for count in told if count == int(count)} | {money.times(count) for count in told}


def spoken(app: AppTest, viewer: Viewer, path: str) -> str:
    """The page without what defines its figures, and without what ``ask`` says beside them."""
    text = everything(app).replace(_WHOLE, "")
    for metric in METRICS:
        text = text.replace(tooltip(metric)[0], "")
    of_page = [ask(viewer, [name], period=MONTH) for name in _ASKED[path][0]]
    for answer in of_page + (goods(viewer, "sell_through", *_PIECES) if path == "stock" else []):
        for note in answer.notes:
            text = text.replace(note.zh, "")
    return text


def cards(app: AppTest) -> set[str]:
    """The numbers on the page's cards that are neither money nor a share."""
    values = (card.value.removesuffix(" 件") for card in app.metric)
    return {value for value in values if re.fullmatch(r"[\d,.]+", value)}


def shown(path: str, viewer: Viewer) -> tuple[set[str], set[str], set[str]]:
    """Amounts, shares and counts of the page."""
    app = run_page(path, viewer)
    text = spoken(app, viewer, path)
    found = {*_COUNT.findall(text), *_AGE.findall(text), *cards(app)}
    return set(_AMOUNT.findall(text)), set(_SHARE.findall(text)), found


def strange(house: Place, viewer: Viewer, path: str, found: tuple[set[str], set[str], set[str]]) -> set[str]:
    """What of it is no figure of the house."""
    every = (known, known_parts, known_counts)
    return {
        figure
        for figures, told in zip(found, every, strict=True)
        for figure in figures - told(house, viewer, path)
    }


@pytest.mark.parametrize("name", ["a", "b"])
@pytest.mark.parametrize("path", _ASKED)
def test_every_figure_on_the_page_is_a_figure_of_the_house(house: Place, path: str, name: str) -> None:
    viewer = access.sign_in(house, name, PASSWORD)
    found = shown(path, viewer)
    assert found[0] or path == "stock"
    assert found[1] or path == "open_items"
    assert found[2] or path in ("profit", "ladder", "matured")
    assert strange(house, viewer, path, found) == set()


@pytest.mark.parametrize(
    ("path", "part", "how", "step"),
    [
        ("profit", profit, "short_yuan", 1),
        ("ladder", ladder, "percent", 0.01),
        ("people", people, "percent", 0.01),
        ("stock", stock, "times", 0.01),
    ],
)
def test_a_figure_that_is_a_little_off_is_found(
    house: Place, monkeypatch: pytest.MonkeyPatch, path: str, part: ModuleType, how: str, step: float
) -> None:
    """Else the test above would prove nothing."""
    viewer = access.sign_in(house, "b", PASSWORD)
    honest = getattr(part, how)
    monkeypatch.setattr(part, how, lambda value: honest(None if value is None else value + step))
    assert strange(house, viewer, path, shown(path, viewer)) != set()


def test_a_count_that_is_one_off_is_found(house: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    viewer = access.sign_in(house, "b", PASSWORD)
    honest = open_items.sums
    more = (pl.col("items_qty") + 1, pl.col("orders_qty") + 1)
    monkeypatch.setattr(open_items, "sums", lambda *given: honest(*given).with_columns(*more))
    assert strange(house, viewer, "open_items", shown("open_items", viewer)) != set()
