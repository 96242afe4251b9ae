"""Four shops that gave one or two files each: what they never gave is empty wherever it is asked, and it is
said which file is missing.
"""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli import app
from metrics.query.access import Viewer
from metrics.query.ask import Answer, ask
from pipeline.house import writing
from pipeline.intake.land import land_files
from pipeline.steps import build_and_release, ingest
from warehouse.settings import Settings

SAMPLES = Path(__file__).parents[2] / "connectors"
DOUYIN = SAMPLES / "douyin" / "samples"
ORDERS = DOUYIN / "1792375211_orders_2025_75.csv"
ITEMS = SAMPLES / "taobao" / "samples" / "ExportOrderDetailList202611201200_2022.csv"
ASKED = [
    "paid_gmv",
    "refunds",
    "net_by_order_date",
    "return_rate_value",
    "ad_spend",
    "settled",
    "funded",
    "gpm",
]


def without_payment_time(folder: Path) -> tuple[Path, int]:
    """The item file of Taobao with its payment times left blank, and what its rows that are called successful
    were to be paid, in fen.
    """
    head, *rows = list(csv.reader(ITEMS.read_text(encoding="gb18030").splitlines()))
    place = {name: number for number, name in enumerate(head)}
    paid = [row for row in rows if row[place["订单状态"]] == "交易成功"]
    for row in rows:
        row[place["订单付款时间"]] = ""
        row[place["订单状态"]] = "交易成功" if row in paid else "等待买家付款"
    path = folder / "items.csv"
    with path.open("w", encoding="gb18030", newline="") as file:
        csv.writer(file, quoting=csv.QUOTE_ALL).writerows([head, *rows])
    return path, sum(round(float(row[place["买家应付货款"]]) * 100) for row in paid)


def other_orders(folder: Path) -> Path:
    """The same orders under other numbers."""
    path = folder / "1792375211_orders.csv"
    path.write_text(
        ORDERS.read_text(encoding="utf-8-sig").replace("69315704", "69315705"), encoding="utf-8-sig"
    )
    return path


def refund_without_order(folder: Path) -> Path:
    """A bookkeeping system's refund of an order that never came."""
    path = folder / "refund.csv"
    head = "售后单号,线上订单号,售后类型,线上状态,退款金额,申请时间,退款时间\n"
    path.write_text(
        head + "9001,6939999999999999999,仅退款,退款成功,5.00,2026-11-02 10:00:00,2026-11-02 11:00:00\n"
    )
    return path


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> tuple[Settings, int]:
    folder = tmp_path_factory.mktemp("reported")
    settings = Settings(home=folder / "home")
    items, undated = without_payment_time(folder)
    given = {
        "bare": [ORDERS, DOUYIN / "全域推广数据_商品_2026-10-12_2026-10-12.csv"],
        "undated": [items],
        "shows": [DOUYIN / "直播明细_自营账号_20261012_20261014.xlsx"],
        "waits": [other_orders(folder), refund_without_order(folder)],
    }
    with writing(settings) as lake:
        for shop, files in given.items():
            land_files(lake, settings.place, "m1", shop, files, register=True)
    built, _ = build_and_release(settings)
    assert len(built.receipts) == sum(map(len, given.values()))
    assert {receipt.verdict for receipt in built.receipts} <= {"accepted", "warned"}, [
        receipt.document() for receipt in built.receipts
    ]
    return settings, undated


def test_refunds_are_given_up_to_the_last_day_money_went_back(
    home: tuple[Settings, int], tmp_path: Path
) -> None:
    """The file is dated by applications.

    Its last refund is weeks later, and what was paid in between has its net by refund date.
    """
    orders, refunds = tmp_path / "1792375211_orders.csv", tmp_path / "refund.csv"
    orders.write_text(
        ORDERS.read_text(encoding="utf-8-sig").replace("69315704", "69315706"), encoding="utf-8-sig"
    )
    (first,) = (
        line.split(",")[0].strip('"=') for line in orders.read_text(encoding="utf-8-sig").splitlines()[1:2]
    )
    head = "售后单号,线上订单号,售后类型,线上状态,退款金额,申请时间,退款时间\n"
    refunds.write_text(f"{head}9001,{first},仅退款,退款成功,5.00,2026-10-13 10:00:00,2026-10-29 11:00:00\n")
    settings = Settings(home=tmp_path / "home")
    ingest(settings, "m1", "s1", [orders, refunds], register=True)
    days = ["2026-10-18", "2026-10-19", "2026-10-29"]
    rows = answer(settings, "paid_gmv", "net_by_refund_date", by=["date"], where={"date": days}).rows.rows()
    assert [net is None for _, _, net in rows] == [False] * len(rows) and len(rows) >= 2
    assert rows[-1][2] == -5_00


