"""Personal data in cells become stars before anything is stored: in free text what looks like it, in a cell
no parser understood also every unknown word.
"""

from __future__ import annotations

import polars as pl

from connectors.files.spelling import to_ascii
from contracts.personal import (
    ADDRESS,
    CONSIGNEE,
    EMAIL,
    GAP,
    HALF_MASKED,
    ID_CARD,
    LANDLINE,
    MOBILE,
    STARS,
    TITLES,
    WECHAT,
)

_NUMBER = rf"(^|[^0-9])(?:{MOBILE}|{ID_CARD}|{LANDLINE}|{HALF_MASKED})([^0-9Xx]|$)"
_IN_TITLES = rf"({CONSIGNEE}).+|{EMAIL}|{WECHAT}"
_ELSEWHERE = rf"{_IN_TITLES}|{ADDRESS}"
#: One of these is in whatever a pattern finds; looking for it spares most texts the rest.
_SUSPECT = (
    rf"[0-9０-９]{{3}}{GAP}[0-9０-９]{{4}}|\*{{4}}|[@＠]|wxid_|{CONSIGNEE}|[0-9０-９](?:号|栋|幢|单元|"
    r"室|楼|座|弄)"
)

#: Words that stand where a number, a time or an id is expected and are nobody's name.
_WORDS = (
    "上午|下午|凌晨|晚上|星期[一二三四五六日天]|周[一二三四五六日]|待定|面议|未知|暂无|免费|赠品|合计|总计|"
    "汇总|小计|人民币|美元|"
    "Mon|Tue|Wed|Thu|Fri|Sat|Sun|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec|AM|PM|GMT|UTC|CST|CNY|RMB|"
    "USD|NaN|nan|null|None|"
    "TRUE|FALSE|REF|VALUE|DIV|NAME|NULL"
)
_UNITS = "年月日时分秒元万亿无件个条单"
_UNDERSTOOD = rf"^(?:[^\p{{L}}\p{{M}}\p{{C}}]|[\t\r\n]|[{_UNITS}]|{_WORDS})*$"
_OTHER_LETTERS = rf"[\p{{L}}\p{{M}}\p{{C}}&&[^A-Za-z\t\r\n{_UNITS}]]"
#: Two capitalised words side by side: a name or a foreign address rather than an id.
_LATIN_NAME = r"[A-Z][a-z]+[ ,.]+[A-Z][a-z]+"


def _masked(text: pl.Expr, words: str) -> pl.Expr:
    """``text`` (digits folded to ASCII) with numbers and ``words`` as stars.

    Numbers twice, for one's end is the beginning of the next one's.
    """
    numberless = text.str.replace_all(_NUMBER, f"${{1}}{STARS}${{2}}").str.replace_all(
        _NUMBER, f"${{1}}{STARS}${{2}}"
    )
    return numberless.str.replace_all(words, f"${{1}}{STARS}")


def mask_texts(typed: pl.DataFrame, names: list[str]) -> tuple[pl.DataFrame, int]:
    """``typed`` with personal data in the free text of columns ``names`` as stars, and in how many cells
    there was any.
    """
    there = (
        typed.select(pl.col(name).unique().str.contains(_SUSPECT).any() for name in names).row(0, named=True)
        if names
        else {}
    )
    count = 0
    for name in (name for name, found in there.items() if found):
        texts = typed[name].unique().drop_nulls()
        texts = texts.filter(texts.str.contains(_SUSPECT))
        plain = to_ascii(texts).alias("plain")
        stars = (
            plain.to_frame()
            .select(_masked(pl.col("plain"), _IN_TITLES if name in TITLES else _ELSEWHERE))
            .to_series()
        )
        is_personal = stars != plain
        if is_personal.any():
            count += int(typed[name].is_in(texts.filter(is_personal).implode()).sum())
            typed = typed.with_columns(
                pl.col(name).replace(texts.filter(is_personal), stars.filter(is_personal))
            )
    return typed, count


def mask_cells(cells: pl.Series) -> pl.Series:
    """Cells that were not understood, for the eyes of whoever mends them, each of at most 200 characters.

    One call for all, for its patterns cost the most.

    Numbers, signs and ids stay as they are. In a shifted row a name may stand anywhere, so letters that are
    no unit and no known word become stars.
    """
    cell = pl.col(cells.name)
    stars = _masked(cell.str.normalize("NFKC"), _ELSEWHERE)
    told = pl.when(stars == cell.str.normalize("NFKC")).then(cell).otherwise(stars)
    nameless = pl.col("told").str.replace_all(_OTHER_LETTERS, "*")
    foreign = (
        pl.when(pl.col("nameless").str.contains(_LATIN_NAME))
        .then(pl.col("nameless").str.replace_all("[A-Za-z]{2,}", "***"))
        .otherwise("nameless")
    )
    rest = pl.when(pl.col("told").str.contains(_UNDERSTOOD)).then("told").otherwise(foreign).str.slice(0, 200)
    return (
        cells.to_frame()
        .lazy()
        .select(told=told)
        .with_columns(nameless=nameless)
        .select(rest.alias(cells.name))
        .collect()
        .to_series()
    )
