"""Settlement, funds and insurance: identities, signs, and what cannot be told."""

from __future__ import annotations

import polars as pl
import pytest
from kuaishou_cases import bronze_rows, conformed, moment, read_sample

from connectors.kuaishou.ledgers import fund_entries, settlement_entries

BILL = "结算账单_40列.xlsx"
AT = moment("2026-10-25 10:00:00")


def bill(**cells: object) -> dict[str, object]:
    return settlement_entries(bronze_rows("settlements", {"order_id": "1", "settled_at": AT, **cells})).row(
        0, named=True
    )


def test_the_bill_to_the_fen() -> None:
    frame = conformed(read_sample(BILL))
    told = [
        "settlement_entry_id",
        "settlement_type_code",
        "income_fen",
        "expense_fen",
        "settled_fen",
        "settled_refund_fen",
        "platform_fee_fen",
    ]
    assert frame.select(told).rows() == [
        ("2307650074108201:20261025100000:125305", "sale", 131900, -6595, 125305, 0, 6595),
        # 265.80 earned, 65.80 given back before, 10 + 60 + 4 + 1 spent
        ("2307650074108219:20261026100000:12500", "sale", 20000, -7500, 12500, 6580, 1000),
        # here the income is told after the refund already
        ("2307650074108276:20261027100000:8405", "sale", 8900, -495, 8405, 1000, 445),
        ("2307650074108201:20261102093000:-9900", "refund_after", -9900, 0, -9900, 9900, 0),
    ]
    second = frame.row(1, named=True)
    assert (second["commission_creator_fen"], second["commission_leader_fen"], second["creator_id"]) == (
        6100,
        400,
        "2755001122",
    )
    assert frame["order_line_id"].to_list() == frame["order_id"].to_list()
    assert frame.row(0, named=True)["creator_id"] is None


def test_bill_and_api_tell_the_same_entries() -> None:
    by_file, by_api = (
        conformed(read_sample(name)) for name in (BILL, "open.funds.financial.settled.bill.detail.json")
    )
    same = [
        name
        for name in by_file.columns
        if name not in ("_row_number", "_observed_at", "_export_id", "refund_id")
    ]
    assert by_file.select(same).equals(by_api.select(same))
    assert by_api["refund_id"].to_list() == [None, "2634000000000003", None, "2634000000000001"]


@pytest.mark.parametrize(
    ("told", "refund", "back", "spent", "settled", "income"),
    [
        (1000, 0, 0, 100, 900, 1000), (1000, 300, 0, 100, 600, 700), (700, 300, 0, 100, 600, 700),
        (1000, 300, 50, 100, 550, 650), (1000, 300, 50, 100, 600, 700), (1000, 300, 50, 100, 900, 1000),
        (1000, 300, 50, 100, 123, 1000),
    ],
)  # fmt: skip
def test_income_is_read_so_that_the_row_adds_up(
    told: int, refund: int, back: int, spent: int, settled: int, income: int
) -> None:
    found = bill(
        income_told_fen=told,
        settled_refund_fen=refund,
        payment_back_fen=back,
        expense_told_fen=spent,
        settled_fen=settled,
    )
    assert (found["income_fen"], found["expense_fen"]) == (income, -spent)


@pytest.mark.parametrize(
    ("settled", "refund", "code"),
    [(1, 0, "sale"), (0, 5, "sale"), (-1, 5, "refund_after"), (-1, 0, "unknown"), (-1, None, "unknown")],
)
def test_the_sign_tells_the_type(settled: int, refund: int | None, code: str) -> None:
    assert bill(settled_fen=settled, settled_refund_fen=refund)["settlement_type_code"] == code


def test_exact_repeats_are_counted_on_and_others_keep_their_name() -> None:
    rows = [
        {"order_id": order, "settled_at": AT, "settled_fen": fen}
        for order, fen in (("1", 5), ("1", 5), ("1", 6), ("2", 5))
    ]
    found = settlement_entries(bronze_rows("settlements", *rows))["settlement_entry_id"].to_list()
    assert found == ["1:20261025100000:5", "1:20261025100000:5:2", "1:20261025100000:6", "2:20261025100000:5"]
    backwards = settlement_entries(bronze_rows("settlements", *reversed(rows)))[
        "settlement_entry_id"
    ].to_list()
    assert sorted(backwards) == sorted(found)


def test_what_is_not_told_stays_null() -> None:
    found = bill(settled_fen=5)
    assert [
        found[name]
        for name in ("platform_fee_fen", "commission_creator_fen", "subsidy_platform_fen", "creator_id")
    ] == [None] * 4


@pytest.mark.parametrize("name", ["动账明细_9列.xlsx", "动账明细_旧表头.xlsx"])
def test_the_fund_flow_to_the_fen(name: str) -> None:
    frame = conformed(read_sample(name))
    assert frame.select("fund_entry_id", "fund_type_code", "moved_fen", "balance_fen", "order_id").rows() == [
        ("9100000000000001", "sale", 125305, 1125305, "2307650074108201"),
        ("9100000000000002", "insurance", -80, 1125225, None),
        ("9100000000000004", "withdrawal", -500000, 625225, None),
        ("9100000000000005", "refund", -9900, 615325, None),
        ("9100000000000006", "unknown", 100, 615425, None),
    ]
    # without the frozen money each balance follows from the one before
    assert (frame["balance_fen"].diff() == frame["moved_fen"])[1:].all()
    assert frame["scene_name"].to_list()[-1] == "活动奖励"


def test_a_direction_nobody_knows_has_no_sign_and_sets_its_row_aside() -> None:
    rows = [
        {"fund_entry_id": str(number), "amount_fen": 100, "direction_text": word}
        for number, word in enumerate(["收", "支", "借", " 收 "])
    ]
    rows.append({"fund_entry_id": "4", "amount_fen": -100, "direction_text": "收"})
    found = fund_entries(bronze_rows("funds", *rows))
    assert dict(found.select("fund_entry_id", "moved_fen").iter_rows()) == {
        "0": 100,
        "1": -100,
        "3": 100,
        "4": -100,
    }


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("订单结算", "sale"), ("运费险", "insurance"), ("技术服务费", "fee"), ("达人佣金", "commission"),
        ("保证金缴纳", "deposit"), ("提现", "withdrawal"),
        ("退款", "refund"), ("平台补贴", "subsidy"), ("违规赔付", "compensation"),
        ("磁力金牛充值", "advertising"), ("账户划转", "transfer"),
        ("运费", "freight"),
        ("别的", "unknown"), (None, "unknown"),
    ],
)  # fmt: skip
def test_fund_words(word: str | None, code: str) -> None:
    row = {"fund_entry_id": "1", "amount_fen": 1, "direction_text": "收", "fund_type_text": word}
    assert fund_entries(bronze_rows("funds", row))["fund_type_code"].item() == code


def test_insurance_to_the_fen() -> None:
    frame = conformed(read_sample("运费险_6列.xlsx"))
    assert frame.select(
        "insurance_id", "order_id", "premium_fen", "premium_merchant_fen", "premium_platform_fen"
    ).rows() == [
        ("8147000000000001", "2307650074108201", 80, 60, 20),
        ("8147000000000002", "2307650074108219", 100, 100, 0),
    ]
    assert (
        frame.select(pl.col("premium_fen") == pl.col("premium_merchant_fen") + pl.col("premium_platform_fen"))
        .to_series()
        .all()
    )
