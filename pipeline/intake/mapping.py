"""A merchant's own mappings and names of columns: kept in the lake with who and when, and found again by
everything that reads that merchant's files.
"""

from __future__ import annotations

import datetime as dt
import itertools
import json
from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from connectors.base import Layout, Platform, platforms
from connectors.files.headers import is_in, split_unit
from connectors.mapped import Mapped, source
from connectors.mapping.answers import explained
from connectors.mapping.dictionary import check_personal, is_personal, personal_error
from connectors.mapping.file import shipped
from connectors.mapping.model import MappingFile
from connectors.mapping.rows import unknown_words
from connectors.typed import Origin, Reading, fold
from contracts.errors import FileRefusedError, NotFoundError, UsageError
from contracts.intake import FILE_RULES
from pipeline.intake.sandbox.parsing import Limits, read_apart, recognise_apart
from warehouse import registry
from warehouse.lake import Lake
from warehouse.ops import ALIAS, MAPPING
from warehouse.registry import Shop

MAPPED = "mapped_"


@dataclass(frozen=True)
class Kept:
    """A mapping in force: its ``version`` (counting from 1), who said so and when."""

    mapping: MappingFile
    version: int
    by: str
    at: dt.datetime


def _newest(lake: Lake, merchant_id: str) -> pl.DataFrame:
    """The last event of each name (rows of ``MAPPING``), by name.

    A null ``is_in_force`` was written before a mapping could be taken back.
    """
    rows = lake.read(MAPPING, where={"merchant_id": merchant_id}).sort("layout_name", "event_number")
    return rows.unique("layout_name", keep="last", maintain_order=True).with_columns(
        pl.col("is_in_force").fill_null(True)
    )


def kept_mappings(lake: Lake, merchant_id: str) -> list[Kept]:
    """The merchant's own mappings as they are in force, by name."""
    rows = (
        _newest(lake, merchant_id)
        .filter("is_in_force")
        .select("details_json", "event_number", "received_by_name", "changed_at")
    )
    return [
        Kept(MappingFile.model_validate_json(text), version, by, at)
        for text, version, by, at in rows.iter_rows()
    ]


def own_mappings(lake: Lake, merchant_id: str) -> list[MappingFile]:
    """The merchant's own mappings as they are in force, by name."""
    return [kept.mapping for kept in kept_mappings(lake, merchant_id)]


def source_of(lake: Lake, merchant_id: str, platform_code: str) -> Mapped:
    """What a merchant's shop on ``platform_code`` can give through mappings: its own first, then those that
    come with the house.

    Rows read by a mapping that was taken back since are still understood by it: without it dollars would be
    taken for yuan.
    """
    retired = [
        MappingFile.model_validate_json(text)
        for text in _newest(lake, merchant_id).filter(~pl.col("is_in_force"))["details_json"]
    ]
    return source(platform_code, [*own_mappings(lake, merchant_id), *shipped().values()], retired)


def platform_of(lake: Lake, merchant_id: str, platform_code: str, kind: str) -> Platform:
    """Who knows what rows of a manifest's kind mean: the connector, or the merchant's mappings."""
    return (
        source_of(lake, merchant_id, platform_code) if kind.startswith(MAPPED) else platforms()[platform_code]
    )


def free_name(lake: Lake, merchant_id: str, kind: str) -> str:
    """A name for a new mapping of this kind that neither the merchant nor the house has ever used: rows may
    stand under an old one.
    """
    taken = {*_newest(lake, merchant_id)["layout_name"], *shipped()}
    wanted = itertools.chain([f"own_{kind}"], (f"own_{kind}_{number}" for number in itertools.count(2)))
    return next(name for name in wanted if name not in taken)


def save_mapping(lake: Lake, merchant_id: str, mapping: MappingFile, *, by: str, at: dt.datetime) -> bool:
    """Keep a mapping for a merchant; False when it is in force already.

    Files loaded before keep their reading until a build from landing.

    Raises ``UsageError`` when it reads a personal column, when the name is one of the house's own, or was of
    another kind: rows read under it would change their table.
    """
    check_personal(mapping)
    if mapping.name in shipped():
        raise UsageError(
            "MAPPING_NAME", "这个名称是内置映射", "the name is that of a built-in mapping", name=mapping.name
        )
    with lake.transaction():
        registry.require_merchant(lake, merchant_id)
        known = _newest(lake, merchant_id).filter(pl.col("layout_name") == mapping.name)
        if known.height and known["kind_code"][0] != mapping.layout_kind:
            raise UsageError(
                "MAPPING_KIND",
                "这个名称已用于另一种表",
                "the name is of another kind of table",
                name=mapping.name,
                kind=known["kind_code"][0],
            )
        told = mapping.model_dump_json()
        if (
            known.height
            and known["is_in_force"][0]
            and json.loads(known["details_json"][0]) == json.loads(told)
        ):
            return False
        _enter(lake, merchant_id, mapping, by=by, at=at, after=known, in_force=True)
    return True


