"""Personal data that slipped past a parser: one rule per stored table, over all its text columns, without
opting in.

A scan must neither miss a buyer's phone nor hold a release for a style number that looks like one. So order
numbers and codes are left out by name, a number counts only when nothing alphanumeric touches it, and in what
merchants write of their own goods it needs a hint beside it.
"""

from __future__ import annotations

from functools import cache

from contracts.personal import ADDRESS, EMAIL, HALF_MASKED, ID_CARD, MOBILE, TITLES
from contracts.tables import Table
from expectations.derive import guilty
from expectations.rule import STOP, SqlRule
from warehouse.sql import literal, quote

_START, _END = r"(^|[^0-9A-Za-z])", r"($|[^0-9A-Za-z])"
_HINTED = (
    rf"(电话|手机|联系方式|联系人|收货|收件|微信号|[Tt]el|[Pp]hone|[Mm]obile)[^0-9]{{0,12}}{MOBILE}{_END}"
)
#: What is not text a person wrote: numbers and codes of platforms and merchants, keyed digests.
_NOT_TEXT = ("_id", "_code", "_key", "_ref", "_json")

ANYWHERE = "|".join([f"{_START}({MOBILE}|{ID_CARD}){_END}", HALF_MASKED, ADDRESS, EMAIL])
#: A phone-like number in a title is a style number unless something says otherwise.
IN_TITLES = "|".join([f"{_START}{ID_CARD}{_END}", HALF_MASKED, _HINTED])
#: A quarantined row holds order numbers beside its text, and dates make some of them look like id cards.
IN_RAW_ROWS = "|".join([HALF_MASKED, _HINTED, ADDRESS])

_SEPARATOR = "chr(31)"


def text_columns(table: Table) -> dict[str, str]:
    """Scanned column → the pattern it must not hold."""
    if table.full_name == "ops.quarantine":
        return {"cell_name": IN_RAW_ROWS, "row_json": IN_RAW_ROWS}
    if table.layer == "ops":
        return {}
    names = [
        name
        for name, item in table.fields.items()
        if item.kind == "text" and item.codes is None and not name.endswith(_NOT_TEXT)
    ]
    return {name: IN_TITLES if name in TITLES else ANYWHERE for name in names}


@cache
def personal_rules(table: Table) -> tuple[SqlRule, ...]:
    """The scan of ``table``; none when it holds no free text.

    The found cell itself is never repeated, only its column and key.
    """
    columns = text_columns(table)
    if not columns:
        return ()
    patterns = {
        pattern: [name for name, wanted in columns.items() if wanted == pattern]
        for pattern in dict.fromkeys(columns.values())
    }
    # one regular expression over the joined cells of a row: RE2 reads each byte once
    found = [
        f"regexp_matches(concat_ws({_SEPARATOR}, {', '.join(map(quote, names))}), {literal(pattern)})"
        for pattern, names in patterns.items()
    ]
    broken = {name: f"regexp_matches({quote(name)}, {literal(text)})" for name, text in columns.items()}
    condition = " OR ".join(found)
    query = f"{guilty(table, broken)} WHERE {condition}"
    return (
        SqlRule(
            "NO_PERSONAL_DATA", STOP, "没有手机号、身份证号、详细地址",
            "no phone numbers, id cards or street addresses",
            "个人信息在解析时就应移除，出现一例即不得发布",
            "personal data is removed while parsing; one case is enough not to publish",
            table=table.full_name, query=query, condition=condition,
        ),
    )  # fmt: skip
