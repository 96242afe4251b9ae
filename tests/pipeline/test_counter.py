"""The counter: whom it serves, and what looking tells and leaves alone.

What it takes, learns and saves: ``tests/dashboards/test_dashboards_upload.py``.
"""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from contracts.errors import NotFoundError, UsageError
from metrics.query.access import Viewer, sign_in
from pipeline import counter
from pipeline.deliveries import Delivery
from pipeline.house import reading, writing
from pipeline.intake.names import plain_name
from pipeline.intake.registering import register_shop
from pipeline.intake.sandbox import parsing
from warehouse import accounts
from warehouse.ops import EXPORT, SECURITY_EVENT
from warehouse.settings import Settings

SAMPLE = (
    Path(__file__).parents[2] / "connectors" / "douyin" / "samples" / "1792375211_orders_2025_75.csv"
).read_text(encoding="utf-8-sig")
NOW = dt.datetime(2026, 11, 24, 12, tzinfo=dt.UTC)
PASSWORD = "long-enough-1"
OTHERS_SHOP = "778899001"


def csv(text: str) -> bytes:
    return text.encode("utf-8-sig")


def with_shop(number: str) -> bytes:
    """The sample with a last column that says whose it is."""
    header, *rows = SAMPLE.strip().splitlines()
    return csv("\n".join([f"{header},店铺ID", *(f"{row},{number}" for row in rows), ""]))


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    made = Settings(home=tmp_path_factory.mktemp("house"))
    with writing(made) as lake:
        register_shop(lake, "mine", "my-douyin", "douyin", at=NOW, shop_name="我的抖音店")
        register_shop(lake, "mine", "my-own", "other", at=NOW, shop_name="我的小程序")
        register_shop(lake, "theirs", "their-douyin", "douyin", at=NOW, platform_shop_id=OTHERS_SHOP)
    accounts.add(made.place, "me", PASSWORD, role="merchant", merchant_id="mine")
    yield made
    parsing.close()


@pytest.fixture(scope="module")
def me(settings: Settings) -> Viewer:
    return sign_in(settings.place, "me", PASSWORD)


# whose
def test_a_merchant_gives_files_for_its_own_shops_by_name(me: Viewer) -> None:
    assert [(shop.shop_id, shop.platform_code) for shop in counter.shops(me)] == [
        ("my-own", "other"),
        ("my-douyin", "douyin"),
    ]


@pytest.mark.parametrize("role", ["association", "operator"])
def test_nobody_else_has_a_counter(settings: Settings, role: str) -> None:
    with pytest.raises(NotFoundError) as refused:
        counter.shops(Viewer(settings.place, "x", role))
    assert refused.value.rule == "NO_SUCH_PAGE"


def test_an_account_that_is_gone_is_served_nothing(settings: Settings) -> None:
    accounts.add(settings.place, "leaver", PASSWORD, role="merchant", merchant_id="mine")
    leaver = sign_in(settings.place, "leaver", PASSWORD)
    accounts.remove(settings.place, "leaver")
    for ask in (
        lambda: counter.shops(leaver),
        lambda: counter.preview(leaver, "my-douyin", "a.csv", csv(SAMPLE)),
    ):
        with pytest.raises(NotFoundError) as refused:
            ask()
        assert refused.value.rule == "SIGNED_OUT"


def test_what_is_another_merchants_is_refused_and_noted(settings: Settings, me: Viewer) -> None:
    """Its shop is answered like one that does not exist.

    Its file, by the number the platform knows the shop by, is refused.
    """

    def said(shop_id: str) -> str:
        with pytest.raises(NotFoundError) as refused:
            counter.preview(me, shop_id, "a.csv", csv(SAMPLE))
        return refused.value.sentence().replace(shop_id, "…")

    assert said("their-douyin") == said("thair-douyin")  # as near to a shop of mine
    with pytest.raises(NotFoundError):
        counter.deliver(me, "their-douyin", [("a.csv", csv(SAMPLE))])
    (given,) = counter.preview(me, "my-douyin", "a.csv", with_shop(OTHERS_SHOP))
    assert (given.receipt.verdict, given.receipt.rule) == ("refused", "OTHER_SHOP")
    assert OTHERS_SHOP not in given.receipt.message and given.head.is_empty()
    with reading(settings) as lake:
        noted = (
            lake.read(SECURITY_EVENT)
            .sort("changed_at")
            .select("merchant_id", "shop_id", "rule_name", "received_by_name")
            .rows()
        )
    assert noted == [
        *[("mine", "their-douyin", "SHOP_TAKEN", "me")] * 2,
        ("mine", "my-douyin", "OTHER_SHOP", "me"),
    ]