def explain_words(
    lake: Lake, merchant_id: str, name: str, answers: Mapping[str, str], *, by: str, at: dt.datetime
) -> MappingFile:
    """Keep a mapping's next version, in which words nobody knew mean what ``answers`` say
    (``connectors.mapping.answers.explained``).

    One of the house's own becomes the merchant's under a new name, which comes before it. Raises
    ``NotFoundError`` for a name not in force.
    """
    known = {**shipped(), **{mapping.name: mapping for mapping in own_mappings(lake, merchant_id)}}
    if name not in known:
        raise _no_mapping(name)
    made = explained(known[name], answers)
    if name in shipped():
        made = made.model_copy(update={"name": free_name(lake, merchant_id, made.kind)})
    save_mapping(lake, merchant_id, made, by=by, at=at)
    return made


def forget_mapping(lake: Lake, merchant_id: str, name: str, *, by: str, at: dt.datetime) -> MappingFile:
    """Take a mapping out of force, with who and when: no further file is read by it.

    Files loaded before keep their reading until a build from landing.

    Returns the mapping. Raises ``NotFoundError`` when the merchant has none of this name in force.
    """
    with lake.transaction():
        known = _newest(lake, merchant_id).filter((pl.col("layout_name") == name) & pl.col("is_in_force"))
        if known.is_empty():
            raise _no_mapping(name)
        mapping = MappingFile.model_validate_json(known["details_json"][0])
        _enter(lake, merchant_id, mapping, by=by, at=at, after=known, in_force=False)
    return mapping


def _no_mapping(name: str) -> NotFoundError:
    step = {
        "step_zh": "用 baiyun mappings list 查名称",
        "step_en": "see its name with `baiyun mappings list`",
    }
    return NotFoundError("NO_SUCH_MAPPING", "没有这个映射", "no such mapping", **step, name=name)


def _enter(
    lake: Lake,
    merchant_id: str,
    mapping: MappingFile,
    *,
    by: str,
    at: dt.datetime,
    after: pl.DataFrame,
    in_force: bool,
) -> None:
    row = {
        "merchant_id": merchant_id,
        "layout_name": mapping.name,
        "event_number": after["event_number"][0] + 1 if after.height else 1,
        "platform_code": mapping.platform,
        "kind_code": mapping.layout_kind,
        "details_json": mapping.model_dump_json(),
        "received_by_name": by,
        "changed_at": at,
        "is_in_force": in_force,
    }
    lake.append(MAPPING, MAPPING.shape(pl.DataFrame([row])))


def mapped_elsewhere(
    lake: Lake, merchant_id: str, platform_code: str, data: bytes, limits: Limits | None = None
) -> MappingFile | None:
    """The mapping, the merchant's own or the house's, that would read a file in a shop on another platform.

    With no ``platform_code`` on any. None for none.
    """
    known = [*own_mappings(lake, merchant_id), *shipped().values()]
    others = [
        mapping for mapping in known if not platform_code or mapping.platform not in (platform_code, "shop")
    ]
    codes = dict.fromkeys("other" if mapping.platform == "shop" else mapping.platform for mapping in others)
    try:
        key = recognise_apart(data, limits, mappings=[source(code, others) for code in codes])
    except FileRefusedError:
        return None
    _, kind, name = key.split("/")
    return next((mapping for mapping in others if (mapping.layout_kind, mapping.name) == (kind, name)), None)


# names of columns
def alias_rows(lake: Lake, merchant_id: str) -> pl.DataFrame:
    """Rows of ``ALIAS``: what people have confirmed for this merchant's files and nobody has taken back."""
    rows = lake.read(ALIAS, where={"merchant_id": merchant_id}).sort("event_number")
    return rows.unique(["layout_key_name", "column_name"], keep="last", maintain_order=True).filter(
        "is_in_force"
    )


def own_aliases(lake: Lake, merchant_id: str) -> dict[str, dict[str, str]]:
    """``Layout.key`` → their header → the layout's: ``alias_rows`` as a reader takes them."""
    aliases: dict[str, dict[str, str]] = {}
    for key, theirs, known in (
        alias_rows(lake, merchant_id)
        .select("layout_key_name", "column_name", "known_column_name")
        .sort(pl.all())
        .iter_rows()
    ):
        aliases.setdefault(key, {})[theirs] = known
    return aliases


