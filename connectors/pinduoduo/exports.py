"""What a Pinduoduo file says outside its cells: the moment of export in its name, and totals, which are
checked against the rows and taken out.
"""

from __future__ import annotations

import datetime as dt
import re
from zoneinfo import ZoneInfo

import polars as pl

from connectors.files.cells import read_yuan
from connectors.reading import fold
from contracts.amounts import yuan
from contracts.fields import TIME_ZONE
from contracts.intake import refuse

_STAMP = re.compile(r"(?:orders_export|pdd-mall-bill-detail\([^)]*\)_)(\d{4}(?:-\d{2}){5})")
#: ``#支出合计：3485笔-59276.09元``; other ledgers write ``75171笔，共-540182.61元``.
_STATED = r"^#{}合计[：:]?\s*(?:[0-9,]+\s*笔)?[，,]?\s*共?\s*([+-]?[0-9,]*[0-9](?:\.[0-9]+)?)\s*元?"
#: ``-0.03 技术服务费``: an amount with the fee's name behind it.
_WORDS_BEHIND = r"^\s*([+-]?[0-9][0-9,]*(?:\.[0-9]+)?)\s+\p{Han}+\s*$"
_ORDER_IN_REMARK = r"订单(\d{6}-\d{15})"
_TOTALS = ["总计", "合计", "汇总"]
_EDGES = " \t\ufeff"
UNALLOCATED = "未分摊到商品"


def exported_at(name: str) -> dt.datetime | None:
    """The export moment in ``…orders_export2026-07-20-10-09-23.csv`` and
    ``pdd-mall-bill-detail(…)_2026-07-20-10-09-55_2175.csv``; None where there is none.
    """
    found = _STAMP.search(name)
    try:
        return (
            dt.datetime.strptime(found[1], "%Y-%m-%d-%H-%M-%S").replace(tzinfo=ZoneInfo(TIME_ZONE))
            if found
            else None
        )
    except ValueError:
        return None


def clean(kind: str, layout: str, table: pl.DataFrame) -> pl.DataFrame:
    """The raw table without totals.

    FileRefusedError where an account's own totals say that rows are missing, and for another bank's ledger.
    """
    names = {fold(name): name for name in table.columns if name != "_row_number"}
    if kind == "funds":
        return _funds(table, names)
    return _ads(table, names, by_product=layout == "product_daily") if kind == "ads" else table


def _funds(table: pl.DataFrame, names: dict[str, str]) -> pl.DataFrame:
    """Account rows with bare amounts, the order's number taken out of the remark where it stands only
    there.
    """
    if any("账户余额" in name for name in names):  # Alipay's ledger shares half its header with this one
        raise refuse("UNKNOWN_LAYOUT")
    order = names.get("商户订单号") or names["商品订单号"]
    is_footer = pl.col(order).str.strip_chars(_EDGES).str.starts_with("#").fill_null(False)
    amounts = {"收入": names["收入金额(+元)"], "支出": names["支出金额(-元)"]}
    rows = table.filter(~is_footer).with_columns(
        pl.col(name).str.replace(_WORDS_BEHIND, "$1") for name in amounts.values()
    )
    footers = table.filter(is_footer)[order].str.strip_chars(_EDGES)
    for word, name in amounts.items():
        _check_total(word, rows[name], footers)
    if remark := names.get("备注"):
        bare = pl.col(order).str.strip_chars(_EDGES)
        rows = rows.with_columns(
            pl.when(bare.is_in(["", "-"]) | bare.is_null())
            .then(pl.col(remark).str.extract(_ORDER_IN_REMARK))
            .otherwise(order)
            .alias(order)
        )
    return rows.with_columns(pl.col(order).fill_null(""))


def _check_total(word: str, cells: pl.Series, footers: pl.Series) -> None:
    """Refuse the file when its footer states another sum than its rows have.

    A row that is no amount is set aside later, so nothing is compared then.
    """
    stated, unread = read_yuan(footers.str.extract(_STATED.format(word)))
    amounts, bad = read_yuan(cells)
    if stated.drop_nulls().len() != 1 or unread.any() or bad.any():
        return
    told, found = abs(int(stated.drop_nulls()[0])), abs(int(amounts.sum()))
    if told != found:
        raise refuse("TRUNCATED", total=f"#{word}合计", stated_fen=told, found_fen=found)


def _ads(table: pl.DataFrame, names: dict[str, str], *, by_product: bool) -> pl.DataFrame:
    """Promotion rows.

    Spend the total knows and no product has (全店托管) becomes a row of its own where the file is of one day.

    Otherwise a total that does not agree stays in the table, and the reader takes it out and tells the
    difference: it is seen, never published.
    """
    day, spent = names["日期"], names["总花费(元)"]
    is_total = pl.col(day).str.strip_chars(_EDGES).is_in(_TOTALS).fill_null(False)
    rows, totals = table.filter(~is_total), table.filter(is_total)
    stated, found = read_yuan(totals[spent])[0], read_yuan(rows[spent])
    if stated.drop_nulls().is_empty():
        return rows
    if stated.len() > 1 or found[1].any():
        return table
    gap = int(stated[0]) - int(found[0].sum())
    if gap == 0:
        return rows
    days = rows[day].unique()
    if gap < 0 or days.len() != 1 or not by_product:
        return table
    told = {day: days[0], spent: yuan(gap)} | {
        names[key]: UNALLOCATED for key in ("推广名称",) if key in names
    }
    lone = totals.with_columns(pl.lit(told.get(name, "-")).alias(name) for name in names.values())
    return pl.concat([rows, lone.select(rows.columns)])
