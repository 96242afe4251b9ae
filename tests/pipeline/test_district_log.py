"""The log of the district's releases: written once, signed, chained; a closed month is released once."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import polars as pl
import pytest

from contracts.errors import UsageError
from district.cubes import Cube, Dimension
from district.release import RefusedReleaseError
from pipeline.district.kept import contributions_of, keep
from pipeline.district.publish import correct, publish_month
from pipeline.district.rules import policy_of
from warehouse.backup import back_up, restore
from warehouse.place import Place
from warehouse.settings import Settings
from warehouse.signed.district_log import ReleaseLog
from warehouse.signed.signing import canonical, holds

AT = dt.datetime(2026, 10, 20, 3, tzinfo=dt.UTC)
CUBES = (Cube("channels", "渠道", "channels", (Dimension("platform_code"), Dimension("channel_code"))),)


def contributions(*months: str, factor: int = 10) -> pl.DataFrame:
    rows = [
        (f"o{owner}", f"m{owner}", month, platform, channel, (100 + owner) * factor, (50 + owner) * factor)
        for month in months
        for owner in range(12)
        for platform in ("douyin", "taobao")
        for channel in ("own_live", "creator_live")
    ]
    names = [
        "owner_id",
        "merchant_id",
        "business_month",
        "platform_code",
        "channel_code",
        "kept_fen",
        "refund_fen",
    ]
    return pl.DataFrame(rows, schema=names, orient="row")


@pytest.fixture
def house(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path)


def test_a_month_is_released_once_signed_and_chained(house: Settings) -> None:
    rows = contributions("2026-07", "2026-08")
    first = publish_month(house, rows, "2026-07", made_by="hui", at=AT, cubes=CUBES)
    second = publish_month(house, rows, "2026-08", made_by="bo", at=AT, cubes=CUBES)
    log = ReleaseLog(house.place)
    assert [entry.document["number"] for entry in log.entries()] == [1, 2]
    assert second.document["previous_sha256"] == first.sha256
    assert (first.document["made_by"], first.document["made_at"]) == ("hui", AT.isoformat())
    assert holds(first.signature, canonical(first.document))
    assert first.document["policy_digest"] == second.document["policy_digest"]
    total = next(row for row in first.document["cells"] if not row["cell"])
    assert total["kept_fen"] == sum((100 + owner) * 10 * 4 for owner in range(12))
    with pytest.raises(UsageError, match="ALREADY_RELEASED"):
        publish_month(house, rows, "2026-07", made_by="hui", at=AT, cubes=CUBES)
    assert (
        contributions_of(log, first)
        .sort(rows.columns)
        .equals(rows.filter(pl.col("business_month") == "2026-07").sort(rows.columns))
    )


def test_a_joiner_with_history_never_moves_a_closed_month(house: Settings) -> None:
    """R36: a month that was recomputed gave the joiner's figures away."""
    rows = contributions("2026-08")
    before = publish_month(house, rows, "2026-08", made_by="hui", at=AT, cubes=CUBES)
    joined = pl.concat([rows, rows.head(4).with_columns(owner_id=pl.lit("new"), merchant_id=pl.lit("new"))])
    with pytest.raises(UsageError, match="ALREADY_RELEASED"):
        publish_month(house, joined, "2026-08", made_by="hui", at=AT, cubes=CUBES)
    with pytest.raises(RefusedReleaseError):
        correct(house, joined, "2026-08", made_by="hui", why="退款补到", at=AT)
    assert [entry.document for entry in ReleaseLog(house.place).entries()] == [before.document]


def test_a_correction_is_an_entry_of_its_own(house: Settings) -> None:
    with pytest.raises(UsageError, match="NOT_RELEASED"):
        correct(house, contributions("2026-08"), "2026-08", made_by="hui", why="退款补到", at=AT)
    publish_month(house, contributions("2026-08"), "2026-08", made_by="hui", at=AT, cubes=CUBES)
    entry = correct(
        house, contributions("2026-08", factor=9), "2026-08", made_by="hui", why="退款补到", at=AT
    )
    assert (entry.document["number"], entry.document["kind"]) == (2, "correction")
    total = next(row for row in entry.document["cells"] if not row["cell"])
    assert total["refund_fen"] == sum((50 + owner) * 9 * 4 for owner in range(12))
    assert (entry.document["made_by"], entry.document["why"]) == ("hui", "退款补到")
    assert ReleaseLog(house.place).entries()[0].document["why"] is None


def test_a_month_has_three_corrections_and_a_refused_one_leaves_no_trace(house: Settings) -> None:
    publish_month(house, contributions("2026-08"), "2026-08", made_by="hui", at=AT, cubes=CUBES)
    for factor in (9, 8, 7):
        correct(house, contributions("2026-08", factor=factor), "2026-08", made_by="hui", why="退款", at=AT)
    kept = sorted(path.name for path in ReleaseLog(house.place).folder.iterdir())
    for factor, rule in ((6, "MONTH_FROZEN"), (7, "MONTH_FROZEN")):
        with pytest.raises(RefusedReleaseError, match=rule):
            correct(house, contributions("2026-08", factor=factor), "2026-08", made_by="hui", why="x", at=AT)
    assert sorted(path.name for path in ReleaseLog(house.place).folder.iterdir()) == kept
    entries = ReleaseLog(house.place).entries()
    assert [entry.document["kind"] for entry in entries] == ["first", *["correction"] * 3]