def save_alias(
    lake: Lake,
    merchant_id: str,
    layout: Layout,
    theirs: str,
    known: str,
    *,
    by: str,
    at: dt.datetime,
    in_force: bool = True,
) -> bool:
    """Keep that ``theirs`` stands for ``known`` in this merchant's files of ``layout`` (or no longer does).

    False when that is known already.

    Raises ``UsageError`` when the layout has no header ``known``, or has ``theirs`` as a header of its own,
    or a personal one would be read by it, or it names another unit than the column is in.
    """
    if (
        in_force
        and is_personal(theirs)
        and any(fold(column.header) == fold(known) and not column.personal for column in layout.columns)
    ):
        raise personal_error([theirs.strip()])
    headers = {fold(column.header): column.header.strip() for column in layout.columns}
    if fold(known) not in headers or fold(theirs) in headers or not theirs.strip():
        step = {
            "step_zh": "用 baiyun map FILE 查看候选",
            "step_en": "see what is near with `baiyun map FILE`",
        }
        raise UsageError(
            "BAD_ALIAS",
            "别名应为 他们的表头=版式里的表头",
            "an alias is THEIRS=KNOWN",
            **step,
            alias=f"{theirs}={known}",
            layout=layout.key,
        )
    unit = split_unit(theirs)[1]
    columns = [column for column in layout.columns if fold(column.header) == fold(known)]
    if in_force and unit and not is_in(columns[0], unit):
        refusal = FILE_RULES["UNIT_DISAGREES"]
        step = {"step_zh": "把这一列换算成元再导入", "step_en": "convert the column to yuan first"}
        raise UsageError(
            "UNIT_DISAGREES", refusal.zh, refusal.en, **step, alias=f"{theirs}={known}", layout=layout.key
        )
    with lake.transaction():
        registry.require_merchant(lake, merchant_id)
        where: dict[str, object] = {
            "merchant_id": merchant_id,
            "layout_key_name": layout.key,
            "column_name": theirs.strip(),
        }
        said = lake.read(ALIAS, where=where).sort("event_number")
        now = {"known_column_name": headers[fold(known)], "is_in_force": in_force}
        if said.height and said.select(*now).row(-1, named=True) == now:
            return False
        row = {**where, "event_number": said.height + 1, **now, "received_by_name": by, "changed_at": at}
        lake.append(ALIAS, ALIAS.shape(pl.DataFrame([row])))
    return True


# before anything is saved
@dataclass(frozen=True)
class MappedPreview:
    """A file as it would be read: ``reading`` as the intake would have it, ``frames`` the canonical rows it
    becomes (silver table → first rows).

    ``words``: our name → their words, anywhere in the file, that count as unknown.
    """

    reading: Reading
    frames: dict[str, pl.DataFrame]
    words: dict[str, tuple[str, ...]]


def known_layout(lake: Lake, merchant_id: str, shop: Shop, data: bytes, limits: Limits | None = None) -> str:
    """The name of the merchant's own mapping that reads a file, or would for another shop the file names.

    Empty for a file nothing reads.

    Raises ``UsageError`` KNOWN_LAYOUT when a connector or a mapping of the house reads it: then there is
    nothing to map.
    """
    mine = source_of(lake, merchant_id, shop.platform_code)
    try:
        found = read_apart(
            data, _sample(shop.shop_id), limits, mappings=[mine], aliases=own_aliases(lake, merchant_id)
        ).layout
    except FileRefusedError as error:
        if error.rule not in ("SHOP_UNSAID", "OTHER_SHOP"):
            return ""
        _, kind, name = recognise_apart(data, limits, mappings=[mine]).split("/")
        return name if kind.startswith(MAPPED) and name not in shipped() else ""
    if found.kind.startswith(MAPPED) and found.name not in shipped():
        return found.name
    raise _known(found)


def _sample(shop_id: str) -> Origin:
    return Origin("preview", shop_id, "0" * 64, "preview", dt.datetime.now(dt.UTC))


def with_known_shops(lake: Lake, merchant_id: str, mapping: MappingFile) -> MappingFile:
    """A mapping made anew, with what was said before of other shops that stand in such tables."""
    before = next(
        (item.shop_column for item in own_mappings(lake, merchant_id) if item.name == mapping.name), None
    )
    if before is None or mapping.shop_column is None:
        return mapping
    shops = {**before.shops, **mapping.shop_column.shops}
    return mapping.model_copy(update={"shop_column": mapping.shop_column.model_copy(update={"shops": shops})})


def _known(layout: Layout) -> UsageError:
    step = {"step_zh": "直接导入即可", "step_en": "just ingest it"}
    return UsageError(
        "KNOWN_LAYOUT", "这个表头已经认识", "this header is known already", **step, layout=layout.key
    )


def preview_mapping(
    data: bytes,
    mapping: MappingFile,
    platform_code: str,
    limits: Limits | None = None,
    *,
    rows: int = 5,
    shop_id: str = "preview",
) -> MappedPreview:
    """Read a file of a shop through a mapping that is not saved yet. Changes nothing.

    Raises FileRefusedError for what cannot be read, and ``UsageError``: MAPPED_PERSONAL, or KNOWN_LAYOUT when
    a layout or mapping that is there already fits better.
    """
    check_personal(mapping)
    own = source(platform_code, [mapping])
    found = read_apart(data, _sample(shop_id), limits, mappings=[own])
    if (found.layout.kind, found.layout.name) != (mapping.layout_kind, mapping.name):
        raise _known(found.layout)
    first = found.bronze.sort("_row_number").head(rows)
    return MappedPreview(
        found,
        own.conform(found.layout.kind, first) if first.height else {},
        unknown_words(mapping, found.bronze),
    )
