"""The job as one pandas script: Arrow's multi-threaded CSV reader where the encoding lets it, only the
columns wanted, everything to Parquet.
"""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from bench import job
from bench.columns import COLUMNS, columns_of
from bench.contender import Task, run
from bench.exports import Export, find_exports, of_kind, own_accounts, to_utf8
from bench.job import Totals, totals_from

Frame = pd.DataFrame
_LINE = ["shop_id", "line_id"]
_MONEY = ["paid_fen", "placed_fen", "stated_fen"]


def total(task: Task) -> Totals:
    """Do the job; each table is a Parquet file in ``out``."""
    exports = to_utf8(find_exports(task.roots), task.out / "utf8")
    own = (
        pd.DataFrame(own_accounts(task.home), columns=["merchant_id", "creator"])
        .drop_duplicates()
        .assign(is_own=True)
    )
    orders = _orders(exports)
    lines = _with_rest(pd.concat([_douyin_lines(exports), _items(exports)], ignore_index=True), orders)
    refunds, sessions = _refunds(exports), _sessions(exports, own)
    facts = _facts(lines, refunds, sessions, own)
    returned = _refund_facts(facts, refunds)
    tables = {"fct_order_line": facts, "fct_refund_line": returned, **_marts(facts, returned, sessions)}
    for name, table in tables.items():
        table.to_parquet(task.out / f"{name}.parquet", index=False)
    return _totals(tables)


def _fen(text: pd.Series) -> pd.Series:
    return (
        (pd.to_numeric(text.str.replace(",", "", regex=False), errors="coerce") * 100).round().astype("Int64")
    )


def _whole(text: pd.Series) -> pd.Series:
    return text.str.lstrip("\t").astype("Int64")


def _moment(form: str) -> Callable[[pd.Series], pd.Series]:
    return lambda text: pd.to_datetime(text, format=form, errors="coerce")


_READ: dict[str, Callable[[pd.Series], pd.Series]] = {
    "whole": _whole,
    "fen": _fen,
    "moment": _moment("%Y-%m-%d %H:%M:%S"),
    "slashed": _moment("%Y/%m/%d %H:%M:%S"),
}


def _all(exports: list[Export], kind: str, key: list[str]) -> Frame:
    """The wanted columns of all files of a kind, newest row of each key, without rows that hold a cell that
    could not be typed.
    """
    rows = pd.concat([_typed(item) for item in of_kind(exports, kind)], ignore_index=True)
    rows = rows.reindex(columns=list(dict.fromkeys([*rows.columns, *COLUMNS[kind]])))
    return rows.sort_values("observed", kind="stable").drop_duplicates(key, keep="last", ignore_index=True)


def _typed(item: Export) -> Frame:
    told = columns_of(item)
    wanted = list(dict.fromkeys(header for _, header in told.values()))
    places = [item.header.index(header) for header in wanted]
    raw = pd.read_csv(
        item.path,
        header=None,
        skiprows=1,
        usecols=places,
        dtype="str",
        na_values=job.BLANKS,
        keep_default_na=False,
        engine="pyarrow",
    )
    raw.columns = pd.Index(wanted)
    rows = pd.DataFrame(
        {
            name: raw[header] if kind == "text" else _READ[kind](raw[header])
            for name, (kind, header) in told.items()
        }
    )
    bad = pd.concat(
        [rows[name].isna() & raw[header].notna() for name, (_, header) in told.items()], axis=1
    ).any(axis=1)
    return rows[~bad].assign(merchant_id=item.merchant_id, shop_id=item.shop_id, observed=item.observed)


def _douyin_lines(exports: list[Export]) -> Frame:
    rows = _all(exports, "orders", _LINE)
    spec = rows["goods"].where(
        rows["spec"].isna(), "颜色分类:" + rows["spec"].str.replace(";", ";尺码:", regex=False)
    )
    rows = rows.assign(
        product_name=rows["goods"].str.lstrip("\t").str.replace(" 颜色分类:.*$", "", regex=True),
        style_code=rows["style_text"].fillna(rows["product_id"].astype("str")).str.lstrip("\t"),
        unit_price_fen=rows["new_price_fen"].fillna(rows["old_price_fen"]),
        paid_fen=rows["placed_fen"].where(rows["paid_at"].notna(), 0),
        is_gift=((rows["placed_fen"] == 0) & (rows["discount_fen"] == 0)).fillna(False).astype(bool),
        is_item=False,
        **_goods(spec),
    )
    return rows.drop(columns=["goods", "spec", "style_text", "new_price_fen", "old_price_fen"])


