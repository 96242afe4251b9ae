"""Rows of an export that are no data, and cells that tell a file went through the wrong hands.

Pure functions on tables of text.
"""

from __future__ import annotations

import re

import polars as pl

from connectors.base import Column, Layout
from connectors.files.cells import read_yuan
from connectors.files.spelling import trim
from contracts.intake import Notice, refuse

#: Platforms cut an export off at these numbers of rows and say nothing.
CAPS = (10_000, 20_000, 50_000)
#: Header cells (folded) under which a platform writes its own number of the shop; 0 is written where it tells
#: none.
SHOP_HEADERS = {"店铺id", "店铺编号", "店铺号"}

_EDGES = " \t\r\n\ufeff\u200b'\"`="
_TOTAL = (
    r"^(本页|全部|当前页)?(合\s*计|总\s*计|汇\s*总|小\s*计|总\s*合\s*计)(金额|行)?\s*[:：]?\s*[0-9,，"
    r".¥￥()（）元件单笔条行共\s]*$"
    r"|^(grand )?total\s*[:：]?$|^[∑Σ]$"
)
_FOOTER = r"^#|^第\s*[0-9]+\s*页|^共\s*[0-9]+\s*(页|条|行|单|笔)"
#: What no number has in it, and a note has.
_WORDS = r"[\p{Han}:：]"
_HAS_WORDS = re.compile(r"[\u4e00-\u9fff:：]")
#: Of a row with amounts a total, of words alone a footer.
_IS_COUNT = re.compile(r"^共\s*[0-9]+\s*[单笔行条件]$")
_IS_TOTAL, _IS_FOOTER = re.compile(_TOTAL, re.IGNORECASE), re.compile(_FOOTER)
#: A total or footer has one of these in it: looking for them is cheaper than for the whole of what they say.
_TELLING = ["计", "汇", "total", "#", "第", "共", "∑", "Σ"]
#: Columns of what was sold, where a sheet of groups says that a row is the sum of the rows above it.
_GOODS = ("sku_code", "product_name", "style_code")
#: So many rows at the beginning and the end of a table, where totals and footers stand.
_ENDS, _TAIL = 3, 12
#: A note under a table is no longer than this.
_NOTE_CHARS = 500
#: Three statistics, each rounded to the fen, may miss one another by this much.
_ROUNDED_FEN = 2


def is_total(word: str) -> bool:
    """Whether a cell says that its row sums others up."""
    return bool(_IS_TOTAL.search(word.strip(_EDGES)))


def _sums_up(words: list[str], goods: list[str]) -> bool:
    """Whether a row, by its filled cells and those of its goods, is the sum of others."""
    is_count = len(words) > 2 and bool(_IS_COUNT.search(words[0]))
    return is_count or any(_IS_TOTAL.search(word) for word in (*words[:1], *goods))


def _stripped(name: str) -> pl.Expr:
    return pl.col(name).fill_null("").str.strip_chars(_EDGES)


def without_repeated_headers(table: pl.DataFrame, header: list[str]) -> tuple[pl.DataFrame, list[Notice]]:
    """``table`` (columns by their places beside ``_row_number``) without rows that say the header again."""
    told = {
        str(index): cell.strip(_EDGES)
        for index, cell in enumerate(header)
        if cell.strip(_EDGES) and str(index) in table.columns
    }
    few = list(told)[:1]
    suspects = (
        table.filter(pl.any_horizontal(pl.col(name).str.contains(told[name], literal=True) for name in few))
        if few
        else table.clear()
    )
    if suspects.is_empty():
        return table, []
    said = pl.sum_horizontal((_stripped(name) == cell).cast(pl.Int32) for name, cell in told.items())
    again = suspects.filter(said >= 0.8 * len(told))["_row_number"]
    if again.is_empty():
        return table, []
    return table.filter(~pl.col("_row_number").is_in(again.implode())), [
        Notice("REPEATED_HEADER", again.len())
    ]


def without_bare_notes(table: pl.DataFrame) -> pl.DataFrame:
    """Leave out rows of a table nobody knows yet (``Sheet.read``) that hold words only, in two cells at most:
    notes under it.
    """
    names = [name for name in table.columns if not name.startswith("_")]
    filled = pl.sum_horizontal((_stripped(name) != "").cast(pl.Int32) for name in names)
    has_number = pl.any_horizontal(_stripped(name).str.contains(r"^[-¥￥]?[0-9]") for name in names)
    return table.filter((filled > 2) | has_number) if len(names) > 3 else table


