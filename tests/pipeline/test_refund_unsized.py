"""Pinduoduo's order file calls an order refunded after shipment and never says how much: no net hides that,
and no receipt.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from contracts.intake import Notice
from metrics.model.notes import UNREPORTED
from metrics.query.access import Viewer
from metrics.query.ask import ask
from pipeline.house import writing
from pipeline.intake.land import land_files
from pipeline.intake.receipts import FileReceipt
from pipeline.steps import build_and_release, ingest
from warehouse.settings import Settings

HEAD = (
    "商品,订单号,订单状态,商品数量(件),支付时间,发货时间,确认收货时间,商品id,商品规格,售后状态,"
    "订单成交时间,商品总价(元),用户实付金额(元),商家实收金额(元)"
)
#: Kept; refunded before shipment, which is all of it; and refunded after shipment, in October: 80.00 paid,
#: and nobody knows how much went back.
KEPT = ("261110-100000000000001", "已收货", "2026-11-10", "100.00", "无售后或售后取消")
CANCELLED = ("261111-100000000000002", "未发货，退款成功", "2026-11-11", "50.00", "退款成功")
UNSIZED = ("261005-100000000000003", "已发货，退款成功", "2026-10-05", "80.00", "退款成功")
KEPT_METRICS = ["refunds", "net_by_order_date", "return_rate_value", "kept_units"]


def orders(path: Path, *rows: tuple[str, ...]) -> Path:
    lines = [
        f'衬衫,{order},"{state}",1,{day} 10:00:00,,,6543,"黑色,M",{sale},{day} 10:00:00,{paid},{paid},{paid}'
        for order, state, day, paid, sale in rows
    ]
    path.write_text("\n".join([HEAD, *lines, ""]), encoding="utf-8-sig")
    return path


def after_sale(path: Path, order: str, fen: str) -> Path:
    """An ERP's after-sale, which does say how much."""
    head = "售后单号,线上订单号,售后类型,线上状态,退款金额,申请时间,退款时间\n"
    path.write_text(f"{head}9001,{order},仅退款,退款成功,{fen},2026-11-20 10:00:00,2026-11-20 11:00:00\n")
    return path


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home")


def give(settings: Settings, shop: str, *files: Path) -> list[Notice]:
    return unsized(ingest(settings, "m1", shop, list(files), register=True).receipts, "m1")


def unsized(receipts: list[FileReceipt], merchant: str) -> list[Notice]:
    mine = [receipt for receipt in receipts if receipt.merchant_id == merchant]
    return [notice for receipt in mine for notice in receipt.notices if notice.rule == "REFUND_UNSIZED"]


def found(
    settings: Settings, *metrics: str, merchant: str = "m1", **more: object
) -> tuple[list[tuple[object, ...]], dict[str, int | None]]:
    answer = ask(Viewer(settings.place, "test", "merchant", merchant), metrics, **more)  # type: ignore[arg-type]
    return answer.rows.rows(), {
        note.code: note.amount_fen for note in answer.notes if note.code == "REFUNDS_UNSIZED"
    }


def test_a_refund_of_no_amount_stands_beside_every_figure_it_touches_until_the_amount_comes(
    settings: Settings, tmp_path: Path
) -> None:
    (notice,) = give(
        settings, "pdd", orders(tmp_path / "orders_export2026-11-19-10-00-00.csv", KEPT, CANCELLED, UNSIZED)
    )
    assert notice.calls and (notice.count, notice.about) == (1, "¥80.00")
    touched, free = {"REFUNDS_UNSIZED": 80_00}, dict[str, int | None]()
    assert found(settings, "paid_gmv", "refunds", "net_by_order_date") == ([(230_00, 50_00, 180_00)], touched)
    for metric in KEPT_METRICS:
        assert found(settings, metric)[1] == touched, metric
        assert found(settings, metric, where={"month": "2026-10"})[1] == touched, metric
        assert found(settings, metric, where={"month": "2026-11"})[1] == free, metric
    assert found(settings, "contribution")[1] == touched, "a mart without the measure is noted too"
    assert found(settings, "paid_gmv")[1] == free, "what was paid is what it was"
    assert "REFUNDS_UNSIZED" in UNREPORTED, "the overview shows it"
    assert give(settings, "pdd", after_sale(tmp_path / "refund.csv", UNSIZED[0], "30.00")) == []
    assert found(settings, "refunds", "net_by_order_date") == ([(80_00, 150_00)], free)


Given = tuple[Settings, list[FileReceipt]]


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> Given:
    """One build of three merchants: ``none``, of whose refunds none has an amount; ``both``, whose ERP tells
    it; and ``two``, of whose shops one knows its refunds and of the other none has an amount.
    """
    folder = tmp_path_factory.mktemp("unsized")
    settings = Settings(home=folder / "home")
    name = "orders_export2026-11-19-10-00-00.csv"
    other = tuple((f"{order}9", *rest) for order, *rest in (KEPT, UNSIZED))
    for number in range(4):
        (folder / str(number)).mkdir()
    files = {
        ("none", "cc"): [orders(folder / "0" / name, KEPT, UNSIZED)],
        ("both", "dd"): [
            orders(folder / "1" / name, KEPT, UNSIZED),
            after_sale(folder / "1" / "refund.csv", UNSIZED[0], "30.00"),
        ],
        ("two", "aa"): [orders(folder / "2" / name, KEPT, CANCELLED)],
        ("two", "bb"): [orders(folder / "3" / name.replace("-10-", "-11-", 1), *other)],
    }
    with writing(settings) as lake:
        for (merchant, shop), paths in files.items():
            land_files(lake, settings.place, merchant, shop, paths, register=True)
    return settings, build_and_release(settings)[0].receipts


def test_where_no_refund_has_an_amount_what_is_kept_is_empty(given: Given) -> None:
    settings, receipts = given
    (notice,) = unsized(receipts, "none")
    assert notice.about == "¥80.00"
    told = found(settings, "paid_gmv", "refunds", "net_by_order_date", merchant="none")
    assert told == ([(180_00, None, None)], {})


def test_the_receipt_of_an_order_file_says_nothing_where_another_file_of_the_same_ingest_gives_the_amount(
    given: Given,
) -> None:
    assert len([receipt for receipt in given[1] if receipt.merchant_id == "both"]) == 2
    assert unsized(given[1], "both") == []


def test_shops_that_never_gave_refunds_are_named_and_not_noted_again(given: Given) -> None:
    """One shop knows its refunds, of the other none has an amount: the sum is the first one's, and so is the
    note.
    """
    assert found(given[0], "net_by_order_date", merchant="two") == ([(100_00,)], {})