def test_a_correction_of_nothing_is_refused(house: Settings) -> None:
    rows = contributions("2026-08")
    publish_month(house, rows, "2026-08", made_by="hui", at=AT, cubes=CUBES)
    with pytest.raises(RefusedReleaseError, match="NOTHING_CHANGED"):
        correct(house, rows.reverse(), "2026-08", made_by="hui", why="再看一遍", at=AT)
    assert len(ReleaseLog(house.place).entries()) == 1


@pytest.mark.parametrize(
    ("by", "why", "rule"),
    [
        ("hui", " ", "NO_REASON"), (" ", "退款", "NO_REASON"), ("hui", "商家m3补了退款", "NAMES_A_MEMBER"),
        ("hui", "for o11.", "NAMES_A_MEMBER"),
    ],
)  # fmt: skip
def test_a_correction_says_who_and_why_and_names_no_member(
    house: Settings, by: str, why: str, rule: str
) -> None:
    publish_month(house, contributions("2026-08"), "2026-08", made_by="hui", at=AT, cubes=CUBES)
    with pytest.raises(UsageError, match=rule):
        correct(house, contributions("2026-08", factor=9), "2026-08", made_by=by, why=why, at=AT)
    entry = correct(
        house, contributions("2026-08", factor=9), "2026-08", made_by="hui", why="m30、room 退款", at=AT
    )
    assert entry.document["number"] == 2


def test_a_changed_reason_is_noticed(house: Settings) -> None:
    publish_month(house, contributions("2026-08"), "2026-08", made_by="hui", at=AT, cubes=CUBES)
    correct(house, contributions("2026-08", factor=9), "2026-08", made_by="hui", why="late refunds", at=AT)
    path = ReleaseLog(house.place).folder / "000002.json"
    path.chmod(0o644)
    path.write_text(path.read_text(encoding="utf-8").replace("late refunds", "other refunds"))
    with pytest.raises(UsageError, match="LOG_DAMAGED"):
        correct(house, contributions("2026-08", factor=8), "2026-08", made_by="hui", why="x", at=AT)


def test_a_month_that_is_not_closed_is_not_released(house: Settings) -> None:
    early = dt.datetime(2026, 10, 14, tzinfo=dt.UTC)
    with pytest.raises(UsageError, match="MONTH_NOT_CLOSED"):
        publish_month(house, contributions("2026-08"), "2026-08", made_by="hui", at=early, cubes=CUBES)


def _changed(path: Path) -> None:
    kept = json.loads(path.read_bytes())
    kept["document"]["cells"][0]["kept_fen"] += 1
    path.chmod(0o644)
    path.write_text(json.dumps(kept))


def _emptied(path: Path) -> None:
    path.chmod(0o644)
    path.write_bytes(b"")


@pytest.mark.parametrize("damage", [_changed, _emptied, Path.unlink])
def test_a_changed_or_missing_release_is_noticed(house: Settings, damage: object) -> None:
    rows = contributions("2026-07", "2026-08")
    for month in ("2026-07", "2026-08"):
        publish_month(house, rows, month, made_by="hui", at=AT, cubes=CUBES)
    damage(ReleaseLog(house.place).folder / "000001.json")  # type: ignore[operator]
    with pytest.raises(UsageError, match="LOG_DAMAGED"):
        ReleaseLog(house.place).entries()


def test_a_number_is_never_written_twice(house: Settings) -> None:
    rows = contributions("2026-08")
    entry = publish_month(house, rows, "2026-08", made_by="hui", at=AT, cubes=CUBES)
    with pytest.raises(UsageError, match="ALREADY_RELEASED"):
        keep(ReleaseLog(house.place), {**entry.document, "made_by": "somebody else"}, rows)
    assert ReleaseLog(house.place).entries()[0].document["made_by"] == "hui"


def test_a_backup_holds_the_log(house: Settings, tmp_path_factory: pytest.TempPathFactory) -> None:
    entry = publish_month(house, contributions("2026-08"), "2026-08", made_by="hui", at=AT, cubes=CUBES)
    copies = tmp_path_factory.mktemp("copies")
    back_up(house.place, copies / "copy", at=AT, say=lambda zh, en: None)
    again = ReleaseLog(Place(copies / "again"))
    restore(copies / "copy", again.place, say=lambda zh, en: None)
    assert again.entries() == [entry]
    assert contributions_of(again, entry).height == 48


def test_the_policy_comes_from_the_settings_and_its_secrets_are_not_printed(tmp_path: Path) -> None:
    chosen = Settings(
        home=tmp_path, disclosure_p=13.8125, disclosure_largest_share=0.3125, disclosure_coalition=7,
        disclosure_minimum_platforms=3,
    )  # fmt: skip
    policy = policy_of(chosen)
    assert (policy.p, policy.largest_share, policy.coalition, policy.minimum_platforms) == (
        13.8125,
        0.3125,
        7,
        3,
    )
    for secret in ("13.8125", "0.3125", "7"):
        assert secret not in repr(policy)
    for secret in ("13.8125", "0.3125", "coalition=7"):
        assert secret not in repr(chosen)
