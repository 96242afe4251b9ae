"""The list to fill in: with the merchant's own SKUs, those that sell most first, where the list is about
goods; else with examples.
"""

from __future__ import annotations

from pipeline.entries.cells import Cell, Language, Words, either_of, half
from pipeline.entries.declaration import EntryList
from pipeline.entries.files import csv_template, xlsx_template
from transforms.gold.orders import fct_order_line
from warehouse.lake import Lake

#: A row as ``EntryList.examples`` has it.
_Row = tuple[str | Words, ...]
#: SKUs of one template: more than anybody fills in by hand.
MOST_SKUS = 2_000


def template(
    item: EntryList,
    form: str = "csv",
    *,
    lake: Lake | None = None,
    merchant_id: str | None = None,
    language: Language = "zh",
) -> bytes:
    """The list to fill in as ``csv`` or ``xlsx``, with the headers and choices of ``language``.

    With a ``lake`` and a merchant who sold anything, a list about goods has a row per SKU, which an import
    leaves out until it is filled in.
    """
    goods = _goods_rows(item, lake, merchant_id) if lake and merchant_id and item.goods is not None else []
    every = [*goods, *_other_rows(item)] if goods else item.examples
    rows = [item.filled(row, language) for row in every]
    header = [half((cell.label, cell.en), language) for cell in item.columns]
    if form == "csv":
        return csv_template(header, rows)
    choices = {
        place: [half(words, language) for words in cell.kind.choices.values()]
        for place, cell in enumerate(item.columns)
        if cell.kind.choices
    }
    titles = half((item.zh, item.en), language), half(("说明", "how to fill in"), language)
    return xlsx_template(titles, header, rows, _notes(item, language), choices)


def _goods_rows(item: EntryList, lake: Lake, merchant_id: str | None) -> list[_Row]:
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


def _row(item: EntryList, sold: dict[str, object]) -> _Row:
    goods = item.goods or {}
    return tuple(goods.get(cell.name) or str(sold.get(cell.name) or "") for cell in item.columns)


def _other_rows(item: EntryList) -> list[_Row]:
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


def _notes(item: EntryList, language: Language) -> list[tuple[str, ...]]:
    """The second sheet: what the list is for, then each column with what a wrong cell is told; for who reads
    Chinese with English beside it.
    """
    how = [(f"{cell.label} / {cell.en}", *_how(cell)) for cell in item.columns]
    rows = [("列 / column", "怎么填", "how"), (f"{item.zh} / {item.en}", *item.about), *how]
    if language == "zh":
        return list(rows)
    return [(name.split(" / ")[1], en) for name, _, en in rows]


def _how(cell: Cell) -> Words:
    """How to fill a column in."""
    zh, en = either_of(cell.kind.choices) if cell.kind.choices else ("", "")
    return (
        f"{'必填。' if cell.is_required else ''}{f'{zh}。' if zh else ''}{cell.rule.step_zh}",
        f"{'Required: ' if cell.is_required else ''}{f'{en}; ' if en else ''}{cell.rule.step_en}",
    )
