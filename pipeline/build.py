"""One build: waiting exports → bronze, silver, gold and receipts, in one transaction that becomes one snapshot."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from zoneinfo import ZoneInfo

import polars as pl

from connectors.base import Platform
from connectors.mapped import bronze_tables
from connectors.reading import Reading
from contracts.canonical import SILVER
from contracts.fields import TIME_ZONE
from pipeline.exchange import moved_by_rates
from pipeline.golden import Known, orders_of_merchants, rebuild_gold
from pipeline.house import writing
from pipeline.keeping import kept_readings
from pipeline.loading import ROW, Export, Loaded, load_kind, quarantine_rows
from pipeline.mapping import MAPPED, own_aliases, platform_of
from pipeline.merging import SESSION, Touched, merge_into_silver
from pipeline.receipts import FileReceipt, from_load
from pipeline.receiving import load_rows, rejudged_rows
from transforms.disclosure import DisclosureRule
from transforms.gold import gold_tables
from warehouse import landing, rates, registry, release
from warehouse.lake import Lake
from warehouse.ops import EXPORT, LIVE_ACCOUNT, LOAD, MERCHANT, QUARANTINE, SHOP
from warehouse.points import reach
from warehouse.settings import Settings

_KEY = list(EXPORT.key)
_REGISTRY = (LIVE_ACCOUNT, SHOP, MERCHANT)


@dataclass(frozen=True)
class Built:
    """A committed build: its number, the snapshot to judge, whether anything was new, and the receipts of what it loaded."""

    build_number: int
    snapshot: int
    has_changes: bool
    receipts: list[FileReceipt] = field(default_factory=list)


@dataclass(frozen=True)
class Moved:
    """What moves gold without a new export: merchants whose registry entries changed, and orders whose exchange rate did."""

    merchants: list[str]
    orders: pl.DataFrame

    @property
    def is_empty(self) -> bool:
        """True when nothing moved."""
        return not self.merchants and self.orders.is_empty()


@dataclass(frozen=True)
class Batch:
    """Waiting exports that are read and conformed together: of one platform and kind and, where mappings say what they mean, of one merchant.

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
    known: Mapping[Export, Reading] | None = None,
    rejudge: Sequence[str] = (),
    from_landing: bool = False,
) -> Built:
    """Load what waits and bring gold up to date. With nothing new, the last build is returned unchanged.

    ``known`` are readings made a moment ago; ``rejudge`` names exports whose quarantined rows are tried again; ``from_landing`` forgets every
    derived row and makes all of them anew from the raw bytes, or from bronze where those have expired.
    Raises ``WriterBusyError``; on any error nothing has changed.
    """
    now = at or dt.datetime.now(ZoneInfo(TIME_ZONE))
    with writing(settings) as lake:
        waiting = lake.read(EXPORT) if from_landing else _waiting(lake, rejudge)
        moved = Moved(_moved_merchants(lake), moved_by_rates(lake))
        last = _last_build(lake)
        if waiting.is_empty() and moved.is_empty and last and not from_landing:
            return last
        number = release.begin_build(lake, at=now, run_name=run_name)
        reach("build.start")
        with lake.transaction():
            batches = list(_batches(lake, waiting))
            if from_landing:
                _forget(lake)
            loads = _load(lake, settings, waiting, batches, number, now, known or {}, moved)
            release.fence(lake, number)
            reach("build.before_commit")
        reach("build.committed")
        landing.expire(lake, settings.place, days=settings.raw_days, now=now, at_once=True)
        names = dict(waiting.select(pl.concat_str("shop_id", "export_id"), "export_name").iter_rows())
        receipts = [from_load(row, names[row["shop_id"] + row["export_id"]]) for row in loads.iter_rows(named=True)]
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
    # committed but never judged: the process died in between, and what was committed is still the newest snapshot of gold
    return Built(int(str(loaded)), lake.snapshot(), False) if loaded else None


def _moved_merchants(lake: Lake) -> list[str]:
    """Merchants whose registry entries differ from those the last judged build saw; all of them before the first."""
    judged = release.releases(lake)
    rows = [_registry_rows(lake, "")]
    if judged:
        rows.append(_registry_rows(lake, f" AT (VERSION => {judged[-1].snapshot})"))
    counted = pl.concat(rows).group_by("merchant_id", "entry").len()
    odd = counted.filter(pl.col("len") < len(rows)) if judged else counted
    return sorted(odd["merchant_id"].unique())


