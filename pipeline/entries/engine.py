"""What can be done with any hand-entered list: preview, import, take back, read what stands.

The declaration says everything that is its own.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl

from contracts.errors import NotFoundError, UsageError
from contracts.fields import TIME_ZONE
from pipeline.entries.declaration import EntryList, Given
from pipeline.entries.judging import Judged, RowProblem, bad_file, judge, sound
from pipeline.house import reading, writing
from transforms.gold.orders import fct_order_line
from warehouse import entries, registry
from warehouse.lake import Lake
from warehouse.settings import Settings

#: What a list would do to each entry, in the order in which it is told; the first three change something.
CHANGES = {
    "changed": ("更改", "changed"),
    "taken_back": ("撤销", "taken back"),
    "new": ("新增", "new"),
    "same": ("不变", "same"),
    "nothing": ("没有可撤", "not there"),
}


@dataclass(frozen=True)
class ListPreview:
    """A list nobody has entered yet.

    With ``problems`` it cannot be; else ``changes`` has a row for each of its rows: its cells by our names,
    ``verdict_code`` of ``CHANGES`` and what ``warehouse.entries.compare`` tells. ``never_sold``: rows whose
    SKU or style stands in no order. ``unfilled``: rows of a template nobody filled in. ``seen`` goes back
    with the confirmation, so that what was confirmed is what happens.
    """

    problems: tuple[RowProblem, ...]
    changes: pl.DataFrame
    seen: tuple[int, ...]
    rows_read: int
    unfilled: int = 0
    never_sold: int = 0

    def count(self, code: str) -> int:
        """How many rows are of this code of ``CHANGES``."""
        return self.changes.filter(pl.col("verdict_code") == code).height if self.changes.width else 0


def given_for(lake: Lake, merchant_id: str | None) -> Given:
    """What a merchant's list is judged against. A shop name that two of the merchant's shops bear is none."""
    rows = (
        registry.shops(lake, merchant_id).select("shop_id", "shop_name", "platform_code")
        if merchant_id
        else registry.shops(lake).head(0)
    )
    names = rows.filter(pl.col("shop_name").is_unique()).select("shop_name", "shop_id").rows()
    shops = {str(name): str(shop) for name, shop in [*names, *((shop, shop) for shop in rows["shop_id"])]}
    return Given(
        shops,
        dict(rows.select("shop_id", "platform_code").iter_rows()),
        lambda book: entries.in_force(lake, book, merchant_id),
    )


def preview(item: EntryList, lake: Lake, merchant_id: str | None, name: str, data: bytes) -> ListPreview:
    """A list as it would be taken over.

    Changes nothing. Raises ``FileRefusedError`` …_FILE for another kind of table.
    """
    judged = judge(item, name, data, given_for(lake, merchant_id))
    seen = entries.last_entry(lake, item.books, merchant_id)
    if judged.problems:
        return ListPreview(judged.problems, pl.DataFrame(), seen, judged.rows_read, judged.unfilled)
    changes = _with_cells(item, judged, entries.compare(lake, item.books, merchant_id, judged.parts))
    return ListPreview(
        (), changes, seen, judged.rows_read, judged.unfilled, never_sold(lake, merchant_id, judged.parts)
    )


def import_file(
    item: EntryList,
    settings: Settings,
    merchant_id: str | None,
    path: Path,
    *,
    by: str,
    at: dt.datetime | None = None,
) -> int:
    """Take over a filled-in list; returns how many entries say something new, 0 when it was imported before.

    The next build reckons with them.

    Raises ``FileRefusedError`` naming file, row, column and rule, ``NotFoundError`` for an unknown merchant;
    then nothing has changed.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise bad_file(item, path.name, detail=str(error)[:80]) from None
    with writing(settings) as lake:
        return enter(item, lake, merchant_id, path.name, data, by=by, at=at)


def enter(
    item: EntryList,
    lake: Lake,
    merchant_id: str | None,
    name: str,
    data: bytes,
    *,
    by: str,
    seen: Sequence[int] | None = None,
    at: dt.datetime | None = None,
) -> int:
    """Enter a list, which was seen compared with the entries up to ``seen`` when given.

    Returns how many say something new.

    Raises ``FileRefusedError`` for a wrong row, ``UsageError`` …S_MOVED when there are newer entries: what
    was confirmed is no longer what would change.
    """
    _require_owner(item, lake, merchant_id)
    _require_unmoved(item, lake, merchant_id, seen)
    parts = sound(item, name, data, given_for(lake, merchant_id))
    return entries.save(
        lake, item.books, merchant_id, parts, by=by, at=at or dt.datetime.now(ZoneInfo(TIME_ZONE))
    )