def without_totals(
    table: pl.DataFrame, known: list[tuple[Column, str]]
) -> tuple[pl.DataFrame, pl.DataFrame, list[Notice]]:
    """``table`` without summary rows and footers, the summary rows themselves, and what to say.

    ``known`` are the layout's columns and their headers.
    """
    names = [name for name in table.columns if not name.startswith("_")]
    goods = [header for column, header in known if column.name in _GOODS]
    naming = dict.fromkeys(
        [*names[:1], *(header for column, header in known if column.cell == "id" and column.filled), *goods]
    )
    telling = pl.any_horizontal(
        pl.col(name).str.contains_any(_TELLING, ascii_case_insensitive=True) for name in naming
    )
    places = table.select(telling.fill_null(False)).to_series().arg_true()
    if places.len():
        marked = pl.any_horizontal(_stripped(name).str.contains(f"(?i){_TOTAL}|{_FOOTER}") for name in naming)
        places = places.filter(table[places].select(marked).to_series())
    rows = range(table.height)
    ends = table[sorted({*rows[:_ENDS], *rows[-_TAIL:], *places})]
    # a handful of rows: Python's patterns are made once, Polars' for every file
    said = [
        [word for cell in row if cell and (word := cell.strip(_EDGES))]
        for row in ends.select(names).iter_rows()
    ]
    of_goods = (
        [[cell.strip(_EDGES) for cell in row if cell] for row in ends.select(goods).iter_rows()]
        if goods
        else [[] for _ in said]
    )
    is_total = [_sums_up(words, names) for words, names in zip(said, of_goods, strict=True)]
    is_footer = [len(words) in (1, 2) and bool(_IS_FOOTER.search(words[0])) for words in said]
    notes, sums = _notes(table, known, ends)
    totals = pl.concat([ends.filter(is_total), sums, _nameless_total(table, known, ends)]).unique(
        "_row_number", maintain_order=True
    )
    footers = pl.concat([ends["_row_number"].filter(pl.Series(is_footer, dtype=pl.Boolean)), notes]).unique()
    footers = footers.filter(~footers.is_in(totals["_row_number"].implode()))
    gone = pl.concat([totals["_row_number"], footers])
    notices = [
        Notice(rule, count)
        for rule, count in (("SUMMARY_ROW", totals.height), ("FOOTER", footers.len()))
        if count
    ]
    return (
        (table.filter(~pl.col("_row_number").is_in(gone.implode())) if gone.len() else table),
        totals,
        notices,
    )


def _notes(
    table: pl.DataFrame, known: list[tuple[Column, str]], ends: pl.DataFrame
) -> tuple[pl.Series, pl.DataFrame]:
    """Rows among ``ends`` with words where all others have numbers, and without a moment: numbers of notes,
    and rows with amounts, which sum others up.

    Words in the key, or anywhere in a row that has neither key nor amount.
    """
    key = next((header for column, header in known if column.filled and column.cell == "id"), "")
    moments = [header for column, header in known if column.cell.startswith(("time", "date", "epoch"))]
    amounts = [header for column, header in known if column.cell in ("yuan", "fen", "li", "int")]
    none = ends["_row_number"].clear(), ends.clear()
    if not key or not moments:
        return none
    names = [name for name in ends.columns if not name.startswith("_")]
    has_moment = pl.any_horizontal(_stripped(name).str.contains(r"^[0-9]") for name in moments)
    has_amount = pl.any_horizontal(
        pl.lit(False), *(_stripped(name).str.contains(r"^[-¥￥]?[0-9]") for name in amounts)
    )
    # one look at a row, not at each cell: Polars makes a pattern anew for every column
    has_words = pl.concat_str(names, separator=" ", ignore_nulls=True).str.contains(_WORDS)
    is_odd = pl.col(key).fill_null("").str.contains(_WORDS) | (
        (_stripped(key) == "") & has_words & ~has_amount
    )
    odd = ends.filter(is_odd & ~has_moment)
    others = (
        table.join(odd.select("_row_number"), on="_row_number", how="anti") if odd.height else table.clear()
    )
    if others.is_empty() or others.select(pl.col(key).str.contains(_WORDS).any()).item():
        return none
    return odd.filter(~has_amount)["_row_number"], odd.filter(has_amount)