def _registry_rows(lake: Lake, when: str) -> pl.DataFrame:
    parts = []
    for table in _REGISTRY:
        columns = ", ".join(name for name in table.columns if name != "changed_at")
        entry = f"to_json(struct_pack(kind := '{table.name}', said := row({columns})))::VARCHAR"
        parts.append(f"SELECT merchant_id, {entry} AS entry FROM lake.ops.{table.name}{when}")  # noqa: S608 - names are declared
    return lake.sql(" UNION ALL ".join(parts))


def _forget(lake: Lake) -> None:
    """Empty everything derived: bronze, silver, gold, receipts and quarantine. Landing, the manifest and the registry stay."""
    for table in [*bronze_tables(), *SILVER.values(), *gold_tables().values(), LOAD, QUARANTINE]:
        lake.connection.execute(f"DELETE FROM lake.{table.full_name}")  # noqa: S608


def _load(
    lake: Lake,
    settings: Settings,
    waiting: pl.DataFrame,
    batches: Sequence[Batch],
    number: int,
    now: dt.datetime,
    known: Mapping[Export, Reading],
    moved: Moved,
) -> pl.DataFrame:
    before = lake.read(LOAD, keys=waiting.select(_KEY))
    parts = [load_kind(settings.place, item.platform, item.kind, item.exports, {**item.kept, **known}, partial(own_aliases, lake)) for item in batches]
    for refusal in (error for part in parts for error in part.refusals.values()):
        if refusal.rule in ("LANDING_DAMAGED", "LANDING_LOST"):
            raise refusal  # what was published from it would silently be missing
    if before.height:
        parts = rejudged_rows(lake, parts, before)
    outcomes, touched = merge_into_silver(lake, [part.frames for part in parts])
    reach("build.silver")
    _touch_moved(lake, touched, moved)
    rule = DisclosureRule(settings.disclosure_minimum_owners, settings.disclosure_p, settings.disclosure_largest_share)
    rebuild_gold(lake, touched, Known(registry.live_accounts(lake), rates.rates(lake)), rule, now)
    reach("build.gold")
    loads = load_rows(waiting, parts, outcomes, before, number, now)
    _store(lake, waiting, parts, loads)
    return loads


def _batches(lake: Lake, waiting: pl.DataFrame) -> Iterator[Batch]:
    owner = pl.when(pl.col("kind_code").str.starts_with(MAPPED)).then("merchant_id").otherwise(pl.lit("")).alias("_owner")
    by = ["platform_code", "kind_code", "_owner"]
    for (platform, kind, merchant), exports in sorted(waiting.with_columns(owner).partition_by(by, as_dict=True).items()):
        exports = exports.drop("_owner")
        yield Batch(platform_of(lake, str(merchant), str(platform), str(kind)), str(kind), exports, kept_readings(lake, exports))


def _touch_moved(lake: Lake, touched: Touched, moved: Moved) -> None:
    """An own account added or removed changes the channel of every line and session of its merchant; a rate changes its orders' money."""
    touched.orders = pl.concat([touched.orders, moved.orders]).unique()
    if not moved.merchants:
        return
    touched.orders = pl.concat([touched.orders, orders_of_merchants(lake, moved.merchants)]).unique()
    sessions = lake.read(SILVER["live_session"], where={"merchant_id": moved.merchants}, columns=SESSION)
    touched.sessions = pl.concat([touched.sessions, sessions]).unique()


def _store(lake: Lake, waiting: pl.DataFrame, parts: list[Loaded], loads: pl.DataFrame) -> None:
    for part in parts:
        table = part.platform.bronze[part.kind]
        fresh = part.bronze.join(lake.read(table, keys=part.bronze.select("_export_id").unique(), columns=ROW), on=ROW, how="anti")
        lake.append(table, fresh)
    lake.replace(QUARANTINE, waiting.select(_KEY), pl.concat([QUARANTINE.empty(), *(quarantine_rows(part) for part in parts)]))
    lake.replace(LOAD, waiting.select(_KEY), loads)
