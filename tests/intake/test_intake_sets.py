"""Files beside other files: the same again, older after newer, of another shop or merchant.

And what is kept of them afterwards.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import logging
import re
import zlib
from pathlib import Path

import polars as pl
import pytest
from intake_case import CREATED, DUE, ID, PAID, TITLE
from intake_files import TAOBAO, data, order, order_id, orders, without
from intake_values import shops

from contracts.canonical import SILVER
from metrics.query.access import Viewer
from pipeline import counter, steps
from pipeline.build.run import Built, build
from pipeline.house import reading, writing
from pipeline.intake.land import Landed, land_files
from pipeline.intake.receipts import FileReceipt
from transforms.gold import gold_tables
from warehouse import keys, landing, registry
from warehouse.lake import Lake
from warehouse.ops import EXPORT, SECURITY_EVENT
from warehouse.settings import Settings

AT = dt.datetime(2026, 11, 25, 12, tzinfo=dt.UTC)
PART = "子订单编号"
OLD, NEW, LATER = "1792000000_a.csv", "1793000000_b.csv", "1794000000_c.csv"


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(home=tmp_path_factory.mktemp("house"))


def put(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def land(
    lake: Lake, settings: Settings, shop: str, *paths: Path, merchant: str = "m1", at: dt.datetime = AT
) -> list[Landed]:
    return land_files(lake, settings.place, merchant, shop, paths, at=at, register=True)


def of(shop: str, content: bytes) -> bytes:
    """The content with order numbers that are this shop's own: on one platform no two shops have an order in
    common.
    """
    return content.replace(
        b"69315704822133", b"69315704" + f"{zlib.crc32(shop.encode()) % 10**6:06d}".encode()
    )


def counts(built: Built) -> dict[str, tuple[int, int, int, int, int]]:
    return {
        f"{item.shop_id} {item.name}": (
            item.rows_read,
            item.published,
            item.quarantined,
            item.superseded,
            item.duplicate,
        )
        for item in built.receipts
    }


def silver(settings: Settings, shop: str) -> pl.DataFrame:
    with reading(settings) as lake:
        return lake.read(SILVER["order_line"], where={"shop_id": shop})


def gold(settings: Settings) -> dict[str, str]:
    with reading(settings) as lake:
        return {table.full_name: lake.content_hash(table) for table in gold_tables().values()}


@pytest.fixture(scope="module")
def first(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Ten shops, each with its first file, and where a pair matters its second, older or overlapping one."""
    folder = tmp_path_factory.mktemp("first")
    coarse = data(orders(**{CREATED: "2026/10/12 20:15", PAID: "2026/10/12 20:15"}))
    pairs = {
        "b89": [(NEW, data(orders())), ("另存.csv", coarse)],
        "b91": [(NEW, data(orders(4))), (LATER, data(orders(4, 2)))],
        "b92": [(NEW, data(orders(4))), (OLD, data(orders(4, **{DUE: "1.00"})))],
        "b93": [(NEW, data(orders(4))), (LATER, data(orders(3, **{DUE: "7.00"})))],
        "b95": [("a.csv", data([*orders(2), order(0)]))],
    }
    with writing(settings) as lake:
        for shop, files in pairs.items():
            for number, (name, content) in enumerate(files):
                (folder / shop / str(number)).mkdir(parents=True)
                land(
                    lake,
                    settings,
                    shop,
                    put(folder / shop / str(number), name, of(shop, content)),
                    at=AT + dt.timedelta(minutes=number),
                )
    return build(settings, at=AT)


def test_what_files_say_of_the_same_orders_counts_once(first: Built, settings: Settings) -> None:
    told = counts(first)
    assert told[f"b91 {NEW}"] == (4, 4, 0, 0, 0) and told[f"b91 {LATER}"] == (4, 2, 0, 0, 2)  # B91: a union
    assert (
        told[f"b92 {OLD}"][3] == 1
    )  # B92: the older export came later, and the row that differs does not win
    assert told[f"b93 {LATER}"] == (3, 1, 0, 0, 2)  # B93: what a newer file lacks is not gone
    assert (
        silver(settings, "b91")["order_id"].n_unique() == 6
        and silver(settings, "b93")["order_id"].n_unique() == 4
    )
    assert (
        silver(settings, "b92").sort("_observed_at").group_by("order_id").last()["placed_fen"].to_list()
        == [129_900] * 4
    )
    assert told["b95 a.csv"] == (
        3,
        2,
        0,
        0,
        1,
    )  # B95: an order line's own number tells that the row was written twice


