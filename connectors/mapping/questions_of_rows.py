"""What is asked and said of rows that may not count: told again, and of orders a table calls brushed."""

from __future__ import annotations

from connectors.mapping.brushed import Brushed
from connectors.mapping.questions import Finding, Question


def found_copies(header: str, rows: int) -> list[Finding]:
    """Rows that stand in the file twice."""
    zh = f"{rows} 行是前面的行又写了一遍（“{header}”和其他各列都相同）：只算一次"
    en = f"{rows} rows are earlier ones written again ({header!r} and all else is the same): they count once"
    return [Finding(header=header, zh=zh, en=en)] if rows else []


def asked_same_line(header: str, number: str, rows: int) -> Question:
    """Whether rows with one number, one goods and one amount are one line told again."""
    zh = (
        f"“{header}”：{rows} 行和前面的行同号，商品和金额也相同（如 {number}），别的列不同。"
        "它是每行的编号、同号的只算一次吗？是就选这一列；各算一行选“-”"
    )
    en = (
        f"{header!r}: {rows} rows have an earlier one's number, goods and money (e.g. {number}), and differ "
        "in something else. Is it the line's number, so that one of them counts? Then choose it; - if each "
        "is a line of its own"
    )
    return Question(key="columns.order_line_id", zh=zh, en=en, options=(header, "-"))


def asked_brushed(found: Brushed) -> Question:
    """Whether orders a table calls brushed were sold. Where it calls none so it is let stand that such are
    not.
    """
    zh = (
        f"“{found.header}”：{found.rows} 行标着刷单（如单号 {found.example}）。它们不算成交，一分都不计吗？"
        f"是就选这一列；照样算成交选“{found.void or '-'}”，以后可以录进排除名单，看板同时给出含与不含的数"
    )
    en = (
        f"{found.header!r}: {found.rows} rows are called brushed (e.g. {found.example}). Do they count for "
        f"nothing? Then choose this column; {found.void or '-'} if they were sold: they may still be entered "
        "as orders to leave out, and pages show both figures"
    )
    return Question(
        key="columns.is_void",
        zh=zh,
        en=en,
        options=(found.header, found.void or "-"),
        default="" if found.rows else found.header,
    )
