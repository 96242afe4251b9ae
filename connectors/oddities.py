"""Rows of an export that are no data, and cells that tell a file went through the wrong hands. Pure functions on tables of text."""

from __future__ import annotations

import polars as pl

from connectors import cells
from connectors.base import Column
from contracts.intake import Notice, refuse

#: Platforms cut an export off at these numbers of rows and say nothing.
CAPS = (10_000, 20_000, 50_000)
#: Header cells (folded) under which a platform writes its own number of the shop; 0 is written where it tells none.
SHOP_HEADERS = {"店铺id", "店铺编号", "店铺号"}

_EDGES = " \t\r\n\ufeff\u200b'\"`="
_TOTAL = r"(?i)^(本页|全部)?(合计|总计|汇总|小计|总合计)(金额|行)?\s*[::]?\s*(\(元\)|（元）)?$|^(grand )?total\s*[::]?$"
_FOOTER = r"^#|^第\s*[0-9]+\s*页|^共\s*[0-9]+\s*(页|条|行)"
#: A total or footer has one of these in it: looking for them is cheaper than for the whole of what they say.
_TELLING = ["合计", "总计", "汇总", "小计", "total", "#", "第", "共"]
#: Both ends of a table, where totals and footers stand.
_ENDS = 3


def _stripped(name: str) -> pl.Expr:
    return pl.col(name).fill_null("").str.strip_chars(_EDGES)


def without_repeated_headers(table: pl.DataFrame, header: list[str]) -> tuple[pl.DataFrame, list[Notice]]:
    """``table`` (columns ``0, 1, …`` beside ``_row_number``) without rows that say the header again."""
    told = {str(index): cell.strip(_EDGES) for index, cell in enumerate(header) if cell.strip(_EDGES)}
    few = list(told)[:1]
    suspects = table.filter(pl.any_horizontal(pl.col(name).str.contains(told[name], literal=True) for name in few)) if few else table.clear()
    if suspects.is_empty():
        return table, []
    said = pl.sum_horizontal((_stripped(name) == cell).cast(pl.Int32) for name, cell in told.items())
    again = suspects.filter(said >= 0.8 * len(told))["_row_number"]
    if again.is_empty():
        return table, []
    return table.filter(~pl.col("_row_number").is_in(again.implode())), [Notice("REPEATED_HEADER", again.len())]


def without_totals(table: pl.DataFrame, known: list[tuple[Column, str]]) -> tuple[pl.DataFrame, pl.DataFrame, list[Notice]]:
    """``table`` without summary rows and footers, the summary rows themselves, and what to say. ``known`` are the layout's columns and their headers."""
    names = [name for name in table.columns if not name.startswith("_")]
    naming = dict.fromkeys([*names[:1], *(header for column, header in known if column.cell == "id" and column.filled)])
    suspects = table.filter(pl.any_horizontal(pl.col(name).str.contains_any(_TELLING, ascii_case_insensitive=True) for name in naming))
    marked = pl.any_horizontal(_stripped(name).str.contains(f"{_TOTAL}|{_FOOTER}") for name in naming)
    ends = pl.concat([table.head(_ENDS), table.tail(_ENDS), suspects.filter(marked)]).unique("_row_number").sort("_row_number")
    if ends.is_empty():
        return table, table.clear(), []
    texts = [_stripped(name) for name in names]
    first = pl.coalesce(text.replace("", None) for text in texts).fill_null("")
    filled = pl.sum_horizontal((text != "").cast(pl.Int32) for text in texts)
    judged = ends.select("_row_number", is_total=first.str.contains(_TOTAL), is_footer=first.str.contains(_FOOTER) & (filled <= 2))
    totals = ends.filter(judged["is_total"])
    nameless = _nameless_total(table, known, ends)
    totals = pl.concat([totals, nameless]).unique("_row_number", maintain_order=True)
    footers = judged.filter("is_footer")["_row_number"]
    gone = pl.concat([totals["_row_number"], footers])
    notices = [Notice(rule, count) for rule, count in (("SUMMARY_ROW", totals.height), ("FOOTER", footers.len())) if count]
    return (table.filter(~pl.col("_row_number").is_in(gone.implode())) if gone.len() else table), totals, notices


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


def ruined_rows(ids: pl.DataFrame) -> pl.Series:
    """Rows whose every long id ends in zeros from its sixteenth digit on, as a spreadsheet leaves it: several ids, or one of nineteen digits and more."""
    suspects = pl.any_horizontal(pl.col(name).str.ends_with("000") for name in ids.columns).fill_null(False)
    few = ids.with_row_index("_at").filter(suspects)
    long = few.unpivot(index="_at").filter(pl.col("value").str.contains(r"^[0-9]{18,38}$").fill_null(False)).unique(["_at", "value"])
    told = long.group_by("_at").agg(
        whole=pl.col("value").str.contains(r"^[0-9]{15}0{3,}$").all(), several=pl.len() > 1, longest=pl.col("value").str.contains(r"^[0-9]{15}0{4,}$").any()
    )
    bad = told.filter(pl.col("whole") & (pl.col("several") | pl.col("longest")))["_at"]
    return pl.Series(range(ids.height), dtype=pl.UInt32).is_in(bad.implode()) if bad.len() else pl.repeat(False, ids.height, eager=True)


