"""Landing keeps bytes for ever and notices when the disk did not; the manifest knows each export once."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import subprocess
import sys

import dataframely as dy
import polars as pl
import pytest
from warehouse_cases import AT, ROOT

from contracts.errors import FileRefusedError, NotFoundError, UsageError
from warehouse.lake import Lake
from warehouse.landing import Landed, expire, keep, pending, read_landed, record, sweep
from warehouse.ops import EXPORT, LOAD, MERCHANT
from warehouse.place import Place
from warehouse.points import VARIABLE

DAY = dt.date(2026, 3, 9)
WHERE = {"platform": "douyin", "shop": "shop-1", "kind": "order", "received_date": DAY, "suffix": ".csv"}


def test_bytes_come_back_as_they_went(place: Place) -> None:
    data = bytes(range(256)) * 10
    landed = keep(place, data, **WHERE)
    digest = hashlib.sha256(data).hexdigest()
    assert landed == Landed(digest, f"douyin/shop-1/order/2026-03-09/{digest}.csv", True)
    assert read_landed(place, landed.landing_name) == data


def test_the_same_bytes_are_the_same_file_on_any_day_but_not_of_another_shop(place: Place) -> None:
    first = keep(place, b"x", **WHERE)
    again = keep(place, b"x", **{**WHERE, "received_date": dt.date(2026, 3, 10), "suffix": "CSV"})
    assert again == Landed(first.export_id, first.landing_name, False)
    assert keep(place, b"x", **{**WHERE, "shop": "shop-2"}).is_new
    assert keep(place, b"x", **{**WHERE, "kind": "refund"}).is_new
    assert len(list(place.landing.rglob("*.csv"))) == 3


@pytest.mark.parametrize(
    "bad",
    [
        {"shop": "../x"},
        {"shop": "/etc"},
        {"kind": "a*"},
        {"kind": "a/b"},
        {"platform": ""},
        {"shop": "a\0b"},
        {"shop": ".hidden"},
        {"suffix": "c/../sv"},
    ],
)
def test_a_part_that_is_not_a_plain_name_is_refused(place: Place, bad: dict[str, str]) -> None:
    with pytest.raises(UsageError, match="UNSAFE_NAME"):
        keep(place, b"x", **{**WHERE, **bad})
    assert not place.landing.exists()


def test_a_flipped_bit_is_noticed_and_the_same_upload_heals_it(place: Place) -> None:
    landed = keep(place, b"order,199.00\n", **WHERE)
    path = place.landing / landed.landing_name
    path.write_bytes(b"order,399.00\n")
    with pytest.raises(FileRefusedError, match="LANDING_DAMAGED"):
        read_landed(place, landed.landing_name)
    assert keep(place, b"order,199.00\n", **WHERE).is_new
    assert read_landed(place, landed.landing_name) == b"order,199.00\n"


@pytest.mark.parametrize(
    "name", ["../accounts.sqlite", "/etc/passwd", "douyin/s/order/2026-03-09/" + "0" * 64 + ".csv", "x"]
)
def test_a_name_that_was_never_ours_is_not_found(place: Place, name: str) -> None:
    place.landing.mkdir(parents=True)
    with pytest.raises(NotFoundError):
        read_landed(place, name)


@pytest.mark.parametrize(
    ("label", "there"), [("landing.before_rename", False), ("landing.after_rename", True)]
)
def test_a_kill_leaves_the_file_whole_or_absent(place: Place, label: str, there: bool) -> None:
    code = (
        "import sys, datetime as dt; from pathlib import Path; from warehouse.landing import keep; from "
        "warehouse.place import Place\n"
        "keep(Place(Path(sys.argv[1])), b'x' * 100_000, platform='douyin', shop='s', kind='order', "
        "received_date=dt.date(2026, 3, 9), suffix='csv')\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, str(place.home)],
        cwd=ROOT,
        env={**os.environ, VARIABLE: label},
        check=False,
    )
    assert run.returncode == -9
    found = [path.relative_to(place.landing).as_posix() for path in place.landing.rglob("*.csv")]
    assert len(found) == there
    assert all(read_landed(place, name) == b"x" * 100_000 for name in found)
    assert sweep(place, 3600) == 0
    for path in place.home.rglob("*.part"):
        os.utime(path, (1, 1))
    assert sweep(place, 3600) == (not there)


def test_a_full_disk_leaves_nothing_behind(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(place, b"before", **WHERE)

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        keep(place, b"after", **WHERE)
    assert len([path for path in place.landing.rglob("*") if path.is_file()]) == 1


def export(**changes: object) -> pl.DataFrame:
    row = {
        "export_id": "e1", "merchant_id": "m1", "shop_id": "s1", "platform_code": "douyin",
        "kind_code": "order", "source_code": "file",
        "export_name": "订单.csv", "bytes_qty": 3, "landing_name": "n", "received_at": AT, "observed_at": AT,
    }  # fmt: skip
    return EXPORT.shape(pl.DataFrame([{**row, **changes}]))


def test_the_manifest_knows_each_export_once(lake: Lake) -> None:
    assert record(lake, pl.concat([export(), export(export_name="copy.csv")])) == 1
    assert record(lake, export(export_name="again.csv")) == 0
    assert record(lake, pl.concat([export(), export(shop_id="s2"), export(kind_code="refund")])) == 2
    assert lake.read(EXPORT, where={"shop_id": "s1", "kind_code": "order"})["export_name"].to_list() == [
        "订单.csv"
    ]
    assert record(lake, EXPORT.empty()) == 0
    with pytest.raises(dy.exc.ValidationError):
        record(lake, export(export_id="e2", landing_name=None))


def judge(lake: Lake, exports: pl.DataFrame) -> None:
    """A build has looked at them."""
    counts = dict.fromkeys(
        ("rows_read_qty", "published_qty", "quarantined_qty", "superseded_qty", "duplicate_qty"), 0
    )
    lake.append(
        LOAD,
        exports.with_columns(
            build_number=1,
            loaded_at=AT,
            verdict_code=pl.lit("refused"),
            **{k: pl.lit(v) for k, v in counts.items()},
        ),
    )


def test_pending_is_what_no_build_has_judged(lake: Lake) -> None:
    record(
        lake,
        pl.concat(
            [export(), export(export_id="e0", received_at=AT - dt.timedelta(days=1)), export(shop_id="s2")]
        ),
    )
    judge(lake, export())
    left = pending(lake)
    assert left.select("export_id", "shop_id").rows() == [("e0", "s1"), ("e1", "s2")]
    assert left.columns == EXPORT.columns


def test_a_merchants_files_go_after_its_own_days_and_at_once_only_where_it_keeps_none(
    lake: Lake, place: Place
) -> None:
    """Received six days ago: m1 keeps nothing, m2 five days, m3 what the installation keeps.

    What no build has judged stays.
    """
    landed = {
        name: keep(place, name.encode(), **{**WHERE, "shop": name}).landing_name
        for name in ("m1", "m1-new", "m2", "m3")
    }
    who = {"owner_id": "o", "merchant_name": "云杉", "changed_at": AT}
    rows = [
        who | {"merchant_id": name, "raw_days_qty": days}
        for name, days in (("m1", 0), ("m2", 5), ("m3", None))
    ]
    lake.append(MERCHANT, MERCHANT.shape(pl.DataFrame(rows)))
    exports = {
        name: export(export_id=name, merchant_id=name[:2], landing_name=path) for name, path in landed.items()
    }
    record(lake, pl.concat(exports.values()))
    judge(lake, pl.concat([exports["m1"], exports["m2"], exports["m3"]]))

    def there() -> list[str]:
        return [name for name, path in landed.items() if (place.landing / path).exists()]

    later = AT + dt.timedelta(days=6)
    assert (expire(lake, place, days=7, now=later, at_once=True), there()) == (1, ["m1-new", "m2", "m3"])
    assert (expire(lake, place, days=7, now=AT + dt.timedelta(days=4)), there()) == (
        0,
        ["m1-new", "m2", "m3"],
    )
    assert (expire(lake, place, days=7, now=later), there()) == (1, ["m1-new", "m3"])
    assert (expire(lake, place, days=6, now=later), there()) == (1, ["m1-new"])
    gone = lake.read(EXPORT).filter(pl.col("expired_at") == later)["export_id"].to_list()
    assert sorted(gone) == ["m1", "m2", "m3"]