def answer(settings: Settings, *metrics: str, **more: object) -> Answer:
    return ask(Viewer(settings.place, "test", "merchant", "m1"), metrics, **more)  # type: ignore[arg-type]


def counts(found: Answer) -> dict[str, int | None]:
    return {note.code: note.count for note in found.notes}


def test_what_a_shop_never_gave_is_empty_in_every_figure_made_of_it(home: tuple[Settings, int]) -> None:
    """Douyin's orders say that some were refunded and not how much.

    Advertising by product does not tell all that a shop spent.
    """
    (row,) = answer(home[0], *ASKED, where={"shop": "bare"}).rows.iter_rows(named=True)
    assert row.pop("paid_gmv") > 0 and set(row.values()) == {None}
    assert set(counts(answer(home[0], *ASKED, where={"shop": "bare"}))) >= {
        "REFUNDS_NONE",
        "ADS_MISSING",
        "BILLS_MISSING",
        "ACCOUNTS_MISSING",
        "SESSIONS_MISSING",
    }


def test_json_says_null_where_the_page_says_nothing(
    home: tuple[Settings, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BAIYUN_HOME", str(home[0].home))
    asked = ["ask", "--metrics", "ad_spend,settled,paid_gmv", "--merchant", "m1", "--by", "shop", "--json"]
    document = json.loads(CliRunner().invoke(app, asked).stdout)
    bare = next(row for row in document["rows"] if row["shop"] == "bare")
    assert bare["ad_spend"] is bare["settled"] is None and bare["paid_gmv"] > 0


def test_money_without_a_day_is_in_no_figure_and_said(home: tuple[Settings, int]) -> None:
    settings, undated = home
    found = answer(settings, "paid_gmv", "net_by_order_date", "placed_gmv", where={"shop": "undated"})
    paid, net, placed = found.rows.row(0)
    assert (paid, net) == (None, None) and placed > 0
    said = {note.code: note for note in found.notes}
    assert said["PAID_UNDATED"].amount_fen == undated > 0 and "支付时间" in said["PAID_UNDATED"].zh
    assert said["PAID_DAYS_MISSING"].count == 1 and "ORDERS_MISSING" not in said


def test_sessions_of_a_shop_without_orders_sold_what_nobody_knows(home: tuple[Settings, int]) -> None:
    rows = answer(home[0], "gpm", "uv_value", "view_order_rate", by=["session"], where={"shop": "shows"}).rows
    assert rows.height > 0
    assert rows["gpm"].null_count() == rows["uv_value"].null_count() == rows.height
    found = answer(home[0], "gpm", where={"shop": "shows"})
    assert found.rows.item() is None and counts(found)["ORDERS_MISSING"] == 1


def test_refunds_that_wait_for_their_orders_were_given(home: tuple[Settings, int]) -> None:
    found = answer(home[0], "net_by_order_date", where={"shop": "waits"})
    assert found.rows.item() is not None and "REFUNDS_NONE" not in counts(found)


def test_a_total_says_which_shops_it_covers(home: tuple[Settings, int]) -> None:
    found = answer(home[0], "net_by_order_date")
    assert found.rows.item() == answer(home[0], "net_by_order_date", where={"shop": "waits"}).rows.item()
    assert {code: count for code, count in counts(found).items() if count} == {
        "ORDERS_MISSING": 1,
        "PAID_DAYS_MISSING": 1,
        "REFUNDS_NONE": 2,
    }
    (note,) = (note for note in found.notes if note.code == "REFUNDS_NONE")
    assert "4 家店里给过的有 2 家（undated、waits），没给过的：bare、shows" in note.zh
