"""Names that drifted and tables nobody knows: what a person says of them, tried before it is saved."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from connectors.mapping.answers import columns_said, settled
from connectors.mapping.file import shipped
from connectors.mapping.model import MappingFile
from connectors.mapping.propose import Proposal
from contracts.errors import UsageError
from metrics.query.access import Viewer
from pipeline import steps
from pipeline.counter.looking import looking
from pipeline.entries.page import merchant_of, settings_of
from pipeline.house import reading, writing
from pipeline.intake import mapping, previews
from pipeline.intake.mapping import Kept
from pipeline.intake.names import plain_name
from pipeline.intake.previews import Preview
from pipeline.intake.sandbox.parsing import Limits, propose_apart


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
    with looking(viewer, shop_id) as desk:
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
    with looking(viewer, shop_id) as desk:
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
    with looking(viewer, shop_id) as desk:
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


def shipped_titles() -> dict[str, tuple[str, str]]:
    """Name → title, in Chinese and English, of the mappings that come with the house."""
    return {name: (known.zh, known.en) for name, known in shipped().items()}


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