def told_of(gone: pl.DataFrame, known: list[tuple[Column, str]]) -> tuple[pl.DataFrame, list[Notice]]:
    """Of rows a platform's ``clean`` left out: the summary rows among them, and what to say of all."""
    rest, totals, notices = without_totals(gone, known)
    return totals, [*notices, Notice("DESCRIPTION_ROW", rest.height)] if rest.height else notices


def summed(notices: list[Notice]) -> list[Notice]:
    """Notices of one rule as one."""
    counts: dict[str, int] = {}
    for notice in notices:
        counts[notice.rule] = counts.get(notice.rule, 0) + notice.count
    return [Notice(rule, count) for rule, count in counts.items()]


def _nameless_total(table: pl.DataFrame, known: list[tuple[Column, str]], ends: pl.DataFrame) -> pl.DataFrame:
    """A first or last row without any key whose amounts are the sums of all others: a summary row that does
    not say so.
    """
    keys = [header for column, header in known if column.filled]
    money = [(column, header) for column, header in known if column.cell == "yuan" and not column.personal]
    nameless = (
        [not any(cell and cell.strip(_EDGES) for cell in row) for row in ends.select(keys).iter_rows()]
        if keys
        else []
    )
    if sum(nameless) != 1 or table.height < 3 or not money:
        return ends.clear()
    suspects = ends.filter(nameless)
    rest = table.join(suspects.select("_row_number"), on="_row_number", how="anti")
    told = [(read_yuan(suspects[header])[0][0], read_yuan(rest[header])[0].sum()) for _, header in money]
    stated = [(one, total) for one, total in told if one is not None]
    return (
        suspects
        if stated and all(one == total for one, total in stated) and any(one for one, _ in stated)
        else ends.clear()
    )


def misfit_notices(misfits: pl.DataFrame) -> tuple[pl.DataFrame, list[Notice]]:
    """Rows with another number of cells than the header, without those that are footers or totals written
    short.
    """
    if misfits.is_empty():
        return misfits, []
    text = misfits["text"].str.strip_chars(_EDGES + ",;")
    first = text.str.extract(r"^([^,;\t]*)").str.strip_chars(_EDGES)
    is_total = first.str.contains(f"(?i){_TOTAL}")
    is_note = text.str.contains(r"^[^0-9,;\t][^,;\t]*\p{Han}[^,;\t]*(?:[,;\t]+[^,;\t]*\p{Han}[^,;\t]*)?$") & (
        text.str.len_chars() <= _NOTE_CHARS
    )
    # more of them than stand above and below a table are no notes: it is another table, or none
    is_footer = ~is_total & (first.str.contains(_FOOTER) | (is_note & (is_note.sum() <= _ENDS + _TAIL)))
    counted = (("SUMMARY_ROW", int(is_total.sum())), ("FOOTER", int(is_footer.sum())))
    return misfits.filter(~(is_total | is_footer)), [Notice(rule, count) for rule, count in counted if count]


def disagreements(totals: pl.DataFrame, typed: pl.DataFrame, known: list[tuple[Column, str]]) -> list[Notice]:
    """The control: a stated total that is not the sum of the column's rows, nor of its orders where each has
    one amount on all of its rows.
    """
    keys = [
        header
        for column, header in known
        if column.filled and column.cell == "id" and header in totals.columns
    ]
    is_of_one = [
        any(word and not is_total(word) and not _HAS_WORDS.search(word) for word in row)
        for row in totals.select(keys).iter_rows()
    ]
    if totals.height != 1 or any(is_of_one):
        return []  # subtotals: which rows each is over is nowhere said
    odd = []
    for column, header in known:
        if column.cell != "yuan" or column.name not in typed.columns:
            continue
        stated, amounts = read_yuan(totals[header])[0][0], [typed[column.name].sum()]
        if "order_id" in typed.columns:
            amounts.append(typed.unique(["order_id", column.name])[column.name].sum())
        if stated is not None and stated not in amounts:
            odd.append(header.strip())
    return [Notice("SUMMARY_DISAGREES", len(odd), "、".join(odd))] if odd else []


