"""Which movements of the account carried a settlement entry's money: the same number, else the same line or
order and the same amount to the fen.
"""

from __future__ import annotations

import polars as pl

from contracts.canonical import SHOP
from transforms.gold.orders.grain import LINE, ORDER

#: The merchant's own money going elsewhere: it settles nothing and is owed by nobody.
OWN = ("withdrawal", "deposit", "transfer", "advertising")
#: Kinds that a settlement bill tells too, so that one without its entry is a question.
GOODS = ("sale", "refund", "fee", "commission", "subsidy")

PAIRS = {
    **dict.fromkeys(SHOP, pl.String),
    "settlement_entry_id": pl.String,
    "fund_entry_id": pl.String,
    "funding_code": pl.String,
}
_ENTRY, _FUND = [*SHOP, "settlement_entry_id"], [*SHOP, "fund_entry_id"]


def pair(entries: pl.DataFrame, funds: pl.DataFrame) -> pl.DataFrame:
    """Rows of ``PAIRS``: entry × movement.

    ``entries`` and ``funds`` are placed (see ``ledger_place``), all of each order's.

    By number first (ledgers that are bill and account at once), then by line and amount, then by order and
    amount, equals in the order of their moments; last an order whose remaining movements add up to its
    remaining entries (WeChat tells one entry an order). Amounts never pair what does not name one order.
    """
    ours = entries.filter(pl.col("settled_at").is_not_null() & (pl.col("settled_fen") != 0)).select(
        *_ENTRY, "order_id", "order_line_id", fen="settled_fen", at="settled_at"
    )
    theirs = funds.filter(pl.col("moved_fen") != 0).select(
        *_FUND, "order_id", "order_line_id", "fund_type_code", fen="moved_fen", at="moved_at"
    )
    same = ours.join(theirs.select(*SHOP, "fund_entry_id"), left_on=_ENTRY, right_on=_FUND, how="inner")
    found = [_as_pairs(same.with_columns(fund_entry_id="settlement_entry_id"), "entry")]
    for key in (LINE, ORDER):
        ours, theirs = _rest(ours, theirs, found[-1])
        found.append(_as_pairs(_one_by_one(ours, theirs, [*key, "fen"]), "entry"))
    ours, theirs = _rest(ours, theirs, found[-1])
    found.append(_as_pairs(_sums_agree(ours, theirs.filter(pl.col("fund_type_code").is_in(GOODS))), "order"))
    return pl.concat(found)


def days_of_singles(pairs: pl.DataFrame, entries: pl.DataFrame, funds: pl.DataFrame) -> pl.DataFrame:
    """Entry, movement, ``settled_date`` and ``funded_date`` of pairs of one entry and one movement of goods,
    equal to the fen.
    """
    goods = funds.filter(pl.col("fund_type_code").is_in(GOODS)).select(
        *_FUND, fen="moved_fen", funded_date=pl.col("moved_at").dt.date()
    )
    told = entries.select(*_ENTRY, fen="settled_fen", settled_date=pl.col("settled_at").dt.date())
    both = (
        pairs.filter(pl.col("funding_code") == "entry")
        .join(told, on=_ENTRY, how="inner")
        .join(goods, on=[*_FUND, "fen"], how="inner")
    )
    return both.select(*_ENTRY, "fund_entry_id", "settled_date", "funded_date")


def _as_pairs(rows: pl.DataFrame, how: str) -> pl.DataFrame:
    return rows.with_columns(funding_code=pl.lit(how)).select(list(PAIRS))


def _rest(ours: pl.DataFrame, theirs: pl.DataFrame, found: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    return ours.join(found, on=_ENTRY, how="anti"), theirs.join(found, on=_FUND, how="anti")


def _one_by_one(ours: pl.DataFrame, theirs: pl.DataFrame, key: list[str]) -> pl.DataFrame:
    """The first of each kind with the first, the second with the second, by moment, then number."""

    def numbered(rows: pl.DataFrame, name: str) -> pl.DataFrame:
        known = rows.filter(pl.all_horizontal(pl.col(column).is_not_null() for column in key)).sort(
            "at", name
        )
        return known.select(*key, name, nth=pl.int_range(pl.len()).over(key))

    return numbered(ours, "settlement_entry_id").join(
        numbered(theirs, "fund_entry_id"), on=[*key, "nth"], how="inner"
    )


def _sums_agree(ours: pl.DataFrame, theirs: pl.DataFrame) -> pl.DataFrame:
    sums = (
        rows.filter(pl.col("order_id").is_not_null()).group_by(ORDER).agg(pl.col("fen").sum())
        for rows in (ours, theirs)
    )
    agree = next(sums).join(next(sums), on=[*ORDER, "fen"], how="inner")
    mine = ours.join(agree, on=ORDER, how="semi").select(*ORDER, "settlement_entry_id")
    return mine.join(theirs.select(*ORDER, "fund_entry_id"), on=ORDER, how="inner")


def match_days(entries: pl.DataFrame, funds: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The facts of whole days, with ``day`` where what is left of a shop's bill equals what moved that day
    without naming an order, to the fen.

    JD's wallet names no order in any row, Kuaishou's none beside a take-back; they pay a day in one sum.
    """
    entries = entries.with_columns(pl.col("funding_code").replace("day", "none"))
    funds = funds.with_columns(pl.col("match_code").replace("day", "none"))
    is_left = (
        (pl.col("funding_code") == "none")
        & (pl.col("settled_fen") != 0)
        & (pl.col("settlement_type_code") != "insurance")
    )
    nameless = pl.all_horizontal(
        pl.col(name).is_null() for name in ("order_id", "order_line_id", "refund_id")
    )
    is_loose = (
        (pl.col("match_code") == "none")
        & nameless
        & pl.col("fund_type_code").is_in(GOODS)
        & (pl.col("moved_fen") != 0)
    )
    left = entries.filter(is_left).group_by(*SHOP, day="settled_date").agg(fen=pl.col("settled_fen").sum())
    loose = funds.filter(is_loose).group_by(*SHOP, day="moved_date").agg(fen=pl.col("moved_fen").sum())
    agree = left.join(loose, on=[*SHOP, "day", "fen"], how="inner").select(*SHOP, "day", _agrees=pl.lit(True))

    def mark(facts: pl.DataFrame, clock: str, which: pl.Expr, code: str) -> pl.DataFrame:
        joined = facts.join(
            agree.rename({"day": clock}), on=[*SHOP, clock], how="left", validate="m:1", maintain_order="left"
        )
        marked = pl.when(which & pl.col("_agrees").fill_null(False)).then(pl.lit("day")).otherwise(code)
        return joined.with_columns(marked.alias(code)).drop("_agrees")

    return mark(entries, "settled_date", is_left, "funding_code"), mark(
        funds, "moved_date", is_loose, "match_code"
    )