# looking
def test_looking_tells_rows_people_and_problems_and_changes_nothing(settings: Settings, me: Viewer) -> None:
    with reading(settings) as lake:
        before = lake.snapshot()
    (given,) = counter.preview(me, "my-douyin", "订单.csv", csv(SAMPLE.replace('"1,299.00"', "12.3x")))
    receipt = given.receipt
    assert (receipt.verdict, receipt.layout, receipt.rows_read, given.bad_rows) == (
        "warned",
        "2025_75",
        13,
        1,
    )
    assert [(item.place, item.column, item.cell, item.rule) for item in given.problems] == [
        ("2", "订单应付金额", "12.3x", "BAD_MONEY")
    ]
    assert {"收件人", "收件人手机号", "详细地址"} <= set(receipt.dropped_columns)
    assert given.head["_row_number"].to_list() == [
        3,
        4,
        5,
        6,
        7,
    ]  # the bad row is not among those that are read
    assert given.headers["order_id"] == "主订单编号" and "buyer_key" not in given.headers
    assert not [
        cell
        for cell in given.head.cast(pl.String).to_numpy().ravel()
        if cell and ("13800138000" in cell or "pretend" in cell)
    ]
    with reading(settings) as lake:
        assert lake.snapshot() == before and lake.read(EXPORT).is_empty()


def test_each_file_of_an_archive_has_its_own_verdict(me: Viewer) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.csv", csv(SAMPLE))
        archive.writestr("登录.csv", "<!DOCTYPE html><html><body>请登录</body></html>")
    given = counter.preview(me, "my-douyin", "C:\\下载\\七月.zip", packed.getvalue())
    assert [(item.receipt.name, item.receipt.verdict, item.receipt.rule) for item in given] == [
        ("七月.zip/a.csv", "warned", ""), ("七月.zip/登录.csv", "refused", "HTML_NOT_TABLE")
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("given", "plain"),
    [
        ("..\\..\\a.csv", "a.csv"),
        ("/etc/../订单.csv", "订单.csv"),
        ("a\u202e\x00.csv", "a.csv"),
        ("...", "file"),
        ("长" * 200 + ".csv", "长" * 56 + ".csv"),
    ],
)
def test_a_name_leads_nowhere_and_is_short(given: str, plain: str) -> None:
    assert plain_name(given) == plain


# names that drifted
def test_a_renamed_column_that_nobody_requires_is_offered_for_the_one_that_fell_silent(me: Viewer) -> None:
    (given,) = counter.preview(
        me, "my-douyin", "a.csv", csv(SAMPLE.replace(",达人昵称,", ",达人昵称(新),", 1))
    )
    assert given.receipt.verdict == "warned"
    assert [(offer.theirs, offer.known) for offer in given.offers] == [("达人昵称(新)", ("达人昵称",))]


# giving
@pytest.mark.parametrize("files", [[], [("a.csv", b"x")] * (counter.MAX_FILES + 1)])
def test_a_delivery_holds_some_files_but_not_any_number(me: Viewer, files: list[tuple[str, bytes]]) -> None:
    with pytest.raises(UsageError) as refused:
        counter.deliver(me, "my-douyin", files)
    assert refused.value.rule == "TOO_MUCH"


def test_a_deliverys_share_never_goes_back() -> None:
    delivery = Delivery(2)
    shares = []
    for zh, en in (
        ("排队", "waiting"),
        ("读取 a", "reading a"),
        ("读取 b", "reading b"),
        ("构建", "building"),
        ("检查", "checking"),
        ("发布", "releasing"),
    ):
        delivery.say(zh, en)
        shares.append(delivery.share)
    assert shares == sorted(shares) and shares[0] == 0 and shares[-1] < 1
