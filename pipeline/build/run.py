"""One build: waiting exports → bronze, silver, gold and receipts, in one transaction that becomes one
snapshot.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from zoneinfo import ZoneInfo

import polars as pl

from connectors.base import Platform
from connectors.mapped import bronze_tables
from connectors.reading import Reading
from contracts.canonical import SILVER
from contracts.fields import TIME_ZONE
from pipeline.build import profits, withdrawing
from pipeline.build.advertising import rebuild_advertising
from pipeline.build.buyers import rebuild_buyers
from pipeline.build.golden import Known, rebuild_costs, rebuild_slices, rebuild_wholes
from pipeline.build.keeping import kept_readings
from pipeline.build.loading import ROW, Export, Loaded, load_kind, quarantine_rows
from pipeline.build.merging import merge_into_silver
from pipeline.build.outliers import rebuild_outliers
from pipeline.build.outlook import rebuild_outlook
from pipeline.build.reported import rebuild_reported
from pipeline.build.stock import rebuild_stock
from pipeline.entries.changes import InputChanges, entries_changed
from pipeline.entries.lists import aside as excluded_orders
from pipeline.entries.moved import input_changes
from pipeline.house import writing
from pipeline.intake.confirming import confirmed_rows, merchants_with_new_word
from pipeline.intake.load_notices import with_money_notices
from pipeline.intake.mapping import MAPPED, own_aliases, platform_of
from pipeline.intake.receipts import FileReceipt, from_load
from pipeline.intake.receiving import load_rows, rejudged_rows
from transforms.disclosure import DisclosureRule
from transforms.gold import gold_tables
from warehouse import entries, landing, registry, release
from warehouse.lake import Lake
from warehouse.ops import CURRENCY_RATE, EXPORT, LOAD, MERCHANT, QUARANTINE, SHOP
from warehouse.points import reach
from warehouse.settings import Settings

_KEY = list(EXPORT.key)
_REGISTRY = (SHOP, MERCHANT)
_SHOP = ["merchant_id", "shop_id"]
#: Shops are loaded together until their raw files come to this: it bounds the memory of a build, and a chunk
#: costs some twenty small writes.
CHUNK_BYTES = 64 << 20


@dataclass(frozen=True)
class Built:
    """A committed build: its number, the snapshot to judge, whether anything was new, and the receipts of
    what it loaded.
    """

    build_number: int
    snapshot: int
    has_changes: bool
    receipts: list[FileReceipt] = field(default_factory=list)


@dataclass(frozen=True)
class Moved:
    """What moves gold without a new export.

    ``is_registry``: any entry of who owns which shop; ``entered``: hand-entered lists; ``anew``: shops of
    which a file was withdrawn or a confirmation taken back; ``by_word``: the merchants who confirmed a marked
    line.
    """

    is_registry: bool
    entered: InputChanges
    anew: withdrawing.Anew
    by_word: set[str]

    @property
    def is_empty(self) -> bool:
        """True when nothing moved."""
        return (
            not self.is_registry and self.entered.is_empty and self.anew.shops.is_empty() and not self.by_word
        )


@dataclass(frozen=True)
class Batch:
    """Waiting exports that are read and conformed together: of one platform and kind and, where mappings say
    what they mean, of one merchant.

    ``kept`` is what is known of those whose raw bytes have expired.
    """

    platform: Platform
    kind: str
    exports: pl.DataFrame
    kept: dict[Export, Reading]


def build(
    settings: Settings,
    *,
    run_name: str | None = None,
    at: dt.datetime | None = None,
    known: dict[Export, Reading] | None = None,
    rejudge: Sequence[str] = (),
    from_landing: bool = False,
) -> Built:
    """Load what waits and bring gold up to date. With nothing new, the last build is returned unchanged.

    ``known`` are readings made a moment ago, taken out as they are loaded so that their memory is free again;
    ``rejudge`` names exports whose quarantined rows are tried again; ``from_landing`` forgets every derived
    row and makes all of them anew from the raw bytes, or from bronze where those have expired. Raises
    ``WriterBusyError``; on any error nothing has changed.
    """
    now = at or dt.datetime.now(ZoneInfo(TIME_ZONE))
    with writing(settings) as lake:
        waiting, anew = withdrawing.divide(
            lake, lake.read(EXPORT) if from_landing else _waiting(lake, rejudge)
        )
        told = known_inputs(lake)
        moved = Moved(
            _registry_moved(lake),
            input_changes(lake, is_whole=from_landing),
            anew,
            merchants_with_new_word(lake),
        )
        last = _last_build(lake)
        if waiting.is_empty() and moved.is_empty and last and not from_landing:
            return last
        number = release.begin_build(lake, at=now, run_name=run_name)
        reach("build.start")
        with lake.transaction():
            chunks = [(chunk, list(_batches(lake, chunk))) for chunk in _chunks(waiting)]
            if from_landing:
                _forget(lake)
            loads = _load(lake, settings, chunks, {} if known is None else known, moved, told, number, now)
            release.fence(lake, number)
            reach("build.before_commit")
        reach("build.committed")
        landing.expire(lake, settings.place, days=settings.raw_days, now=now, at_once=True)
        names = dict(waiting.select(pl.concat_str("shop_id", "export_id"), "export_name").iter_rows())
        receipts = [
            from_load(row, names[row["shop_id"] + row["export_id"]]) for row in loads.iter_rows(named=True)
        ]
        return Built(number, lake.snapshot(), True, receipts)


def _waiting(lake: Lake, rejudge: Sequence[str]) -> pl.DataFrame:
    fresh = landing.pending(lake)
    if not rejudge:
        return fresh
    again = lake.read(EXPORT, where={"export_id": list(rejudge)}).join(fresh, on=_KEY, how="anti")
    return pl.concat([fresh, again])


def _last_build(lake: Lake) -> Built | None:
    """The newest committed build as its loads or releases tell it."""
    judged = release.releases(lake)
    loaded = lake.sql("SELECT max(build_number) AS n FROM ops.load")["n"].max()
    if judged and judged[-1].build >= int(str(loaded or 0)):
        return Built(judged[-1].build, judged[-1].snapshot, False)
    # committed but never judged: the process died in between, and what was committed is still the newest
    # snapshot of gold
    return Built(int(str(loaded)), lake.snapshot(), False) if loaded else None


def known_inputs(lake: Lake) -> Known:
    """What people have entered beside the exports."""
    aside = entries.in_force(lake, excluded_orders.BOOK)
    return Known(
        registry.live_accounts(lake), entries.read(lake, CURRENCY_RATE), profits.known_costs(lake), aside
    )


def _registry_moved(lake: Lake) -> bool:
    """Whether the registry of merchants and shops differs from what the last judged build saw.

    Before the first it does.
    """
    judged = release.releases(lake)
    if not judged:
        return True
    with Lake.open(lake.place, snapshot=judged[-1].snapshot) as then:
        return any(entries_changed(then, lake, table).height for table in _REGISTRY)


def _forget(lake: Lake) -> None:
    """Empty everything derived: bronze, silver, gold, receipts and quarantine.

    Landing, the manifest and the registry stay.
    """
    for table in [*bronze_tables(), *SILVER.values(), *gold_tables().values(), LOAD, QUARANTINE]:
        lake.connection.execute(f"DELETE FROM lake.{table.full_name}")  # noqa: S608


def _load(
    lake: Lake,
    settings: Settings,
    chunks: list[tuple[pl.DataFrame, list[Batch]]],
    known: dict[Export, Reading],
    moved: Moved,
    told: Known,
    number: int,
    now: dt.datetime,
) -> pl.DataFrame:
    """Everything into the warehouse, some shops at a time, so that no more than these is ever held.

    Returns the receipts (rows of ``LOAD``).
    """
    withdrawing.take_back(lake, moved.anew, told, number, now)
    rebuild_slices(lake, moved.entered.touched, told)
    rebuild_costs(lake, moved.entered.days, told.costs)
    loads = [LOAD.empty()]
    for chunk, batches in chunks:
        parts = _read(lake, settings, batches, known)
        loads.append(_load_chunk(lake, chunk, parts, told, number, now))
        del parts  # or they would be held beside the next ones
    rule = DisclosureRule(
        settings.disclosure_minimum_owners, settings.disclosure_p, settings.disclosure_largest_share
    )
    rebuild_wholes(lake, rule, now, settings.return_window_days, settings.hit_units)
    merchants = _merchants_of(moved, chunks)
    rebuild_buyers(lake, merchants | moved.entered.buyers, settings.repurchase_window_days)
    rebuild_outliers(lake, merchants | moved.by_word)
    rebuild_outlook(lake, merchants, number)
    rebuild_advertising(lake, told.costs)
    rebuild_stock(lake, merchants | moved.entered.stock, told.rates)
    rebuild_reported(lake, told.costs)
    reach("build.gold")
    return pl.concat(loads)


def _merchants_of(moved: Moved, chunks: list[tuple[pl.DataFrame, list[Batch]]]) -> set[str]:
    """Every merchant of whom this build may change anything."""
    named = [moved.anew.shops, *(chunk for chunk, _ in chunks)]
    return moved.entered.merchants | {str(name) for frame in named for name in frame["merchant_id"].unique()}


def _read(lake: Lake, settings: Settings, batches: list[Batch], known: dict[Export, Reading]) -> list[Loaded]:
    """What the exports of a chunk hold.

    Raises ``FileRefusedError`` when raw bytes are gone or their reader fails: what they published would be
    missing.
    """
    parts, confirmed = [], confirmed_rows(lake)
    for item in batches:
        mine = {
            export: known.pop(export)
            for export in item.exports.select("shop_id", "export_id").iter_rows()
            if export in known
        }
        parts.append(
            load_kind(
                settings.place,
                item.platform,
                item.kind,
                item.exports,
                {**item.kept, **mine},
                partial(own_aliases, lake),
                confirmed,
            )
        )
    for refusal in (error for part in parts for error in part.refusals.values()):
        if refusal.rule in ("LANDING_DAMAGED", "LANDING_LOST", "PARSE_DIED", "PARSE_TIMEOUT"):
            raise refusal
    return parts


def _load_chunk(
    lake: Lake, chunk: pl.DataFrame, parts: list[Loaded], told: Known, number: int, now: dt.datetime
) -> pl.DataFrame:
    before = lake.read(LOAD, keys=chunk.select(_KEY))
    if before.height:
        parts = rejudged_rows(lake, parts, before)
    outcomes, touched = merge_into_silver(lake, [part.frames for part in parts])
    reach("build.silver")
    rebuild_slices(lake, touched, told)
    parts = with_money_notices(lake, parts, told.rates)
    loads = load_rows(chunk, parts, outcomes, before, number, now)
    _store(lake, chunk, parts, loads)
    return loads


def _chunks(waiting: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Waiting exports by shop, several small shops together.

    A shop is never divided, so that what is told of it is merged at once.
    """
    shops = waiting.group_by(_SHOP).agg(pl.col("bytes_qty").sum()).sort(_SHOP)
    number = (shops["bytes_qty"].cum_sum() - shops["bytes_qty"]) // CHUNK_BYTES
    for _, part in shops.with_columns(_chunk=number).group_by("_chunk", maintain_order=True):
        yield waiting.join(part.select(_SHOP), on=_SHOP, how="semi", maintain_order="left")


