"""A file nobody knows → a proposed mapping: what its headers are taken for, and the few questions only a
person can answer. Pure; guesses nothing silently.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Literal

import polars as pl
from pydantic import Field

from connectors.files.headers import split_unit
from connectors.files.oddities import without_bare_notes, without_repeated_headers
from connectors.files.spelling import ID_EDGES, trim
from connectors.files.tabular import Sheet, open_sheets
from connectors.mapping.amounts import Meaning
from connectors.mapping.brushed import brushed_words, find_brushed
from connectors.mapping.carried import carry_down
from connectors.mapping.copies import same_line_again, without_copies
from connectors.mapping.dictionary import MONEY_UNITS, PARTS, best_name, is_personal, labels, words_of
from connectors.mapping.evidence import Cells, can_be, find_unreadable, is_negated, look
from connectors.mapping.heading import continues, score_of, spread
from connectors.mapping.judged import exchanged, judge, lines_beside, net_of_refunds, per_piece, price_among
from connectors.mapping.kinds import KINDS, PART, PRICED, WHOLE, is_word, names_of, needs_of
from connectors.mapping.questions import (
    Finding,
    Plain,
    Question,
    asked_amount,
    asked_cells,
    asked_exchange,
    asked_kind,
    asked_near,
    asked_paid,
    asked_per_piece,
    asked_priced,
    asked_shop,
    found_amount,
    found_lines,
    found_negated,
    found_price,
    of_carried,
    of_net,
)
from connectors.mapping.questions_of_rows import asked_brushed, asked_same_line, found_copies
from connectors.mapping.vocabulary import has_role, place_of
from connectors.mapping.whose import of_whom
from connectors.typed import fold
from contracts.fields import TIME_ZONE
from contracts.intake import refuse

_SAMPLE = 200
_WORDS = 40
#: Fewer known headers than this, and nothing is to be said of a table.
_FEWEST = 2
#: How much more a header has to be like one kind than like any other for nobody to be asked.
_CLEARLY = 0.25
#: Names of what went back, which our tables hold above 0.
_REFUNDS = ("refund_fen", "stated_refund_fen")
_MOBILE = r"^\+?(?:86)?1[3-9][0-9]{9}$"


class Match(Plain):
    """One of their headers and what it is taken for.

    ``score`` 1 = known for this; below, only near. ``how``: known, near, personal or unread.

    ``words``: what stands in the column, each once, in the file's order and not more than ``_WORDS`` of them;
    nothing of a personal column. ``is_negated``: a refund's amounts, none of which is above 0: they are read
    without their sign.
    """

    header: str
    name: str = ""
    score: float = 0.0
    how: Literal["known", "near", "personal", "unread"] = "unread"
    zh: str = ""
    en: str = ""
    examples: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    is_negated: bool = False


class Proposal(Plain):
    """What is proposed for one table.

    ``draft`` is a mapping file's content made of headers that are known; a column that is only near waits for
    a person (it is a question too). ``missing``: names a mapping of this kind must tell and no header is even
    near. ``findings``: what the cells proved, so that nobody has to be asked. ``unreadable``: headers that
    are known for one of ``missing`` while their cells are nothing of the kind, with one of these.
    ``meanings``: their header of amounts → what they are taken for if nobody says otherwise.
    """

    kind: str
    header_row: int
    matches: tuple[Match, ...]
    questions: tuple[Question, ...]
    missing: tuple[str, ...]
    draft: dict[str, Any]
    findings: tuple[Finding, ...] = ()
    unreadable: dict[str, str] = Field(default_factory=dict)
    meanings: dict[str, Meaning] = Field(default_factory=dict)


def propose(
    data: bytes,
    *,
    kind: str = "",
    platform: str = "shop",
    name: str = "own_table",
    columns: Mapping[str, str] | None = None,
) -> Proposal:
    """Read a file and propose how to read its like.

    ``kind``: what a person says it is; else what its headers are most like.

    ``columns``: our name → their header, as a person says; what the cells are asked depends on it.

    Raises FileRefusedError for what is no table, and UNKNOWN_LAYOUT when hardly any header means anything to
    the house.
    """
    best: dict[str, tuple[float, int, Sheet, int]] = {}
    for sheet in open_sheets(data):
        for row, header in enumerate(sheet.head):
            for candidate in [kind] if kind else KINDS:
                score, known = score_of(header, candidate)
                held = best.get(candidate)
                if known >= _FEWEST and (
                    held is None or score > held[0] or continues(header, known, sheet, held)
                ):
                    best[candidate] = (score, known, sheet, row)
    if not best:
        raise refuse("UNKNOWN_LAYOUT")
    found, *others = sorted(best, key=lambda item: best[item][0], reverse=True)
    score, _, sheet, row = best[found]
    sure = bool(kind) or all(
        score - best[other][0] >= _CLEARLY for other in others if {found, other} != {"orders", "order_heads"}
    )
    table, _ = without_repeated_headers(without_bare_notes(spread(sheet, row, found)), sheet.head[row])
    header = [cell.strip() for cell in sheet.head[row]]
    cells, told, copies = without_copies(
        found, {cell: table[str(index)] for index, cell in enumerate(header) if cell}
    )
    proposal = _proposal(found, row, cells, platform, name, sure=sure, columns=columns or {})
    return _with_rows(proposal, cells, found_copies(told, copies))


def _with_rows(proposal: Proposal, table: Mapping[str, pl.Series], findings: Sequence[Finding]) -> Proposal:
    """The proposal with what is said and asked of rows that may not count."""
    read = {match.name: match.header for match in proposal.matches if match.name}
    twice = same_line_again(proposal.kind, read, table)
    brushed = find_brushed(proposal.kind, read, table)
    asked = [*([asked_same_line(*twice)] if twice else []), *([asked_brushed(brushed)] if brushed else [])]
    return proposal.model_copy(
        update={
            "findings": (*findings, *proposal.findings),
            "questions": (*proposal.questions, *asked),
        }
    )


def _cells(column: pl.Series) -> pl.Series:
    return trim(column.str.strip_chars(ID_EDGES)).drop_nulls()


def _proposal(
    kind: str,
    header_row: int,
    table: Mapping[str, pl.Series],
    platform: str,
    name: str,
    *,
    sure: bool,
    columns: Mapping[str, str],
) -> Proposal:
    sample = {header: _cells(column.head(_SAMPLE)) for header, column in table.items()}
    matches = [
        match if match.how == "personal" else match.model_copy(update={"words": _words(table[match.header])})
        for match in _matched(kind, sample)
    ]
    taken = _taken(matches, table, columns)
    carried = carry_down(kind, taken, table, platform)
    table = {**table, **carried.columns}
    matches, taken, prices = _with_price(kind, matches, taken, table, columns)
    matches, taken, beside = _with_lines(kind, matches, taken, table, columns)
    negated = [taken[name] for name in _REFUNDS if name in taken and is_negated(table[taken[name]])]
    matches = [match.model_copy(update={"is_negated": match.header in negated}) for match in matches]
    cells, judged = look(taken, sample), judge(kind, taken, table)
    draft = _draft(kind, matches, cells) | {"name": name, "platform": platform}
    draft["columns"] = {match.name: column_of(match.name, match) for match in matches if match.how == "known"}
    needs, unreadable = needs_of(kind), find_unreadable(kind, taken, sample)
    without_payment = (
        kind in ("orders", "order_heads") and "paid_at" not in {*taken, *unreadable} and "created_at" in taken
    )
    priced = _priced(kind, taken, sample)
    open_needs = [
        names
        for names in needs
        if not taken.keys() & set(names) and not (without_payment and names == ("paid_at",))
    ]
    missing = ["/".join(names) for names in open_needs if not (priced and set(names) & set(PRICED[kind]))]
    questions = [] if sure else [asked_kind(kind)]
    known = {match.name for match in matches if match.how == "known"}
    needed = {name for names in needs if not known & set(names) for name in names}
    # an amount that was to be paid is not what was, where another column may tell that
    needed |= {"paid_fen"} | ({"created_at"} if without_payment else set())
    questions += [
        asked_near(match.name, match.header, match.zh, match.en, is_needed=match.name in needed)
        for match in matches
        if match.how == "near"
    ]
    whose = of_whom(table, platform)
    questions += [asked_shop(whose.shop_header, whose.shops)] if len(whose.shops) > 1 else []
    asked, carried_found = of_carried(taken.get(WHOLE.get(kind, ""), ""), carried)
    net_asked, net_found, net_taken = of_net(net_of_refunds(kind, taken, table))
    questions += [*asked_cells(cells), *asked, *([asked_paid()] if without_payment else []), *net_asked]
    questions += priced
    questions += [asked_exchange(taken["row_type_code"], order) for order in exchanged(kind, taken, table)]
    questions += [asked_amount(item, kind) for item in judged if not item.is_sure]
    questions += [asked_per_piece(*found) for found in per_piece(kind, taken, table)]
    return Proposal(
        kind=kind,
        header_row=header_row + 1,
        matches=tuple(matches),
        questions=tuple(questions),
        missing=tuple(missing),
        unreadable={header: example for header, example in unreadable.values()},
        draft=draft | whose.draft | ({"carried": True} if carried.is_sure else {}) | net_taken,
        meanings={item.header: item.meaning for item in judged},
        findings=(
            *prices,
            *beside,
            *map(found_negated, negated),
            *net_found,
            *carried_found,
            *(found_amount(item, kind) for item in judged if item.is_sure),
        ),
    )


def _taken(
    matches: Sequence[Match], table: Mapping[str, pl.Series], columns: Mapping[str, str]
) -> dict[str, str]:
    """Our name → their header: as matched, but for what a person says in ``columns``."""
    found = {match.name: match.header for match in matches if match.name}
    return {
        ours: theirs
        for ours, theirs in found.items()
        if ours not in columns and theirs not in columns.values()
    } | {ours: theirs for ours, theirs in columns.items() if theirs in table}


def _with_price(
    kind: str,
    matches: list[Match],
    taken: dict[str, str],
    table: Mapping[str, pl.Series],
    columns: Mapping[str, str],
) -> tuple[list[Match], dict[str, str], list[Finding]]:
    """Where the column taken for an amount has the price of one piece: it is the price, and the amount is
    where price × quantity stands, or asked.
    """
    readable = {match.header: table[match.header] for match in matches if match.how != "personal"}
    found = price_among(kind, taken, readable)
    if found is None or found[0] in columns:
        return matches, taken, []
    name, price, total = found
    kept = {ours: header for ours, header in taken.items() if ours != name}
    named = {} if "unit_price_fen" in kept else {price: "unit_price_fen"}
    named |= {total: name} if total and total not in kept.values() else {}
    left = {"name": "", "how": "unread", "score": 0.0, "zh": "", "en": ""}
    updates = {price: left} | {header: _taken_as(ours) for header, ours in named.items()}
    matches = [match.model_copy(update=updates.get(match.header, {})) for match in matches]
    return (
        matches,
        kept | {ours: header for header, ours in named.items()},
        [found_price(price, total)] if total else [],
    )


def _with_lines(
    kind: str,
    matches: list[Match],
    taken: dict[str, str],
    table: Mapping[str, pl.Series],
    columns: Mapping[str, str],
) -> tuple[list[Match], dict[str, str], list[Finding]]:
    """Where another column's rows add up to the order's amount: that one is the line's money, the order's
    stands beside it.
    """
    readable = {match.header: table[match.header] for match in matches if match.how != "personal"}
    pairs = {name: pair for name, pair in lines_beside(kind, taken, readable).items() if name not in columns}
    named = {
        header: ours
        for name, pair in pairs.items()
        for header, ours in zip(pair, (name, f"order_{name}"), strict=True)
    }
    matches = [
        match.model_copy(update=_taken_as(named[match.header])) if match.header in named else match
        for match in matches
    ]
    return (
        matches,
        taken | {ours: header for header, ours in named.items()},
        [found_lines(*pair) for pair in pairs.values()],
    )


def _taken_as(name: str) -> dict[str, object]:
    return {"name": name, "how": "known", "score": 1.0, **dict(zip(("zh", "en"), labels(name), strict=True))}


def _priced(kind: str, taken: Mapping[str, str], sample: Mapping[str, pl.Series]) -> list[Question]:
    """The question whether price × quantity was paid, with a row of several pieces as its example."""
    if (
        kind not in PRICED
        or taken.keys() & set(PRICED[kind])
        or not {"unit_price_fen", "line_qty"} <= taken.keys()
    ):
        return []
    price, qty = taken["unit_price_fen"], taken["line_qty"]
    example = f"{sample[price][0]} × {sample[qty][0]}" if sample[price].len() and sample[qty].len() else "-"
    return [asked_priced(price, qty, example)]


def _words(column: pl.Series) -> tuple[str, ...]:
    return tuple(
        str(word)
        for word in _cells(column.unique(maintain_order=True)).unique(maintain_order=True).head(_WORDS)
    )


def column_of(name: str, match: Match) -> dict[str, Any]:
    """One of our names as a mapping file has it when it stands in their column ``match``: words the house
    knows are translated.
    """
    if not is_word(name):
        unit = split_unit(match.header)[1]
        sign = {"sign": "absolute"} if match.is_negated and name in _REFUNDS else {}
        return {
            "header": match.header,
            **({"cell": unit} if name.endswith("_fen") and unit in MONEY_UNITS else {}),
            **sign,
        }
    known = words_of(name)
    values = {word: known[fold(word)] for word in match.words if fold(word) in known}
    parts = PARTS.get(name, {}) or (brushed_words(match.header, match.words) if name == "is_void" else {})
    return {"header": match.header, **({"values": values} if values else {}), **parts}


def _draft(kind: str, matches: Sequence[Match], cells: Cells) -> dict[str, Any]:
    """A mapping file's content but for its name, platform and columns."""
    unread = [match.header for match in matches if match.how in ("unread", "near")]
    personal = [match.header for match in matches if match.how == "personal"]
    told = {
        "kind": kind,
        "zh": "自有表格",
        "en": "own table",
        "origin": "proposed from the headers of one of the merchant's own files",
    }
    written = {
        "money": "yuan",
        "currency": cells.currency or "CNY",
        "time_zone": cells.zone or TIME_ZONE,
        "dates": cells.dates[0] if cells.dates else "ymd",
    }
    return {**told, **written, "signature": _signature(kind, matches), "unread": unread, "personal": personal}


