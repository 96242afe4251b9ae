"""Exchange rates: exact, upserted, and refused by row."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import polars as pl
import pytest
from warehouse_cases import AT

from contracts.errors import UsageError
from warehouse.lake import Lake
from warehouse.rates import rates, save_rates

DAY = AT.date() - dt.timedelta(days=1)


def given(*rows: tuple[dt.date | None, str, str]) -> pl.DataFrame:
    told = pl.DataFrame(rows, schema={"rate_date": pl.Date, "currency_code": pl.String, "rate_text": pl.String}, orient="row")
    return told.with_row_index("row", offset=2)


def test_rates_are_kept_exactly_and_the_newest_word_counts(lake: Lake) -> None:
    assert save_rates(lake, given((DAY, "THB", "0.20631847"), (DAY, "USD", "7.1")), at=AT) == 2
    assert save_rates(lake, given((DAY, "THB", "0.20631847")), at=AT) == 0
    assert save_rates(lake, given((DAY, "USD", "7.12345678")), at=AT) == 1
    told = {currency: Decimal(number) / 100_000_000 for currency, number in rates(lake).select("currency_code", "cny_e8_number").iter_rows()}
    assert told == {"THB": Decimal("0.20631847"), "USD": Decimal("7.12345678")}


BAD = [(DAY, "THB", text) for text in ("0.123456789", "-1", "nan", "sNaN", "1e-999999999", "0", "7_1", "", "１")] + [
    (DAY, "CNY", "1"),
    (DAY, "thb", "1"),
    (None, "THB", "1"),
]


@pytest.mark.parametrize("row", BAD)
def test_a_bad_rate_is_named_and_nothing_is_written(lake: Lake, row: tuple[dt.date | None, str, str]) -> None:
    with pytest.raises(UsageError) as raised:
        save_rates(lake, given((DAY, "USD", "7"), row), at=AT)
    assert raised.value.facts["row"] == 3
    assert rates(lake).is_empty()


def test_a_day_and_currency_given_twice_is_refused(lake: Lake) -> None:
    with pytest.raises(UsageError, match="stands twice"):
        save_rates(lake, given((DAY, "USD", "7"), (DAY, "USD", "7")), at=AT)


def test_a_day_far_ahead_and_a_rate_the_wrong_way_round_are_refused(lake: Lake) -> None:
    ahead = AT.date() + dt.timedelta(days=367)
    with pytest.raises(UsageError, match="more than a year ahead"):
        save_rates(lake, given((ahead, "USD", "7")), at=AT)
    save_rates(lake, given((DAY, "USD", "7.1")), at=AT)
    next_day = DAY + dt.timedelta(days=1)
    for day in (next_day, DAY - dt.timedelta(days=1)):
        with pytest.raises(UsageError, match=r"neighbour's.*row=2"):
            save_rates(lake, given((day, "USD", "0.14")), at=AT)
    assert save_rates(lake, given((DAY, "USD", "0.14"), (next_day, "USD", "0.141")), at=AT) == 2, "what was wrong from the first can be put right"
    assert save_rates(lake, given((DAY - dt.timedelta(days=40), "USD", "7.1")), at=AT) == 1, "forty days are no neighbours"