def test_a_spreadsheets_copy_does_not_take_the_seconds_away(first: Built, settings: Settings) -> None:
    """B89: the copy tells no moment of export, so its newest instant is its age, and that is older than the
    original's stamp.
    """
    assert counts(first)["b89 另存.csv"][3] == 1
    newest = silver(settings, "b89").sort("_observed_at").group_by("order_id", maintain_order=True).last()
    assert {moment.second for moment in newest["created_at"]} == {3}


def test_the_same_bytes_again_or_under_another_name_change_nothing(
    first: Built, settings: Settings, tmp_path: Path
) -> None:
    """B87, B88; and B90: the same name with other bytes is a file of its own."""
    with writing(settings) as lake:
        before = lake.snapshot()
        same = [put(tmp_path, name, of("b92", data(orders(4)))) for name in (NEW, "copy.csv")]
        assert [item.receipt.verdict for item in land(lake, settings, "b92", *same) if item.receipt] == [
            "duplicate"
        ] * 2
        assert lake.snapshot() == before
        (other,) = land(lake, settings, "b92", put(tmp_path, NEW, of("b92", data(orders(5)))))
    assert other.receipt is None and other.reading and other.reading.rows_read == 5


def test_the_cap_of_an_export_is_told(settings: Settings, tmp_path: Path) -> None:
    """B97."""
    rows = [
        [
            str(2520000000000000001 + 2 * n),
            "10.00",
            "10.00",
            "10.00",
            "交易成功",
            "2026-10-01 10:00:00",
            "2026-10-01 10:00:05",
        ]
        for n in range(10_000)
    ]
    header = [
        "订单编号",
        "买家应付货款",
        "总金额",
        "买家实付金额",
        "订单状态",
        "订单创建时间",
        "订单付款时间",
    ]
    with writing(settings) as lake:
        (item,) = land(lake, settings, "b97", put(tmp_path, "a.csv", data([header, *rows])))
    assert item.reading and [notice.rule for notice in item.reading.notices] == ["EXPORT_CAPPED"]


def test_a_missing_part_is_told_by_its_days(settings: Settings, tmp_path: Path) -> None:
    """B96: a month in seven parts, in any order, without the third."""

    def part(number: int) -> Path:
        days = [f"2026-10-{day:02} 10:00:00" for day in range(4 * number + 1, 4 * number + 5)]
        table = [
            orders(4)[0],
            *(order(900 + 4 * number + n, **{CREATED: day, PAID: day}) for n, day in enumerate(days)),
        ]
        return put(tmp_path, f"{number}.csv", data(table))

    def told(landed: list[Landed]) -> list[str]:
        return [
            notice.about
            for item in landed
            if item.reading
            for notice in item.reading.notices
            if notice.rule == "COVERAGE_GAP"
        ]

    with writing(settings) as lake:
        assert told(land(lake, settings, "b96", *map(part, (4, 0, 6, 1, 5, 3)))) == ["2026-10-09–2026-10-12"]
        assert told(land(lake, settings, "b96-whole", *map(part, (4, 0, 2, 6, 1, 5, 3)))) == []


def rule(landed: list[Landed]) -> str:
    (item,) = landed
    return item.receipt.rule if item.receipt else ""


