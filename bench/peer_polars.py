"""The job as one streaming Polars script: lazy scans with columns given, everything to Parquet."""

from __future__ import annotations

import polars as pl

from bench import job
from bench.columns import columns_of
from bench.contender import Task, run
from bench.exports import Export, find_exports, layouts, of_kind, own_accounts, to_utf8
from bench.job import Totals, totals_from

_LINE, _SHOP_DAY = ["shop", "line_id"], ["shop", "channel_code", "traffic_code", "business_date"]


def total(task: Task) -> Totals:
    """Do the job; each table is a Parquet file in ``out``."""
    exports = to_utf8(find_exports(task.roots), task.out / "utf8")
    files, shops = _files(exports)
    orders = _newest(_orders(exports, files), ["shop", "order_id"])
    lines = _with_rest(_newest(_lines(exports, files), _LINE), orders)
    refunds = _newest(_refunds(exports, files), ["shop", "refund_id"]).filter(
        pl.col("refund_fen") > 0, status=job.REFUNDED[0]
    )
    sessions = _newest(_sessions(exports, files), ["shop", "creator", "started_at"])
    own = (
        pl.DataFrame(own_accounts(task.home), schema=["merchant_id", "creator"], orient="row")
        .join(shops, on="merchant_id")
        .select("shop", "creator", is_own=True)
    )
    sessions = sessions.join(own, on=["shop", "creator"], how="left").with_columns(
        pl.col("is_own").fill_null(False)
    )
    facts = _facts(lines, refunds, sessions, own)
    returned = _refund_facts(facts, refunds)
    tables = {"fct_order_line": facts, "fct_refund_line": returned, **_marts(facts, returned, sessions)}
    for name, table in tables.items():
        table.write_parquet(task.out / f"{name}.parquet")
    return _totals(tables)


def _files(exports: list[Export]) -> tuple[pl.LazyFrame, pl.DataFrame]:
    shops = pl.DataFrame(
        sorted({(item.merchant_id, item.shop_id) for item in exports}),
        schema=["merchant_id", "shop_id"],
        orient="row",
    )
    shops = shops.with_row_index("shop")
    files = pl.DataFrame(
        [(str(item.path), item.shop_id, item.observed) for item in exports],
        schema=["path", "shop_id", "observed"],
        orient="row",
    )
    return files.join(shops, on="shop_id").select("path", "shop", "observed").lazy(), shops


def _fen(text: pl.Expr) -> pl.Expr:
    return (
        text.str.replace(",", "", literal=True)
        .cast(pl.Decimal(14, 2), strict=False)
        .to_physical()
        .cast(pl.Int64)
    )


def _whole(text: pl.Expr) -> pl.Expr:
    return text.str.strip_chars_start("\t").cast(pl.Int64, strict=False)


def _moment(text: pl.Expr) -> pl.Expr:
    return text.str.to_datetime("%Y-%m-%d %H:%M:%S", strict=False)


def _slashed(text: pl.Expr) -> pl.Expr:
    return text.str.to_datetime("%Y/%m/%d %H:%M:%S", strict=False)


_READ = {"whole": _whole, "fen": _fen, "moment": _moment, "slashed": _slashed}


def _typed(exports: list[Export], files: pl.LazyFrame) -> pl.LazyFrame:
    """The wanted columns of files of one layout, without rows that hold a cell that could not be typed."""
    told = columns_of(exports[0])
    raw = pl.scan_csv(
        [item.path for item in exports],
        has_header=False,
        skip_lines=1,
        schema=dict.fromkeys(exports[0].header, pl.String),
        null_values=job.BLANKS,
        include_file_paths="path",
    )
    typed = {name: _READ[kind](pl.col(header)) for name, (kind, header) in told.items() if kind != "text"}
    texts = {name: pl.col(header) for name, (kind, header) in told.items() if kind == "text"}
    headers = [told[name][1] for name in typed]
    # some headers are also wanted as text under our name
    rows = raw.select(
        "path", *(pl.col(header).alias(f"raw {header}") for header in headers), **typed, **texts
    )
    bad = pl.any_horizontal(
        pl.col(f"raw {header}").is_not_null() & pl.col(name).is_null()
        for name, header in zip(typed, headers, strict=True)
    )
    return (
        rows.filter(~bad)
        .drop(f"raw {header}" for header in headers)
        .join(files, on="path", how="left")
        .drop("path")
    )