def _goods(spec: pd.Series) -> dict[str, pd.Series]:
    return {
        name: spec.str.extract(f"{word}:([^;]+)", expand=False)
        for name, word in (("color_name", "颜色分类"), ("size_name", "尺码"))
    }


def _items(exports: list[Export]) -> Frame:
    rows = _all(exports, "taobao_items", _LINE)
    paid = rows["paid_at"].notna()
    rows = rows.assign(
        product_name=rows["goods"],
        style_code=rows["sku_code"].str.extract("^([^-]+)", expand=False),
        unit_price_fen=rows["new_price_fen"],
        paid_fen=rows["item_paid_fen"].where(paid, 0),
        stated_fen=rows["stated_fen"].where((rows["refund_status"] == job.REFUNDED[1]) & paid),
        is_gift=False,
        is_item=True,
        **_goods(rows["properties"]),
    )
    return rows.drop(columns=["goods", "properties", "refund_status", "new_price_fen", "item_paid_fen"])


def _orders(exports: list[Export]) -> Frame:
    rows = _all(exports, "taobao_orders", ["shop_id", "order_id"])
    paid = (rows["now_fen"] + rows["stated_fen"].fillna(0)).where(rows["paid_at"].notna(), 0)
    placed = (rows["goods_fen"] + rows["freight_fen"].fillna(0)).fillna(rows["total_fen"])
    return rows.assign(
        paid_fen=paid, placed_fen=placed, province_name=rows["address"].str.extract("^([^ ]+)", expand=False)
    ).drop(columns="address")


def _refunds(exports: list[Export]) -> Frame:
    rows = _all(exports, "after_sales", ["shop_id", "refund_id"])
    stage = (rows["type"] == job.BEFORE_SHIPMENT).map({True: "before_shipment", False: "after_shipment"})
    rows = rows.assign(
        refund_fen=rows["goods_fen"] + rows["freight_fen"].fillna(0),
        stage_code=stage,
        refund_date=rows["refunded_at"].dt.normalize(),
    )
    return rows[(rows["status"] == job.REFUNDED[0]) & (rows["refund_fen"] > 0)].drop(
        columns=["goods_fen", "freight_fen", "status", "type", "observed"]
    )


def _sessions(exports: list[Export], own: Frame) -> Frame:
    rows = _all(exports, "sessions", ["shop_id", "creator", "started_at"])
    name = rows["creator"].astype(str) + ":" + rows["started_at"].dt.strftime("%Y%m%d%H%M%S")
    rows = rows.assign(session_id=name, start_date=rows["started_at"].dt.normalize()).merge(
        own, on=["merchant_id", "creator"], how="left"
    )
    return rows.assign(is_own=rows["is_own"].eq(True))


def _with_rest(lines: Frame, orders: Frame) -> Frame:
    """A line for what no item accounts for; items take their shipping times and province from the order."""
    key, shared = ["shop_id", "order_id"], ["shipped_at", "finished_at", "province_name"]
    lines = lines.merge(orders[[*key, *shared]], on=key, how="left", suffixes=("", "_order"))
    lines = lines.assign(
        **{name: lines[name].fillna(lines[f"{name}_order"]) for name in shared}, is_order_level=False
    )
    item_stated = lines[lines["is_item"]].groupby(key)["stated_fen"].sum().rename("item_stated").reset_index()
    lines = lines.merge(
        _restated(lines[lines["is_item"] & lines["paid_at"].notna()], orders), on=_LINE, how="left"
    )
    lines = lines.assign(stated_fen=lines["part"].fillna(lines["stated_fen"])).drop(columns="part")
    told = (
        lines[lines["is_item"]]
        .groupby(key, as_index=False)[[*_MONEY, "qty"]]
        .sum()
        .rename(columns={"qty": "qty_told"})
    )
    rest = orders.merge(told.assign(is_told=True), on=key, how="left", suffixes=("", "_told")).merge(
        item_stated, on=key, how="left"
    )
    rest = rest.assign(stated_fen=rest[["stated_fen", "item_stated"]].max(axis=1))
    only_placed = rest["paid_at"].isna() & (rest["placed_fen"] > rest["placed_fen_told"])
    rest = rest[rest["is_told"].isna() | (rest["paid_fen"] > rest["paid_fen_told"]) | only_placed]
    left = {name: rest[name] - rest[f"{name}_told"].fillna(0) for name in _MONEY}
    rest = rest[["merchant_id", *key, *shared, "created_at", "paid_at", "status"]].assign(
        paid_fen=left["paid_fen"],
        placed_fen=left["placed_fen"].clip(lower=0),
        stated_fen=left["stated_fen"].clip(lower=0).where(rest["paid_at"].notna()),
        line_id=-rest["order_id"],
        is_gift=False,
        is_order_level=True,
        qty=(rest["pieces"] - rest["qty_told"].fillna(0)).clip(lower=0),
    )
    return pd.concat(
        [lines.drop(columns=[f"{name}_order" for name in shared] + ["is_item"]), rest], ignore_index=True
    )