def capped(rows: int) -> list[Notice]:
    """A file of exactly as many rows as platforms export at most."""
    return [Notice("EXPORT_CAPPED", rows)] if rows in CAPS else []


def doubtful(rows: pl.DataFrame, layout: Layout) -> list[Notice]:
    """Typed rows that are good one by one and yet call for a look: orders of 0.01 yuan, and net sales that
    are not what the same row says they are of.
    """
    money = next(
        (column.name for column in layout.columns if column.cell in ("yuan", "fen") and column.filled), ""
    )
    tiny = int((rows[money] == 1).sum()) if money and layout.kind.endswith("orders") else 0
    net = pl.col("reported_gmv_fen") - pl.col("reported_hour_refund_fen") - pl.col("reported_net_fen")
    told = {"reported_gmv_fen", "reported_hour_refund_fen", "reported_net_fen"} <= set(rows.columns)
    odd = rows.select((net.abs() > _ROUNDED_FEN).sum()).item() if told else 0
    return [
        Notice(rule, count) for rule, count in (("TINY_ORDERS", tiny), ("NET_DISAGREES", int(odd))) if count
    ]


def identical(table: pl.DataFrame, known: list[tuple[Column, str]]) -> list[Notice]:
    """Rows of a table of order lines without numbers of their own that repeat an earlier row in every cell:
    each counts as a line.
    """
    headers = {column.name: header for column, header in known}
    if "order_id" not in headers or "order_line_id" in headers:
        return []
    order, cells = headers["order_id"], [name for name in table.columns if name != "_row_number"]
    again = (
        table.filter(_stripped(order) != "").sort("_row_number").filter(~pl.struct(cells).is_first_distinct())
    )
    return (
        [Notice("IDENTICAL_ROWS", again.height, f"{order.strip()} {again[order][0].strip(_EDGES)}")]
        if again.height
        else []
    )


def check_dates(bad: pl.Series, good: pl.Series, header: str) -> None:
    """Refuse a column of dates whose order of day and month nobody can know, or of a spreadsheet's serial
    numbers, where half of it or more is so.

    ``bad`` are the cells that could not be read, ``good`` the column's values.
    """
    enough = max(1, (bad.len() + good.len() - good.null_count() + 1) // 2)
    if bad.len() < enough:
        return
    failed = trim(bad)
    for rule, pattern in (
        ("AMBIGUOUS_DATES", r"^[0-9]{1,2}[/.-][0-9]{1,2}[/.-](?:[0-9]{4}|[0-9]{2})\b"),
        ("SERIAL_DATES", r"^[34][0-9]{4}(\.[0-9]+)?$"),
    ):
        if int(failed.str.contains(pattern).sum()) >= enough:
            raise refuse(rule, column=header.strip(), example=failed.filter(failed.str.contains(pattern))[0])


def key_problems(value: pl.Series, header: str) -> list[tuple[pl.Series, str]]:
    """Rows whose key is masked or broken. Raises FileRefusedError when most keys of a column are masked."""
    masked = value.str.contains("*", literal=True).fill_null(False)
    if masked.any() and 2 * int(masked.sum()) >= value.len() - value.null_count():
        raise refuse("MASKED_KEY", column=header.strip())
    broken = value.str.contains("\ufffd", literal=True).fill_null(False) & ~masked
    return [
        (mask, rule) for mask, rule in ((masked, "MASKED_KEY"), (broken, "BROKEN_CHARACTER")) if mask.any()
    ]


def count_broken(typed: pl.DataFrame, names: list[str]) -> int:
    """Cells of columns ``names`` that hold U+FFFD, the mark of a character lost in a wrong decoding."""
    return (
        int(typed.select(pl.sum_horizontal(pl.col(names).str.contains("\ufffd", literal=True).sum())).item())
        if names
        else 0
    )


def is_mojibake(words: list[str], known: frozenset[str]) -> bool:
    """Whether a header nobody knows becomes a known one when its wrong decoding is undone (GBK read as Latin,
    UTF-8 read as GBK).
    """
    return any(
        len({_undone(word, wrong, right) for word in words} & known) >= 3
        for wrong, right in (("latin-1", "gb18030"), ("gb18030", "utf-8"))
    )


def _undone(word: str, wrong: str, right: str) -> str:
    try:
        return word.encode(wrong).decode(right).strip()
    except UnicodeError:
        return ""