def _all(exports: list[Export], kind: str, files: pl.LazyFrame) -> pl.LazyFrame:
    return pl.concat(
        [_typed(chosen, files) for chosen in layouts(of_kind(exports, kind)).values()], how="diagonal"
    )


def _newest(rows: pl.LazyFrame, key: list[str]) -> pl.DataFrame:
    again = (
        rows.group_by(key)
        .agg(pl.len(), newest=pl.col("observed").max())
        .filter(pl.col("len") > 1)
        .drop("len")
    )
    newest = rows.join(again, on=key, how="left").filter(
        pl.col("newest").is_null() | (pl.col("newest") == pl.col("observed"))
    )
    return newest.drop("newest").collect(engine="streaming")


def _lines(exports: list[Export], files: pl.LazyFrame) -> pl.LazyFrame:
    goods, spec = pl.col("goods").str.strip_chars_start("\t"), pl.col("spec").str.split_exact(";", 1).struct
    style = pl.coalesce(
        pl.col("style_text").str.strip_chars_start("\t"), pl.col("product_id").cast(pl.String)
    )
    douyin = _all(exports, "orders", files).with_columns(
        style_code=style,
        color_name=pl.coalesce(spec.field("field_0"), goods.str.extract("颜色分类:([^;]+)")),
        size_name=pl.coalesce(spec.field("field_1"), goods.str.extract("尺码:([^;]+)")),
        unit_price_fen=pl.coalesce("new_price_fen", "old_price_fen"),
    )
    properties = pl.col("properties")
    items = _all(exports, "taobao_items", files).with_columns(
        style_code=pl.col("sku_code").str.extract("^([^-]+)"),
        color_name=properties.str.extract("颜色分类:([^;]+)"),
        size_name=properties.str.extract("尺码:([^;]+)"),
        unit_price_fen="new_price_fen",
    )
    rows = pl.concat([douyin, items], how="diagonal").with_columns(
        product_name=goods.str.replace(" 颜色分类:.*$", "")
    )
    return rows.drop("goods", "spec", "style_text", "properties", "new_price_fen", "old_price_fen")


def _orders(exports: list[Export], files: pl.LazyFrame) -> pl.LazyFrame:
    paid = (
        pl.when(pl.col("paid_at").is_not_null())
        .then(pl.col("now_fen") + pl.col("stated_fen").fill_null(0))
        .otherwise(0)
    )
    placed = pl.coalesce(pl.col("goods_fen") + pl.col("freight_fen").fill_null(0), "total_fen")
    province = pl.col("address").str.extract("^([^ ]+)")
    return _all(exports, "taobao_orders", files).with_columns(
        paid_fen=paid, placed_fen=placed, province_name=province
    )


def _refunds(exports: list[Export], files: pl.LazyFrame) -> pl.LazyFrame:
    before = pl.col("type") == job.BEFORE_SHIPMENT
    return _all(exports, "after_sales", files).with_columns(
        refund_fen=pl.col("goods_fen") + pl.col("freight_fen").fill_null(0),
        refund_date=pl.col("refunded_at").dt.date(),
        stage_code=pl.when(before).then(pl.lit("before_shipment")).otherwise(pl.lit("after_shipment")),
    )


def _sessions(exports: list[Export], files: pl.LazyFrame) -> pl.LazyFrame:
    start = pl.col("started_at")
    name = pl.format("{}:{}", "creator", start.dt.strftime("%Y%m%d%H%M%S"))
    return _all(exports, "sessions", files).with_columns(session_id=name, start_date=start.dt.date())


