"""The list to fill in: with the merchant's own SKUs, those that sell most first, where the list is about
goods; else with examples.
"""

from __future__ import annotations

from pipeline.entries.cells import Cell
from pipeline.entries.declaration import EntryList
from pipeline.entries.files import csv_template, xlsx_template
from transforms.gold.orders import fct_order_line
from warehouse.lake import Lake

#: SKUs of one template: more than anybody fills in by hand.
MOST_SKUS = 2_000


def template(
    item: EntryList, form: str = "csv", *, lake: Lake | None = None, merchant_id: str | None = None
) -> bytes:
    """The list to fill in as ``csv`` or ``xlsx``.

    With a ``lake`` and a merchant who sold anything, a list about goods has a row per SKU, which an import
    leaves out until it is filled in.
    """
    rows = _goods_rows(item, lake, merchant_id) if lake and merchant_id and item.goods is not None else []
    rows += _other_rows(item) if rows else list(item.examples)
    if form == "csv":
        return csv_template(item.labels, rows)
    choices = {place: cell.kind.words for place, cell in enumerate(item.columns) if cell.kind.words}
    return xlsx_template(item.zh, item.labels, rows, _notes(item), choices)


def _goods_rows(item: EntryList, lake: Lake, merchant_id: str | None) -> list[tuple[str, ...]]:
    """A row per SKU the merchant sold, by shop where each shop's is entered apart, largest paid value
    first.
    """
    is_by_shop = any(cell.kind.name == "shop" and cell.is_required for cell in item.columns)
    names = ["shop_id", "sku_code"] if is_by_shop else ["sku_code"]
    if not lake.may_hold_rows(fct_order_line.TABLE):
        return []
    columns = ", ".join(names)
    query = f"""
        SELECT {columns}, sum(paid_fen)::BIGINT AS paid FROM {fct_order_line.TABLE.full_name}
        WHERE merchant_id = ? AND sku_code IS NOT NULL AND NOT is_gift GROUP BY ALL
        HAVING paid > 0 ORDER BY paid DESC, {columns} LIMIT {MOST_SKUS}"""  # noqa: S608 - names are declared
    return [_row(item, sold) for sold in lake.sql(query, [merchant_id]).iter_rows(named=True)]


def _row(item: EntryList, sold: dict[str, object]) -> tuple[str, ...]:
    goods = item.goods or {}
    return tuple(goods.get(cell.label) or str(sold.get(cell.name) or "") for cell in item.columns)


def _other_rows(item: EntryList) -> list[tuple[str, ...]]:
    """The examples that are about no SKU or style, without what a person fills in: they show what else there
    is to enter.
    """
    is_goods = [cell.name in ("sku_code", "style_code") for cell in item.columns]
    others = (
        row
        for row in item.examples
        if not any(word and goods for word, goods in zip(row, is_goods, strict=True))
    )
    return [
        tuple("" if _is_left_open(cell) else word for word, cell in zip(row, item.columns, strict=True))
        for row in others
    ]


def _is_left_open(cell: Cell) -> bool:
    return cell.is_filled_in or cell.kind.name in ("id", "shop", "date")


def _notes(item: EntryList) -> list[tuple[str, ...]]:
    """The second sheet: what the list is for, then each column with what a wrong cell is told, Chinese and
    English.
    """
    head: list[tuple[str, ...]] = [("列 / column", "怎么填", "how"), (item.zh, item.about[0], item.about[1])]
    return head + [(f"{cell.label} / {cell.en}", _how_zh(cell), cell.rule.step_en) for cell in item.columns]


def _how_zh(cell: Cell) -> str:
    words = f"{'、'.join(cell.kind.words)}。" if cell.kind.words else ""
    return f"{'必填。' if cell.is_required else ''}{words}{cell.rule.step_zh}"