def test_a_file_too_large_or_still_growing_is_refused(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """B36, B37."""
    path = put(tmp_path, "a.csv", data(orders()))
    with writing(settings) as lake:
        with monkeypatch.context() as patch:
            patch.setattr("pipeline.intake.land.MAX_FILE_BYTES", 1000)
            assert rule(land(lake, settings, "b36", path)) == "FILE_TOO_LARGE"
        read = Path.read_bytes

        def while_it_grows(self: Path) -> bytes:
            content = read(self)
            if self == path:
                with self.open("ab") as stream:
                    stream.write(b"x")
            return content

        with monkeypatch.context() as patch:
            patch.setattr(Path, "read_bytes", while_it_grows)
            assert rule(land(lake, settings, "b37", path)) == "FILE_CHANGING"


def events(settings: Settings) -> pl.DataFrame:
    with reading(settings) as lake:
        return lake.read(SECURITY_EVENT)


def test_a_file_of_another_platform_or_shop_is_refused(settings: Settings, tmp_path: Path) -> None:
    """B52, B85, and a shop's own number learned from the first file that tells it."""
    with writing(settings) as lake:
        land(lake, settings, "b52", put(tmp_path, "a.csv", data(orders())))
        assert (
            rule(land(lake, settings, "b52", put(tmp_path, "b.csv", TAOBAO.read_bytes()))) == "WRONG_PLATFORM"
        )
        assert (
            rule(land(lake, settings, "b85", put(tmp_path, "c.csv", shops("111", "222")))) == "SEVERAL_SHOPS"
        )
        assert rule(land(lake, settings, "b85", put(tmp_path, "d.csv", shops("111", "111")))) == ""
        assert registry.shop(lake, "m1", "b85").platform_shop_id == "111"
        assert rule(land(lake, settings, "b85", put(tmp_path, "e.csv", shops("333")))) == "OTHER_SHOP"
    assert events(settings).is_empty()  # a mistake within one merchant's own house


def test_another_merchants_shop_is_refused_and_noted_without_a_word_of_persons(
    settings: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """B86, by the file's own shop number and by a shop id.

    The log holds no file name, for a name may be a person's.
    """
    with writing(settings) as lake:
        land(lake, settings, "theirs", put(tmp_path, "a.csv", shops("900", "900")), merchant="m9")
        before = {table.full_name: lake.content_hash(table) for table in SILVER.values()} | {
            "export": lake.content_hash(EXPORT)
        }
        with caplog.at_level(logging.WARNING):
            path = put(tmp_path, "王小明 13800138000.csv", shops("900"))
            assert rule(land(lake, settings, "fresh", path)) == "OTHER_SHOP"
            with pytest.raises(Exception, match="NOT_REGISTERED"):
                land_files(lake, settings.place, "m1", "theirs", [path], at=AT)
        assert {table.full_name: lake.content_hash(table) for table in SILVER.values()} | {
            "export": lake.content_hash(EXPORT)
        } == before
    noted = events(settings)
    assert sorted(noted.select("merchant_id", "shop_id", "rule_name").rows()) == [
        ("m1", "fresh", "OTHER_SHOP"),
        ("m1", "theirs", "SHOP_TAKEN"),
    ]
    assert "security event OTHER_SHOP" in caplog.text
    assert not re.search("王小明|13800138000|m9", caplog.text + noted.write_json())


def test_orders_of_another_shop_are_refused_where_the_file_tells_no_shop(
    first: Built, settings: Settings, tmp_path: Path
) -> None:
    """Among one merchant's shops it is a slip and the right shop is named.

    Another merchant's is noted, and not named.
    """
    path = put(tmp_path, "1795000000_orders.csv", of("b92", data(orders(6, start=3))))  # one order in common
    with writing(settings) as lake:
        (mine,) = land(lake, settings, "b91", path)
        assert rule([mine]) == "OTHER_SHOP" and mine.receipt and "belongs_to=b92" in mine.receipt.message
        seen = lake.read(SECURITY_EVENT).height
        half = put(tmp_path, "1795000001_orders.csv", of("b92", data(orders(2, start=3))))
        (theirs,) = land(lake, settings, "m2-shop", half, merchant="m2")
        assert rule([theirs]) == "OTHER_SHOP" and theirs.receipt and "b92" not in theirs.receipt.message
        # a few numbers that somebody else gave first do not lock out whose they are; it is noted all the same
        (few,) = land(lake, settings, "m2-shop", path, merchant="m2")
        assert few.receipt is None
        assert (
            lake.read(SECURITY_EVENT).select("merchant_id", "shop_id", "rule_name").rows()[seen:]
            == [("m2", "m2-shop", "OTHER_SHOP")] * 2
        )
        (own,) = land(lake, settings, "b92", path)
        assert own.receipt is None


def test_a_file_without_a_time_that_loses_to_others_says_so_and_its_name_can_tell(
    settings: Settings, tmp_path: Path
) -> None:
    """The first half of a month, exported again on the 15th of the next without a word of when, is older than
    the whole month by its rows.
    """
    late = {
        CREATED: "2026-10-30 09:00:00",
        PAID: "2026-10-30 09:00:05",
        ID: f"\t{order_id(9)}",
        PART: f"\t{order_id(9)}",
    }
    whole = of("undated", data([*orders(2), order(9, **late)]))
    half = of("undated", data(orders(2, **{DUE: "7.00"})))
    with writing(settings) as lake:
        land(lake, settings, "undated", put(tmp_path, "十月.csv", whole))
    build(settings, at=AT)
    with writing(settings) as lake:
        land(lake, settings, "undated", put(tmp_path, "上半月.csv", half))
    (receipt,) = build(settings, at=AT).receipts
    assert receipt.superseded == 1 and [notice.rule for notice in receipt.notices] == ["OVERTAKEN_UNDATED"]
    steps.withdraw(settings, "m1", receipt.export_id, by="me", at=AT)
    with writing(settings) as lake:
        land(lake, settings, "undated", put(tmp_path, "上半月 导出20261115.csv", half))
    (again,) = build(settings, at=AT).receipts
    assert again.name == "上半月 导出20261115.csv" and again.published == 1 and again.notices == []


def test_of_two_tellings_of_one_moment_the_one_with_more_money_back_is_the_later(
    settings: Settings, tmp_path: Path
) -> None:
    """Neither name nor rows tell which of two Taobao reports is newer.

    Refunds grow, whatever the fingerprints are.
    """

    def report(back: int, number: int) -> bytes:
        head = "订单编号,总金额,买家实际支付金额,收货地址 ,订单创建时间,订单付款时间 ,退款金额\n"
        return (
            f"{head}31000000000077{number + 11:05d},100.0,{100 - back}.0,广东省,2026-11-01 "
            f"20:00:01,2026-11-01 20:00:30,{back}.0\n"
        ).encode()

    with writing(settings) as lake:
        for number in range(6):
            files = [put(tmp_path, f"{number}-{back}.csv", report(back, number)) for back in (0, 100)]
            for path in files if number % 2 else reversed(files):
                land(lake, settings, f"tie{number}", path)
    build(settings, at=AT)
    with reading(settings) as lake:
        back = lake.sql(
            "SELECT cohort_refund_fen FROM gold.fct_order_line WHERE starts_with(shop_id, 'tie')"
        )["cohort_refund_fen"]
    assert back.to_list() == [10_000] * 6


def test_money_a_hundredfold_of_before_is_told(first: Built, settings: Settings, tmp_path: Path) -> None:
    """B64: fen given as yuan."""
    table = [orders(4, 50)[0], *(order(50 + number, **{DUE: "129900.00"}) for number in range(4))]
    with writing(settings) as lake:
        (item,) = land(lake, settings, "b91", put(tmp_path, "a.csv", data(table)))
    assert item.reading and [notice.rule for notice in item.reading.notices] == ["MONEY_JUMP"]


def test_a_shops_name_is_one_name_however_it_is_composed(settings: Settings) -> None:
    """B15."""
    with writing(settings) as lake:
        registry.add_owner(lake, "o1", "Cafe\u0301", at=AT)
        assert "Caf\u00e9" in registry.owners(lake)["owner_name"].to_list()


def test_an_upload_is_judged_as_the_command_judges(first: Built, settings: Settings) -> None:
    viewer = Viewer(settings.place, "test", "merchant", "m1")
    (refused,) = counter.preview(viewer, "b92", "drift.csv", data(without(orders(), CREATED)))
    assert (refused.receipt.verdict, refused.receipt.rule) == (
        "refused",
        "MISSING_COLUMN",
    ) and CREATED in refused.receipt.message
    (warned,) = counter.preview(
        viewer, "b92", "a.csv", of("b92", data(orders(**{ID: "6.93157E+18", TITLE: "大\ufffd衣"})))
    )
    assert isinstance(warned.receipt, FileReceipt)
    assert (warned.receipt.verdict, warned.bad_rows, [notice.rule for notice in warned.receipt.notices]) == (
        "warned",
        1,
        ["BROKEN_CHARACTERS"],
    )


# what is kept
def test_raw_files_lie_sealed_and_only_their_owner_may_read_them(first: Built, settings: Settings) -> None:
    files = [path for path in settings.place.landing.rglob("*.csv")]
    assert len(files) > 5
    assert [
        path for path in files if "订单".encode() in path.read_bytes() or path.stat().st_mode & 0o077
    ] == []
    secrets = list((settings.home / "secrets" / "keys").iterdir())
    assert secrets and [path for path in secrets if path.stat().st_mode & 0o077] == []
    with reading(settings) as lake:
        name = lake.read(EXPORT, where={"shop_id": "b95"})["landing_name"][0]
    assert landing.read_landed(settings.place, name) == of("b95", data([*orders(2), order(0)]))


def test_raw_files_expire_and_a_build_from_landing_still_makes_the_same_rows(
    first: Built, settings: Settings
) -> None:
    """The gold tables' content hashes after a build from landing: with every raw file, and with none."""
    build(settings, at=AT)
    build(settings, at=AT, from_landing=True)
    whole = gold(settings)
    with writing(settings) as lake:
        assert landing.expire(lake, settings.place, days=30, now=AT + dt.timedelta(days=29)) == 0
        registry.keep_raw_for(lake, "m9", 365, at=AT)
        assert landing.expire(lake, settings.place, days=30, now=AT + dt.timedelta(days=31)) > 5
        left = lake.read(EXPORT).filter(pl.col("expired_at").is_null())
    assert set(left["merchant_id"]) == {"m9"}
    assert {path.name for path in settings.place.landing.rglob("*.csv")} == {
        name.rsplit("/", 1)[-1] for name in left["landing_name"]
    }
    again = build(settings, at=AT, from_landing=True)
    assert gold(settings) == whole
    assert all(
        item.rows_read == item.published + item.quarantined + item.superseded + item.duplicate > 0
        for item in again.receipts
    )


def test_a_merchant_who_keeps_no_raw_files_has_none_after_the_build(
    settings: Settings, tmp_path: Path
) -> None:
    with writing(settings) as lake:
        land(lake, settings, "own", put(tmp_path, "a.csv", data(orders(3, 700))), merchant="m5")
        registry.keep_raw_for(lake, "m5", 0, at=AT)
    assert list(settings.place.landing.glob("*/own/*/*/*.csv"))
    build(settings, at=AT)
    assert list(settings.place.landing.glob("*/own/*/*/*.csv")) == []
    assert silver(settings, "own").height == 3


def test_a_buyer_is_one_key_within_a_merchant_and_platform_and_nobody_elsewhere(settings: Settings) -> None:
    from connectors.base import Column, platforms
    from connectors.reading import Origin
    from connectors.typed import _buyer_keys

    table = pl.DataFrame({"买家": ["王小明", "王小明", "李", ""]})
    present = [(Column("buyer_key", "买家", "text", False, False, True, buyer=True), "买家")]

    def made(platform: str, merchant: str) -> list[str | None]:
        origin = Origin(merchant, "s", "e", "n", AT, secret=keys.key(settings.place, "buyer", merchant))
        return _buyer_keys(platforms()[platform], present, table, origin)["buyer_key"].to_list()

    one = made("taobao", "m1")
    assert one[0] == one[1] and one[0] != one[2] and one[3] is None
    secret = hmac.digest(keys.key(settings.place, "buyer", "m1"), b"taobao", hashlib.sha256)
    assert one[0] == hmac.new(secret, "王小明".encode(), hashlib.sha256).hexdigest()
    assert not {one[0]} & {made("douyin", "m1")[0], made("taobao", "m2")[0]}
    assert keys.destroy(settings.place, "buyer", "m1") and made("taobao", "m1")[0] != one[0]