def _restated(items: Frame, orders: Frame) -> Frame:
    """What items state once their order's word is heard (see ``job``): the lines for which that is another
    amount, and it as ``part``.
    """
    key = ["shop_id", "order_id"]
    names = {
        "paid_fen": "order_paid",
        "stated_fen": "order_stated",
        "observed": "order_observed",
        "freight_fen": "freight",
    }
    rows = items[[*_LINE, "order_id", "paid_fen", "stated_fen", "observed"]].merge(
        orders[[*key, *names]].rename(columns=names), on=key
    )
    rows = (
        rows.sort_values("line_id")
        .fillna({"stated_fen": 0, "order_stated": 0, "freight": 0})
        .astype(dict.fromkeys(["stated_fen", "order_stated"], "int64"))
    )

    def of_order(values: pd.Series) -> pd.Series:
        return values.groupby([rows["shop_id"], rows["order_id"]]).transform("sum")

    own, paid = rows["stated_fen"], rows["paid_fen"]
    old = (paid - own).clip(lower=0).where(rows["observed"] < rows["order_observed"], 0)
    left = (rows["order_paid"] - of_order(paid)).clip(lower=0)
    above = of_order((own - paid).clip(lower=0))
    moved, beyond = above.where(above < left, left), (rows["order_stated"] - of_order(own)).clip(lower=0)
    room = of_order(old) + (left - rows["freight"]).clip(lower=0)
    taken = beyond.where(beyond < room, room)
    until = old.groupby([rows["shop_id"], rows["order_id"]]).cumsum()
    room = room.clip(lower=1)
    kept = own.where((moved == 0) | (own < paid), paid)
    part = kept + taken * until // room - taken * (until - old) // room
    return rows.assign(part=part)[(moved > 0) | ((beyond > 0) & (of_order(old) > 0))][[*_LINE, "part"]]


def _live(lines: Frame, sessions: Frame) -> Frame:
    """Live lines with the session of their account that was on air when they were placed."""
    live = (
        lines.loc[lines["content"] == "直播", [*_LINE, "creator", "created_at"]]
        .sort_values("created_at")
        .astype({"creator": "int64"})
    )
    known = (
        sessions[["shop_id", "creator", "started_at", "ended_at", "session_id", "start_date"]]
        .sort_values("started_at")
        .astype({"creator": "int64"})
    )
    found = pd.merge_asof(live, known, left_on="created_at", right_on="started_at", by=["shop_id", "creator"])
    return found.loc[found["created_at"] <= found["ended_at"], [*_LINE, "session_id", "start_date"]]


def _facts(lines: Frame, refunds: Frame, sessions: Frame, own: Frame) -> Frame:
    part = {
        name: refunds["refund_fen"].where(refunds["stage_code"] == f"{name}_shipment", 0)
        for name in ("before", "after")
    }
    sums = refunds.assign(refunded=refunds["refund_fen"], before_fen=part["before"], after_fen=part["after"])
    sums = sums.groupby(_LINE, as_index=False)[["refunded", "before_fen", "after_fen"]].sum()
    # a line for the rest of an order stands last, since it is the order's head only where it is alone
    heads = (
        lines[~lines["is_gift"]]
        .sort_values(["is_order_level", "line_id"])
        .drop_duplicates(["shop_id", "order_id"])[_LINE]
        .assign(is_order_head=True)
    )
    rows = (
        lines.merge(sums, on=_LINE, how="left")
        .merge(heads, on=_LINE, how="left")
        .merge(_live(lines, sessions), on=_LINE, how="left")
    )
    rows = rows.merge(own, on=["merchant_id", "creator"], how="left")
    content = rows["content"].map(job.CONTENT)
    status = rows["status"].map(job.STATUS).fillna("unknown")
    paid = rows["paid_at"].notna()
    channel = content.where(
        ~((content == "product_card") & rows["entrance"].str.contains(job.SEARCH, regex=False, na=False)),
        "search",
    ).fillna("unknown")
    channel = channel.mask((content == "live") & rows["is_own"].eq(True), "own_live").mask(
        (content == "live") & ~rows["is_own"].eq(True), "creator_live"
    )
    money = {name: rows[name].fillna(0) for name in ("refunded", "before_fen", "after_fen", "stated_fen")}
    status = status.mask((status == "closed") & paid, "closed_refunded").mask(
        (status == "closed") & ~paid, "closed_unpaid"
    )
    return rows.assign(
        channel_code=channel,
        traffic_code=rows["traffic"].map(job.TRAFFIC).fillna("unknown"),
        order_status_code=status,
        paid_date=rows["paid_at"].dt.normalize(),
        created_date=rows["created_at"].dt.normalize(),
        is_order_head=rows["is_order_head"].eq(True),
        cohort_refund_fen=money["refunded"] + money["stated_fen"],
        before_fen=money["before_fen"],
        after_fen=money["after_fen"],
        undated_fen=money["stated_fen"],
    ).drop(
        columns=["refunded", "stated_fen", "content", "entrance", "traffic", "status", "observed", "is_own"]
    )


