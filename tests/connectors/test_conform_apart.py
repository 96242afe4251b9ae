"""What rows mean does not depend on what stands beside them: other shops' rows, other files', their order."""

from __future__ import annotations

import polars as pl
import pytest
from conformance_cases import Sample, bronze_of, samples

from connectors.base import TOGETHER, Platform

#: Every sample by the kind of rows it is: a build hands a connector all new rows of a kind at once.
_OF_KIND: dict[tuple[int, str], list[Sample]] = {}
for _item in samples():
    if _item.layout != "error":
        _OF_KIND.setdefault((id(_item.platform), _item.kind), []).append(_item)
each_kind = pytest.mark.parametrize(
    "alike",
    _OF_KIND.values(),
    ids=lambda alike: f"{alike[0].platform.code}-{alike[0].kind}-{alike[0].layout}",
)

Frames = dict[str, pl.DataFrame]


def _given(sample: Sample, number: int) -> pl.DataFrame:
    """A sample's bronze rows as the ``number``-th export of a shop."""
    return bronze_of(sample).with_columns(
        merchant_id=pl.lit("m1"),
        shop_id=pl.lit("s1"),
        _export_id=pl.lit(f"{number:064}"),
        _observed_at=pl.col("_observed_at") + pl.duration(minutes=number),
    )


def _alike(frames: Frames) -> Frames:
    """Frames in an order of their own, without those of no rows."""
    sets = {
        name: frame.with_columns(pl.col(TOGETHER).list.sort()) if TOGETHER in frame.columns else frame
        for name, frame in frames.items()
    }
    return {
        name: frame.sort(pl.all(), nulls_last=True) for name, frame in sorted(sets.items()) if frame.height
    }


def _together(parts: list[Frames]) -> Frames:
    names = dict.fromkeys(name for part in parts for name in part)
    return _alike(
        {name: pl.concat([part[name] for part in parts if name in part], how="diagonal") for name in names}
    )


def _same(found: Frames, wanted: Frames) -> None:
    assert found.keys() == wanted.keys()
    for name, frame in wanted.items():
        other = found[name].select(sorted(found[name].columns))
        assert sorted(frame.columns) == other.columns
        ours = frame.select(other.columns).sort(pl.all(), nulls_last=True)
        theirs = other.sort(pl.all(), nulls_last=True)
        odd = [
            column
            for column in ours.columns
            if ours.height != theirs.height or not ours[column].equals(theirs[column])
        ]
        assert not odd, (name, ours.select(odd), theirs.select(odd))


def _conform(platform: Platform, kind: str, rows: pl.DataFrame) -> Frames:
    return _alike(platform.conform(kind, rows))


@each_kind
def test_shops_and_merchants_side_by_side_mean_what_each_means_alone(alike: list[Sample]) -> None:
    """The same numbers in two shops, of one merchant and of two, are two things."""
    platform, kind = alike[0].platform, alike[0].kind
    rows = pl.concat([_given(sample, number) for number, sample in enumerate(alike)])
    alone = platform.conform(kind, rows)
    owners = [
        {"merchant_id": pl.lit(merchant), "shop_id": pl.lit(shop)}
        for merchant, shop in (("m1", "s1"), ("m1", "s2"), ("m2", "s1"))
    ]
    together = pl.concat([rows.with_columns(**owner) for owner in owners])
    each = [{name: frame.with_columns(**owner) for name, frame in alone.items()} for owner in owners]
    _same(_conform(platform, kind, together), _together(each))


@each_kind
def test_files_side_by_side_mean_what_each_means_alone(alike: list[Sample]) -> None:
    """Every layout of a kind, and one file given twice with another time of seeing it."""
    platform, kind = alike[0].platform, alike[0].kind
    given = [_given(sample, number) for number, sample in enumerate([*alike, alike[0]])]
    _same(
        _conform(platform, kind, pl.concat(given)),
        _together([platform.conform(kind, rows) for rows in given]),
    )


@each_kind
def test_the_order_of_rows_is_not_looked_at(alike: list[Sample]) -> None:
    platform, kind = alike[0].platform, alike[0].kind
    rows = pl.concat([_given(sample, number) for number, sample in enumerate(alike)])
    mixed = rows.sample(fraction=1.0, shuffle=True, seed=7)
    _same(_conform(platform, kind, mixed), _conform(platform, kind, rows))
