"""The counter (柜台): what a page may ask the pipeline to do for a merchant.

The one module of the pipeline that dashboards import.

Every call takes the ``Viewer``, checks that the account still stands, and serves that viewer's own merchant
and shops only: a shop that is not theirs is answered like one that does not exist, and a shop of another
merchant is noted as a security event. Looking at a file, proposing and trying a mapping change nothing;
``deliver``, ``withdraw`` and what confirms, saves or forgets a name or a mapping write, with who and when.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import polars as pl

from connectors.coverage import Coverage, coverage
from connectors.files.tabular import MAX_FILE_BYTES
from connectors.mapping.answers import (
    COLUMN,
    UNREAD,
    WORD,
    columns_said,
    missing,
    settled,
    strange_words,
    taken,
)
from connectors.mapping.dictionary import holds_for
from connectors.mapping.file import shipped
from connectors.mapping.kinds import KINDS, codes_of, names_of
from connectors.mapping.model import MappingFile
from connectors.mapping.propose import Match, Proposal
from connectors.mapping.questions import Question
from contracts.errors import FileRefusedError, UsageError
from contracts.intake import refuse
from contracts.tables import Table
from metrics.query.access import Viewer
from pipeline import deliveries, steps
from pipeline.deliveries import Delivery
from pipeline.entries.declaration import EntryList
from pipeline.entries.engine import CHANGES, ListPreview
from pipeline.entries.files import MAX_BYTES as LIST_MAX_BYTES
from pipeline.entries.found import entry_list
from pipeline.entries.judging import RowProblem
from pipeline.entries.page import (
    enter_list,
    entries_in_force,
    list_template,
    lists_of,
    merchant_of,
    preview_list,
    settings_of,
    take_back,
)
from pipeline.house import reading, writing
from pipeline.intake import mapping, previews
from pipeline.intake.desk import Desk
from pipeline.intake.mapping import Kept
from pipeline.intake.names import plain_name
from pipeline.intake.previews import Offer, Preview, Problem
from pipeline.intake.raw_rows import ENTERED, RawRow, raw_rows
from pipeline.intake.receipts import FileReceipt
from pipeline.intake.sandbox.parsing import Limits, propose_apart, unpack_apart
from pipeline.release.changes import Change
from pipeline.steps import Ingested
from warehouse import registry
from warehouse.lake import Lake
from warehouse.ops import SECURITY_EVENT
from warehouse.registry import Shop

__all__ = [
    "CHANGES", "COLUMN", "ENTERED", "KINDS", "LIST_MAX_BYTES", "MAX_BYTES", "MAX_FILES", "UNREAD", "WORD",
    "Change", "Coverage", "Delivery", "EntryList",
    "FileReceipt", "Ingested", "Kept", "Learned", "ListPreview", "MappingFile", "Match", "Offer", "Preview",
    "Problem", "Proposal", "Question", "RawRow",
    "RowProblem", "Shop", "Trial", "codes_of", "confirm_alias", "confirm_line", "confirm_rows", "coverage",
    "deliver",
    "enter_list", "entries_in_force", "entry_list", "explain_words",
    "forget_alias", "forget_mapping", "holds_for", "learned", "list_template", "lists_of", "mappings",
    "missing", "names_of", "preview", "preview_each",
    "preview_list", "propose", "raw_rows", "save_mapping", "shipped_titles", "shops", "strange_words",
    "take_back", "taken", "try_mapping", "withdraw",
]  # fmt: skip

#: What one delivery may hold: a page keeps the bytes in memory until they are confirmed.
MAX_FILES = 50
MAX_BYTES = 400 * 1024 * 1024


@dataclass(frozen=True)
class Trial:
    """A mapping nobody has saved yet, and the file as it would be read through it: ``frames`` is silver table
    → its first rows by our names.

    ``words``: our name → their words that count as unknown.
    """

    mapping: MappingFile
    preview: Preview
    frames: dict[str, pl.DataFrame]
    words: dict[str, tuple[str, ...]]


@dataclass(frozen=True)
class Learned:
    """A confirmed name: in files of this layout ``theirs`` is read as ``known``, as somebody said at that
    moment.
    """

    layout_key: str
    theirs: str
    known: str
    by: str
    at: dt.datetime


class _Sketch(Lake):
    """A reader for those who only look: what they would have written is written nowhere, but attempts on
    another's shop are remembered.
    """

    events: list[pl.DataFrame]

    def append(self, table: Table, frame: pl.DataFrame) -> None:
        if table is SECURITY_EVENT:
            self.events.append(table.shape(frame))

    def replace(self, table: Table, keys: pl.DataFrame, frame: pl.DataFrame) -> None:
        del keys
        self.append(table, frame)

    def delete(self, table: Table, keys: pl.DataFrame) -> None:
        del table, keys


# who may give what
def shops(viewer: Viewer) -> list[Shop]:
    """The shops this viewer may give files for, by name.

    Raises ``NotFoundError`` for anybody who is not looking as a merchant.
    """
    merchant_id = merchant_of(viewer)
    with reading(settings_of(viewer)) as lake:
        rows = registry.shops(lake, merchant_id).sort("shop_name", "shop_id")
    return [Shop(**row) for row in rows.select(*Shop.__dataclass_fields__).iter_rows(named=True)]


@contextmanager
def _looking(viewer: Viewer, shop_id: str) -> Iterator[Desk]:
    """The desk of one of the viewer's shops, over a ``_Sketch``.

    Attempts on another merchant's shop are entered when it is left, however it is left.
    """
    merchant_id, settings = merchant_of(viewer), settings_of(viewer)
    events: list[pl.DataFrame] = []
    try:
        with _Sketch.open(settings.place, threads=settings.threads, memory=settings.memory) as lake:
            assert isinstance(lake, _Sketch)  # noqa: S101
            lake.events = events
            with lake.transaction():
                yield Desk.open(
                    lake, settings.place, merchant_id, shop_id, at=steps.now(), by=viewer.name, register=False
                )
    finally:
        if events:
            with writing(settings) as house, house.transaction():
                house.append(SECURITY_EVENT, pl.concat(events).unique(list(SECURITY_EVENT.key)))


# looking
def preview(viewer: Viewer, shop_id: str, name: str, data: bytes) -> list[Preview]:
    """A file, or each file of an archive, as it would be taken for the shop. See ``preview_each``."""
    (found,) = preview_each(viewer, shop_id, [(name, data)])
    return found


def preview_each(viewer: Viewer, shop_id: str, files: Iterable[tuple[str, bytes]]) -> Iterator[list[Preview]]:
    """Files (name, bytes) one after the other, each as it would be taken.

    Changes nothing; what is another merchant's is refused and noted.

    Raises ``NotFoundError`` for a shop that is not the viewer's.
    """
    limits = Limits.of(settings_of(viewer))
    with _looking(viewer, shop_id) as desk:
        for name, data in files:
            yield _looked(desk, plain_name(name), data, limits)


def _looked(desk: Desk, name: str, data: bytes, limits: Limits) -> list[Preview]:
    try:
        if len(data) > MAX_FILE_BYTES:
            raise refuse("FILE_TOO_LARGE", bytes=len(data), limit=MAX_FILE_BYTES)
        files = unpack_apart(data, limits)
    except FileRefusedError as error:
        return [previews.not_taken(desk, name, error, data, limits)]
    given = [(f"{name}/{entry}", content) for entry, content in files] if files else [(name, data)]
    return [previews.look(desk, each, content, limits) for each, content in given]


# giving
def deliver(viewer: Viewer, shop_id: str, files: Sequence[tuple[str, bytes]]) -> Delivery:
    """Take files (name, bytes) for one of the viewer's shops, build and release, in the background.

    The outcome comes with the ``Delivery``.

    Its outcome raises ``WriterBusyError`` and the like; refused files and a held release are part of it. Here
    raises ``NotFoundError`` for a foreign shop and ``UsageError`` for more than ``MAX_FILES`` files or
    ``MAX_BYTES`` bytes.
    """
    with _looking(viewer, shop_id):
        total = sum(len(data) for _, data in files)
        if not 0 < len(files) <= MAX_FILES or total > MAX_BYTES:
            step = {"step_zh": "请分几次上传", "step_en": "give them in several goes"}
            raise UsageError(
                "TOO_MUCH",
                "一次上传的文件过多",
                "too many files, or too large, for one go",
                **step,
                files=len(files),
                bytes=total,
            )
    return deliveries.begin(settings_of(viewer), merchant_of(viewer), shop_id, files, by=viewer.name)


def withdraw(viewer: Viewer, shop_id: str, export_id: str) -> Delivery:
    """Have one file count no more, in the background: its shop is made anew from all the others.

    Raises ``NotFoundError`` for a foreign shop.

    A file that is not the shop's is the outcome's ``NotFoundError``.
    """
    with _looking(viewer, shop_id):
        return deliveries.withdraw(
            settings_of(viewer), merchant_of(viewer), shop_id, export_id, by=viewer.name
        )


def confirm_rows(viewer: Viewer, shop_id: str, export_id: str, rows: Sequence[int]) -> Delivery:
    """Say that held rows of a file are right as they stand, in the background: they count from then on.

    Raises ``NotFoundError`` for a foreign shop.
    """
    with _looking(viewer, shop_id):
        return deliveries.confirm(
            settings_of(viewer), merchant_of(viewer), shop_id, export_id, rows, by=viewer.name
        )


def confirm_line(viewer: Viewer, shop_id: str, order_line_id: str) -> Delivery:
    """Say that a marked line is right at its amount, in the background: its mark comes off.

    Raises ``NotFoundError`` for a foreign shop.
    """
    with _looking(viewer, shop_id):
        return deliveries.confirm_line(
            settings_of(viewer), merchant_of(viewer), shop_id, order_line_id, by=viewer.name
        )


# names that drifted
def confirm_alias(viewer: Viewer, shop_id: str, layout_key: str, theirs: str, known: str) -> bool:
    """Learn that in this merchant's files of this layout ``theirs`` stands for ``known``, with who and when.

    False when that is known already.

    Raises ``UsageError`` when there is no such layout or it has no such header, ``NotFoundError`` for a
    foreign shop, ``WriterBusyError``.
    """
    return _say_alias(viewer, shop_id, layout_key, theirs, known, in_force=True)


def forget_alias(viewer: Viewer, shop_id: str, name: Learned) -> bool:
    """Take a confirmed name back, with who and when.

    Files loaded before keep their reading until a build from landing. Raises as ``confirm_alias``.
    """
    return _say_alias(viewer, shop_id, name.layout_key, name.theirs, name.known, in_force=False)


def _say_alias(
    viewer: Viewer, shop_id: str, layout_key: str, theirs: str, known: str, *, in_force: bool
) -> bool:
    with _looking(viewer, shop_id) as desk:
        layout = previews.layout_of(desk, layout_key)
    if layout is None:
        raise UsageError("BAD_ALIAS", "没有这个版式", "no such layout", layout=layout_key)
    with writing(settings_of(viewer)) as lake:
        return mapping.save_alias(
            lake,
            merchant_of(viewer),
            layout,
            theirs,
            known,
            by=viewer.name,
            at=steps.now(),
            in_force=in_force,
        )


def learned(viewer: Viewer) -> list[Learned]:
    """The names people have confirmed for this merchant's files, newest first."""
    with reading(settings_of(viewer)) as lake:
        rows = mapping.alias_rows(lake, merchant_of(viewer)).sort("changed_at", descending=True)
    told = rows.select(
        "layout_key_name", "column_name", "known_column_name", "received_by_name", "changed_at"
    )
    return [Learned(*row) for row in told.iter_rows()]


