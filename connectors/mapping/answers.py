"""A proposal and what a person says to it → a mapping: what is still missing, which words nobody knows, and
what comes of it. Pure; guesses nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

import polars as pl

from connectors.files.headers import agrees, split_unit
from connectors.mapping.amounts import Meaning
from connectors.mapping.dictionary import PARTS, check_personal, labelled, words_of
from connectors.mapping.evidence import fits
from connectors.mapping.file import read_plain
from connectors.mapping.kinds import PART, PRICED, REPEATED, is_word, needs_of
from connectors.mapping.labels import question_label
from connectors.mapping.model import MappingFile
from connectors.mapping.propose import Match, Proposal, column_of
from connectors.mapping.questions import (
    AMOUNT,
    CARRIED_KEY,
    EXCHANGE_KEY,
    NET_KEY,
    PAID_WHEN_PLACED,
    PRICE,
    PRICED_KEY,
    SHOP_NAME,
)
from connectors.typed import fold
from contracts.errors import UsageError

#: An answer's key before one of our names, whose header is the answer; before a name and one of their words,
#: whose code is. And "no such column".
COLUMN, WORD, UNREAD = "columns.", "words.", "-"
#: An answer nobody gives: the id of the shop the table is given for.
SHOP = "shop"
#: A buyer is told apart by a digest alone: the mapping file says it in a place of its own.
_BUYER = f"{COLUMN}buyer_key"


def columns_said(answers: Mapping[str, str]) -> dict[str, str]:
    """Our name → their header (or ``-``), of what a person says of columns."""
    return {
        key.removeprefix(COLUMN): header
        for key, header in answers.items()
        if key.startswith(COLUMN) and key != _BUYER and header
    }


def taken(proposal: Proposal, answers: Mapping[str, str]) -> dict[str, str]:
    """Our name → their header: as proposed, what is only near included, but for what the answers put
    elsewhere or leave out.
    """
    found = {match.name: match.header for match in proposal.matches if match.name}
    for key, header in answers.items():
        if key.startswith(COLUMN) and header:
            name = key.removeprefix(COLUMN)
            found = {other: theirs for other, theirs in found.items() if name != other and header != theirs}
            found |= {name: header} if header != UNREAD else {}
    return found


def missing(proposal: Proposal, answers: Mapping[str, str]) -> list[tuple[str, ...]]:
    """What no column tells: alternatives of our names, one of which is needed.

    What is asked for counts as told until it is answered with no.
    """
    told = taken(proposal, answers)
    asked = {question.key for question in proposal.questions if answers.get(question.key) != "no"}
    given = set(told) | ({"paid_at"} if PAID_WHEN_PLACED in asked and "created_at" in told else set())
    given |= set(PRICED.get(proposal.kind, ())) if PRICED_KEY in asked else set()
    return [names for names in needs_of(proposal.kind) if not given & set(names)]


def strange_words(proposal: Proposal, answers: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Our name → their words that nobody knows and no answer explains: they count as unknown."""
    matches = {match.header: match for match in proposal.matches}
    strange: dict[str, tuple[str, ...]] = {}
    for name, header in taken(proposal, answers).items():
        if is_word(name) and name not in PARTS and header in matches:
            known = words_of(name)
            words = [
                word
                for word in matches[header].words
                if fold(word) not in known and not answers.get(f"{WORD}{name}.{word}")
            ]
            strange |= {name: tuple(words)} if words else {}
    return strange


def could_be(match: Match, name: str) -> bool:
    """Whether the cells of one of their columns look like what a name is of: amounts are numbers, moments
    look like moments.
    """
    return fits(pl.Series(match.words, dtype=pl.String), name)


