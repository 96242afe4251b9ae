"""What the orders of each day will have kept when their refunds have come, as far as can be told now
(M07).
"""

from __future__ import annotations

import polars as pl

from contracts.canonical import SHOP
from contracts.tables import Table
from transforms.derived import Derived, Slices
from transforms.gold.forecast.projection import PROJECTION
from transforms.gold.orders import dim_observed
from transforms.gold.sales import mart_shop_channel_daily
from transforms.maturity.interval import bounds
from transforms.maturity.triangle import HORIZON

TABLE = Table(
    "gold",
    "mart_outlook_daily",
    "成熟净成交日表",
    "matured net by day",
    "One shop × channel × payment day: kept so far, and an ESTIMATE of what will be kept 45 days after "
    "payment, with the bounds of 80 %. Older days "
    "are what they are. Empty where the merchant's data have not yet followed any day to its 45th.",
    key=(*SHOP, "channel_code", "business_date"),
    required=("paid_fen", "kept_fen", "age_days_qty", "maturity_level_code"),
    optional=(
        "matured_fen",
        "matured_low_fen",
        "matured_high_fen",
        "matured_noise_number",
        "matured_doubt_fen",
    ),
)

_KEY = list(TABLE.key)
#: Level number of ``transforms.maturity.cohorts.LEVELS`` → its code.
_LEVELS = ("merchant", "promotion", "platform", "channel", "goods")
_FEN2_OF_YUAN2 = 10_000.0


def build(daily: pl.DataFrame, projected: pl.DataFrame, observed: pl.DataFrame) -> pl.DataFrame:
    """``daily`` = rows of mart_shop_channel_daily, ``projected`` = what
    ``transforms.maturity.outlook.project`` says of them, ``observed`` = dim_observed.

    Rounded once: points half up, bounds outwards, whole fen; the variance of chance to whole yuan² upwards,
    so that a sum over years stays an integer.
    """
    paid = daily.filter((pl.col("paid_fen") != 0) | (pl.col("cohort_refund_fen") != 0)).group_by(_KEY).agg(
        pl.col("paid_fen").sum(), kept_fen=(pl.col("paid_fen") - pl.col("cohort_refund_fen")).sum()
    )  # fmt: skip
    told = projected.rename({"paid_date": "business_date"}).group_by(_KEY).agg(
        _point=pl.when(pl.col("matured_fen").is_not_null().all()).then(pl.col("matured_fen").sum()),
        _noise2=pl.col("noise2").sum(),
        _doubt=pl.col("doubt_fen").sum(),
        _level=pl.col("level_number").min(),
    )  # fmt: skip
    rows = paid.join(told, on=_KEY, how="left", validate="1:1").join(
        observed, on=list(SHOP), how="inner", validate="m:1"
    )
    age = (pl.col("returns_date") - pl.col("business_date")).dt.total_days()
    rows = rows.with_columns(age_days_qty=age.clip(lower_bound=0))
    return TABLE.shape(
        _round(rows.with_columns(_is_done=(age > HORIZON) | (pl.col("paid_fen") == 0))).sort(_KEY)
    )


def _round(rows: pl.DataFrame) -> pl.DataFrame:
    done, kept = pl.col("_is_done"), pl.col("kept_fen")
    # refunds beyond what was paid are an error of the source; a projection of it would be one too
    point = pl.when(done | (kept <= 0)).then(kept.cast(pl.Float64)).otherwise("_point")
    noise2 = pl.when(done | (kept <= 0)).then(0.0).otherwise("_noise2")
    doubt = pl.when(done | (kept <= 0)).then(0.0).otherwise("_doubt")
    rows = rows.with_columns(_point=point, _noise2=noise2, _doubt=doubt)
    low, high = bounds(kept.cast(pl.Float64), pl.col("_point"), pl.col("_noise2") + pl.col("_doubt") ** 2)
    level = pl.col("_level").replace_strict(dict(enumerate(_LEVELS)), return_dtype=pl.String, default=None)
    return rows.with_columns(
        matured_fen=(pl.col("_point") + 0.5).floor().cast(pl.Int64),
        matured_low_fen=low.floor().cast(pl.Int64),
        matured_high_fen=high.ceil().cast(pl.Int64),
        matured_noise_number=pl.when(pl.col("_point").is_not_null()).then(
            (pl.col("_noise2") / _FEN2_OF_YUAN2).ceil().cast(pl.Int64)
        ),
        matured_doubt_fen=pl.when(pl.col("_point").is_not_null()).then(
            pl.col("_doubt").ceil().cast(pl.Int64)
        ),
        maturity_level_code=pl.when(done).then(pl.lit("mature")).otherwise(level).fill_null("unknown"),
    )


def _made(of: Slices) -> pl.DataFrame:
    daily = of.read(mart_shop_channel_daily.TABLE, columns=[*_KEY, "paid_fen", "cohort_refund_fen"])
    return build(daily, of.view(PROJECTION).cohorts, of.read(dim_observed.TABLE))


ASSET = Derived(
    TABLE,
    _made,
    reads=(mart_shop_channel_daily.TABLE, dim_observed.TABLE, PROJECTION),
    stored_by=(*SHOP, "business_date"),
)
