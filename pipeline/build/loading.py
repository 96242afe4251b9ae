"""Landed exports → typed bronze rows and canonical frames.

Reads bytes, never the network; what does not fit goes to quarantine with its rule.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import Any

import polars as pl

from connectors.base import TOGETHER, Platform
from connectors.http import Client, Credentials
from connectors.mapped import Mapped
from connectors.reading import Aliases, Origin, Reading, read_pages
from contracts.canonical import SILVER
from contracts.errors import CollectError, FileRefusedError, NotFoundError
from contracts.intake import ROW_RULES, Notice
from contracts.tables import Table
from pipeline.intake.conflicts import conflict_rows, with_conflicts
from pipeline.intake.contract_words import in_file_words
from pipeline.intake.implausible import implausible_rows
from pipeline.intake.sandbox.ahead import AHEAD_BYTES, read_ahead
from pipeline.intake.sandbox.parsing import read_apart
from transforms.silver.one_file import no_conflicts, settle
from warehouse import keys, landing
from warehouse.ops import QUARANTINE
from warehouse.place import Place

ROW = ["merchant_id", "shop_id", "_export_id", "_row_number"]
Export = tuple[str, str]  # shop id, export id: the same bytes may be given for two shops
_BAD = {"rule_name": pl.String, "column_name": pl.String, "cell_name": pl.String, "row_json": pl.String}


@dataclass(frozen=True)
class Loaded:
    """Everything one kind's waiting exports held.

    ``bronze``: rows that passed; ``bad``: one row per broken rule × row (``ROW`` + rule, column, cell,
    row_json); ``frames``: silver table → observations; ``refusals``: export → error, for exports that could
    not be read at all; ``readings``: export → what was left out and new; ``together``: rows that speak
    through another row of their export (``ROW`` + ``_of``, that row's number).
    """

    platform: Platform
    kind: str
    bronze: pl.DataFrame
    bad: pl.DataFrame
    frames: dict[str, pl.DataFrame]
    refusals: dict[Export, FileRefusedError]
    readings: dict[Export, Reading]
    together: pl.DataFrame


def load_kind(
    place: Place,
    platform: Platform,
    kind: str,
    exports: pl.DataFrame,
    known: Mapping[Export, Reading],
    aliases: Callable[[str], Aliases] = lambda merchant: {},
    confirmed: pl.DataFrame | None = None,
) -> Loaded:
    """Read the given manifest rows (one platform and kind).

    ``known`` are readings made before; ``aliases`` a merchant's confirmed header names.

    ``confirmed``: rows a person has confirmed (``ROW``, ``rule_name``).
    """
    readings, refusals = _read_all(place, platform, kind, exports, known, aliases)
    shops = {id(reading): (reading, shop_id) for (shop_id, _), reading in readings.items()}
    merchants = dict(exports.select("shop_id", "merchant_id").iter_rows())
    bronze = pl.concat([platform.bronze[kind].empty(), *(reading.bronze for reading, _ in shops.values())])
    unread = [
        reading.quarantine.with_columns(
            merchant_id=pl.lit(merchants[shop_id]), shop_id=pl.lit(shop_id)
        ).select(_no_bad().columns)
        for reading, shop_id in shops.values()
    ]
    good, broken = _keep_contract(platform.bronze[kind], bronze)
    files = exports.filter(pl.col("source_code") == "file")["export_id"]
    absurd = partial(
        implausible_rows,
        confirmed=_no_bad().select(*ROW, "rule_name") if confirmed is None else confirmed,
        files=files,
    )
    frames, rest, together, conflicts = _conform(platform, kind, good, absurd)
    readings = with_conflicts(with_unknown_words(readings, good, frames), conflicts)
    bad = pl.concat([_no_bad(), *unread, broken, rest])
    return Loaded(platform, kind, _without(good, rest), bad, frames, refusals, readings, together)


def _read_all(
    place: Place,
    platform: Platform,
    kind: str,
    exports: pl.DataFrame,
    known: Mapping[Export, Reading],
    aliases: Callable[[str], Aliases],
) -> tuple[dict[Export, Reading], dict[Export, FileRefusedError]]:
    readings: dict[Export, Reading] = {}
    refusals: dict[Export, FileRefusedError] = {}
    extra = [platform] if isinstance(platform, Mapped) else []
    files = exports.filter(pl.col("source_code") == "file")
    confirmed = {merchant: aliases(merchant) for merchant in files["merchant_id"].unique()}

    def read(row: Mapping[str, Any]) -> Reading | FileRefusedError:
        try:
            data = landing.read_landed(place, row["landing_name"])
            told = confirmed[row["merchant_id"]]
            return read_apart(data, _origin(row, place), mappings=extra, aliases=told)
        except FileRefusedError as error:
            return error
        except NotFoundError as error:
            return _lost(error)

    unread = (row for row in files.iter_rows(named=True) if (row["shop_id"], row["export_id"]) not in known)
    for row, found in read_ahead(read, unread, is_alone=lambda row: row["bytes_qty"] > AHEAD_BYTES):
        export = (row["shop_id"], row["export_id"])
        if isinstance(found, FileRefusedError):
            refusals[export] = found
        else:
            readings[export] = found
    readings |= {
        export: known[export]
        for export in exports.select("shop_id", "export_id").iter_rows()
        if export in known
    }
    api = exports.filter((pl.col("source_code") == "api") & pl.col("expired_at").is_null())
    for shop in api.partition_by("merchant_id", "shop_id", maintain_order=True):
        pages, failed = _read_pages(place, platform, kind, shop.iter_rows(named=True))
        refusals |= failed
        if pages:
            reading = read_pages(platform, kind, pages)
            readings |= {(origin.shop_id, origin.export_id): reading for origin, _ in pages}
    return readings, refusals


def _read_pages(
    place: Place, platform: Platform, kind: str, rows: Iterable[dict[str, object]]
) -> tuple[list[tuple[Origin, list[dict[str, object]]]], dict[Export, FileRefusedError]]:
    assert platform.api is not None  # noqa: S101 - the pages came through it
    api = platform.api(Client(), Credentials("https://landing.invalid", "replay", ""))
    pages, refusals = [], {}
    for row in rows:
        export = (str(row["shop_id"]), str(row["export_id"]))
        try:
            pages.append(
                (_origin(row, place), api.records(kind, landing.read_landed(place, str(row["landing_name"]))))
            )
        except FileRefusedError as error:
            refusals[export] = error
        except NotFoundError as error:
            refusals[export] = _lost(error)
        except CollectError as error:
            refusals[export] = FileRefusedError(error.rule, error.zh, error.en)
    return pages, refusals


def _lost(error: NotFoundError) -> FileRefusedError:
    step = ("从备份恢复，或重新上传同一个文件", "restore it from backup, or upload the same file again")
    return FileRefusedError(
        "LANDING_LOST",
        error.zh,
        error.en,
        step_zh=step[0],
        step_en=step[1],
        landing_name=error.facts["landing_name"],
    )


def _origin(row: Mapping[str, object], place: Place) -> Origin:
    """Where an export came from; a file tells anew when it was made, as it did when it was given."""
    return Origin(
        str(row["merchant_id"]),
        str(row["shop_id"]),
        str(row["export_id"]),
        str(row["export_name"]).rsplit("/", 1)[-1],
        row["received_at"],  # type: ignore[arg-type]
        None if row["source_code"] == "file" else row["observed_at"],  # type: ignore[arg-type]
        keys.key(place, "buyer", str(row["merchant_id"])),
    )


def _no_bad() -> pl.DataFrame:
    return pl.DataFrame(
        schema={
            "merchant_id": pl.String,
            "shop_id": pl.String,
            "_export_id": pl.String,
            "_row_number": pl.Int64,
            **_BAD,
        }
    )


_STATUS = {"order_status_code": "order_status_text", "refund_status_code": "refund_status_text"}


def with_unknown_words(
    readings: dict[Export, Reading], bronze: pl.DataFrame, frames: Mapping[str, pl.DataFrame]
) -> dict[Export, Reading]:
    """A warning on each export whose status words nobody here knows: such rows are counted as unknown, never
    as paid.
    """
    odd = [
        (text, frame.filter(pl.col(code) == "unknown").select(ROW))
        for frame in frames.values()
        for code, text in _STATUS.items()
        if code in frame.columns and text in bronze.columns
    ]
    told = [
        bronze.join(rows, on=ROW, how="semi").select("shop_id", "_export_id", word=text).drop_nulls()
        for text, rows in odd
        if rows.height
    ]
    if not told:
        return readings
    words = (
        pl.concat(told)
        .group_by("shop_id", "_export_id")
        .agg(pl.len(), pl.col("word").unique().sort().head(8))
    )
    said = {
        (shop, export): Notice("UNKNOWN_WORD", count, "、".join(list_)[:200])
        for shop, export, count, list_ in words.iter_rows()
    }
    return {
        export: replace(reading, notices=[*reading.notices, said[export]]) if export in said else reading
        for export, reading in readings.items()
    }


def _keep_contract(table: Table, frame: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rows that keep the table's contract, and one ``bad`` row per rule the others break (column named by the
    rule).
    """
    shaped = table.shape(frame)
    good, failure = table.schema.filter(shaped)
    if not len(failure):
        return pl.DataFrame(good), _no_bad()
    told = failure.details()
    rules = [name for name in told.columns if name not in table.columns]
    broken = told.unpivot(rules, index=ROW, variable_name="rule", value_name="state").filter(
        pl.col("state").cast(pl.String) == "invalid"
    )
    rows = failure.invalid().select(
        *ROW,
        pl.struct(pl.exclude("_observed_at", "_last_observed_at")).struct.json_encode().alias("row_json"),
    )
    said = broken.select(*ROW, rule_name=pl.lit("CONTRACT"), column_name=pl.col("rule"), cell_name=pl.lit(""))
    return pl.DataFrame(good), said.join(rows.unique(ROW), on=ROW, how="left").select(_no_bad().columns)


def _conform(
    platform: Platform,
    kind: str,
    bronze: pl.DataFrame,
    absurd: Callable[[Mapping[str, pl.DataFrame]], pl.DataFrame],
) -> tuple[dict[str, pl.DataFrame], pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Canonical observations, the rows none of which, or not all of which, keep the canonical contracts, rows
    that speak through another, and conflicts.

    A row that breaks a contract, contradicts another one of its file, or is ``absurd``, is left out of every
    frame.
    """
    if bronze.is_empty():
        return {}, _no_bad(), _together([], bronze, _no_bad()), no_conflicts()
    frames = {}
    broken = []
    joined = []
    conflicts = [no_conflicts()]
    conformed = platform.conform(kind, bronze)
    for name, frame in conformed.items():
        observed = SILVER[name].shape(frame.with_columns(_last_observed_at=pl.col("_observed_at")))
        kept, failed = _keep_contract(SILVER[name], observed)
        settled = settle(SILVER[name], kept)
        frames[name] = settled.rows
        broken += [failed, conflict_rows(settled.conflicts)]
        joined.append(settled.together.rename({"_rows": TOGETHER}))
        conflicts.append(settled.conflicts)
    broken.append(absurd(frames))
    silent = _silent(bronze.select(ROW), [*frames.values(), *broken])
    together = _together([*conformed.values(), *joined], silent, pl.concat([_no_bad(), *broken]))
    silent = _without(silent, together)
    said = {"rule_name": "NOT_CONFORMED", "column_name": "", "cell_name": "", "row_json": "{}"}
    bad = pl.concat(
        [
            *broken,
            silent.with_columns(**{key: pl.lit(text) for key, text in said.items()}).select(
                _no_bad().columns
            ),
        ]
    )
    return {name: _without(frame, bad) for name, frame in frames.items()}, bad, together, pl.concat(conflicts)


def _silent(rows: pl.DataFrame, told: list[pl.DataFrame]) -> pl.DataFrame:
    """Of ``rows`` (``ROW``) those that are in none of the frames ``told``.

    Mostly one frame tells them all in their order, which is seen ten times faster.
    """
    if any(frame.height == rows.height and frame.select(ROW).equals(rows) for frame in told):
        return rows.clear()
    return rows.join(pl.concat([frame.select(ROW) for frame in told]).unique(), on=ROW, how="anti")


def _without(frame: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    return (
        frame.join(rows.select(ROW).unique(), on=ROW, how="anti", maintain_order="left")
        if rows.height
        else frame
    )


def _together(frames: list[pl.DataFrame], silent: pl.DataFrame, broken: pl.DataFrame) -> pl.DataFrame:
    """Of the ``silent`` rows those that went into another one, unless that one is broken."""
    parts = [
        frame.select(*ROW[:3], pl.col(TOGETHER).alias(ROW[3]), _of=ROW[3]).explode(ROW[3])
        for frame in frames
        if TOGETHER in frame.columns
    ]
    told = pl.concat([silent.select(*ROW, _of=ROW[3]).clear(), *parts]).join(
        silent.select(ROW), on=ROW, how="semi"
    )
    return (
        told.group_by(ROW)
        .agg(pl.col("_of").min())
        .join(broken, left_on=[*ROW[:3], "_of"], right_on=ROW, how="anti")
    )


def quarantine_rows(loaded: Loaded) -> pl.DataFrame:
    """``bad`` as rows of ``ops.quarantine``, each with its sentence and next step."""
    sentence = {name: f"{rule.zh} / {rule.en}" for name, rule in ROW_RULES.items()}
    step = {name: f"{rule.step_zh} / {rule.step_en}" for name, rule in ROW_RULES.items()}
    layouts = {export: reading.layout for export, reading in loaded.readings.items()}
    bad = in_file_words(loaded.bad, layouts, loaded.platform.bronze[loaded.kind].fields)
    why = pl.when(pl.col("why_name") == "").then(pl.lit("")).otherwise(": " + pl.col("why_name"))
    rows = bad.with_columns(
        platform_code=pl.lit(loaded.platform.code),
        kind_code=pl.lit(loaded.kind),
        export_id="_export_id",
        row_number="_row_number",
        message_name=pl.col("rule_name").replace_strict(sentence, default="") + why,
        next_step_name=pl.col("rule_name").replace_strict(step, default=""),
    )
    return QUARANTINE.shape(rows.unique(QUARANTINE.key, keep="first", maintain_order=True))


def details(reading: Reading | None, rules: Mapping[str, int]) -> str:
    """What a receipt tells beyond its counts, as stored JSON."""
    notices = [asdict(notice) for notice in reading.notices] if reading else []
    return json.dumps(
        {"rules": dict(rules), "new_columns": reading.new_columns if reading else [], "notices": notices},
        ensure_ascii=False,
    )