def take_back(
    item: EntryList,
    lake: Lake,
    merchant_id: str | None,
    ids: Sequence[str],
    *,
    by: str,
    seen: Sequence[int] | None = None,
    at: dt.datetime | None = None,
) -> int:
    """Take back entries by their ids (``entry_id`` of ``in_force``); returns how many.

    The next build makes anew what went by them.

    Raises ``NotFoundError`` when one of them does not stand, ``UsageError`` as ``enter``; then nothing has
    changed.
    """
    _require_owner(item, lake, merchant_id)
    _require_unmoved(item, lake, merchant_id, seen)
    found = []
    for book in item.books:
        rows = entries.in_force(lake, book, merchant_id)
        found.append(
            rows.filter(entries.entry_ids(rows, book).is_in(list(ids)))
            .select(book.says)
            .with_columns(is_back=pl.lit(value=True))
        )
    if sum(frame.height for frame in found) != len(set(ids)):
        step = {"step_zh": f"用 baiyun {item.code} list 查编号", "step_en": f"see `baiyun {item.code} list`"}
        raise NotFoundError(
            "NO_SUCH_ENTRY",
            "没有这一条，或已经撤销",
            "no such entry, or taken back already",
            **step,
            ids="、".join(ids),
        )
    return entries.save(
        lake, item.books, merchant_id, found, by=by, at=at or dt.datetime.now(ZoneInfo(TIME_ZONE))
    )


def take_back_now(
    item: EntryList, settings: Settings, merchant_id: str | None, ids: Sequence[str], *, by: str
) -> int:
    """``take_back`` in a writer of its own."""
    with writing(settings) as lake:
        return take_back(item, lake, merchant_id, ids, by=by)


def in_force(item: EntryList, lake: Lake, merchant_id: str | None) -> pl.DataFrame:
    """The entries that count, newest first: ``entry_id``, a column per cell (null where its book has none),
    who and when.
    """
    frames = []
    for part in item.parts:
        rows = entries.in_force(lake, part.book, merchant_id)
        frames.append(part.shown(rows.with_columns(entries.entry_ids(rows, part.book))))
    whole = pl.concat(frames, how="diagonal_relaxed")
    order = [name for name in ("changed_at", "event_number", *item.books[0].same) if name in whole.columns]
    cells = [
        pl.col(cell.name) if cell.name in whole.columns else pl.lit(None).alias(cell.name)
        for cell in item.columns
    ]
    return whole.sort(order, descending=True).select("entry_id", *cells, "received_by_name", "changed_at")


def in_force_now(item: EntryList, settings: Settings, merchant_id: str | None) -> pl.DataFrame:
    """``in_force`` of the warehouse as it is."""
    with reading(settings) as lake:
        return in_force(item, lake, merchant_id)


def never_sold(lake: Lake, merchant_id: str | None, parts: Sequence[pl.DataFrame]) -> int:
    """How many rows name a SKU or style that stands in none of the merchant's orders: not yet sold, or a slip
    of the pen.
    """
    count = 0
    for name in ("sku_code", "style_code"):
        named = [part.select(name) for part in parts if name in part.columns]
        codes = pl.concat(named).drop_nulls() if named else pl.DataFrame(schema={name: pl.String})
        where: dict[str, object] = {"merchant_id": merchant_id}
        known = (
            lake.read(fct_order_line.TABLE, keys=codes.unique(), where=where, columns=[name])
            if codes.height
            else codes
        )
        count += codes.join(known.unique(), on=name, how="anti").height
    return count


def _with_cells(item: EntryList, judged: Judged, changes: pl.DataFrame) -> pl.DataFrame:
    """Comparisons with the cells of their rows, also those the book names otherwise."""
    missing = [cell.name for cell in item.columns if cell.name not in changes.columns]
    known = [cell.name for cell in item.columns if cell.name in changes.columns and cell.name != item.unit]
    cells = judged.rows.select("row", *missing, *known)
    return changes.drop(known).join(cells, on="row", how="left", validate="1:1", maintain_order="left")


def _require_owner(item: EntryList, lake: Lake, merchant_id: str | None) -> None:
    if not item.is_house:
        registry.require_merchant(lake, merchant_id or "")


def _require_unmoved(
    item: EntryList, lake: Lake, merchant_id: str | None, seen: Sequence[int] | None
) -> None:
    if seen is not None and entries.last_entry(lake, item.books, merchant_id) != tuple(seen):
        zh, en = f"预览之后又有人录了{item.zh}", f"somebody entered {item.en} after this was previewed"
        raise UsageError(
            f"{item.prefix}S_MOVED", zh, en, step_zh="重新预览再确认", step_en="preview again, then confirm"
        )
