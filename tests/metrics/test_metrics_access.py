"""Nobody reaches another's rows: what is on a desk, what its SQL may do, who still has an account."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import duckdb
import polars as pl
import pytest
from metrics_cases import AT, OTHER, association, frames, merchant, operator, publish

from contracts.errors import NotFoundError
from metrics.query import access
from metrics.query.access import IN_LAKE, Desk, Viewer, as_merchant, open_desk, refresh, sign_in
from metrics.query.ask import ask
from metrics.query.labels import labels
from metrics.query.released import choose, open_release
from metrics.query.sources import SOURCES, Source
from metrics.reports.association.releases import released
from metrics.reports.health import freshness, release_line
from transforms.gold import gold_tables
from warehouse import accounts
from warehouse.place import Place

PASSWORD = "correct horse"


def everything(desk: Desk) -> dict[str, pl.DataFrame]:
    """Every table of the instance, whatever its schema."""
    names = (
        desk.connection.cursor()
        .execute("SELECT database_name, schema_name, table_name FROM duckdb_tables() WHERE NOT internal")
        .fetchall()
    )
    return {
        f"{schema}.{name}": desk.connection.cursor()
        .execute(f'SELECT * FROM "{base}"."{schema}"."{name}"')  # noqa: S608
        .pl()
        for base, schema, name in names
    }


def holds(frames: dict[str, pl.DataFrame], word: str) -> list[str]:
    return [
        name
        for name, frame in frames.items()
        if word in frame.with_columns(pl.all().cast(pl.String)).write_csv()
    ]


def test_a_merchants_desk_holds_its_own_rows_only(shown: Place) -> None:
    mine = everything(open_desk(merchant(shown)))
    declared = {
        table.full_name
        for name, table in gold_tables().items()
        if name.startswith(("dim_", "mart_")) and name not in IN_LAKE
    }
    assert set(mine) == declared
    assert holds(mine, OTHER) == []
    assert holds(mine, "hidden-canary") == []
    assert mine["gold.mart_shop_channel_daily"].height == 6
    assert "gold.mart_shop_channel_daily" in holds(everything(open_desk(merchant(shown, OTHER))), OTHER)


IN_THE_LAKE = [source for source in SOURCES if source.in_lake]


@pytest.mark.parametrize("source", IN_THE_LAKE, ids=lambda source: source.table.name)
def test_what_is_asked_in_the_lake_is_of_the_viewers_merchant_only(shown: Place, source: Source) -> None:
    query = f"SELECT DISTINCT merchant_id FROM {source.relation}"  # noqa: S608
    found = {
        name: open_desk(merchant(shown, name)).rows(source, query)["merchant_id"].to_list()
        for name in ("m1", OTHER)
    }
    assert all(names in ([], [name]) for name, names in found.items())
    assert found["m1"] or source.table.name in {
        "mart_stock_monthly",
        "mart_outlook_detail_daily",
        "mart_settlement_detail_daily",
    }, "these have no rows here"
    with open_release(shown, choose(shown, merchant_id="m1")) as lake:
        assert lake.sql(query).is_empty(), "nobody's before somebody is named, and after"


def test_the_associations_desk_holds_nothing(shown: Place) -> None:
    """Its pages read signed documents of the district; no row of a merchant is ever within its reach."""
    for viewer in (association(shown), operator(shown)):
        assert everything(open_desk(viewer)) == {}
        with pytest.raises(duckdb.Error):
            open_desk(viewer).sql("SELECT * FROM gold.mart_shop_channel_daily")


def test_every_way_out_of_a_desk_is_refused(shown: Place) -> None:
    parquet = next((shown.home / "lake" / "data").rglob("*.parquet"))
    attacks = [
        f"ATTACH 'ducklake:sqlite:{shown.catalog_file}' AS lake",
        f"ATTACH '{shown.catalog_file}' AS x (TYPE sqlite)",
        f"ATTACH '{shown.home}/other.duckdb'",
        "INSTALL ducklake",
        "LOAD ducklake",
        "LOAD sqlite_scanner",
        f"SELECT * FROM read_parquet('{parquet}')",  # noqa: S608
        f"SELECT * FROM '{parquet}'",  # noqa: S608
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM read_blob('/etc/passwd')",
        "SELECT * FROM glob('/*')",
        f"COPY gold.dim_shop TO '{shown.home}/leak.csv'",
        f"COPY gold.dim_shop FROM '{parquet}'",
        f"EXPORT DATABASE '{shown.home}/leak'",
        "SET enable_external_access = true",
        "SET lock_configuration = false",
        "RESET enable_external_access",
        "SET python_enable_replacements = true",
        "SELECT getenv('HOME')",
        "SELECT * FROM secret_frame",
    ]
    secret_frame = pl.DataFrame({"merchant_id": [OTHER]})
    for connection in (open_desk(merchant(shown)).connection, open_desk(merchant(shown)).connection.cursor()):
        doors = []
        for attack in attacks:
            try:
                connection.execute(attack).fetchall()
            except duckdb.Error:
                continue
            doors.append(attack)
        assert doors == []
    with pytest.raises(duckdb.Error):
        open_desk(merchant(shown)).sql("SELECT * FROM read_text('/etc/passwd')")
    assert secret_frame.height == 1
    assert not list(shown.home.glob("leak*"))


@pytest.mark.parametrize(
    ("role", "merchant_id"),
    [
        ("merchant", None),
        ("merchant", ""),
        ("association", "m1"),
        ("boss", None),
        ("boss", "m1"),
        ("", "m1"),
        ("Merchant", "m1"),
    ],
)
def test_a_viewer_who_is_nobody_gets_nothing(shown: Place, role: str, merchant_id: str | None) -> None:
    viewer = Viewer(shown, "x", role, merchant_id)
    for call in (
        open_desk,
        released,
        release_line,
        freshness,
        lambda viewer: ask(viewer, ["paid_gmv"]),
        lambda viewer: labels(viewer, "shop"),
    ):
        with pytest.raises(NotFoundError):
            call(viewer)


def test_one_desk_per_viewer_and_release(released: Place) -> None:
    first = open_desk(merchant(released))
    assert open_desk(merchant(released)) is first
    people = [
        ("另一个人", "merchant", "m1"),
        ("m1 的老板", "merchant", OTHER),
        ("m1 的老板", "operator", "m1"),
        ("m1 的老板", "operator", None),
    ]
    desks = [first, *(open_desk(Viewer(released, *who)) for who in people)]
    assert len({id(desk) for desk in desks}) == len(desks)
    assert holds(everything(desks[2]), "m1") == []
    publish(released, frames())
    assert open_desk(merchant(released)) is not first
    assert open_desk(merchant(released), 1) is first


def test_a_rebuilt_home_is_not_mistaken_for_the_one_before(released: Place, template: Path) -> None:
    before = ask(merchant(released), ["paid_gmv"]).rows["paid_gmv"].item()
    shutil.rmtree(released.home)
    shutil.copytree(template, released.home)
    publish(
        released,
        {"mart_shop_channel_daily": frames()["mart_shop_channel_daily"].head(1)},
        at=AT + dt.timedelta(seconds=1),
    )
    assert (before, ask(merchant(released), ["paid_gmv"]).rows["paid_gmv"].item()) == (430_01, 100_00)


def test_a_desk_dropped_from_the_memo_still_answers_whoever_holds_it(
    shown: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access, "_DESKS", access.Memo(1))
    first = open_desk(merchant(shown))
    assert open_desk(merchant(shown, OTHER)) is not first
    assert first.sql("SELECT count(*) AS n FROM gold.dim_shop")["n"].item() == 2
    assert open_desk(merchant(shown)) is not first


def test_a_desk_keeps_small_answers_and_reads_large_ones_again(shown: Place) -> None:
    desk = open_desk(merchant(shown))
    few = "SELECT count(*) AS n, ? AS day FROM gold.dim_shop"
    assert desk.sql(few, [1]) is desk.sql(few, [1])
    assert desk.sql(few, [2])["day"].item() == 2 and desk.sql(few, ["1"])["day"].item() == "1"
    many = "SELECT * FROM range(501)"
    assert desk.sql(many) is not desk.sql(many) and desk.sql(many).height == 501
    assert open_desk(merchant(shown, OTHER)).sql(few, [1]) is not desk.sql(few, [1])


def test_signing_in(released: Place) -> None:
    accounts.add(released, "老板", PASSWORD, role="merchant", merchant_id="m1")
    viewer = sign_in(released, "老板", PASSWORD)
    assert viewer == Viewer(released, "老板", "merchant", "m1")
    assert refresh(viewer) == viewer
    assert ask(viewer, ["paid_gmv"]).rows["paid_gmv"].item() == 430_01
    for name, password in (("老板", "wrong password"), ("nobody", PASSWORD)):
        with pytest.raises(NotFoundError, match="SIGN_IN_REFUSED"):
            sign_in(released, name, password)


@pytest.mark.parametrize("change", ["removed", "other merchant", "other role"])
def test_a_removed_or_changed_account_stops_at_once(released: Place, change: str) -> None:
    accounts.add(released, "老板", PASSWORD, role="merchant", merchant_id="m1")
    viewer = sign_in(released, "老板", PASSWORD)
    open_desk(viewer)
    if change == "removed":
        accounts.remove(released, "老板")
    elif change == "other merchant":
        accounts.add(released, "老板", PASSWORD, role="merchant", merchant_id=OTHER)
    else:
        accounts.add(released, "老板", PASSWORD, role="association")
    assert refresh(viewer) is None
    for call in (
        open_desk,
        release_line,
        freshness,
        lambda viewer: ask(viewer, ["paid_gmv"]),
        lambda viewer: labels(viewer, "shop"),
    ):
        with pytest.raises(NotFoundError, match="SIGNED_OUT"):
            call(viewer)


def test_an_operator_who_named_a_merchant_stays_an_account(released: Place) -> None:
    accounts.add(released, "值班", PASSWORD, role="operator")
    viewer = as_merchant(sign_in(released, "值班", PASSWORD), "m1")
    assert refresh(viewer) == viewer
    assert ask(viewer, ["paid_gmv"]).rows["paid_gmv"].item() == 430_01
    accounts.remove(released, "值班")
    with pytest.raises(NotFoundError, match="SIGNED_OUT"):
        ask(viewer, ["paid_gmv"])


def test_naming_a_merchant_is_for_operators(shown: Place) -> None:
    assert as_merchant(merchant(shown), "m1") == merchant(shown)
    for viewer, name in ((merchant(shown), OTHER), (association(shown), "m1"), (operator(shown), "nobody")):
        with pytest.raises(NotFoundError, match="NO_SUCH_MERCHANT"):
            as_merchant(viewer, name)


def test_a_merchant_nobody_registered_has_no_desk(shown: Place) -> None:
    with pytest.raises(NotFoundError, match="NO_SUCH_MERCHANT"):
        ask(merchant(shown, "m3"), ["paid_gmv"])


def test_neither_token_nor_stamp_of_a_viewer_is_shown_or_tells_viewers_apart(place: Place) -> None:
    told = Viewer(place, "a", "operator", None, True, "stamp-1", "token-1")
    assert not [secret for secret in ("stamp-1", "token-1") if secret in repr(told)]
    assert told == Viewer(place, "a", "operator") and hash(told) == hash(Viewer(place, "a", "operator"))