def settled(proposal: Proposal, answers: Mapping[str, str]) -> MappingFile:
    """The mapping a proposal becomes with a person's answers.

    ``shop`` is the id of the shop the table is given for.
    Keys are those of its questions (``amount.HEADER``: ``once``, ``part`` or ``each``, also where nobody
    asked), any key of a mapping file (``name``, ``zh``, ``money`` …), ``columns.NAME``: their header, or
    ``-`` for none, and ``words.NAME.WORD``: the code of one of their words. Raises ``UsageError``:
    OPEN_QUESTION for what nobody answered, MISSING_NAMES for what no column tells, MAPPED_PERSONAL for a
    personal column that is read, BAD_MAPPING for what does not make a mapping.
    """
    answered = {
        question.key: answers.get(question.key) or question.default for question in proposal.questions
    }
    answered |= {key: value for key, value in answers.items() if value}
    if _BUYER in answered:
        answered["buyer"] = answered.pop(_BUYER).removeprefix(UNREAD)
    _check_answered(proposal, answered)
    draft = {**proposal.draft, "columns": dict(proposal.draft["columns"])}
    if answered.pop(PAID_WHEN_PLACED, "no") == "yes":
        draft["same_as"] = {"paid_at": "created_at"}
    for key in (CARRIED_KEY, EXCHANGE_KEY, NET_KEY):
        draft |= {key: answered.pop(key) == "yes"} if key in answered else {}
    shop, shop_name = answered.pop(SHOP, ""), answered.pop(SHOP_NAME, "")
    if shop and (column := draft.get("shop_column")):
        names = [shop_name] if shop_name else column["names"] if len(column["names"]) == 1 else []
        draft["shop_column"] = {"header": column["header"], "shops": dict.fromkeys(names, shop)}
    elif column := draft.get("shop_column"):
        draft["shop_column"] = {"header": column["header"]}
    is_priced = answered.pop(PRICED_KEY, "no") == "yes"
    matches = {match.header: match for match in proposal.matches}
    for key, value in answered.items():
        if key.startswith(COLUMN):
            _put(draft, key.removeprefix(COLUMN), value, matches)
        elif key != "kind" and not key.startswith((WORD, AMOUNT, PRICE)):
            draft[key] = value
    prices = _prices(draft["columns"], answered)
    has_amount = bool(draft["columns"].keys() & set(PRICED.get(proposal.kind, ())))
    draft["priced"] = prices or (["paid_fen"] if is_priced and not has_amount else [])
    draft |= _amounts(proposal, draft["columns"], answered)
    for key, code in answered.items():
        if key.startswith(WORD):
            _say(draft, *key.removeprefix(WORD).partition(".")[::2], code, answered)
    made = read_plain(_with_the_rest(draft, proposal))
    check_personal(made, [match.header for match in proposal.matches if match.how == "personal"])
    _check_units(made)
    return made


def _check_units(mapping: MappingFile) -> None:
    """A header that names a unit is never read in another one, whoever named the column."""
    headers = {name: rule.header[0] for name, rule in mapping.columns.items() if name.endswith("_fen")}
    units = {name: split_unit(header)[1] for name, header in headers.items()}
    odd = [
        headers[name]
        for name, unit in units.items()
        if not unit.isupper() and not agrees(unit, mapping.cell_of(name))
    ]
    if odd:
        step = {"step_zh": "把这一列换算成元再导入", "step_en": "convert the column to yuan first"}
        raise UsageError(
            "UNIT_DISAGREES",
            "表头写的单位不能读作金额",
            "no amount is read in the unit a header names",
            **step,
            columns="、".join(odd),
        )


def explained(mapping: MappingFile, answers: Mapping[str, str]) -> MappingFile:
    """A mapping that knows more words: ``answers`` are ``words.NAME.WORD`` → code.

    Raises ``UsageError`` BAD_MAPPING as ``settled`` does.
    """
    draft = mapping.model_dump()
    for key, code in answers.items():
        if code:
            _say(draft, *key.removeprefix(WORD).partition(".")[::2], code, {})
    return read_plain(draft)


def _check_answered(proposal: Proposal, answered: Mapping[str, str]) -> None:
    if open_ones := [
        question.key
        for question in proposal.questions
        if not answered.get(question.key) and question.key != _BUYER
    ]:
        step = {
            "step_zh": "回答这些问题（--set 问题=回答）",
            "step_en": "answer them (--set QUESTION=ANSWER)",
        }
        raise UsageError(
            "OPEN_QUESTION",
            "还有问题没有回答",
            "questions are open",
            **step,
            questions="、".join(map(question_label, open_ones)),
        )
    if needed := missing(proposal, answered):
        step = {"step_zh": "用 --set 名称=表头 指定", "step_en": "name their header with --set NAME=HEADER"}
        names = "、".join(" 或 ".join(map(labelled, several)) for several in needed)
        cells = (
            {"unreadable": "、".join(f"{header}: {cell}" for header, cell in proposal.unreadable.items())}
            if proposal.unreadable
            else {}
        )
        if cells:
            step = {
                "step_zh": "这一列的写法读不出：时间写成 2026-10-03 14:05:00、金额写成 12.50 再映射",
                "step_en": "write times as 2026-10-03 14:05:00, amounts as 12.50",
            }
        zh, en = "缺少必需的列", "no column tells what this kind needs"
        if needed == [("paid_at",)] and (later := _later_moment(proposal, answered)):
            zh = f"只有“{later}”，没有付款时间：那不是卖出的日子，不能代替"
            en = f"{later!r} alone, and no time of payment: it is not the day of the sale and stands for none"
            step = {
                "step_zh": "导出时勾选付款时间（或下单时间）再映射",
                "step_en": "export the table with the time of payment, or of the order, then map it",
            }
        raise UsageError(
            "MISSING_NAMES",
            zh,
            en,
            **step,
            kind=proposal.kind,
            names=names,
            **cells,
        )