# any other table
def propose(
    viewer: Viewer, shop_id: str, data: bytes, kind: str = "", put: Mapping[str, str] | None = None
) -> Proposal:
    """What a table nobody knows may mean, and what only a person can tell.

    ``kind``: what they say it is, else what its header is most like.

    ``put``: what they said of columns so far (``columns.NAME`` → header).

    Raises ``FileRefusedError`` for what is no table, or one in which hardly a header means anything;
    ``NotFoundError`` for a foreign shop.
    """
    with _looking(viewer, shop_id) as desk:
        assert desk.shop is not None  # noqa: S101 - a desk that enters no shop has one
        return propose_apart(
            data,
            Limits.of(settings_of(viewer)),
            kind=kind,
            platform=desk.shop.platform_code,
            columns=columns_said(put or {}),
        )


def try_mapping(
    viewer: Viewer, shop_id: str, name: str, data: bytes, proposal: Proposal, answers: Mapping[str, str]
) -> Trial:
    """The mapping a proposal becomes with a person's answers, and the file read through it. Saves nothing.

    ``answers`` as ``connectors.mapping.propose.settled`` takes them. Raises ``UsageError`` for what is open
    or makes no mapping, and when the file is read already; ``FileRefusedError`` for what cannot be read;
    ``NotFoundError`` for a foreign shop.
    """
    limits = Limits.of(settings_of(viewer))
    with _looking(viewer, shop_id) as desk:
        assert desk.shop is not None  # noqa: S101 - as above
        platform = desk.shop.platform_code
        own = mapping.known_layout(desk.lake, desk.merchant_id, desk.shop, data, limits) or mapping.free_name(
            desk.lake, desk.merchant_id, proposal.kind
        )
        made = mapping.with_known_shops(
            desk.lake, desk.merchant_id, settled(proposal, {"name": own, "shop": shop_id, **answers})
        )
        shown = mapping.preview_mapping(
            data, made, platform, limits, rows=previews.HEAD_ROWS, shop_id=shop_id
        )
        return Trial(
            made,
            previews.taken(desk, plain_name(name), shown.reading, hashlib.sha256(data).hexdigest()),
            shown.frames,
            shown.words,
        )


