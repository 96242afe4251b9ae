"""The association's reader: what is in the signed documents, read plainly beside it, and nothing else."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from association_cases import AT, MONTHS, NAMES, contributions, documents, publish, released_folder

from contracts.errors import NotFoundError, UsageError
from metrics.query.access import Viewer
from metrics.reports.association.cells import Part, nested, part, parts
from metrics.reports.association.changes import changes, concentration, month_before, year_before
from metrics.reports.association.names import node_name
from metrics.reports.association.pulse import NEEDED, Pulse, Step, pulse, slower_months, turning
from metrics.reports.association.releases import Month, next_due, released
from metrics.reports.association.told.shares import finding
from metrics.reports.association.told.words import PICKS
from pipeline.district.publish import correct
from warehouse.place import Place
from warehouse.settings import Settings


@pytest.fixture(scope="module")
def district(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Three released months, and nothing of what they were made of."""
    settings = Settings(home=tmp_path_factory.mktemp("district"))
    shutil.copytree(released_folder(), settings.place.district)
    for path in (settings.place.district / "releases").glob("*.parquet"):
        path.unlink()
    return settings.place


def association(place: Place) -> Viewer:
    return Viewer(place, "促进会", "association")


@pytest.fixture
def months(district: Place) -> tuple[Month, ...]:
    return released(association(district))


def test_every_published_cell_is_the_documents_own(district: Place, months: Sequence[Month]) -> None:
    plain = documents(district.home)
    assert [month.name for month in months] == sorted(plain) == list(MONTHS)
    for month in months:
        cells = {tuple(sorted(row["cell"].items())): row for row in plain[month.name]["cells"]}
        assert len(cells) > 40
        assert {key: dict(figures) for key, figures in month.figures.items()} == {
            key: {name: row[name] for name in ("kept_fen", "refund_fen")} for key, row in cells.items()
        }


@pytest.mark.parametrize(
    ("cube", "name"),
    [
        ("channels", "channel_code"), ("channels", "platform_code"), ("categories", "category_code"),
        ("prices", "price_band_code"), ("sizes", "size_code"), ("colours", "colour_code"),
    ],
)  # fmt: skip
def test_parts_and_what_is_left_are_the_whole(
    district: Place, months: Sequence[Month], cube: str, name: str
) -> None:
    document = documents(district.home)[MONTHS[-1]]
    whole = next(row for row in document["cells"] if not row["cell"])
    found = parts(months[-1], cube, name)
    assert sum(each.kept_fen for each in found) == whole["kept_fen"]
    assert sum(each.refund_fen for each in found) == whole["refund_fen"]
    for each in (each for each in found if not each.is_rest):
        row = next(row for row in document["cells"] if row["cell"] == {name: each.node})
        assert (each.kept_fen, each.refund_fen) == (row["kept_fen"], row["refund_fen"])


def test_a_cell_within_another_is_divided_likewise(months: Sequence[Month]) -> None:
    """The rows of what is rare are few, so dresses by colour hold no more than is published of dresses."""
    inside = parts(months[-1], "channels", "channel_code", {"platform_code": "douyin"})
    whole = part(months[-1], {"platform_code": "douyin"})
    assert whole is not None and len(inside) >= 2
    assert sum(each.kept_fen for each in inside) == whole.kept_fen
    assert part(months[-1], {"platform_code": "jd"}) is None


def test_the_index_is_of_the_members_in_both_months(months: Sequence[Month]) -> None:
    """By plain sums over what the merchants sold."""
    rows = contributions()
    sums = {month: rows.filter(business_month=month)["kept_fen"].sum() for month in MONTHS}
    newest = pulse(months)[-1]
    assert newest.monthly is not None and newest.yearly is not None
    for step, since in ((newest.monthly, MONTHS[1]), (newest.yearly, MONTHS[0])):
        assert step.since == since and step.change_rate is not None and step.rounded_rate is not None
        true = sums[MONTHS[2]] / sums[since] - 1
        assert step.change_rate == pytest.approx(true, abs=step.rounded_rate / 2 + 1e-9)
        assert (step.matched_rate, step.matched_qty, step.members_qty) == (0.9, 30, 30)
    assert newest.level == pytest.approx(100 * sums[MONTHS[2]] / sums[MONTHS[0]], abs=0.11)
    assert newest.base_month == MONTHS[0] and pulse(months)[0].level == 100


def test_nobody_is_named_in_what_is_public(district: Place) -> None:
    rows = contributions()
    assert set(NAMES) <= {name[: -len("-00")] for name in (*rows["merchant_id"], *rows["owner_id"])}
    for path in (district.district / "releases").iterdir():
        assert not [name for name in NAMES if name.encode() in path.read_bytes()], path


