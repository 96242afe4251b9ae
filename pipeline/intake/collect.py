"""Collection: a shop's API pages into landing.

The cursor moves in the transaction that enters the pages it covers; one shop's failure stays its own.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import polars as pl

from connectors.base import Platform, platforms
from connectors.http import Client
from contracts.errors import CollectError, NotFoundError, TransientError
from contracts.fields import TIME_ZONE
from pipeline.house import reading, writing
from pipeline.intake.credentials import open_credentials
from warehouse import landing, registry
from warehouse.lake import Lake
from warehouse.ops import COLLECTION, CURSOR, EXPORT, SHOP_OF_KIND
from warehouse.points import reach
from warehouse.registry import Shop
from warehouse.settings import Settings

Secrets = Callable[[str], Mapping[str, str]]


@dataclass(frozen=True)
class Collected:
    """How one attempt at one kind of one shop ended.

    ``outcome_code`` ok | failed; a transient failure is worth another try.
    """

    merchant_id: str
    shop_id: str
    platform_code: str
    kind_code: str
    outcome_code: str
    pages_qty: int = 0
    rule_name: str = ""
    message_name: str = ""
    next_step_name: str = ""
    is_transient: bool = False


def collectable(lake: Lake) -> list[Shop]:
    """Shops whose platform has an API and whose credentials are kept somewhere, by id."""
    known = platforms()
    rows = registry.shops(lake).filter(pl.col("credential_ref").is_not_null()).sort("shop_id")
    return [
        registry.shop(lake, row["merchant_id"], row["shop_id"])
        for row in rows.iter_rows(named=True)
        if row["platform_code"] in known and known[row["platform_code"]].api
    ]


def batches(settings: Settings, size: int = 4, *, wanted: Collection[str] = ()) -> list[list[str]]:
    """Ids of the collectable shops, or of those ``wanted``, in groups of ``size``: an Airflow task costs
    seconds, so it takes several shops.

    Raises ``NotFoundError`` naming the wanted that cannot be collected.
    """
    with reading(settings) as lake:
        ids = [shop.shop_id for shop in collectable(lake)]
    if wanted:
        if unknown := sorted(set(wanted) - set(ids)):
            raise nothing_to_collect(unknown)
        ids = [shop_id for shop_id in ids if shop_id in wanted]
    return [ids[start : start + size] for start in range(0, len(ids), size)]


def nothing_to_collect(shops: Collection[str]) -> NotFoundError:
    """Shops that nobody registered, without an API, or without credentials; none named: there is no other."""
    return NotFoundError(
        "NOTHING_TO_COLLECT",
        "没有可采集的店铺",
        "no shop that can be collected",
        step_zh="用 baiyun shops list 核对编号和凭据",
        step_en="check ids and credentials with `baiyun shops list`",
        shops=", ".join(shops),
    )


def collect(
    settings: Settings,
    shop_ids: Sequence[str],
    *,
    run_name: str,
    credentials: Secrets,
    until: dt.datetime | None = None,
    days: int | None = None,
) -> list[Collected]:
    """Collect every kind of the given shops and record each outcome.

    Never raises for a shop's own failure; see ``Collected``.

    The window ends at ``until`` (now) and begins ``days`` (settings.collect_days) earlier, or at the cursor
    if that lies further back; the first time, ``settings.history_days`` earlier at the latest.
    """
    end = until or dt.datetime.now(ZoneInfo(TIME_ZONE))
    again = days or settings.collect_days
    span = again, max(again, settings.history_days)
    with reading(settings) as lake:
        shops = [shop for shop in collectable(lake) if shop.shop_id in set(shop_ids)]
        cursors = lake.read(CURSOR, where={"shop_id": list(shop_ids)})
    collected = []
    for shop in shops:
        tries = [
            _try_kind(
                settings,
                shop,
                kind,
                credentials,
                (_window_start(cursors, shop, kind, end, span), end),
                until,
                run_name,
            )
            for kind in platforms()[shop.platform_code].api_kinds
        ]
        _enter(settings, tries, run_name)
        collected += [item.ended for item in tries]
    return collected


@dataclass(frozen=True)
class _Try:
    """One attempt: how it ended, the window asked for, and manifest rows of what was landed."""

    ended: Collected
    window: tuple[dt.datetime, dt.datetime]
    rows: list[dict[str, object]]


def _window_start(
    cursors: pl.DataFrame, shop: Shop, kind: str, end: dt.datetime, span: tuple[int, int]
) -> dt.datetime:
    """Where a window begins; ``span``: days read again, and days read the first time."""
    cursor = cursors.filter(
        (pl.col("merchant_id") == shop.merchant_id)
        & (pl.col("shop_id") == shop.shop_id)
        & (pl.col("kind_code") == kind)
    )
    covered = cursor["covered_until_at"].max()
    if not isinstance(covered, dt.datetime):
        return end - dt.timedelta(days=span[1])
    return min(covered, end - dt.timedelta(days=span[0]))


def _try_kind(
    settings: Settings,
    shop: Shop,
    kind: str,
    credentials: Secrets,
    window: tuple[dt.datetime, dt.datetime],
    until: dt.datetime | None,
    run_name: str,
) -> _Try:
    rows: list[dict[str, object]] = []
    failure: CollectError | None = None
    try:
        _land_pages(settings, shop, kind, credentials, window, until, run_name, rows)
    except CollectError as error:
        failure = error
    return _Try(_ended(shop, kind, failure, len(rows)), window, rows)


def _enter(settings: Settings, tries: Sequence[_Try], run_name: str) -> None:
    """Manifest, cursors and outcomes of one shop in one transaction.

    Pages of a failed attempt are good data too; only its cursor waits.
    """
    with writing(settings) as lake, lake.transaction():
        landing.record(lake, pl.DataFrame([row for item in tries for row in item.rows], schema=EXPORT.dtypes))
        _move_cursors(lake, [item for item in tries if item.ended.outcome_code == "ok"], run_name)
        _note(lake, tries, run_name)
        reach("collect.cursor")


def _land_pages(
    settings: Settings,
    shop: Shop,
    kind: str,
    credentials: Secrets,
    window: tuple[dt.datetime, dt.datetime],
    until: dt.datetime | None,
    run_name: str,
    rows: list[dict[str, object]],
) -> None:
    """Land each answer as it comes and add its manifest row to ``rows``."""
    platform: Platform = platforms()[shop.platform_code]
    assert platform.api is not None  # noqa: S101 - collectable() chose only such shops
    ref = str(shop.credential_ref)
    client = Client(attempts=settings.http_attempts, wait_scale=settings.http_wait_scale)
    api = platform.api(client, open_credentials(settings.place, ref, credentials(ref)))
    for number, body in enumerate(api.pages(kind, *window), start=1):
        now = dt.datetime.now(ZoneInfo(TIME_ZONE))
        kept = landing.keep(
            settings.place,
            body,
            platform=shop.platform_code,
            shop=shop.shop_id,
            kind=kind,
            received_date=now.date(),
            suffix=".json",
        )
        rows.append(
            {
                **{name: getattr(shop, name) for name in ("merchant_id", "shop_id", "platform_code")},
                "kind_code": kind,
                "export_id": kept.export_id,
                "source_code": "api",
                "export_name": f"{run_name}#{number}",
                "bytes_qty": len(body),
                "landing_name": kept.landing_name,
                "received_at": now,
                "observed_at": until or now,
                "layout_name": "api",
                "received_by_name": "collect",
                "run_name": run_name,
                "window_start_at": window[0],
                "window_end_at": window[1],
            }
        )
        reach("collect.page_landed")


def _ended(shop: Shop, kind: str, failure: CollectError | None, pages: int) -> Collected:
    if failure is None:
        return Collected(shop.merchant_id, shop.shop_id, shop.platform_code, kind, "ok", pages)
    step = f"{failure.step_zh} / {failure.step_en}" if failure.step_zh else ""
    return Collected(
        shop.merchant_id,
        shop.shop_id,
        shop.platform_code,
        kind,
        "failed",
        pages,
        failure.rule,
        f"{failure.zh} / {failure.en}",
        step,
        isinstance(failure, TransientError),
    )


def _move_cursors(lake: Lake, tries: Sequence[_Try], run_name: str) -> None:
    """Never back: a run for an earlier moment may come after a later one."""
    now = dt.datetime.now(ZoneInfo(TIME_ZONE))
    rows = [
        _key(item) | {"covered_until_at": item.window[1], "changed_at": now, "run_name": run_name}
        for item in tries
    ]
    moved = pl.DataFrame(rows, schema=CURSOR.dtypes)
    known = lake.read(CURSOR, keys=moved.select(SHOP_OF_KIND)).select(
        *SHOP_OF_KIND, _known="covered_until_at"
    )
    ahead = moved.join(known, on=list(SHOP_OF_KIND), how="left", validate="1:1").filter(
        pl.col("_known").is_null() | (pl.col("_known") < pl.col("covered_until_at"))
    )
    lake.replace(CURSOR, ahead.select(SHOP_OF_KIND), ahead.drop("_known"))


def _note(lake: Lake, tries: Sequence[_Try], run_name: str) -> None:
    """One row per attempt; a retry of the same run replaces its earlier attempt."""
    now = dt.datetime.now(ZoneInfo(TIME_ZONE))
    rows = [
        {
            **_key(item),
            **{
                name: getattr(item.ended, name) or None
                for name in ("rule_name", "message_name", "next_step_name")
            },
            "run_name": run_name,
            "outcome_code": item.ended.outcome_code,
            "changed_at": now,
            "window_start_at": item.window[0],
            "window_end_at": item.window[1],
            "pages_qty": item.ended.pages_qty,
        }
        for item in tries
    ]
    noted = pl.DataFrame(rows, schema=COLLECTION.dtypes)
    lake.replace(COLLECTION, noted.select(COLLECTION.key), noted)


def _key(item: _Try) -> dict[str, str]:
    return {name: getattr(item.ended, name) for name in SHOP_OF_KIND}


def run_colour(settings: Settings, run_name: str) -> str:
    """``green``: every kind of every shop came; ``amber``: some shop failed alone.

    ``red``: nothing came at all.
    """
    with reading(settings) as lake:
        outcomes = lake.read(COLLECTION, where={"run_name": run_name})["outcome_code"].to_list()
    if "failed" not in outcomes:
        return "green"
    return "amber" if "ok" in outcomes else "red"


def attempts(settings: Settings, run_name: str) -> pl.DataFrame:
    """Columns of ``COLLECTION`` for one run, failed ones first."""
    with reading(settings) as lake:
        return lake.read(COLLECTION, where={"run_name": run_name}).sort("outcome_code", *SHOP_OF_KIND)
