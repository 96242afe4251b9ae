"""What was learned of a catalog at a snapshot is not asked again, nor taken for another snapshot's."""

from __future__ import annotations

from dataclasses import replace

from counting import counted
from warehouse_cases import SALES, lines

from warehouse.lake import Lake
from warehouse.place import Place

OTHER = replace(SALES, name="other")
CATALOG = ("duckdb_columns", "ducklake_table_info")


def test_a_snapshot_is_asked_once_for_its_columns_and_sizes(place: Place, lake: Lake) -> None:
    lake.append(SALES, lines(3))
    with counted() as sent:
        for _ in range(3):
            with Lake.open(place) as reader:
                assert reader.read(SALES).height == 3
    asked = [query for query in sent.statements if any(name in query for name in CATALOG)]
    assert len(asked) == len(CATALOG)


def test_a_table_of_a_later_commit_is_seen_at_once_and_an_earlier_snapshot_stays_without_it(
    place: Place, lake: Lake
) -> None:
    with Lake.open(place) as reader:
        before = reader.snapshot()
        assert not reader.columns(OTHER) and not reader.may_hold_rows(OTHER)
    lake.ensure([OTHER])
    lake.append(OTHER, OTHER.shape(lines(2)))
    with Lake.open(place) as reader:
        assert reader.read(OTHER).height == 2
    with Lake.open(place, snapshot=before) as then:
        assert not then.columns(OTHER) and then.read(OTHER).is_empty()


def test_what_a_transaction_made_is_known_inside_it_and_forgotten_with_it(place: Place, lake: Lake) -> None:
    lake.ensure([SALES])  # what the newest snapshot holds is known from here on
    try:
        with lake.transaction():
            lake.ensure([OTHER])
            lake.ensure([OTHER])  # as when a second export of one kind is loaded
            lake.append(OTHER, OTHER.shape(lines(1)))
            raise KeyboardInterrupt
    except KeyboardInterrupt:
        assert not lake.columns(OTHER)
    with Lake.open(place) as reader:
        assert not reader.columns(OTHER)
    lake.ensure([OTHER])
    assert lake.columns(OTHER)


def test_a_home_made_anew_is_another_catalog(place: Place, lake: Lake) -> None:
    lake.append(SALES, lines(3))
    with Lake.open(place) as reader:
        assert reader.read(SALES).height == 3
    other = Place(place.home.parent / "other")
    with Lake.open(other, write=True) as opened:
        opened.ensure([OTHER])
    with Lake.open(other) as reader:
        assert reader.columns(OTHER) and not reader.columns(SALES)
