"""我的位置: own figures beside a plain reading of the signed documents, and of no other member anything."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from association_cases import AT, MONTHS, NAMES, contributions, documents
from dashboards_cases import PASSWORD
from fact_cases import facts
from member_cases import make_members, sold
from screen import cells, everything, run_page
from test_dashboards_association import with_document

from contracts.errors import NotFoundError
from metrics.query import access
from metrics.query.access import Viewer
from metrics.reports.association.releases import by_month
from metrics.reports.association.standing import Standing, quartiles
from pipeline.counter import positions
from pipeline.district.monthly import release_due
from transforms.gold import gold_tables
from warehouse import accounts, release
from warehouse.lake import Lake
from warehouse.place import Place
from warehouse.settings import Settings
from warehouse.signed.district_log import ReleaseLog
from warehouse.signed.entry import sign_document

BEFORE, NEWEST = MONTHS[1:]
MINE, OTHER = f"{NAMES[0]}-03", f"{NAMES[0]}-14"
CATEGORIES = {"shirt": "衬衫", "t_shirt": "T恤", "skirt": "半身裙", "dress": "连衣裙"}


@pytest.fixture(scope="module")
def members(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Thirty members and their releases; two of them have accounts, and so has the association."""
    settings = Settings(home=tmp_path_factory.mktemp("members"))
    make_members(settings, [BEFORE, NEWEST])
    for name in (MINE, OTHER):
        accounts.add(settings.place, name, PASSWORD, role="merchant", merchant_id=name)
    accounts.add(settings.place, "assoc", PASSWORD, role="association")
    assert release_due(settings) == ([BEFORE, NEWEST], [])
    return settings.place


def viewer(place: Place, name: str = MINE) -> Viewer:
    return access.sign_in(place, name, PASSWORD)


def own(name: str = MINE, month: str = NEWEST, **cut: str) -> dict[str, int]:
    rows = contributions([month]).filter(pl.col("merchant_id") == name, **cut)
    return {"kept": rows["kept_fen"].sum(), "refund": rows["refund_fen"].sum()}


def rate(sums: dict[str, int]) -> float:
    return sums["refund"] / (sums["kept"] + sums["refund"])


def told(place: Place, month: str = NEWEST) -> dict[tuple[str, str], dict[str, Any]]:
    return {next(iter(row["cell"].items())): row for row in documents(place.home)[month]["quartiles"]}