def _later_moment(proposal: Proposal, answered: Mapping[str, str]) -> str:
    """The header of a moment after the sale, "" where none is read."""
    read = taken(proposal, answered)
    return next((read[name] for name in ("finished_at", "shipped_at") if name in read), "")


def _put(draft: dict[str, Any], name: str, header: str, matches: Mapping[str, Match]) -> None:
    """Put one of our names on a header of theirs, away from whatever stood there, or on none."""
    kept = {
        other: rule for other, rule in draft["columns"].items() if other != name and rule["header"] != header
    }
    if header != UNREAD:
        kept[name] = column_of(name, matches[header]) if header in matches else {"header": header}
    draft["columns"] = kept


def _prices(columns: dict[str, Any], answered: Mapping[str, str]) -> list[str]:
    """Our amounts whose column a person says has the price of one piece: it is the price then, and the amount
    is price × quantity.
    """
    headers = [
        key.removeprefix(PRICE)
        for key, value in answered.items()
        if key.startswith(PRICE) and value == "price"
    ]
    moved = [name for name in PRICED["orders"] if name in columns and columns[name]["header"] in headers]
    for name in moved:
        rule = columns.pop(name)
        columns.setdefault("unit_price_fen", rule)
    return moved


def _amounts(
    proposal: Proposal, columns: Mapping[str, Any], answered: Mapping[str, str]
) -> dict[str, list[str]]:
    """Which amounts are the whole's: as a person says, else as the cells show.

    Of a column nobody looked at, what cannot count money twice.
    """
    entered = {key.removeprefix(AMOUNT): value for key, value in answered.items() if key.startswith(AMOUNT)}
    if wrong := {
        f"{AMOUNT}{header}": value for header, value in entered.items() if value not in get_args(Meaning)
    }:
        zh = "只能是 once（整单）、part（每个内部单）或 each（每行）"
        en = "may only be once (the whole's), part (each ERP order's) or each (each row's)"
        raise UsageError("BAD_MAPPING", zh, en, **wrong)
    headers = {
        name: str(columns[name]["header"]) for name in REPEATED.get(proposal.kind, ()) if name in columns
    }
    meanings = {
        name: entered.get(header) or proposal.meanings.get(header, "once") for name, header in headers.items()
    }
    once = [name for name, meaning in meanings.items() if meaning != "each"]
    parts = [name for name in once if meanings[name] == "part" and PART in columns]
    doubted = {question.key for question in proposal.questions}
    per_row = [
        name for name, header in headers.items() if name not in once and f"{AMOUNT}{header}" in doubted
    ]
    return {"repeated": once, "per_erp_order": parts, "per_row": per_row}


def _say(draft: dict[str, Any], name: str, word: str, code: str, answered: Mapping[str, str]) -> None:
    """What one of their words means.

    Of a column a person has just said is not read nothing needs to be said.
    """
    if name in draft["columns"]:
        rule = draft["columns"][name]
        draft["columns"][name] = {**rule, "values": {**rule.get("values", {}), word: code}}
    elif answered.get(f"{COLUMN}{name}") != UNREAD:
        raise UsageError(
            "BAD_MAPPING", "没有读这个字段的列", "no column is read as this name", key=f"{WORD}{name}.{word}"
        )


def _with_the_rest(draft: dict[str, Any], proposal: Proposal) -> dict[str, Any]:
    """The draft with every other header of the table said to be unread or personal, so that none of them is
    new.
    """
    read = {str(rule["header"]) for rule in draft["columns"].values()} | {str(draft.get("buyer", ""))}
    personal = [word for word in draft["personal"] if word not in read]
    unread = [
        match.header
        for match in proposal.matches
        if match.header not in read and match.header not in personal
    ]
    known = read | set(personal)
    return {
        **draft,
        "personal": personal,
        "unread": unread,
        "signature": [word for word in draft["signature"] if word in known],
    }