def _with_rest(lines: pl.DataFrame, orders: pl.DataFrame) -> pl.DataFrame:
    """Money of Douyin and Taobao lines in the same columns, and a line for what no item accounts for."""
    key, shared = ["shop", "order_id"], ["shipped_at", "finished_at", "province_name"]
    is_item, paid = pl.col("refund_status").is_not_null(), pl.col("paid_at").is_not_null()
    lines = lines.join(orders.select(*key, pl.col(shared).name.suffix("_order")), on=key, how="left")
    lines = lines.with_columns(
        *(pl.coalesce(name, f"{name}_order").alias(name) for name in shared),
        paid_fen=pl.when(paid)
        .then(pl.when(is_item).then("item_paid_fen").otherwise("placed_fen"))
        .otherwise(0),
        stated_fen=pl.when((pl.col("refund_status") == job.REFUNDED[1]) & paid).then("stated_fen"),
        is_gift=((pl.col("placed_fen") == 0) & (pl.col("discount_fen") == 0)).fill_null(False),
        is_order_level=pl.lit(False),
    ).drop(f"{name}_order" for name in shared)
    item_stated = lines.filter(is_item).group_by(key).agg(item_stated=pl.col("stated_fen").sum())
    lines = lines.join(_restated(lines.filter(is_item & paid), orders), on=_LINE, how="left")
    lines = lines.with_columns(stated_fen=pl.coalesce("part", "stated_fen")).drop("part")
    told = (
        lines.filter(is_item)
        .group_by(key)
        .agg(pl.col("paid_fen", "placed_fen", "stated_fen", "qty").sum().name.suffix("_told"))
    )
    only_placed = pl.col("paid_at").is_null() & (pl.col("placed_fen") > pl.col("placed_fen_told"))
    rest = orders.join(told, on=key, how="left").join(item_stated, on=key, how="left")
    rest = rest.with_columns(stated_fen=pl.max_horizontal("stated_fen", "item_stated"))
    rest = rest.filter(
        pl.col("paid_fen_told").is_null() | (pl.col("paid_fen") > pl.col("paid_fen_told")) | only_placed
    )
    left = {
        name: pl.col(name) - pl.col(f"{name}_told").fill_null(0)
        for name in ("paid_fen", "placed_fen", "stated_fen")
    }
    rest = rest.select(
        *key,
        *shared,
        "created_at",
        "paid_at",
        "status",
        left["paid_fen"],
        left["placed_fen"].clip(0),
        pl.when(paid).then(left["stated_fen"].clip(0)),
        line_id=-pl.col("order_id"),
        is_gift=pl.lit(False),
        is_order_level=pl.lit(True),
        qty=(pl.col("pieces") - pl.col("qty_told").fill_null(0)).clip(0),
    )
    return pl.concat([lines, rest], how="diagonal")


