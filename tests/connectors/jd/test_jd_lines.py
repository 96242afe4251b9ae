"""Numbers of lines and entries, and shares of discounts, do not depend on the order of rows or on which rows
come with which file.
"""

import polars as pl
import pytest
from jd_cases import SAMPLES, conformed, fen, read, sample

from connectors.jd.records import plain_records

ORDER_FILE = "19453840_2016_30.csv"


def _shuffled(name: str, seed: int) -> bytes:
    header, *rows = (SAMPLES / name).read_bytes().decode("gbk").split("\r\n")[:-1]
    mixed = pl.Series(rows).shuffle(seed=seed).to_list()
    return "\r\n".join([header, *mixed, ""]).encode("gbk")


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_shuffled_orders_are_the_same_orders(seed: int) -> None:
    whole, mixed = sample(ORDER_FILE), conformed(read(_shuffled(ORDER_FILE, seed), ORDER_FILE))
    for name, key in (("order", "order_id"), ("order_line", "order_line_id")):
        assert whole[name].drop("_row_number").sort(key).equals(mixed[name].drop("_row_number").sort(key))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_shuffled_bills_are_the_same_bills(seed: int) -> None:
    whole, mixed = sample("wallet_23.csv"), conformed(read(_shuffled("wallet_23.csv", seed), "wallet_23.csv"))
    for name, key in (("settlement_entry", "settlement_entry_id"), ("refund_line", "refund_id")):
        assert whole[name].drop("_row_number").sort(key).equals(mixed[name].drop("_row_number").sort(key))


def test_a_bill_cut_by_days_holds_the_same_entries() -> None:
    header, *rows = (SAMPLES / "wallet_23.csv").read_bytes().decode("gbk").split("\r\n")[:-1]
    days = sorted({row.rsplit(",", 1)[1] for row in rows})
    assert len(days) == 4
    parts = [
        conformed(
            read("\r\n".join([header, *[row for row in rows if row.endswith(day)], ""]).encode("gbk"), day)
        )
        for day in days
    ]
    whole = sample("wallet_23.csv")["settlement_entry"]
    cut = pl.concat([part["settlement_entry"] for part in parts])
    assert set(cut["settlement_entry_id"]) == set(whole["settlement_entry_id"])
    assert fen(cut, "settled_fen") == fen(whole, "settled_fen")


def test_equal_fees_of_one_day_are_kept_apart() -> None:
    header, *rows = (SAMPLES / "wallet_23.csv").read_bytes().decode("gbk").split("\r\n")[:-1]
    twice = conformed(read("\r\n".join([header, rows[0], *rows, ""]).encode("gbk")))["settlement_entry"]
    assert twice["settlement_entry_id"].n_unique() == len(rows) + 1
    assert (
        fen(twice, "settled_fen") == fen(sample("wallet_23.csv")["settlement_entry"], "settled_fen") + 64430
    )


def test_shares_add_up_to_the_fen() -> None:
    # 100.01 off, on 758 and 339
    text = (SAMPLES / ORDER_FILE).read_bytes().decode("gbk").replace("932.45", "996.99")
    line = conformed(read(text.encode("gbk")))["order_line"].filter(pl.col("order_id") == "312045678901")
    assert fen(line, "discount_merchant_fen") == 10001
    assert line["discount_merchant_fen"].to_list() == [6910, 3091, 0]


@pytest.mark.parametrize(
    ("field", "told", "text"),
    [
        ("payTime", 1792461600000, "2026-10-20 10:00:00"),
        ("payTime", "1792461600000", "2026-10-20 10:00:00"),
        ("payTime", "2026-10-20 10:00:00", "2026-10-20 10:00:00"),
        ("payTime", "2026-10-20 10", "2026-10-20 10"),  # thirteen characters are no moment
        ("payTime", "1792461600", "1792461600"),  # nor is another count of digits
        ("payTime", "1970-01-01 08:00:00", None),
        ("orderId", 1792461600000, "1792461600000"),
        ("orderId", {"deep": 1}, None),
    ],
)
def test_an_answers_moment_is_thirteen_digits_of_a_time(field: str, told: object, text: str | None) -> None:
    assert plain_records([{field: told}], [field]) == [{field: text}]