def _nameless_total(table: pl.DataFrame, known: list[tuple[Column, str]], ends: pl.DataFrame) -> pl.DataFrame:
    """A first or last row without any key whose amounts are the sums of all others: a summary row that does not say so."""
    keys = [header for column, header in known if column.filled]
    money = [(column, header) for column, header in known if column.cell == "yuan" and not column.personal]
    suspects = ends.filter(pl.all_horizontal(_stripped(name) == "" for name in keys)) if keys else ends.clear()
    if suspects.height != 1 or table.height < 3 or not money:
        return ends.clear()
    rest = table.join(suspects.select("_row_number"), on="_row_number", how="anti")
    told = [(cells.read_yuan(suspects[header])[0][0], cells.read_yuan(rest[header])[0].sum()) for _, header in money]
    stated = [(one, total) for one, total in told if one is not None]
    return suspects if stated and all(one == total for one, total in stated) and any(one for one, _ in stated) else ends.clear()


def misfit_notices(misfits: pl.DataFrame) -> tuple[pl.DataFrame, list[Notice]]:
    """Rows with another number of cells than the header, without those that are footers or totals written short."""
    first = misfits["text"].str.strip_chars(_EDGES + ",;").str.extract(r"^([^,;\t]*)").str.strip_chars(_EDGES)
    is_total, is_footer = first.str.contains(_TOTAL), first.str.contains(_FOOTER)
    counted = (("SUMMARY_ROW", int(is_total.sum())), ("FOOTER", int(is_footer.sum())))
    return misfits.filter(~(is_total | is_footer)), [Notice(rule, count) for rule, count in counted if count]


def disagreements(totals: pl.DataFrame, typed: pl.DataFrame, known: list[tuple[Column, str]]) -> list[Notice]:
    """The control: a stated total that is not the sum of the column's rows."""
    if totals.height != 1:
        return []  # subtotals: which rows each is over is nowhere said
    odd = []
    for column, header in known:
        if column.cell != "yuan" or column.name not in typed.columns:
            continue
        stated = cells.read_yuan(totals[header])[0][0]
        if stated is not None and stated != typed[column.name].sum():
            odd.append(header.strip())
    return [Notice("SUMMARY_DISAGREES", len(odd), "、".join(odd))] if odd else []


def capped(rows: int) -> list[Notice]:
    """A file of exactly as many rows as platforms export at most."""
    return [Notice("EXPORT_CAPPED", rows)] if rows in CAPS else []


def check_dates(raw: pl.Series, bad: pl.Series, header: str) -> None:
    """Refuse a column of dates whose order of day and month nobody can know, or of a spreadsheet's serial numbers."""
    text = cells.trim(raw)
    enough = max(1, (text.len() - text.null_count() + 1) // 2)
    failed = text.filter(bad)
    for rule, pattern in (("AMBIGUOUS_DATES", r"^[0-9]{1,2}[/.-][0-9]{1,2}[/.-][0-9]{4}\b"), ("SERIAL_DATES", r"^[34][0-9]{4}(\.[0-9]+)?$")):
        if int(failed.str.contains(pattern).sum()) >= enough:
            raise refuse(rule, column=header.strip(), example=failed.filter(failed.str.contains(pattern))[0])


def key_problems(value: pl.Series, header: str) -> list[tuple[pl.Series, str]]:
    """Rows whose key is masked or broken. Raises FileRefusedError when most keys of a column are masked."""
    masked = value.str.contains("*", literal=True).fill_null(False)
    if masked.any() and 2 * int(masked.sum()) >= value.len() - value.null_count():
        raise refuse("MASKED_KEY", column=header.strip())
    broken = value.str.contains("\ufffd", literal=True).fill_null(False) & ~masked
    return [(mask, rule) for mask, rule in ((masked, "MASKED_KEY"), (broken, "BROKEN_CHARACTER")) if mask.any()]


_NUMBER = r"(^|[^0-9])(1[3-9][0-9]{9}|[1-9][0-9]{5}(19|20)[0-9]{9}[0-9Xx])([^0-9Xx]|$)"


def mask_numbers(text: pl.Series) -> tuple[pl.Series, int]:
    """Free text with mobile and identity numbers as stars, and in how many cells there were any."""
    if not text.unique().str.contains(_NUMBER).any():
        return text, 0
    found = text.str.contains(_NUMBER).fill_null(False)
    return text.str.replace_all(_NUMBER, "${1}***********${4}"), int(found.sum())


def is_mojibake(words: list[str], known: frozenset[str]) -> bool:
    """Whether a header nobody knows becomes a known one when its wrong decoding is undone (GBK read as Latin, UTF-8 read as GBK)."""
    return any(len({_undone(word, wrong, right) for word in words} & known) >= 3 for wrong, right in (("latin-1", "gb18030"), ("gb18030", "utf-8")))


def _undone(word: str, wrong: str, right: str) -> str:
    try:
        return word.encode(wrong).decode(right).strip()
    except UnicodeError:
        return ""
