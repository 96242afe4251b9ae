"""How the data are doing: last word from each shop, collections, receipts, quarantine, checks and the release in force. The viewer's own rows only."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import polars as pl

from contracts.errors import NotFoundError
from contracts.tables import Table
from metrics.access import Viewer, open_desk, require
from metrics.released import judged
from transforms.gold import mart_shop_channel_daily
from warehouse.lake import Lake
from warehouse.ops import CHECK, COLLECTION, CURSOR, EXPORT, LOAD, QUARANTINE, SHOP, SHOP_OF_KIND

_SHOP = ["merchant_id", "shop_id", "platform_code"]
_FILE = ["export_id", *SHOP_OF_KIND]
#: What an outcome says about everybody's rows together; a merchant sees the verdict, not these.
_WHOLE_HOUSE = ("failed_qty", "checked_qty", "message_name", "details_json")


@dataclass(frozen=True)
class ReleaseLine:
    """Which release is shown and what waits behind it. ``current`` is None before the first; ``newest`` differs from it while one is pinned.

    ``held`` is the newest attempt when it was held back, with the names of the rules that failed (none told to the association).
    """

    current: int | None
    as_of: dt.datetime | None
    is_pinned: bool
    newest: int | None
    held: int | None
    held_at: dt.datetime | None
    failed_rules: tuple[str, ...]


def release_line(viewer: Viewer) -> ReleaseLine:
    """The line under every page: release, since when, pinned or not, and the banner's facts when a newer build was held back."""
    require(viewer)
    line = judged(viewer.place)
    now, held = line.current, line.held
    rules = held.failed_rules if held and viewer.role != "association" else ()
    return ReleaseLine(
        now.number if now else None,
        now.changed_at if now else None,
        bool(now and now.is_pinned),
        line.published[-1].number if line.published else None,
        held.number if held else None,
        held.changed_at if held else None,
        rules,
    )


def freshness(viewer: Viewer) -> pl.DataFrame:
    """One row per shop: ``merchant_id, shop_id, platform_code, shop_name, received_at, observed_at, covered_until_at, newest_paid_date``.

    ``received_at`` and ``observed_at`` are the newest of its files and API pages, ``covered_until_at`` how far its slowest collection got (null: none),
    ``newest_paid_date`` the newest paid day in the release that is shown. Raises ``NotFoundError`` for the association.
    """
    with _reader(viewer) as lake, lake.transaction():
        shops = _own(lake, SHOP, viewer, [*_SHOP, "shop_name"])
        files = _own(lake, EXPORT, viewer, [*_SHOP, "received_at", "observed_at"]).group_by(_SHOP).agg(pl.max("received_at", "observed_at"))
        cursors = _own(lake, CURSOR, viewer, [*_SHOP, "covered_until_at"]).group_by(_SHOP).agg(pl.min("covered_until_at"))
    rows = shops.join(files, on=_SHOP, how="left").join(cursors, on=_SHOP, how="left").join(_newest_paid(viewer), on=_SHOP, how="left")
    return rows.sort("merchant_id", "shop_id")


def collections(viewer: Viewer, *, limit: int = 200) -> pl.DataFrame:
    """The newest attempts to collect from the platforms (columns of ``ops.collection``), newest first. Raises ``NotFoundError`` for the association."""
    with _reader(viewer) as lake:
        return _own(lake, COLLECTION, viewer).sort("changed_at", *COLLECTION.key, descending=[True] + [False] * len(COLLECTION.key)).head(limit)


def receipts(viewer: Viewer, *, source: str | None = None, limit: int = 200) -> pl.DataFrame:
    """What was received and what became of it, newest first: columns of ``ops.export`` and, once loaded, ``ops.load`` (else null).

    ``source`` file or api keeps one kind. Raises ``NotFoundError`` for the association.
    """
    shown = [name for name in EXPORT.columns if name not in ("landing_name", "layout_name", "first_date", "last_date")]
    with _reader(viewer) as lake, lake.transaction():
        files = _own(lake, EXPORT, viewer, shown, {"source_code": source} if source else {})
        files = files.sort("received_at", "export_name", descending=[True, False]).head(limit)
        loads = lake.read(LOAD, keys=files.select(_FILE))
    return files.join(loads, on=_FILE, how="left", validate="1:1", maintain_order="left")


def quarantine(viewer: Viewer, *, limit: int = 500) -> pl.DataFrame:
    """Rows held back for breaking a rule, with the file's ``export_name`` and ``received_at`` (columns of ``ops.quarantine`` beside), newest file first.

    Raises ``NotFoundError`` for the association and for an operator who named no merchant: the rows hold figures.
    """
    if viewer.merchant_id is None:
        raise _not_yours()
    with _reader(viewer) as lake, lake.transaction():
        rows = _own(lake, QUARANTINE, viewer)
        files = lake.read(EXPORT, keys=rows.select(_FILE), columns=[*_FILE, "export_name", "received_at"])
    joined = rows.join(files, on=_FILE, how="left", validate="m:1")
    return joined.sort("received_at", "export_id", "row_number", descending=[True, False, False]).head(limit)


def checks(viewer: Viewer) -> pl.DataFrame:
    """Outcomes of the newest judged build, failures first: ``table_name, rule_name, severity_code, is_passed, changed_at, release_number, build_number``.

    Rules judge everybody's rows together: only an operator also sees how many rows failed and the message. Raises ``NotFoundError`` for the association.
    """
    line = judged(viewer.place)
    newest = line.held or (line.published[-1] if line.published else None)
    with _reader(viewer) as lake:
        rows = lake.read(CHECK, where={"build_number": newest.build if newest else -1})
    shown = [name for name in CHECK.columns if name != "snapshot_number" and (viewer.role == "operator" or name not in _WHOLE_HOUSE)]
    numbered = rows.select(shown).with_columns(release_number=pl.lit(newest.number if newest else None, pl.Int64))
    return numbered.sort("is_passed", "severity_code", "table_name", "rule_name")


def _reader(viewer: Viewer) -> Lake:
    """The warehouse as of now, for a viewer who may see operations at all."""
    require(viewer)
    if viewer.role == "association":
        raise _not_yours()
    return Lake.open(viewer.place)


def _own(lake: Lake, table: Table, viewer: Viewer, columns: list[str] | None = None, where: dict[str, object] | None = None) -> pl.DataFrame:
    """Rows of the viewer's merchant; of all of them for an operator who named none."""
    mine: dict[str, object] = {} if viewer.merchant_id is None else {"merchant_id": viewer.merchant_id}
    return lake.read(table, where=mine | (where or {}), columns=columns)


def _newest_paid(viewer: Viewer) -> pl.DataFrame:
    """Newest paid day per shop in the shown release; nothing for a viewer whose desk holds no marts, or before the first release."""
    dtypes = mart_shop_channel_daily.TABLE.dtypes
    empty = pl.DataFrame(schema={**{name: dtypes[name] for name in _SHOP}, "newest_paid_date": pl.Date()})
    if viewer.merchant_id is None or judged(viewer.place).current is None:
        return empty
    query = f"SELECT {', '.join(_SHOP)}, max(business_date) AS newest_paid_date FROM gold.mart_shop_channel_daily WHERE paid_orders_qty > 0 GROUP BY ALL"  # noqa: S608
    return open_desk(viewer).sql(query).cast(empty.schema)


def _not_yours() -> NotFoundError:
    return NotFoundError("NO_SUCH_PAGE", "没有这个页面", "no such page", step_zh="返回首页", step_en="go back to the overview")