def save_mapping(viewer: Viewer, made: MappingFile) -> bool:
    """Keep a tried mapping for the viewer's merchant, with who and when; False when it is in force already.

    Raises as ``mapping.save_mapping``.
    """
    with writing(settings_of(viewer)) as lake:
        return mapping.save_mapping(lake, merchant_of(viewer), made, by=viewer.name, at=steps.now())


def explain_words(viewer: Viewer, name: str, answers: Mapping[str, str]) -> None:
    """Say what words of a mapped table mean (``words.NAME.WORD`` → code): a new version of its mapping.

    Raises as ``pipeline.intake.mapping.explain_words``.
    """
    with writing(settings_of(viewer)) as lake:
        mapping.explain_words(lake, merchant_of(viewer), name, answers, by=viewer.name, at=steps.now())


def shipped_titles() -> dict[str, str]:
    """Name → Chinese title of the mappings that come with the house."""
    return {name: known.zh for name, known in shipped().items()}


def mappings(viewer: Viewer) -> list[Kept]:
    """The merchant's own mappings in force, newest first."""
    with reading(settings_of(viewer)) as lake:
        return sorted(
            mapping.kept_mappings(lake, merchant_of(viewer)), key=lambda kept: kept.at, reverse=True
        )


def forget_mapping(viewer: Viewer, name: str) -> None:
    """Take one of the merchant's mappings out of force, with who and when.

    Raises as ``pipeline.intake.mapping.forget_mapping``.
    """
    with writing(settings_of(viewer)) as lake:
        mapping.forget_mapping(lake, merchant_of(viewer), name, by=viewer.name, at=steps.now())
