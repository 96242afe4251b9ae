"""A file before anybody says yes: what it would be taken for, its first rows, what would be set aside, names
that may have drifted. Writes nothing.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace

import polars as pl

from connectors.base import Layout, platforms
from connectors.mapping.rows import unknown_words
from connectors.reading import Reading, near_headers
from contracts.errors import FileRefusedError
from contracts.intake import ROW_RULES, UNREAD_HEADERS, row_place, unmasked_at
from pipeline.build.loading import with_unknown_words
from pipeline.intake.desk import Desk
from pipeline.intake.land import covered_dates
from pipeline.intake.receipts import FileReceipt, refused, rule_counts, verdict_of, with_reason
from pipeline.intake.sandbox.parsing import Limits, aliases_apart

HEAD_ROWS, PROBLEMS = 5, 20


@dataclass(frozen=True)
class Problem:
    """One cell a row will be set aside for: where it stands, the rule, and sentence and next step as ``中文 /
    English``.
    """

    place: str
    column: str
    cell: str
    rule: str
    message: str
    next_step: str


@dataclass(frozen=True)
class Offer:
    """Their header ``theirs`` may be another name for one of ``known``, nearest first.

    Nothing is taken for anything until a person confirms.
    """

    layout_key: str
    theirs: str
    known: tuple[str, ...]


@dataclass(frozen=True)
class Preview:
    """One file as it would be taken.

    ``receipt`` holds verdict, layout, rows and warnings; for a refused file ``error`` holds rule, sentences
    and facts.

    ``head``: the first rows as they would be read, by our names and with ``_row_number``, no personal column
    among them; ``headers`` our name → theirs. ``problems``: the first cells that set a row aside, of
    ``bad_rows`` rows. ``unread`` is the content of a table that no layout fits and a mapping might; empty for
    any other file. ``words``: of a mapped table our name → their words nobody has explained, which count as
    unknown.
    """

    receipt: FileReceipt
    error: FileRefusedError | None = None
    head: pl.DataFrame = field(default_factory=pl.DataFrame)
    headers: dict[str, str] = field(default_factory=dict)
    bad_rows: int = 0
    problems: tuple[Problem, ...] = ()
    offers: tuple[Offer, ...] = ()
    unread: bytes = field(default=b"", repr=False)
    words: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def can_map(self) -> bool:
        """Whether a person may say what this table means."""
        return bool(self.unread)


def look(desk: Desk, name: str, data: bytes, limits: Limits) -> Preview:
    """``data`` as ``desk`` would take it under ``name``; a refusal is part of the answer."""
    export_id = hashlib.sha256(data).hexdigest()
    try:
        found = desk.read(desk.begin(name, data, limits), data, limits)
        desk.check(found, export_id, name)
    except FileRefusedError as error:
        return not_taken(desk, name, error, data, limits)
    return taken(desk, name, _worded(desk, found, export_id), export_id)


def taken(desk: Desk, name: str, found: Reading, export_id: str) -> Preview:
    """What a reading comes to, as far as it can be said before a build."""
    bad = found.quarantine["_row_number"].n_unique()
    receipt = desk.known_receipt(found, export_id, name) or _receipt(desk, found, export_id, name, bad)
    shown = {
        column.name: column.header.strip()
        for column in found.layout.columns
        if _is_shown(found, column.name, is_buyer=column.buyer)
    }
    head = found.bronze.sort("_row_number").select("_row_number", *shown).head(HEAD_ROWS)
    known = next(
        (
            mapping
            for item in desk.mapped
            for mapping in item.mappings
            if (mapping.layout_kind, mapping.name) == (receipt.kind, receipt.layout)
        ),
        None,
    )
    words = unknown_words(known, found.bronze) if known else {}
    return Preview(
        receipt, None, head, shown, bad, problems(found.quarantine), _new_names(found), words=words
    )


def not_taken(desk: Desk, name: str, error: FileRefusedError, data: bytes, limits: Limits) -> Preview:
    """What is to be said of a file that is refused."""
    receipt = refused(name, error, merchant_id=desk.merchant_id, shop_id=desk.shop_id)
    offers = _missing_names(desk, data, limits) if error.rule == "MISSING_COLUMN" else ()
    return Preview(
        receipt,
        error,
        offers=offers,
        unread=data if error.rule in (*UNREAD_HEADERS, "MAPPED_ELSEWHERE", "SHOP_UNSAID") else b"",
    )


def _worded(desk: Desk, found: Reading, export_id: str) -> Reading:
    """``found`` with the warning a build would give of status words nobody knows."""
    key = (desk.shop_id, export_id)
    source = (
        next((item for item in desk.mapped if found.layout in item.layouts), None)
        or platforms()[found.layout.platform]
    )
    frames = source.conform(found.layout.kind, found.bronze) if found.bronze.height else {}
    return with_unknown_words({key: found}, found.bronze, frames)[key]


def _receipt(desk: Desk, found: Reading, export_id: str, name: str, bad: int) -> FileReceipt:
    """What can be said before a build: the layout, the rows and the days.

    What becomes of each row is the build's to say.
    """
    layout, (first, last) = found.layout, covered_dates(found.bronze)
    receipt = FileReceipt(
        name,
        layout.platform,
        layout.kind,
        layout.name,
        verdict_of(found.rows_read, bad, found.notices),
        rows_read=found.rows_read,
        dropped_columns=found.dropped_columns,
        new_columns=found.new_columns,
        notices=found.notices,
        first_date=first,
        last_date=last,
        export_id=export_id,
        merchant_id=desk.merchant_id,
        shop_id=desk.shop_id,
    )
    return (
        with_reason(replace(receipt, rules=rule_counts(found.quarantine)))
        if receipt.verdict == "unusable"
        else receipt
    )


def _is_shown(found: Reading, name: str, *, is_buyer: bool) -> bool:
    """Whether a column of the layout is worth showing: no key of a person, and something was read in it."""
    return bool(name) and not is_buyer and name in found.bronze.columns and found.bronze[name].count() > 0


def problems(quarantine: pl.DataFrame) -> tuple[Problem, ...]:
    """The first cells that set a row aside, by row."""
    rows = (
        quarantine.sort("_row_number")
        .head(PROBLEMS)
        .select("_row_number", "column_name", "cell_name", "rule_name")
        .iter_rows()
    )
    return tuple(_problem(*row) for row in rows)


def _problem(number: int, column: str, cell: str, rule: str) -> Problem:
    said = ROW_RULES[rule]
    step = unmasked_at(cell, rule, number, column) or f"{said.step_zh} / {said.step_en}"
    return Problem(row_place(number), column, cell, rule, f"{said.zh} / {said.en}", step)


# names that drifted
def _new_names(found: Reading) -> tuple[Offer, ...]:
    """Of a file that was read: its unknown columns, each with the layout's headers near it in which this file
    has nothing.
    """
    silent = [
        column
        for column in found.layout.columns
        if column.name in found.bronze.columns and not found.bronze[column.name].count()
    ]
    absent = {
        column.header.strip() for column in silent if column.header.strip() not in found.dropped_columns
    }
    near = near_headers(found.new_columns, found.layout)
    offered = {
        theirs: tuple(known for known, _ in scored if known in absent) for theirs, scored in near.items()
    }
    return tuple(Offer(found.layout.key, theirs, known) for theirs, known in offered.items() if known)


def _missing_names(desk: Desk, data: bytes, limits: Limits) -> tuple[Offer, ...]:
    """Of a file that was refused for missing columns: what stands near them, the other missing ones as
    further choices.
    """
    offer = aliases_apart(data, limits, mappings=desk.mapped, aliases=desk.aliases)
    if offer is None:
        return ()
    near: dict[str, list[str]] = {}
    for theirs, known, _ in offer.renames:
        near.setdefault(theirs, []).append(known)
    return tuple(
        Offer(offer.layout, theirs, (*known, *(name for name in offer.missing if name not in known)))
        for theirs, known in near.items()
    )


def layout_of(desk: Desk, key: str) -> Layout | None:
    """The layout of a full name among those the desk's shop can give; None when there is none."""
    known = [layout for source in (*platforms().values(), *desk.mapped) for layout in source.layouts]
    return next((layout for layout in known if layout.key == key), None)
