"""The money a foreign shop's own pages are in, made again from fen by the rate each order was converted
with.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from contracts.canonical import ORDER as ORDER_STATE
from contracts.canonical import ORDER_LINE
from contracts.errors import UsageError
from contracts.fields import TIME_ZONE
from contracts.markets import ZONES
from transforms.currency import RATE_UNIT
from transforms.gold.orders.grain import ORDER
from warehouse.lake import Lake
from warehouse.ops import CURRENCY_RATE


@dataclass(frozen=True)
class Money:
    """``rates``: ``ORDER`` columns and ``rate`` (hundred-millionths of a yuan for one unit) of orders that
    are not in CNY; ``zone`` the shop's clock.
    """

    currency: str
    zone: str
    rates: pl.DataFrame

    def add_minor(self, lines: pl.DataFrame, column: str) -> pl.DataFrame:
        """Add ``minor``: ``column`` (fen) in hundredths of the shop's currency, rounded half up."""
        rated = lines.join(
            self.rates, on=ORDER, how="left", validate="m:1", maintain_order="left"
        ).with_columns(pl.col("rate").fill_null(RATE_UNIT))
        fen, rate = pl.col(column).cast(pl.Int128), pl.col("rate").cast(pl.Int128)
        return rated.with_columns(minor=((2 * fen * RATE_UNIT + rate) // (2 * rate)).cast(pl.Int64)).drop(
            "rate"
        )

    def in_fen(self, minor: int) -> int:
        """An amount no order's rate holds for, by the newest rate: it is shown, and nothing is summed from
        it.
        """
        rate = int(self.rates["rate"][-1]) if self.rates.height else RATE_UNIT
        return (2 * minor * rate + RATE_UNIT) // (2 * RATE_UNIT)

    def doubt(self, lines: int) -> int:
        """How far ``minor`` of so many lines may be off: a hundredth worth less than a fen cannot be told
        from its neighbours.
        """
        lowest = self.rates["rate"].min()
        return lines * (RATE_UNIT // (2 * lowest)) if isinstance(lowest, int) and lowest < RATE_UNIT else 0


HOME = Money("CNY", TIME_ZONE, pl.DataFrame(schema={**dict.fromkeys(ORDER, pl.String), "rate": pl.Int64}))


def money_of(lake: Lake, lines: pl.DataFrame) -> Money:
    """The money of the orders in ``lines``.

    Raises ``UsageError`` SEVERAL_CURRENCIES where there is no one money a page could be in.
    """
    orders = lines.group_by(ORDER).agg(rate_date=pl.col("created_at").min().dt.date())
    states = [
        lake.read(table, keys=orders.select(ORDER), columns=[*ORDER, "currency_code"])
        for table in (ORDER_STATE, ORDER_LINE)
    ]
    told = orders.join(pl.concat(states).drop_nulls("currency_code").unique(), on=ORDER, how="inner")
    currencies = told["currency_code"].unique().sort().to_list()
    if not currencies or currencies == ["CNY"]:
        return HOME
    if len(currencies) > 1:
        raise UsageError(
            "SEVERAL_CURRENCIES", "这段时间的订单不止一种币种",
            "the period's orders are in several currencies",
            step_zh="选短一些的时段", step_en="choose a shorter period", currencies=currencies,
        )  # fmt: skip
    rates = lake.read(CURRENCY_RATE).select("rate_date", "currency_code", rate="cny_e8_number")
    rated = told.join(rates, on=["rate_date", "currency_code"], how="inner", validate="m:1").sort(
        "rate_date", "order_id"
    )
    return Money(currencies[0], ZONES.get(currencies[0], TIME_ZONE), rated.select(*ORDER, "rate"))