def _batches(lake: Lake, waiting: pl.DataFrame) -> Iterator[Batch]:
    owner = (
        pl.when(pl.col("kind_code").str.starts_with(MAPPED))
        .then("merchant_id")
        .otherwise(pl.lit(""))
        .alias("_owner")
    )
    by = ["platform_code", "kind_code", "_owner"]
    for (platform, kind, merchant), exports in sorted(
        waiting.with_columns(owner).partition_by(by, as_dict=True).items()
    ):
        exports = exports.drop("_owner")
        yield Batch(
            platform_of(lake, str(merchant), str(platform), str(kind)),
            str(kind),
            exports,
            kept_readings(lake, exports),
        )


def _store(lake: Lake, waiting: pl.DataFrame, parts: list[Loaded], loads: pl.DataFrame) -> None:
    for part in parts:
        table = part.platform.bronze[part.kind]
        fresh = part.bronze.join(
            lake.read(table, keys=part.bronze.select("_export_id").unique(), columns=ROW), on=ROW, how="anti"
        )
        lake.append(table, fresh)
    lake.replace(
        QUARANTINE,
        waiting.select(_KEY),
        pl.concat([QUARANTINE.empty(), *(quarantine_rows(part) for part in parts)]),
    )
    lake.replace(LOAD, waiting.select(_KEY), loads)