def _refund_facts(facts: Frame, refunds: Frame) -> Frame:
    paid = facts[facts["paid_date"].notna()]
    shared = ["channel_code", "traffic_code", "paid_date", "style_code", "session_id", "start_date"]
    stated = paid.loc[
        paid["undated_fen"] > 0, [*_LINE, "merchant_id", "order_id", *shared, "undated_fen"]
    ].rename(columns={"undated_fen": "refund_fen"})
    return pd.concat(
        [refunds.merge(paid[[*_LINE, *shared]], on=_LINE), stated.assign(stage_code="unknown")],
        ignore_index=True,
    )


def _marts(facts: Frame, returned: Frame, sessions: Frame) -> dict[str, Frame]:
    paid = facts[facts["paid_date"].notna()]
    paid = paid.assign(
        paid_orders_qty=paid["is_order_head"].astype("int64"),
        units_qty=paid["qty"].where(~paid["is_gift"], 0).fillna(0),
        units_untold_qty=(~paid["is_gift"] & paid["qty"].isna()).astype("int64"),
        style_code=paid["style_code"].fillna("untold"),
    )
    dated = returned[returned["refund_date"].notna()].rename(
        columns={"refund_date": "business_date", "refund_fen": "dated_refund_fen"}
    )
    by = ["shop_id", "style_code", "channel_code", "traffic_code", "business_date"]
    sums = (
        paid.rename(columns={"paid_date": "business_date"})
        .groupby(by, as_index=False)[list(job.MEASURES)]
        .sum()
    )
    sums = pd.concat(
        [
            sums,
            dated.assign(style_code=dated["style_code"].fillna("untold"))
            .groupby(by, as_index=False)[["dated_refund_fen"]]
            .sum(),
        ]
    )
    names = ["paid_fen", "paid_orders_qty", "cohort_refund_fen"]
    session = sessions.merge(
        paid.groupby(["shop_id", "session_id"], as_index=False)[names].sum(),
        on=["shop_id", "session_id"],
        how="left",
    ).fillna(dict.fromkeys(names, 0))
    session = session.assign(channel_code=session["is_own"].map({True: "own_live", False: "creator_live"}))
    day = ["shop_id", "channel_code", "traffic_code", "business_date"]
    own_clock = {
        "start_date": "business_date",
        "paid_fen": "session_paid_fen",
        "cohort_refund_fen": "session_refund_fen",
        "views_qty": "session_views_qty",
    }
    aired = (
        paid.drop(columns="paid_date")
        .rename(columns=own_clock)
        .groupby(day, as_index=False)[["session_paid_fen", "session_refund_fen"]]
        .sum()
    )
    watched = (
        session.rename(columns=own_clock)
        .assign(traffic_code="unknown")
        .groupby(day, as_index=False)[["session_views_qty"]]
        .sum()
    )
    daily = pd.concat([sums.drop(columns="style_code"), aired, watched]).groupby(day, as_index=False).sum()
    style = (
        sums.drop(columns="traffic_code")
        .groupby(["shop_id", "style_code", "channel_code", "business_date"], as_index=False)
        .sum()
    )
    return {
        "mart_shop_channel_daily": daily,
        "mart_style_daily": style,
        "mart_live_session": session.drop(columns=["is_own", "observed"]),
    }


def _totals(tables: dict[str, Frame]) -> Totals:
    daily = tables["mart_shop_channel_daily"]
    sums = {name: int(daily[column].sum()) for name, column in job.SUMS.items()} | {
        "style_paid_fen": int(tables["mart_style_daily"]["paid_fen"].sum())
    }
    channels = daily.groupby("channel_code")[["paid_fen", "cohort_refund_fen"]].sum()
    by_channel = [
        (str(name), int(paid), int(back))
        for name, (paid, back) in zip(channels.index, channels.to_numpy(), strict=True)
    ]
    return totals_from(sums, {name: len(table) for name, table in tables.items()}, by_channel)


if __name__ == "__main__":
    run(total)
