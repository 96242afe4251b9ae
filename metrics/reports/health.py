"""How the data are doing: last word from each shop, what came, collections, quarantine, checks, the release
in force. The viewer's own rows only.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import polars as pl

from contracts.errors import no_such_page
from contracts.fields import TIME_ZONE
from contracts.intake import row_place
from contracts.tables import Table
from metrics.query.access import Viewer, open_desk, require
from metrics.query.memo import Memo
from metrics.query.released import judged, read_once
from metrics.reports.held import held_notes, waiting_orders
from metrics.reports.own_checks import of_merchant
from transforms.gold.orders import dim_reported
from transforms.gold.sales import mart_outlier_line, mart_shop_channel_daily
from warehouse.lake import Lake
from warehouse.ops import CHECK, COLLECTION, CURSOR, EXPORT, LOAD, QUARANTINE, SHOP, SHOP_OF_KIND
from warehouse.release import HELD

_SHOP = ["merchant_id", "shop_id", "platform_code"]
_FILE = ["export_id", *SHOP_OF_KIND]
_NEWEST_DAYS = f"""
    SELECT merchant_id, shop_id, platform_code, newest_paid_date, newest_stock_date
    FROM (SELECT {", ".join(_SHOP)}, max(business_date) AS newest_paid_date
        FROM {mart_shop_channel_daily.TABLE.full_name} WHERE paid_orders_qty > 0 GROUP BY ALL)
    FULL JOIN (SELECT {", ".join(_SHOP)}, max(last_date) AS newest_stock_date
        FROM {dim_reported.TABLE.full_name} WHERE report_code = 'stock' AND is_reported GROUP BY ALL)
    USING ({", ".join(_SHOP)})"""  # noqa: S608 - names are declared
_FRAMES: Memo[pl.DataFrame] = Memo(64)


@dataclass(frozen=True)
class ReleaseLine:
    """Which release is shown and what waits behind it.

    ``current`` is None before the first; ``newest`` differs from it while one is pinned.

    ``held`` is the newest attempt when it was held back from the viewer, with the names of the rules that
    failed (none told to the association) and, where it holds the viewer's merchant alone, a failing row of
    each (``warehouse.release.Hold``). ``held_merchants``: whom the newest release holds, for an operator.
    """

    current: int | None
    as_of: dt.datetime | None
    is_pinned: bool
    newest: int | None
    held: int | None
    held_at: dt.datetime | None
    failed_rules: tuple[str, ...]
    held_rows: tuple[dict[str, object], ...] = ()
    held_merchants: tuple[str, ...] = ()

    def why_held(self) -> list[tuple[str, str]]:
        """Why the viewer's merchant is held alone, in sentences: what, and for each rule that failed the file
        and row, and the next step. None where it is not.
        """
        if not self.held_rows or self.held_at is None:
            return []
        at = f"{self.held_at.astimezone(ZoneInfo(TIME_ZONE)):%Y-%m-%d %H:%M}"
        stay = (
            (f"这里仍是发布 #{self.current}", f"these are the figures of release #{self.current}")
            if self.current
            else ("还没有可看的发布", "there is no release to show yet")
        )
        what = f"{at} 的新数据未放行，{stay[0]}。", f"New data of {at} is held back; {stay[1]}."
        return [what, *map(_why, self.held_rows)]


def _why(row: dict[str, object]) -> tuple[str, str]:
    """What a failing row of a hold breaks, where it stands, and what to do."""
    (zh, _, en), (step_zh, _, step_en) = (
        str(row[name] or "").partition(" / ") for name in ("message", "step")
    )
    line = row_place(int(str(row["row"]))) if row["row"] else ""
    line_zh, _, line_en = line.partition(" / ") if "/" in line else (f"第 {line} 行", "", f"row {line}")
    if not row["file"]:
        where_zh, where_en = f"店铺 {row['shop_id'] or '—'}", f"shop {row['shop_id'] or '—'}"
    elif line:
        where_zh, where_en = f"文件「{row['file']}」{line_zh}", f"file “{row['file']}”, {line_en}"
    else:
        where_zh, where_en = f"文件「{row['file']}」", f"file “{row['file']}”"
    return f"没有做到「{zh}」：{where_zh}。{step_zh}。", f"It is not so that {en}: {where_en}. {step_en}."


def release_line(viewer: Viewer) -> ReleaseLine:
    """The line under every page: release, since when, pinned or not, and the banner's facts when a newer
    build was held back.
    """
    require(viewer)
    line = judged(viewer.place)
    mine = viewer.merchant_id
    now, held = line.shown(mine), line.held_from(mine) if mine else line.held
    alone = held.holds.get(mine) if held and mine else None
    rules = (
        alone.failed_rules if alone else held.failed_rules if held and viewer.role != "association" else ()
    )
    newest = line.published[-1] if line.published else None
    return ReleaseLine(
        now.number if now else None,
        now.changed_at if now else None,
        bool(line.current and line.current.is_pinned),
        newest.number if newest else None,
        held.number if held else None,
        held.changed_at if held else None,
        rules,
        alone.rows if alone else (),
        tuple(sorted(newest.holds)) if newest and viewer.role == "operator" and mine is None else (),
    )


def freshness(viewer: Viewer) -> pl.DataFrame:
    """One row per shop: ``merchant_id, shop_id, platform_code, shop_name, received_at, observed_at,
    covered_until_at, newest_paid_date, newest_stock_date``.

    ``received_at`` and ``observed_at`` are the newest of its files and API pages, ``covered_until_at`` how
    far its slowest collection got (null: none), ``newest_paid_date`` and ``newest_stock_date`` the newest
    paid day, and the newest day stock was told of, in the release that is shown.
    Raises ``NotFoundError`` for the association.
    """

    def read(lake: Lake) -> pl.DataFrame:
        shops = _own(lake, SHOP, viewer, [*_SHOP, "shop_name"])
        files = (
            _counting(lake, viewer, [*_SHOP, "received_at", "observed_at"])
            .group_by(_SHOP)
            .agg(pl.max("received_at", "observed_at"))
        )
        cursors = (
            _own(lake, CURSOR, viewer, [*_SHOP, "covered_until_at"])
            .group_by(_SHOP)
            .agg(pl.min("covered_until_at"))
        )
        rows = (
            shops.join(files, on=_SHOP, how="left")
            .join(cursors, on=_SHOP, how="left")
            .join(_newest_days(viewer), on=_SHOP, how="left")
        )
        return rows.sort("merchant_id", "shop_id")

    return _read(viewer, "freshness", read)


def collections(viewer: Viewer, *, limit: int = 200) -> pl.DataFrame:
    """The newest attempts to collect from the platforms (columns of ``ops.collection``), newest first.

    Raises ``NotFoundError`` for the association.
    """
    newest_first = [True] + [False] * len(COLLECTION.key)
    rows = _read(
        viewer,
        "collections",
        lambda lake: _own(lake, COLLECTION, viewer).sort(
            "changed_at", *COLLECTION.key, descending=newest_first
        ),
    )
    return rows.head(limit)


def receipts(viewer: Viewer, *, source: str | None = None, limit: int = 200) -> pl.DataFrame:
    """What was received and what became of it, newest first: columns of ``ops.export`` and, once loaded,
    ``ops.load`` (else null).

    ``source`` file or api keeps one kind. Raises ``NotFoundError`` for the association.
    """
    shown = [
        name
        for name in EXPORT.columns
        if name not in ("landing_name", "layout_name", "first_date", "last_date")
    ]

    def read(lake: Lake) -> pl.DataFrame:
        files = _own(lake, EXPORT, viewer, shown, {"source_code": source} if source else {})
        files = files.sort("received_at", "export_name", descending=[True, False]).head(limit)
        loads = lake.read(LOAD, keys=files.select(_FILE))
        return files.join(loads, on=_FILE, how="left", validate="1:1", maintain_order="left")

    return _read(viewer, ("receipts", source, limit), read)


def given(viewer: Viewer) -> pl.DataFrame:
    """What came so far, one row per shop, kind and source: ``merchant_id, shop_id, platform_code, kind_code,
    source_code, received_at, last_date``.

    ``received_at`` is when the newest file or API page came (null: the API had nothing to tell),
    ``last_date`` the day up to which it is told: the newest day its rows are of, by API at least the day it
    was asked up to (null: not loaded yet, or rows without a day). Raises ``NotFoundError`` for the
    association.
    """
    by = [*_SHOP, "kind_code", "source_code"]

    def read(lake: Lake) -> pl.DataFrame:
        files = _counting(lake, viewer, [*_FILE, "source_code", "received_at"])
        loads = _own(lake, LOAD, viewer, [*_FILE, "last_date"])
        cursors = _own(lake, CURSOR, viewer, [*SHOP_OF_KIND, "covered_until_at"])
        asked = cursors.select(
            *SHOP_OF_KIND, source_code=pl.lit("api"), last_date=pl.col("covered_until_at").dt.date()
        )
        came = pl.concat([files.join(loads, on=_FILE, how="left", validate="1:1"), asked], how="diagonal")
        return came.group_by(by).agg(pl.max("received_at", "last_date")).sort(by)

    return _read(viewer, "given", read)


def quarantine(viewer: Viewer, *, limit: int = 500) -> pl.DataFrame:
    """Rows held back for breaking a rule, with the file's ``export_name`` and ``received_at`` (columns of
    ``ops.quarantine`` beside), newest file first.

    Raises ``NotFoundError`` for the association and for an operator who named no merchant: the rows hold
    figures.
    """

    def read(lake: Lake) -> pl.DataFrame:
        rows = _own(lake, QUARANTINE, viewer)
        files = lake.read(EXPORT, keys=rows.select(_FILE), columns=[*_FILE, "export_name", "received_at"])
        joined = rows.join(files, on=_FILE, how="left", validate="m:1")
        return joined.sort("received_at", "export_id", "row_number", descending=[True, False, False]).head(
            limit
        )

    if viewer.merchant_id is None:
        raise no_such_page()
    return _read(viewer, ("quarantine", limit), read)


def unjudged(viewer: Viewer) -> int:
    """How many files and API pages of the viewer no judged build holds yet: they wait for one, or are being
    built and checked right now.

    Raises ``NotFoundError`` for the association.
    """

    def read(lake: Lake) -> pl.DataFrame:
        newest = max((item.build for item in judged(viewer.place).releases), default=0)
        loads = _own(lake, LOAD, viewer, [*_FILE, "build_number"]).filter(pl.col("build_number") <= newest)
        return _counting(lake, viewer, _FILE).join(loads, on=_FILE, how="anti").select(files=pl.len())

    return int(_read(viewer, "unjudged", read).item())


def waiting(viewer: Viewer) -> pl.DataFrame:
    """Orders in other currencies that are in no figure yet, for want of the rate of the day they were created
    on.

    One row per shop, currency and day: ``merchant_id, shop_id, platform_code, currency_code, rate_date,
    orders_qty`` (date null: no row tells the day). Raises ``NotFoundError`` for the association.
    """

    def read(lake: Lake) -> pl.DataFrame:
        late = waiting_orders(lake, viewer.merchant_id)
        return late.group_by(*_SHOP, "currency_code", "rate_date").agg(orders_qty=pl.len()).sort(pl.all())

    return _read(viewer, "waiting", read)


def outliers(viewer: Viewer) -> pl.DataFrame:
    """Lines a hundred times their shop's largest other that nobody has confirmed (columns of
    ``mart_outlier_line``), largest first.

    Raises ``NotFoundError`` for the association.
    """
    return _read(
        viewer,
        "outliers",
        lambda lake: _own(lake, mart_outlier_line.TABLE, viewer).sort("marked_fen", descending=True),
    )


def held(viewer: Viewer) -> pl.DataFrame:
    """What the viewer's merchant gave and is in no figure yet, in words: ``zh, en``.

    None where nothing is held.

    Raises ``NotFoundError`` for the association and for an operator who named no merchant.
    """

    def read(lake: Lake) -> pl.DataFrame:
        notes = held_notes(lake, str(viewer.merchant_id), None, None)
        return pl.DataFrame(
            [(note.zh, note.en) for note in notes], schema={"zh": pl.String, "en": pl.String}, orient="row"
        )

    if viewer.merchant_id is None:
        raise no_such_page()
    return _read(viewer, "held", read)


def checks(viewer: Viewer) -> pl.DataFrame:
    """Outcomes of the newest judged build, failures first, with the ``release_number`` that published or held
    it.

    For an operator the columns of ``ops.check``, one row per table and rule; for a merchant those of
    ``metrics.reports.own_checks``, of its own shops only. Raises ``NotFoundError`` for the association.
    """

    def read(lake: Lake) -> pl.DataFrame:
        line = judged(viewer.place)
        newest = line.held or (line.published[-1] if line.published else None)
        rows = lake.read(CHECK, where={"build_number": newest.build if newest else -1}).drop(
            "snapshot_number"
        )
        if viewer.role != "operator":
            is_held = bool(newest and newest.status == HELD)
            rows = of_merchant(rows, viewer.merchant_id or "", is_held=is_held)
        numbered = rows.with_columns(release_number=pl.lit(newest.number if newest else None, pl.Int64))
        return numbered.sort(
            "is_passed",
            "severity_code",
            "rule_name",
            "shop_id" if "shop_id" in rows.columns else "table_name",
        )

    return _read(viewer, "checks", read)


def _read(viewer: Viewer, what: object, make: Callable[[Lake], pl.DataFrame]) -> pl.DataFrame:
    """What ``make`` reads from one snapshot of the warehouse as of now, for a viewer who may see operations
    at all; read once between two commits.
    """
    require(viewer)
    if viewer.role == "association":
        raise no_such_page()

    def read() -> pl.DataFrame:
        with Lake.open(viewer.place) as lake:
            return make(lake)

    return read_once(
        _FRAMES, viewer.place, (what, viewer.name, viewer.role, viewer.merchant_id), read
    ).clone()


def _own(
    lake: Lake,
    table: Table,
    viewer: Viewer,
    columns: list[str] | None = None,
    where: dict[str, object] | None = None,
) -> pl.DataFrame:
    """Rows of the viewer's merchant; of all of them for an operator who named none."""
    mine: dict[str, object] = {} if viewer.merchant_id is None else {"merchant_id": viewer.merchant_id}
    return lake.read(table, where=mine | (where or {}), columns=columns)


def _counting(lake: Lake, viewer: Viewer, columns: list[str]) -> pl.DataFrame:
    """What was received and has not been withdrawn."""
    return (
        _own(lake, EXPORT, viewer, [*columns, "withdrawn_at"])
        .filter(pl.col("withdrawn_at").is_null())
        .drop("withdrawn_at")
    )


def _newest_days(viewer: Viewer) -> pl.DataFrame:
    """Per shop of the shown release ``newest_paid_date`` and ``newest_stock_date``.

    Nothing for a viewer whose desk holds no marts, or before the first release.
    """
    dtypes = mart_shop_channel_daily.TABLE.dtypes
    days = dict.fromkeys(("newest_paid_date", "newest_stock_date"), pl.Date())
    empty = pl.DataFrame(schema={**{name: dtypes[name] for name in _SHOP}, **days})
    if viewer.merchant_id is None or judged(viewer.place).shown(viewer.merchant_id) is None:
        return empty
    return open_desk(viewer).sql(_NEWEST_DAYS).cast(empty.schema)
