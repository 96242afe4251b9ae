"""One build: waiting exports → bronze, silver, gold and receipts, in one transaction that becomes one
snapshot.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from zoneinfo import ZoneInfo

import polars as pl

from connectors.base import Platform
from connectors.mapped import bronze_tables
from connectors.reading import Reading
from contracts.canonical import SHOP
from contracts.fields import TIME_ZONE
from pipeline.build import engine, recipe, withdrawing
from pipeline.build.keeping import kept_readings
from pipeline.build.loading import ROW, Export, Loaded, load_kind, quarantine_rows
from pipeline.build.merging import Touched, merge_into_silver, together
from pipeline.entries.moved import touched_by_entries
from pipeline.house import derived_tables, writing
from pipeline.intake.buyers import buyer_secret
from pipeline.intake.confirming import confirmed_rows
from pipeline.intake.load_notices import with_money_notices
from pipeline.intake.mapping import MAPPED, own_aliases, platform_of
from pipeline.intake.receipts import FileReceipt, from_load
from pipeline.intake.receiving import load_rows, rejudged_rows
from transforms.derived import Choices, Derived, Slices
from transforms.gold.forecast import mart_outlook_daily
from transforms.gold.forecast.projection import PROJECTION
from transforms.maturity.said import said_by_week
from warehouse import landing, registry, release
from warehouse.changes import Since
from warehouse.lake import Lake
from warehouse.ops import CURRENCY_RATE, EXPORT, LOAD, OUTLOOK, QUARANTINE
from warehouse.points import reach
from warehouse.rewriting import drop
from warehouse.settings import Settings

_LOG = logging.getLogger(__name__)
_ANEW = (
    "数据由另一个版本算出，全部从原始文件重算 / "
    "another version made the data: all of it is made anew from the raw files"
)
_KEY = list(EXPORT.key)
_SHOP = ["merchant_id", "shop_id"]
#: Shops are loaded together until their raw files come to this: it bounds the memory of a build, and a chunk
#: costs some twenty small writes.
CHUNK_BYTES = 64 << 20


@dataclass(frozen=True)
class Built:
    """A committed build: its number, the snapshot to judge, whether anything was new, and the receipts of
    what it loaded.

    ``is_anew``: another version of the house had made what there was, so all of it was made anew.
    """

    build_number: int
    snapshot: int
    has_changes: bool
    receipts: list[FileReceipt] = field(default_factory=list)
    is_anew: bool = False


@dataclass(frozen=True)
class Moved:
    """What moves gold without a new export.

    ``since``: what the last judged build saw; ``touched`` by people's entries since then, and whether
    anything ``is_entered`` that tables by merchant are made of; ``anew``: shops of which a file was withdrawn
    or a confirmation taken back; ``is_whole``: everything is made anew.
    """

    since: Since
    touched: Touched
    is_entered: bool
    anew: withdrawing.Anew
    is_whole: bool = False

    @property
    def is_empty(self) -> bool:
        """True when nothing moved."""
        is_seen = self.since.snapshot is not None and not self.is_whole
        return is_seen and self.touched.is_empty and not self.is_entered and self.anew.shops.is_empty()


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
    known: Mapping[Export, Reading] | None = None,
    rejudge: Sequence[str] = (),
    from_landing: bool = False,
    merchant_id: str = "",
    begun: Callable[[], None] = lambda: None,
) -> Built:
    """Load what waits and bring gold up to date. With nothing new, the last build is returned unchanged.

    ``known`` are readings made a moment ago, each looked up when it is loaded; ``rejudge`` names exports
    whose quarantined rows are tried again; ``from_landing`` drops every derived table and makes all of them
    anew from the raw bytes, or from bronze where those have expired, and so does a build that finds what
    another recipe made (``pipeline.build.recipe``); ``merchant_id``: of this merchant alone;
    ``begun`` is called once there is something to do. Raises ``WriterBusyError``, ``NotFoundError`` for a
    merchant nobody registered; on any error nothing has changed.
    """
    now = at or dt.datetime.now(ZoneInfo(TIME_ZONE))
    with writing(settings) as lake:
        if merchant_id:
            registry.require_merchant(lake, merchant_id)
        last = _last_build(lake)
        made_by = recipe.newest(lake)
        is_anew = last is not None and made_by.is_other
        is_whole = is_anew or (from_landing and not merchant_id)
        found = lake.read(EXPORT) if is_whole else _waiting(lake, rejudge, merchant_id)
        waiting, anew = withdrawing.divide(lake, found, merchant_id if from_landing and not is_whole else "")
        moved = None if is_whole else _moved(lake, anew)
        if last and moved and waiting.is_empty() and moved.is_empty:
            return last
        begun()
        if is_anew:
            _LOG.warning(_ANEW)
        number = release.begin_build(lake, at=now, run_name=run_name)
        reach("build.start")
        with lake.transaction():
            chunks = [(chunk, list(_batches(lake, chunk))) for chunk in _chunks(waiting)]
            if is_whole:
                _forget(lake)
            recipe.keep(lake, made_by, number, now, is_whole=is_whole)
            moved = moved or _moved(lake, anew, is_whole=True)
            loads = _load(lake, settings, chunks, known or {}, moved, number, now)
            release.fence(lake, number)
            reach("build.before_commit")
        reach("build.committed")
        landing.expire(lake, settings.place, days=settings.raw_days, now=now, at_once=True)
        return Built(number, lake.snapshot(), True, _receipts(waiting, loads), is_anew)


def _receipts(waiting: pl.DataFrame, loads: pl.DataFrame) -> list[FileReceipt]:
    names = dict(waiting.select(pl.concat_str("shop_id", "export_id"), "export_name").iter_rows())
    return [from_load(row, names[row["shop_id"] + row["export_id"]]) for row in loads.iter_rows(named=True)]


def _waiting(lake: Lake, rejudge: Sequence[str], merchant_id: str) -> pl.DataFrame:
    found = landing.pending(lake)
    if rejudge:
        again = lake.read(EXPORT, where={"export_id": list(rejudge)}).join(found, on=_KEY, how="anti")
        found = pl.concat([found, again])
    return found.filter(pl.col("merchant_id") == merchant_id) if merchant_id else found


def _last_build(lake: Lake) -> Built | None:
    """The newest committed build as its loads or releases tell it."""
    judged = release.releases(lake)
    loaded = lake.sql("SELECT max(build_number) AS n FROM ops.load")["n"].max()
    if judged and judged[-1].build >= int(str(loaded or 0)):
        return Built(judged[-1].build, judged[-1].snapshot, False)
    # committed but never judged: the process died in between, and what was committed is still the newest
    # snapshot of gold
    return Built(int(str(loaded)), lake.snapshot(), False) if loaded else None


def _moved(lake: Lake, anew: withdrawing.Anew, *, is_whole: bool = False) -> Moved:
    judged = release.releases(lake)
    since = Since(lake, judged[-1].snapshot if judged else None)
    touched = touched_by_entries(lake, since, is_whole=is_whole)
    if anew.merchant_id:
        every = touched_by_entries(lake, since, is_whole=True)
        touched = together([touched, every.of(anew.merchant_id)])
    return Moved(since, touched, is_whole or engine.is_entered(since), anew, is_whole)


def choices_of(settings: Settings, at: dt.datetime) -> Choices:
    """What ``settings`` choose for tables made at the moment ``at``."""
    windows = settings.return_window_days, settings.repurchase_window_days
    return Choices(at, *windows, settings.hit_units)


def _forget(lake: Lake) -> None:
    """Drop every derived table without reading it, also those that nobody declares any more, and empty
    receipts and quarantine.

    Landing, the manifest and the registry stay, and so does what a platform once told that no connector
    reads any more.
    """
    odd = [name for name in lake.known() if name.startswith(("silver.", "gold."))]
    drop(lake, [*odd, *(table.full_name for table in bronze_tables())])
    lake.ensure(derived_tables())
    for table in (LOAD, QUARANTINE):
        lake.connection.execute(f"DELETE FROM lake.{table.full_name}")  # noqa: S608


def _load(
    lake: Lake,
    settings: Settings,
    chunks: list[tuple[pl.DataFrame, list[Batch]]],
    known: Mapping[Export, Reading],
    moved: Moved,
    number: int,
    now: dt.datetime,
) -> pl.DataFrame:
    """Everything into the warehouse, some shops at a time, so that no more than these is ever held.

    Returns the receipts (rows of ``LOAD``).
    """
    choices = choices_of(settings, now)
    withdrawing.take_back(lake, moved.anew, choices, number)
    engine.refresh(lake, moved.touched, choices)
    loads = [LOAD.empty()]
    for chunk, batches in chunks:
        parts = _read(lake, settings, batches, known)
        loads.append(_load_chunk(lake, chunk, parts, choices, number))
        del parts  # or they would be held beside the next ones
    bring_up_to_date(lake, choices, moved.since, number, is_whole=moved.is_whole)
    reach("build.gold")
    return pl.concat(loads)


def bring_up_to_date(
    lake: Lake, choices: Choices, since: Since, number: int, *, is_whole: bool = False
) -> None:
    """Everything that is made by merchant or of the whole house, and in ops.outlook what build ``number``
    says of open weeks.
    """

    def note(asset: Derived, of: Slices) -> None:
        if asset is mart_outlook_daily.ASSET:
            _keep_outlook(lake, of, number)

    engine.derive(lake, choices, since, is_whole=is_whole, made_now=note)


def _keep_outlook(lake: Lake, of: Slices, number: int) -> None:
    """Keep what the outlook just made says of open weeks; of merchants it never spoke of also what it would
    have said of weeks that are over: a back-test from the first day.
    """
    where: dict[str, object] = {"merchant_id": of.keys["merchant_id"].to_list()}
    said = said_by_week(lake.read(mart_outlook_daily.TABLE, where=where))
    known = lake.read(OUTLOOK, where=where, columns=["merchant_id"])["merchant_id"]
    lake.append(OUTLOOK, said.with_columns(build_number=pl.lit(number)))
    fresh = set(said["merchant_id"]) - set(known)
    if fresh:
        weeks = of.view(PROJECTION).past.filter(pl.col("merchant_id").is_in(fresh))
        weeks = weeks.join(said, on=[*SHOP, "first_date"], how="anti")
        lake.append(OUTLOOK, weeks.with_columns(build_number=pl.lit(number)))


def _read(
    lake: Lake, settings: Settings, batches: list[Batch], known: Mapping[Export, Reading]
) -> list[Loaded]:
    """What the exports of a chunk hold.

    Raises ``FileRefusedError`` when raw bytes are gone or their reader fails: what they published would be
    missing; ``UsageError`` where a merchant's buyers could no longer be told apart.
    """
    parts, confirmed = [], confirmed_rows(lake)
    for item in batches:
        for merchant_id in item.exports["merchant_id"].unique().sort():
            is_kept = item.exports.filter(merchant_id=merchant_id)["expired_at"].count() > 0
            buyer_secret(lake, settings.place, merchant_id, is_kept=is_kept)
        mine = {
            export: known[export]
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
    lake: Lake, chunk: pl.DataFrame, parts: list[Loaded], choices: Choices, number: int
) -> pl.DataFrame:
    before = lake.read(LOAD, keys=chunk.select(_KEY))
    if before.height:
        parts = rejudged_rows(lake, parts, before)
    outcomes, touched = merge_into_silver(lake, [part.frames for part in parts])
    reach("build.silver")
    engine.refresh(lake, touched, choices)
    parts = with_money_notices(lake, parts, lake.read(CURRENCY_RATE))
    loads = load_rows(chunk, parts, outcomes, before, number, choices.at)
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
        lake.ensure([table])
        lake.append(table, fresh)
    lake.replace(
        QUARANTINE,
        waiting.select(_KEY),
        pl.concat([QUARANTINE.empty(), *(quarantine_rows(part) for part in parts)]),
    )
    lake.replace(LOAD, waiting.select(_KEY), loads)
