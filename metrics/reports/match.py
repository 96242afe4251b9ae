"""对平: from the number a platform shows to ours, one difference in definition at a time, each step a sum of
lines that can be shown.

A line is worth something under every definition; a step is what the lines are worth after one property has
changed, less what they were worth before. So the steps add up whatever the data: what is left over is the
typed number less what our rows give under the screen's own definition.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import polars as pl

from contracts.errors import NotFoundError, UsageError
from contracts.fields import TIME_ZONE
from metrics.model.notes import Note
from metrics.query.access import Desk, Viewer, open_desk
from metrics.query.ask import ask, for_one_merchant
from metrics.query.lineage import IDS
from metrics.query.memo import Memo
from metrics.query.question import Period, read_question
from metrics.query.released import AsOf, open_release
from metrics.reports.held import held_notes
from metrics.reports.money_abroad import HOME, Money, money_of
from metrics.reports.screens import NET, SCREENS, WAYS, Counting, Screen, walk
from metrics.reports.told_days import is_ahead, untold_days
from metrics.reports.typed import Typed
from transforms.gold.orders import fct_order_line
from transforms.gold.orders.grain import LINE, ORDER
from warehouse.lake import Lake
from warehouse.release import Release

_LINES = fct_order_line.TABLE
_SHOWN = ("shop_id", "platform_code", "channel_code", "business_date", *IDS)
_NEEDED = [
    *LINE, "order_id", "channel_code", "created_at", "paid_at", "created_date", "paid_date", "start_date",
    "live_session_id", "is_order_level",
    "placed_fen", "paid_fen", "discount_platform_fen", "cohort_refund_fen",
]  # fmt: skip
#: step → Chinese and English, of those that are no change of definition.
ENDS = {
    "typed": ("您填的数", "the number you typed"),
    "rest": ("说不清的差额", "unexplained rest"),
    "screen": ("按该页口径，我们的数据", "our rows, counted its way"),
    "paid_gmv": ("支付金额（含退款）", "paid GMV"),
    "net_by_order_date": ("净成交（订单日）", "net, order cohort"),
}


@dataclass(frozen=True)
class _Read:
    """Lines of the shop round the period, what money they are in, the days nobody told, and what of them is
    held back.

    ``is_ahead``: all that was ever told lies before the period.
    """

    lines: pl.DataFrame
    money: Money
    untold: pl.DataFrame
    held: list[Note]
    is_ahead: bool


_READ: Memo[_Read] = Memo(4)
_WORTH: Memo[pl.DataFrame] = Memo(8)


@dataclass(frozen=True, eq=False)
class Match:
    """The way from ``typed`` to our net.

    ``steps``: ``step, zh, en, fen, lines_qty, is_total`` in order; every total is the one before plus what
    stands between. ``rest_minor`` is what the typed number is above our rows under the screen's definition,
    in hundredths of ``currency`` (fen for CNY); up to ``doubt_minor`` of it may come of rounding: of 万 on
    the page, or of rates. ``residual_fen`` is what the steps miss of the figures ``ask`` tells: 0.
    ``untold``: days of the period that files have not wholly told (``told_days``), ``held`` what was received
    of it and is in no figure.
    """

    screen: Screen
    shop: str
    period: Period
    typed: Typed
    currency: str
    rest_minor: int
    doubt_minor: int
    steps: pl.DataFrame
    residual_fen: int
    untold: pl.DataFrame
    held: list[Note]
    release: int
    as_of: dt.datetime
    worth: pl.DataFrame

    @property
    def is_explained(self) -> bool:
        """Whether nothing is left beyond rounding."""
        return abs(self.rest_minor) <= self.doubt_minor

    def lines(self, step: str) -> pl.DataFrame:
        """The lines behind a step, largest first: shop, platform, channel, day, ids, and the ``amount`` each
        adds in fen. They sum to the step.

        Raises ``UsageError`` NO_SUCH_STEP; what was typed has no lines, nor has the rest.
        """
        if step not in self.worth.columns or step in _SHOWN:
            known = [name for name in self.steps["step"] if name in self.worth.columns]
            raise UsageError(
                "NO_SUCH_STEP",
                "这一步没有明细",
                "this step has no lines",
                step_zh="可选的见 known",
                step_en="see known",
                asked=step,
                known=known,
            )
        rows = self.worth.filter(pl.col(step) != 0).select(*_SHOWN, amount=step)
        return rows.sort(pl.col("amount").abs(), "order_line_id", descending=[True, False])


def shops(viewer: Viewer, as_of: AsOf = None) -> pl.DataFrame:
    """``shop_id, platform_code, shop_name`` of the viewer's shops in the release that is shown.

    Raises as ``open_desk`` does.
    """
    desk = open_desk(viewer, as_of)
    if viewer.merchant_id is None:
        return pl.DataFrame(schema=dict.fromkeys(("shop_id", "platform_code", "shop_name"), pl.String))
    return desk.sql(
        "SELECT shop_id, platform_code, shop_name FROM gold.dim_shop ORDER BY platform_code, shop_id"
    )


def match(
    viewer: Viewer,
    screen: str,
    shop: str,
    period: Period,
    typed: Typed,
    *,
    merchant: str | None = None,
    as_of: AsOf = None,
) -> Match:
    """How ``typed``, read off ``screen`` (``SCREENS``) for one shop and period (both days included), becomes
    our net of the same.

    Raises what ``ask`` raises, ``NotFoundError`` NO_SUCH_SHOP for a shop that is not the viewer's and
    NOTHING_TOLD for days of which nothing was given, and ``UsageError`` for an unknown screen or another
    platform's, and for a shop whose orders are in several currencies.
    """
    where = {"shop": shop} | ({"merchant": merchant} if merchant else {})
    desk = open_desk(for_one_merchant(viewer, read_question(["paid_gmv"], [], where, period)), as_of)
    known = _screen(desk, screen, shop)
    release = as_of if as_of is not None else desk.release.number
    ours = ask(
        desk.viewer,
        ["paid_gmv", "net_by_order_date"],
        where={"shop": shop, "platform": known.platform},
        period=period,
        as_of=release,
    )
    read, worth = _read(desk, desk.found, known, shop, period)
    if read.is_ahead:
        raise NotFoundError(
            "NOTHING_TOLD", "没有订单文件提到这段时间，没有东西可以对",
            "no order file speaks of this period: there is nothing to match",
            step_zh="换个时段，或先补上这些天的订单导出",
            step_en="choose other days, or give their order export first", shop=shop,
        )  # fmt: skip
    if typed.currency not in (None, read.money.currency):
        step = {
            "step_zh": f"填 {read.money.currency} 的数",
            "step_en": f"type the number in {read.money.currency}",
        }
        raise UsageError(
            "OTHER_CURRENCY",
            "这一页的数不是这种货币",
            "the screen's number is in another currency",
            **step,
            typed=typed.currency,
        )
    columns = [name for name in worth.columns if name not in (*_SHOWN, "minor")]
    rest = typed.minor - int(worth["minor"].sum())
    sums = {name: int(worth[name].sum()) for name in columns}
    paid = ours.rows["paid_gmv"][0] or 0
    net = ours.rows["net_by_order_date"][
        0
    ]  # empty where the shop never gave what tells refunds: the walk ends at what the lines know
    told = {
        "rest": -read.money.in_fen(rest),
        **sums,
        "paid_gmv": paid,
        "net_by_order_date": paid + sums["refunds"] if net is None else net,
    }
    counts = {name: int((worth[name] != 0).sum()) for name in columns}
    steps = _steps(known, {"typed": sums["screen"] - told["rest"], **told}, counts)
    return Match(
        known, shop, period, typed, read.money.currency, rest,
        typed.doubt + read.money.doubt(counts["screen"]), steps, _residual(steps), read.untold,
        read.held, ours.release, ours.as_of, worth,
    )  # fmt: skip


def _screen(desk: Desk, screen: str, shop: str) -> Screen:
    found = desk.sql("SELECT platform_code FROM gold.dim_shop WHERE shop_id = ?", [shop])[
        "platform_code"
    ].to_list()
    if not found:
        raise NotFoundError(
            "NO_SUCH_SHOP",
            "没有这个店铺",
            "no such shop",
            step_zh="核对店铺编号",
            step_en="check the shop's id",
            shop=shop,
        )
    known = SCREENS.get(screen)
    if known is None or known.platform not in found:
        possible = [item.id for item in SCREENS.values() if item.platform in found]
        raise UsageError(
            "UNKNOWN_SCREEN", "这个店铺没有这一页，或口径不明",
            "the shop has no such screen, or nobody tells what it counts",
            step_zh="可选的见 known", step_en="see known", asked=screen, known=possible,
        )  # fmt: skip
    return known


def _read(
    desk: Desk, found: Release, screen: Screen, shop: str, period: Period
) -> tuple[_Read, pl.DataFrame]:
    """What the release holds of the shop, and what its lines are worth.

    Kept, because a page asks again for every line that is looked at.
    """
    viewer = desk.viewer
    where: dict[str, object] = {"merchant_id": viewer.merchant_id, "shop_id": shop}

    def read() -> _Read:
        with open_release(viewer.place, found) as lake:
            lines = _lines(lake, where, period).filter(platform_code=screen.platform)
            money = money_of(lake, lines) if screen.counts.zone == "shop" else HOME
            held = held_notes(lake, str(viewer.merchant_id), [shop], period)
            return _Read(
                lines, money, untold_days(lake, where, *period), held, is_ahead(lake, where, period[0])
            )

    who = (
        viewer.place,
        viewer.name,
        viewer.role,
        viewer.merchant_id,
        found.number,
        found.snapshot,
        found.changed_at,
    )
    key = (*who, shop, screen.platform, screen.counts.zone, period)
    kept = _READ.get(key, read)
    return kept, _WORTH.get((*key, screen.id), lambda: _worth(kept, screen.counts, period))


def _lines(lake: Lake, where: dict[str, object], period: Period) -> pl.DataFrame:
    """Every line that any clock could put into the period; a day more on both sides for other zones."""
    days = pl.date_range(period[0] - dt.timedelta(days=1), period[1] + dt.timedelta(days=1), eager=True)
    clocks = ("created_date", "paid_date", "start_date")
    orders = pl.concat(
        [lake.read(_LINES, keys=days.alias(clock).to_frame(), where=where, columns=ORDER) for clock in clocks]
    ).unique()
    return lake.read(_LINES, keys=orders, where=where, columns=_NEEDED).sort(LINE)


def _worth(read: _Read, start: Counting, period: Period) -> pl.DataFrame:
    """``_SHOWN`` and, per line, what it adds to ``screen``, to each step of the walk, to our two figures.

    ``minor`` is ``screen`` in the shop's money.
    """
    steps = walk(start)
    counted = [start, *(after for *_, after in steps), NET]
    worth = read.lines.with_columns(
        value(counting, period, read.money.zone).alias(f"_{place}") for place, counting in enumerate(counted)
    )
    moved = {name: pl.col(f"_{place + 1}") - pl.col(f"_{place}") for place, (name, *_) in enumerate(steps)}
    last = len(counted) - 1
    told = worth.with_columns(
        screen=pl.col("_0"),
        **moved,
        paid_gmv=pl.col(f"_{last - 1}"),
        refunds=pl.col(f"_{last}") - pl.col(f"_{last - 1}"),
        net_by_order_date=pl.col(f"_{last}"),
    )
    told = read.money.add_minor(told, "screen").with_columns(
        business_date=pl.coalesce("paid_date", "created_date"),
        **{name: pl.lit(None, pl.String) for name in IDS if name not in told.columns},
    )
    names = ["screen", *moved, "paid_gmv", "refunds", "net_by_order_date"]
    return told.filter(pl.any_horizontal(pl.col(names) != 0)).select(*_SHOWN, *names, "minor")


def value(counting: Counting, period: Period, zone: str) -> pl.Expr:
    """What a line of ``fct_order_line`` is worth in fen when numbers are counted this way.

    ``zone`` is the shop's own. Frames hold whole orders.
    """
    here = zone if counting.zone == "shop" else TIME_ZONE
    days = {
        name: pl.col(f"{name}_at").dt.convert_time_zone(here).dt.date() for name in ("created", "paid")
    } | {"session": pl.col("start_date")}
    paid = pl.col("paid_at").is_not_null()
    money = (
        pl.when(paid).then("paid_fen").otherwise(0)
        if counting.money == "paid"
        else pl.col("placed_fen").fill_null(0)
    )
    if counting.subsidy == "platform":
        money = money + pl.when(paid).then(pl.col("discount_platform_fen").fill_null(0)).otherwise(0)
    if counting.rows == "order_each_row":
        money = pl.when(_is_row()).then(money.sum().over(ORDER)).otherwise(0)
    if counting.refunds == "off":
        money = money - pl.col("cohort_refund_fen")
    counts = days[counting.clock].is_between(*period).fill_null(False)
    counts = counts & paid if counting.status == "paid" else counts
    counts = counts & pl.col("live_session_id").is_not_null() if counting.scope == "live" else counts
    return pl.when(counts).then(money).otherwise(0)


def _is_row() -> pl.Expr:
    """A row of the file: a told line; what stands for the order's rest is none, unless nothing else was told
    of the order.
    """
    return ~pl.col("is_order_level") | pl.col("is_order_level").all().over(ORDER)


def _steps(screen: Screen, fen: dict[str, int], counts: dict[str, int]) -> pl.DataFrame:
    """Rows of ``Match.steps``: typed, rest, screen, the walk, our two figures."""
    words = (
        dict(ENDS)
        | {name: (zh, en) for name, zh, en, _ in walk(screen.counts)}
        | {"refunds": WAYS["refunds", "off"][2:]}
    )
    order = [
        "typed",
        "rest",
        "screen",
        *(name for name, *_ in walk(screen.counts)),
        "paid_gmv",
        "refunds",
        "net_by_order_date",
    ]
    rows = [
        {
            "step": name,
            "zh": words[name][0],
            "en": words[name][1],
            "fen": fen[name],
            "lines_qty": counts.get(name),
            "is_total": name in _TOTALS,
        }
        for name in order
    ]
    return pl.DataFrame(
        rows,
        schema={
            "step": pl.String,
            "zh": pl.String,
            "en": pl.String,
            "fen": pl.Int64,
            "lines_qty": pl.Int64,
            "is_total": pl.Boolean,
        },
    )


_TOTALS = ("typed", "screen", "paid_gmv", "net_by_order_date")


def _residual(steps: pl.DataFrame) -> int:
    """The largest gap between a total and what came before it: 0."""
    gaps, reached = [0], 0
    for fen, is_total in steps.select("fen", "is_total").rows():
        gaps += [fen - reached] if is_total and len(gaps) > 1 else [0]
        reached = fen if is_total else reached + fen
    return max(gaps, key=abs)
