"""What merchants contribute to the district: months of the release each of them reads, by the cuts the cubes
need.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl

from contracts.owners import named_owner
from district.declared import CUBES, MEASURES
from district.panel import whole_months
from district.vocabulary import classify, price_band
from metrics.query.released import choose, judged, open_release
from pipeline.house import reading
from transforms.gold.orders import fct_order_line
from warehouse.ops import MEMBER, MERCHANT, OWNER
from warehouse.settings import Settings

_LINES = f"""
    SELECT merchant_id, strftime(paid_date, '%Y-%m') AS business_month, platform_code, channel_code,
        product_name, color_name, size_name, province_name, paid_fen // greatest(line_qty, 1) AS piece_fen,
        sum(paid_fen - cohort_refund_fen)::BIGINT AS kept_fen, sum(cohort_refund_fen)::BIGINT AS refund_fen
    FROM {fct_order_line.TABLE.full_name}
    WHERE paid_date IS NOT NULL AND NOT is_gift AND NOT coalesce(is_aside, false)
        AND list_contains(?::VARCHAR[], merchant_id) = ?
    GROUP BY ALL"""  # noqa: S608 - names are declared
#: Cut → the words it is read from.
_READ = {
    "category_code": ("category", "product_name"),
    "colour_code": ("colour", "color_name"),
    "size_code": ("size", "size_name"),
    "region_code": ("region", "province_name"),
}
_CUTS = tuple(dict.fromkeys(item.name for cube in CUBES for item in cube.dimensions))


def contributions(settings: Settings, merchant_id: str | None = None) -> pl.DataFrame:
    """One row per owner, merchant, ``business_month`` and cut: ``kept_fen`` and ``refund_fen`` of what was
    paid in that month, of every merchant (or the given one), a member or not, in the release it reads.

    ``owner_id`` is null where nobody named the owner; a cut is null where no word says it. No order, buyer or
    shop. Raises ``NotFoundError`` before the first release.
    """
    lines = pl.concat(_lines(settings, merchant_id))
    with reading(settings) as lake:  # whose a merchant is counts as it is known today
        merchants = lake.read(MERCHANT, columns=["merchant_id", "owner_id"])
        people = lake.read(OWNER, columns=["owner_id", "owner_name"])
    told = lines.with_columns(
        *(classify(kind, lines[words]).alias(name) for name, (kind, words) in _READ.items()),
        price_band_code=price_band(pl.when(pl.col("product_name").is_not_null()).then("piece_fen")),
    )
    owners = merchants.join(people, on="owner_id", how="left").select("merchant_id", owner_id=named_owner())
    key = ["owner_id", "merchant_id", "business_month", *_CUTS]
    return (
        told.join(owners, on="merchant_id", how="left")
        .group_by(key)
        .agg(pl.col(MEASURES).sum())
        .select(*key, *MEASURES)
        .sort(key)
    )


def _lines(settings: Settings, merchant_id: str | None) -> Iterator[pl.DataFrame]:
    """Months of the current release, and of each merchant it holds those of its last good one, if any."""
    found, line = choose(settings.place, merchant_id=merchant_id), judged(settings.place)
    wanted = [(found, [merchant_id], True)] if merchant_id else [(found, sorted(found.holds), False)]
    for held in () if merchant_id else found.holds:
        if good := line.shown(held):
            wanted.append((good, [held], True))
    for release, merchants, is_only in wanted:
        with open_release(settings.place, release) as lake:
            yield lake.sql(_LINES, [merchants, is_only])


def of_members(settings: Settings) -> pl.DataFrame:
    """``contributions`` of months a merchant was a member for from first day to last."""
    with reading(settings) as lake:
        return whole_months(contributions(settings), lake.read(MEMBER))


def unclassified(rows: pl.DataFrame, cuts: Sequence[str] = tuple(_READ)) -> dict[str, float]:
    """Cut → the share of paid value (0–1) whose words say nothing; 0 where nothing was paid."""
    paid = pl.col("kept_fen") + pl.col("refund_fen")
    whole = rows.select(paid.sum()).item()
    return {
        cut: rows.filter(pl.col(cut).is_null()).select(paid.sum()).item() / whole if whole else 0.0
        for cut in cuts
    }