def by_hand(month: str, dimension: str, node: str) -> list[int]:
    """Quartiles of owners' rates, as bands, from the contributions themselves."""
    rows = contributions([month]).filter(pl.col(dimension) == node)
    by_owner = rows.group_by("owner_id").agg(pl.col("kept_fen", "refund_fen").sum())
    rates = sorted(back / (kept + back) for _, kept, back in by_owner.iter_rows())
    count = len(rates)
    return [int(rates[at] * 20) * 5 for at in (count // 4, (count - 1) // 2, count - 1 - count // 4)]


def test_quartiles_are_part_of_the_signed_release(members: Place) -> None:
    for month in (BEFORE, NEWEST):
        found = told(members, month)
        assert {("channel_code", "own_live"), ("category_code", "shirt")} <= set(found)
        for (dimension, node), row in found.items():
            if "+" not in node:
                assert [row[f"{name}_from_per_100"] for name in ("lower", "median", "upper")] == by_hand(
                    month, dimension, node
                )


def test_own_figures_stand_beside_the_releases(members: Place) -> None:
    found = {(row.dimension, row.node): row for row in positions(viewer(members))[0].standings}
    document = documents(members.home)[NEWEST]
    public = {tuple(row["cell"].items()): row for row in document["cells"]}
    before = {tuple(row["cell"].items()): row for row in documents(members.home)[BEFORE]["cells"]}
    for (dimension, node), row in found.items():
        key = ((dimension, node),) if dimension else ()
        cell, old = public[key], before.get(key)
        assert row.district_rate == cell["refund_fen"] / (cell["kept_fen"] + cell["refund_fen"])
        if old:
            assert row.district_change == pytest.approx(cell["kept_fen"] / old["kept_fen"] - 1)
        if "+" not in node and dimension:
            now, then = own(**{dimension: node}), own(month=BEFORE, **{dimension: node})
            assert row.own_rate == pytest.approx(rate(now))
            if then["kept"]:
                assert row.own_change == pytest.approx(now["kept"] / then["kept"] - 1)
    assert found["", ""].own_rate == pytest.approx(rate(own()))
    with_bands = {key for key, row in found.items() if row.quartiles}
    assert with_bands and with_bands <= set(told(members))


def test_the_page_says_where_one_stands(members: Place) -> None:
    app = run_page("position", viewer(members))
    assert not app.exception and not app.error
    [standing] = [row for row in positions(viewer(members))[0].standings if row.node == "own_live"]
    assert standing.quartiles is not None
    table = {row["品类或渠道"]: row for row in cells(app).iter_rows(named=True)}
    row = table["自播"]
    assert row["我的退货率"] == f"{100 * rate(own(channel_code='own_live')):.0f}%"
    lower, median, upper = standing.quartiles
    assert [row["下四分位"], row["中位数"], row["上四分位"]] == [
        f"{at}%–{at + 5}%" for at in (lower, median, upper)
    ]
    assert app.subheader[0].value.startswith("2026年9月，") and "同行的中位数在" in app.subheader[0].value
    english = run_page("position", viewer(members), language="en")
    assert "the owners' median in" in english.subheader[0].value
    before = run_page("position", viewer(members), position_month=1)
    assert before.subheader[0].value.startswith("2026年8月，") and not before.exception


def later(members: Place, folder: Path, **changed: object) -> Viewer:
    """The same house with the newest month corrected to a document of other parts."""
    shutil.copytree(members.home, folder)
    log = ReleaseLog(Place(folder))
    last = log.entries()[-1]
    document = {
        **last.document, "number": 3, "kind": "first", "previous_sha256": last.sha256,
        "month": "2026-10", "index": {"links": []}, **changed,
    }  # fmt: skip
    log.append(sign_document(log.place, document))
    with Lake.open(log.place, write=True) as lake:
        rows = [sold("2026-10", MINE, product_name="短袖T恤", paid_fen=90_000, cohort_refund_fen=30_000)]
        lake.append(gold_tables()["fct_order_line"], facts("fct_order_line", rows))
        number = release.begin_build(lake, at=AT)
        release.publish(lake, snapshot=lake.snapshot(), build_number=number, at=AT)
    return viewer(log.place)


def test_without_quartiles_it_is_the_total_of_the_cell_and_says_so(members: Place, tmp_path: Path) -> None:
    """As in the demo: few owners, the district's total withheld, some cells public."""
    cells_told = [row for row in documents(members.home)[NEWEST]["cells"] if row["cell"]]
    app = run_page("position", later(members, tmp_path / "house", quartiles=[], cells=cells_told))
    public = next(row for row in cells_told if row["cell"] == {"category_code": "t_shirt"})
    theirs = public["refund_fen"] / (public["kept_fen"] + public["refund_fen"])
    assert not app.exception and not app.error
    assert app.subheader[0].value == (
        f"2026年10月，T恤：我的退货率 33%，全区 {100 * theirs:.0f}%；同行太少，没有公开四分位。"
    )


def test_without_a_public_cell_it_is_one_calm_sentence(members: Place, tmp_path: Path) -> None:
    app = run_page("position", later(members, tmp_path / "house", quartiles=[], cells=[]))
    [told] = app.info
    assert "没有一格是公开的" in told.value and not app.exception and not app.dataframe


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_column_hides_another(members: Place, language: str) -> None:
    table = cells(run_page("position", viewer(members), language=language))
    assert table.width == 9 and table.height == len(positions(viewer(members))[0].standings)


@pytest.mark.parametrize(
    ("own_rate", "place"),
    [(0.29, "lowest"), (0.3, "low"), (0.4, "middle"), (0.449, "middle"), (0.45, "high"), (0.549, "high"),
        (0.55, "highest")],
)  # fmt: skip
def test_places_beside_bands(own_rate: float, place: str) -> None:
    """Quartiles in 30–35, 40–45 and 50–55 %."""
    row = Standing("category_code", "dress", 1, own_rate, 0.4, (30, 40, 50), None, None)
    assert row.place == place


def test_no_merchants_page_opens_anothers_data(members: Place) -> None:
    """Of every other member: no name, no amount, no rate that is not one's own or the release's."""
    pages = {name: everything(run_page("position", viewer(members, name))) for name in (MINE, OTHER)}
    for name, text in pages.items():
        others = {f"{part}-{at:02d}" for part in NAMES for at in range(30)} - {name, f"{NAMES[1]}{name[-3:]}"}
        assert not [word for word in others if word in text]
    mine = positions(viewer(members))
    theirs = positions(viewer(members, OTHER))
    public = {"node", "district_rate", "quartiles", "district_change"}
    for one, other in zip(mine, theirs, strict=True):
        ours = {(row.dimension, row.node): row for row in one.standings}
        for row in other.standings:
            if same := ours.get((row.dimension, row.node)):
                assert {name: getattr(row, name) for name in public} == {
                    name: getattr(same, name) for name in public
                }
                assert row.own_paid_fen != same.own_paid_fen


def test_the_page_holds_no_more_than_the_release(members: Place) -> None:
    """With the contributions of all others gone it shows the same."""
    before = positions(viewer(members))
    for path in (members.district / "releases").glob("*.parquet"):
        kept = path.read_bytes()
        path.unlink()
        try:
            assert positions(viewer(members)) == before
        finally:
            path.write_bytes(kept)
    secret = json.dumps(documents(members.home))
    assert not [name for name in NAMES if name in secret]


def test_nobody_but_a_merchant_has_a_position(members: Place) -> None:
    with pytest.raises(NotFoundError):
        positions(access.sign_in(members, "assoc", PASSWORD))


def test_a_correction_leaves_the_quartiles_as_they_were(own_house: Place) -> None:
    first = documents(own_house.home)[NEWEST]
    with_document(own_house, month=NEWEST, kind="correction", index=None, quartiles=None, why="退款补到")
    newest = by_month(ReleaseLog(own_house).entries())[-1]
    assert newest.corrections_qty == 1 and len(quartiles(newest)) == len(first["quartiles"]) > 0


def test_a_month_released_before_quartiles_were_has_none(own_house: Place) -> None:
    month = by_month(ReleaseLog(own_house).entries())[-1]
    old = {name: value for name, value in month.first.items() if name != "quartiles"}
    assert quartiles(replace(month, first=old)) == {}