def _matched(kind: str, sample: Mapping[str, pl.Series]) -> list[Match]:
    """Each header once, each name once: known ones before near ones, better ones first, filled before empty,
    then as the vocabulary and the file list them.
    """
    offers = []
    for place, (header, cells) in enumerate(sample.items()):
        personal = is_personal(header) or (cells.len() > 0 and bool(cells.str.contains(_MOBILE).mean() == 1))
        best = None if personal else best_name(header, kind, partial(can_be, kind, cells))
        offers.append((personal, best, place, header))
    taken: dict[str, str] = {}
    found = [
        (
            -best[1],
            sample[header].is_empty(),
            place_of(split_unit(header)[0], best[0]),
            place,
            best[0],
            header,
        )
        for _, best, place, header in offers
        if best
    ]
    for *_, name, header in sorted(found):
        taken.setdefault(name, header)
    others = [
        header
        for personal, _, _, header in offers
        if not personal and header not in taken.values() and not sample[header].is_empty()
    ]
    own = (
        [header for header in others if has_role(split_unit(header)[0], PART)]
        if PART in names_of(kind) and "order_id" in taken
        else []
    )
    erp = min(own, key=lambda header: place_of(split_unit(header)[0], PART), default="")
    said = []
    for personal, best, _, header in offers:
        if header == erp:
            best, taken[PART] = (PART, 1.0), header
        if best and taken.get(best[0]) == header:
            zh, en = labels(best[0])
            shown = tuple(dict.fromkeys(sample[header].head(20)))[:3]
            how: Literal["known", "near"] = "known" if best[1] == 1.0 else "near"
            said.append(
                Match(header=header, name=best[0], score=best[1], how=how, zh=zh, en=en, examples=shown)
            )
        else:
            said.append(Match(header=header, how="personal" if personal else "unread"))
    return said


def _signature(kind: str, matches: Sequence[Match]) -> list[str]:
    """What a table must have to be this one: the needed names and, that no other table is taken for it,
    everything else that is surely known.
    """
    needed = {name for several in needs_of(kind) for name in several}
    return [
        match.header
        for match in matches
        if match.how == "known" or (match.how == "near" and match.name in needed)
    ]