@pytest.mark.parametrize(
    ("role", "merchant"), [("merchant", "m1"), ("operator", "m1"), ("association", "m1")]
)
def test_others_find_no_such_page(district: Place, role: str, merchant: str) -> None:
    with pytest.raises(NotFoundError):
        released(Viewer(district, "x", role, merchant))
    assert len(released(Viewer(district, "值班", "operator"))) == 3


def test_a_changed_document_is_shown_to_nobody(district: Place, tmp_path: Path) -> None:
    place = Place(Path(shutil.copytree(district.home, tmp_path / "home")))
    path = place.district / "releases" / "000002.json"
    path.chmod(0o644)
    path.write_text(path.read_text(encoding="utf-8").replace('"kept_fen":1', '"kept_fen":2', 1))
    with pytest.raises(UsageError, match="LOG_DAMAGED"):
        released(association(place))


def test_a_correction_changes_the_cells_and_not_the_index(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    publish(settings, MONTHS[:1])
    before = released(association(settings.place))
    lower = contributions().with_columns(pl.col("kept_fen") * 9 // 10)
    correct(settings, lower, MONTHS[0], made_by="hui", why="退款补到", at=AT)
    [month] = released(association(settings.place))
    assert (month.corrections_qty, month.number, before[0].corrections_qty) == (1, 2, 0)
    assert month.figures[()]["kept_fen"] == lower.filter(business_month=MONTHS[0])["kept_fen"].sum()
    assert pulse([month]) == pulse(before)


def test_the_newest_version_of_a_month_is_read_whatever_was_released_since(tmp_path: Path) -> None:
    """Corrections of an older month come after a newer month in the log: months stay in their order."""
    settings = Settings(home=tmp_path)
    publish(settings, MONTHS[:2])
    for tenths in (9, 8):
        lower = contributions().with_columns(pl.col("kept_fen") * tenths // 10)
        correct(settings, lower, MONTHS[0], made_by="hui", why="退款补到", at=AT)
    publish(settings, MONTHS[2:])
    months = released(association(settings.place))
    assert [(each.name, each.number, each.corrections_qty) for each in months] == [
        (MONTHS[0], 4, 2), (MONTHS[1], 2, 0), (MONTHS[2], 5, 0),
    ]  # fmt: skip
    assert months[0].figures[()]["kept_fen"] == lower.filter(business_month=MONTHS[0])["kept_fen"].sum()
    year = next(step for step in (pulse(months)[-1].monthly, pulse(months)[-1].yearly)
                if step and step.since == MONTHS[0])  # fmt: skip
    assert year.change_rate is not None and year.rounded_rate is not None
    sums = contributions().filter(business_month=MONTHS[2])["kept_fen"].sum()
    assert year.change_rate == pytest.approx(
        sums / months[0].figures[()]["kept_fen"] - 1, abs=year.rounded_rate / 2 + 1e-9
    ), "the next index is chained to what is public now"


def test_the_next_month_comes_when_its_returns_have() -> None:
    assert next_due(dt.date(2026, 12, 2)) == ("2026-09", dt.date(2026, 11, 14))
    assert next_due(dt.date(2026, 12, 15)) == ("2026-10", dt.date(2026, 12, 15))
    assert next_due(dt.date(2026, 12, 14)) == ("2026-09", dt.date(2026, 11, 14))


def test_after_the_newest_month_the_next_one_is_due(months: tuple[Month, ...]) -> None:
    assert next_due(dt.date(2026, 12, 2), months) == ("2026-10", dt.date(2026, 12, 15))


def _points(changes: Sequence[float | None], first: int = 1) -> list[Pulse]:
    """Months in a row with these changes over the year."""
    found = []
    for at, change in enumerate(changes, start=first - 1):
        step = Step("x", change, 0.001, 0.9, 9, 9, None, 9)
        found.append(Pulse(f"{2025 + at // 12}-{at % 12 + 1:02d}", "2024-01", 100.0, None, step))
    return found


def test_months_that_slow_down_are_counted_from_the_newest() -> None:
    assert slower_months(_points([0.05, 0.06, 0.04, 0.03, -0.01])) == 3
    assert slower_months(_points([0.05, 0.04, 0.04])) == 0
    assert slower_months(_points([0.05, None, 0.03, 0.02])) == 1
    assert slower_months([]) == slower_months(_points([0.1])) == 0
    gap = [*_points([0.05]), *_points([0.04], first=3)]
    assert slower_months(gap) == 0, "a month between them was not released"


def test_a_turning_point_needs_months_to_know_what_is_usual() -> None:
    calm: list[Any] = [0.05 + 0.002 * (-1) ** at for at in range(NEEDED - 1)]
    assert turning(_points(calm)) is None
    assert turning(_points([*calm, 0.05])) is False
    assert turning(_points([*calm, -0.10])) is True
    assert turning(_points([*calm, None, -0.10])) is None


def test_nodes_are_called_as_people_call_them() -> None:
    assert node_name("price_band_code", "100_149+150_199") == ("100–199 元", "¥100–199")
    assert node_name("price_band_code", "200_299+300_499+500_up") == ("200 元及以上", "¥200 and up")
    assert node_name("price_band_code", "0_49+100_149") == ("0–49 元、100–149 元", "¥0–49, ¥100–149")
    assert node_name("size_code", "s+m+l") == ("S–L", "S–L")
    assert node_name("platform_code", "jd+kuaishou+tiktok_shop+unknown", most=3) == (
        "京东、快手等 4 类", "JD, Kuaishou and 2 more",
    )  # fmt: skip
    assert node_name("price_band_code", "500_up") == ("500 元及以上", "¥500 and up")
    assert node_name("category_code", "skirts") == ("裙装", "skirts and dresses")
    assert node_name("colour_code", "unknown") == ("未归类", "not classified")
    assert node_name("channel_code", "own_live") == ("自播", "own live")


# --- changes and concentration -----------------------------------------------------------------------------


def test_changes_are_of_cells_published_in_both_months(district: Place, months: Sequence[Month]) -> None:
    """No cell is compared beside one it is a part of, and what is published once is named as hidden."""
    plain = documents(district.home)
    cells = {
        month: {
            tuple(sorted(row["cell"].items())): row["kept_fen"]
            for row in plain[month]["cells"]
            if set(row["cell"]) == {"category_code", "colour_code"}
        }
        for month in MONTHS[1:]
    }
    found = changes(months[1], months[2], "colours", ("category_code", "colour_code"))
    assert len(found.rows) >= 4
    for row in found.rows:
        assert (row.before_fen, row.now_fen) == (cells[MONTHS[1]][row.key], cells[MONTHS[2]][row.key])
    rates = [row.rate for row in found.rows]
    assert rates == sorted(rates, reverse=True, key=lambda rate: rate or 0.0)
    assert set(found.hidden) <= cells[MONTHS[1]].keys() ^ cells[MONTHS[2]].keys()
    keys = [dict(row.key) for row in found.rows]
    parents = {value: node for item in months[2].cubes["colours"].dimensions
               for value, node in item.parents.items()}  # fmt: skip
    assert not [
        (one, other)
        for one in keys
        for other in keys
        if one != other and all(other[name] in (node, parents.get(node)) for name, node in one.items())
    ]


def test_months_before() -> None:
    assert (month_before("2026-01"), year_before("2026-01")) == ("2025-12", "2025-01")
    assert month_before("2026-12") == "2026-11"


@pytest.mark.parametrize(
    ("kept", "rest", "found"),
    [
        ([50, 50], 0, "high"),
        ([20, 20, 20, 20, 20], 0, "middle"),
        ([10] * 10, 0, "low"),
        ([20, 20, 20], 40, None),  # 0.12 if the rest is many, 0.28 if it is one
        ([60], 40, "high"),
        ([], 100, None),
        ([50, -1], 0, None),
    ],
)
def test_concentration_in_words(kept: list[int], rest: int, found: str | None) -> None:
    cells = [Part(f"n{at}", value, 0) for at, value in enumerate(kept)]
    assert concentration([*cells, *([Part("", rest, 0, is_rest=True)] if rest else [])]) == found


def _month(cells: dict[tuple[tuple[str, str], ...], tuple[int, int]], **parents: str) -> Month:
    """A document of the channels' cube with these cells, kept and refunded."""
    merged = {"name": "platform_code", "parents": parents, "merges": True, "order": [],
              "hidden": sorted(value for value in parents if parents[value])}  # fmt: skip
    channel = {"name": "channel_code", "parents": {}, "merges": True, "order": [], "hidden": []}
    document = {
        "month": "2026-09", "measures": ["kept_fen", "refund_fen"], "withheld_cells_qty": 1,
        "cubes": [{"name": "channels", "zh": "渠道", "en": "channels", "dimensions": [merged, channel]}],
        "cells": [{"cell": dict(key), "kept_fen": kept, "refund_fen": back}
                  for key, (kept, back) in cells.items()],
        "audit": {"programs_qty": 0, "protected_cells_qty": 0},
    }  # fmt: skip
    return Month(document, document, 0)


def _at(platform: str = "", channel: str = "") -> tuple[tuple[str, str], ...]:
    named = {"channel_code": channel, "platform_code": platform}
    return tuple((name, node) for name, node in named.items() if node)


def test_a_withheld_platform_stands_there_with_its_published_cells_and_the_rest_is_less() -> None:
    month = _month(
        {
            (): (100, 50), _at("douyin"): (60, 30), _at("douyin", "own_live"): (45, 20),
            _at("jd", "search"): (10, 4),
        }
    )  # fmt: skip
    found = {
        (each.node, each.kept_fen, each.refund_fen, each.is_rest): [
            (cell.node, cell.kept_fen, cell.is_rest) for cell in inside
        ]
        for each, inside in nested(month, "channels", "platform_code", "channel_code")
    }
    assert found == {
        ("douyin", 60, 30, False): [("own_live", 45, False), ("", 15, True)],
        ("jd", 10, 4, False): [("search", 10, False)],
        ("", 30, 16, True): [],
    }


def test_merged_platforms_are_divided_as_the_cube_tells_them_apart() -> None:
    """The margin tells jd and tiktok_shop apart; by channel there is only both together."""
    month = _month(
        {
            (): (100, 0), _at("douyin"): (70, 0), _at("jd"): (10, 0), _at("tiktok_shop"): (20, 0),
            _at("jd+tiktok_shop"): (30, 0), _at("jd+tiktok_shop", "own_live"): (30, 0),
        },
        douyin="", jd="jd+tiktok_shop", tiktok_shop="jd+tiktok_shop", **{"jd+tiktok_shop": ""},
    )  # fmt: skip
    fine = [(each.node, each.kept_fen) for each in parts(month, "channels", "platform_code")]
    assert sorted(fine) == [("douyin", 70), ("jd", 10), ("tiktok_shop", 20)]
    found = nested(month, "channels", "platform_code", "channel_code")
    assert {each.node: [cell.node for cell in inside] for each, inside in found} == {
        "douyin": [""], "jd+tiktok_shop": ["own_live"],
    }  # fmt: skip


def test_without_the_total_the_published_cells_are_still_there() -> None:
    month = _month({_at("douyin", "own_live"): (45, 20)})
    [(each, inside)] = nested(month, "channels", "platform_code", "channel_code")
    assert (each.node, each.kept_fen, [cell.node for cell in inside]) == ("douyin", 45, ["own_live"])


@pytest.mark.parametrize(
    ("platform", "zh", "en"),
    [
        ("douyin", "抖音占 60%，抖音的自播占 40%",
         "60% came through Douyin, of which own live 40%"),
        ("douyin+kuaishou", "抖音、快手占 60%，抖音、快手的自播占 40%",
         "60% came through Douyin and Kuaishou, of which own live 40%"),
        ("douyin+jd+kuaishou+tiktok_shop", "抖音、京东等 4 类占 60%，抖音、京东等 4 类的自播占 40%",
         "60% came through Douyin, JD and 2 more, of which own live 40%"),
    ],
)  # fmt: skip
def test_one_name_and_several_are_said_alike(platform: str, zh: str, en: str) -> None:
    merged = {code: platform for code in platform.split("+") if code != platform} | {platform: ""}
    month = _month({(): (100, 0), _at(platform): (60, 0), _at(platform, "own_live"): (40, 0)}, **merged)
    assert finding(PICKS["zh"], month, "kept") == f"2026年9月，全区留下的钱里，{zh}；40% 没有按平台公开。"
    assert finding(PICKS["en"], month, "kept") == (
        f"Sep 2026: of what the district kept, {en}; 40% is not published by platform."
    )


def test_where_one_month_merged_more_what_both_tell_apart_is_compared() -> None:
    """Last month a and b were one; this month each is published: both together are compared."""
    before = _month({_at("a+b"): (30, 0), _at("c"): (50, 0)}, a="a+b", b="a+b", c="", **{"a+b": ""})
    now = _month(
        {_at("a+b"): (45, 0), _at("a"): (20, 0), _at("b"): (25, 0), _at("c"): (40, 0), _at("d"): (9, 0)},
        a="a+b", b="a+b", c="", d="", **{"a+b": ""},
    )  # fmt: skip
    found = changes(before, now, "channels", ("platform_code",))
    assert [(row.key, row.before_fen, row.now_fen, row.rate) for row in found.rows] == [
        (_at("a+b"), 30, 45, 0.5), (_at("c"), 50, 40, pytest.approx(-0.2)),
    ]  # fmt: skip
    assert found.hidden == (_at("a"), _at("b"), _at("d"))