def _restated(items: pl.DataFrame, orders: pl.DataFrame) -> pl.DataFrame:
    """What items state once their order's word is heard (see ``job``): the lines for which that is another
    amount, and it as ``part``.
    """
    key = ["shop", "order_id"]
    word = orders.select(
        *key,
        order_paid="paid_fen",
        order_stated=pl.col("stated_fen").fill_null(0),
        order_observed="observed",
        freight="freight_fen",
    )
    rows = (
        items.select(*_LINE, "order_id", "paid_fen", "observed", own=pl.col("stated_fen").fill_null(0))
        .join(word, on=key)
        .sort("line_id")
    )
    old = (
        pl.when(pl.col("observed") < pl.col("order_observed"))
        .then((pl.col("paid_fen") - pl.col("own")).clip(0))
        .otherwise(0)
    )
    left = (pl.col("order_paid") - pl.col("paid_fen").sum().over(key)).clip(0)
    rows = rows.with_columns(
        old=old,
        moved=pl.min_horizontal((pl.col("own") - pl.col("paid_fen")).clip(0).sum().over(key), left),
        beyond=(pl.col("order_stated") - pl.col("own").sum().over(key)).clip(0),
        unread=(left - pl.col("freight").fill_null(0)).clip(0),
    )
    all_old = pl.col("old").sum().over(key)
    room = (all_old + pl.col("unread")).clip(1)
    taken, until = pl.min_horizontal("beyond", all_old + pl.col("unread")), pl.col("old").cum_sum().over(key)
    kept = pl.when(pl.col("moved") > 0).then(pl.min_horizontal("own", "paid_fen")).otherwise("own")
    touched = (pl.col("moved") > 0) | ((pl.col("beyond") > 0) & (all_old > 0))
    return (
        rows.with_columns(part=kept + taken * until // room - taken * (until - pl.col("old")) // room)
        .filter(touched)
        .select(*_LINE, "part")
    )


def _facts(
    lines: pl.DataFrame, refunds: pl.DataFrame, sessions: pl.DataFrame, own: pl.DataFrame
) -> pl.DataFrame:
    part = {
        name: pl.col("refund_fen").filter(stage_code=f"{name}_shipment").sum() for name in ("before", "after")
    }
    sums = refunds.group_by(_LINE).agg(
        refunded=pl.col("refund_fen").sum(), before_fen=part["before"], after_fen=part["after"]
    )
    real = pl.col("line_id").filter(~pl.col("is_order_level")).min()
    heads = (
        lines.filter(~pl.col("is_gift"))
        .group_by("shop", "order_id")
        .agg(line_id=pl.coalesce(real, pl.col("line_id").min()))
    )
    days = pl.concat(
        [sessions.with_columns(day=pl.col(clock).dt.date()) for clock in ("started_at", "ended_at")]
    ).unique(["shop", "session_id", "day"])
    lines = lines.with_columns(
        row=pl.int_range(pl.len()),
        day=pl.col("created_at").dt.date(),
        content_code=_said("content", job.CONTENT),
    )
    live = lines.filter(content_code="live").select("row", "shop", "creator", "day", "created_at")
    live = live.join(
        days.select("shop", "creator", "day", "started_at", "ended_at", "session_id", "start_date"),
        on=["shop", "creator", "day"],
    )
    live = live.filter(pl.col("created_at").is_between("started_at", "ended_at")).select(
        "row", "session_id", "start_date"
    )
    joined = (
        lines.join(live, on="row", how="left")
        .join(own, on=["shop", "creator"], how="left")
        .join(sums, on=_LINE, how="left")
    )
    joined = joined.join(
        heads.with_columns(is_order_head=True), on=["shop", "order_id", "line_id"], how="left"
    )
    content, status, paid = pl.col("content_code"), _said("status", job.STATUS), pl.col("paid_at")
    live_channel = pl.when("is_own").then(pl.lit("own_live")).otherwise(pl.lit("creator_live"))
    searched = (content == "product_card") & pl.col("entrance").str.contains(job.SEARCH, literal=True)
    closed = pl.when(paid.is_null()).then(pl.lit("closed_unpaid")).otherwise(pl.lit("closed_refunded"))
    money = pl.col("refunded", "before_fen", "after_fen", "stated_fen").fill_null(0)
    return (
        joined.with_columns(
            money,
            pl.col("is_order_head").fill_null(False),
            created_date="day",
            paid_date=paid.dt.date(),
            order_status_code=pl.when(status == "closed").then(closed).otherwise(status),
            channel_code=pl.when(content == "live")
            .then(live_channel)
            .when(searched)
            .then(pl.lit("search"))
            .otherwise(content),
            traffic_code=_said("traffic", job.TRAFFIC),
        )
        .with_columns(cohort_refund_fen=pl.col("refunded") + pl.col("stated_fen"), undated_fen="stated_fen")
        .drop(
            "row",
            "day",
            "is_own",
            "refunded",
            "stated_fen",
            "status",
            "content",
            "entrance",
            "traffic",
            "observed",
            "item_paid_fen",
            "refund_status",
        )
    )


def _said(column: str, words: dict[str, str]) -> pl.Expr:
    return pl.col(column).replace_strict(words, default="unknown", return_dtype=pl.String)


def _refund_facts(facts: pl.DataFrame, refunds: pl.DataFrame) -> pl.DataFrame:
    paid = facts.filter(pl.col("paid_date").is_not_null())
    shared = ["channel_code", "traffic_code", "paid_date", "style_code", "session_id", "start_date"]
    stated = paid.filter(pl.col("undated_fen") > 0).select(
        *_LINE, "order_id", *shared, refund_fen="undated_fen", stage_code=pl.lit("unknown")
    )
    return pl.concat(
        [
            refunds.drop("observed", "goods_fen", "freight_fen", "status", "type").join(
                paid.select(*_LINE, *shared), on=_LINE
            ),
            stated,
        ],
        how="diagonal",
    )


def _marts(facts: pl.DataFrame, returned: pl.DataFrame, sessions: pl.DataFrame) -> dict[str, pl.DataFrame]:
    gift = pl.col("is_gift")
    paid = (
        facts.lazy()
        .filter(pl.col("paid_date").is_not_null())
        .with_columns(
            paid_orders_qty=pl.col("is_order_head").cast(pl.Int64),
            units_qty=pl.when(~gift).then("qty").otherwise(0),
            units_untold_qty=(~gift & pl.col("qty").is_null()).cast(pl.Int64),
            style_code=pl.col("style_code").fill_null("untold"),
        )
    )
    dated = (
        returned.lazy()
        .filter(pl.col("refund_date").is_not_null())
        .with_columns(style_code=pl.col("style_code").fill_null("untold"))
    )
    by = ["shop", "style_code", "channel_code", "traffic_code"]
    sums = pl.concat(
        [
            paid.group_by(*by, business_date="paid_date").agg(pl.col(job.MEASURES).sum()),
            dated.group_by(*by, business_date="refund_date").agg(dated_refund_fen=pl.col("refund_fen").sum()),
        ],
        how="diagonal",
    ).collect(engine="streaming")
    sold = (
        paid.filter(pl.col("session_id").is_not_null())
        .group_by("shop", "session_id")
        .agg(pl.col("paid_fen", "paid_orders_qty", "cohort_refund_fen").sum())
    )
    session = sessions.join(
        sold.collect(engine="streaming"), on=["shop", "session_id"], how="left"
    ).with_columns(
        pl.col("paid_fen", "paid_orders_qty", "cohort_refund_fen").fill_null(0),
        channel_code=pl.when("is_own").then(pl.lit("own_live")).otherwise(pl.lit("creator_live")),
    )
    aired = (
        paid.filter(pl.col("start_date").is_not_null())
        .group_by(*_SHOP_DAY[:3], business_date="start_date")
        .agg(session_paid_fen=pl.col("paid_fen").sum(), session_refund_fen=pl.col("cohort_refund_fen").sum())
    )
    watched = session.group_by(
        "shop", "channel_code", traffic_code=pl.lit("unknown"), business_date="start_date"
    ).agg(session_views_qty=pl.col("views_qty").sum())
    daily = pl.concat([sums.drop("style_code"), aired.collect(engine="streaming"), watched], how="diagonal")
    return {
        "mart_style_daily": sums.drop("traffic_code")
        .group_by("shop", "style_code", "channel_code", "business_date")
        .sum(),
        "mart_shop_channel_daily": daily.group_by(_SHOP_DAY).sum(),
        "mart_live_session": session.drop("observed", "is_own"),
    }


def _totals(tables: dict[str, pl.DataFrame]) -> Totals:
    daily = tables["mart_shop_channel_daily"]
    sums = {name: int(daily[column].sum()) for name, column in job.SUMS.items()} | {
        "style_paid_fen": int(tables["mart_style_daily"]["paid_fen"].sum())
    }
    channels = daily.group_by("channel_code").agg(pl.col("paid_fen", "cohort_refund_fen").sum()).rows()
    return totals_from(sums, {name: table.height for name, table in tables.items()}, channels)


if __name__ == "__main__":
    run(total)
