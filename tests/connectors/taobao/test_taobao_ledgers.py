"""Cash ledgers, advertising and products: samples worked out by hand, quirks of real files, and simulated
files against the market's truth.
"""

import datetime as dt
from functools import cache

import polars as pl
import pytest
from taobao_cases import LEDGER_FILES, NOW, SAMPLES, conformed, fen, read, read_sample, sample

from connectors.reading import Reading
from connectors.taobao import PLATFORM
from connectors.taobao.ledgers import conform_funds
from connectors.taobao.simulate import export_files
from contracts.canonical import SILVER, entity_key
from contracts.errors import FileRefusedError
from simulator.history.market import Market, build_market

O1, O2 = "5116032541422009305", "5116032541422019305"
FIRST = NOW.date() - dt.timedelta(days=30)
LINEAGE = ["_export_id", "_row_number", "_observed_at"]


def test_alipay_to_the_fen() -> None:
    frames = sample(LEDGER_FILES["alipay"])
    fund = frames["fund_entry"].with_columns(id=pl.col("fund_entry_id").str.tail(2))
    assert fund.select("id", "fund_type_code", "moved_fen", "balance_fen", "order_id").rows() == [
        ("31", "sale", 14692, 114692, O1),
        ("32", "commission", -49, 114643, O1),  # no description: the purpose and the order stand in the note
        ("33", "fee", -735, 113908, O1),  # a payment serial where the order should be; the note names it
        ("34", "deposit", -50000, 63908, None),
        ("35", "compensation", -500, 63408, O2),  # the same words and a reason: money lost, not moved
        ("36", "withdrawal", -30000, 33408, None),
        ("37", "refund", -4692, 28716, O1),  # the order only inside T200P…
        ("38", "advertising", -20000, 8716, None),
        ("39", "unknown", 100, 8816, "5116032541422029305"),
    ]  # fmt: skip
    assert (fund["balance_fen"].diff() == fund["moved_fen"])[1:].all()
    assert set(fund["account_name"]) == {"支付宝"}
    entry = frames["settlement_entry"].with_columns(id=pl.col("settlement_entry_id").str.tail(2))
    assert entry.select("id", "settlement_type_code", "settled_fen", "platform_fee_fen",
        "commission_creator_fen", "settled_refund_fen").rows() == [
        ("31", "sale", 14692, None, None, None), ("32", "fee", -49, None, 49, None),
        ("33", "fee", -735, 735, None, None),
        ("35", "compensation", -500, None, None, None), ("37", "refund_after", -4692, None, None, 4692),
        ("39", "unknown", 100, None, None, None),
    ]  # fmt: skip
    assert (
        entry.select(pl.col("income_fen") + pl.col("expense_fen") == pl.col("settled_fen")).to_series().all()
    )


def test_of_a_note_only_order_and_purpose_get_past_the_door() -> None:
    for name in ("alipay", "wechat_8", "wechat_14"):
        reading = read_sample(LEDGER_FILES[name])
        kept = " ".join(reading.bronze.select(pl.col(pl.String)).unpivot()["value"].drop_nulls())
        assert not any(
            word in kept for word in ("13800138000", "memberid", "7788", "付款方", "建设银行", "买家")
        )
        assert "备注" in reading.dropped_columns
    assert read_sample(LEDGER_FILES["alipay"]).bronze["purpose_text"].drop_nulls().to_list() == [
        "淘宝联盟佣金代扣",
        "天猫保证金",
    ]


def _footed(encoding: str, lead: str) -> bytes:
    lines = (SAMPLES / LEDGER_FILES["alipay"]).read_bytes().decode("gb18030").splitlines()
    foot = [
        "#----------------账务明细列表结束------------",
        "#支出合计：7笔，共-1059.76元",
        "#收入合计：2笔，共147.92元",
        "#导出时间：[2026年11月20日 12:00:00]",
    ]
    return "\r\n".join([*lines[:4], *(lead + line for line in lines[4:]), *foot, ""]).encode(encoding)


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8-sig"])
@pytest.mark.parametrize("lead", ["", ","])
def test_encodings_an_empty_first_column_and_the_footer_change_nothing(encoding: str, lead: str) -> None:
    plain, other = read_sample(LEDGER_FILES["alipay"]), read(_footed(encoding, lead))
    assert (other.layout.name, other.quarantine.height, other.rows_read) == ("alipay", 0, 9)
    assert other.bronze.drop("_export_id", "_observed_at").equals(
        plain.bronze.drop("_export_id", "_observed_at")
    )


def test_both_wechat_layouts_name_the_same_movement_alike() -> None:
    narrow, wide = (sample(LEDGER_FILES[name])["fund_entry"] for name in ("wechat_8", "wechat_14"))
    assert narrow.select("fund_type_code", "moved_fen", "order_id").rows() == [
        ("sale", 14692, O1), ("fee", -735, O1), ("sale", 8800, O2), ("refund", -8800, O2),
        ("withdrawal", -10000, None)
    ]  # fmt: skip
    assert narrow["fund_entry_id"].is_unique().all(), (
        "one payment number stands on a receipt, its fee and its refund"
    )
    assert wide["fund_entry_id"].to_list() == narrow["fund_entry_id"].head(3).to_list()
    assert wide["moved_at"].equals(narrow["moved_at"].head(3))
    assert wide["order_line_id"].to_list() == ["5116032541422009306", None, O2]
    assert set(narrow["account_name"]) == {"微信支付"}


@pytest.mark.parametrize("name", ["wechat_8", "wechat_14"])
def test_neither_layout_alone_would_do(name: str) -> None:
    """A shop lost a month of receipts because its importer knew one of the two.

    One without its order column is refused, not skipped.
    """
    data = (SAMPLES / LEDGER_FILES[name]).read_bytes()
    encoding = "gb18030" if name == "wechat_8" else "utf-8-sig"
    without = (
        data.decode(encoding).replace("淘宝订单编号", "某列").replace("主订单id", "某列").encode(encoding)
    )
    with pytest.raises(FileRefusedError, match="MISSING_COLUMN"):
        read(without)


@pytest.mark.parametrize(
    ("description", "kind"),
    [
        ("0010001|交易收款-交易收款", "sale"), ("天猫保证金-充值（代扣）", "deposit"),
        ("天猫保证金-充值(代扣)", "deposit"),
        ("阿里妈妈-万相台充值", "advertising"),
        ("天猫保证金-充值（代扣）-违背承诺", "compensation"), ("0090001|提现-提现", "withdrawal"),
        ("运费险-保费", "insurance"),
        ("天猫佣金-软件服务费", "fee"), ("余额宝-转入", "transfer"), ("从没见过", "unknown"),
        (None, "unknown"),
    ],
)  # fmt: skip
def test_what_a_movement_is(description: str | None, kind: str) -> None:
    table = PLATFORM.bronze["funds"]
    row = {
        "ledger_id": "1",
        "layout_name": "alipay",
        "merchant_id": "m",
        "shop_id": "s",
        "platform_code": "taobao",
        "_export_id": "e",
        "_row_number": 1,
    }
    bronze = table.shape(
        pl.DataFrame([{**row, "income_fen": 100, "description_text": description, "_observed_at": NOW}]).cast(
            {"_observed_at": pl.Datetime("us", "Asia/Shanghai")}
        )
    )
    assert conform_funds(bronze)["fund_entry"]["fund_type_code"].to_list() == [kind]


def test_a_row_that_is_inflow_and_outflow_is_set_aside() -> None:
    text = (
        (SAMPLES / LEDGER_FILES["alipay"])
        .read_bytes()
        .decode("gb18030")
        .replace(",146.92,0,", ",146.92,1.00,")
    )
    fund = conformed(read(text.encode("gb18030")))["fund_entry"]
    assert fund["moved_fen"].null_count() == 1
    assert fund["moved_fen"][0] is None


def test_advertising_by_scene_and_by_aim() -> None:
    scenes = sample(LEDGER_FILES["scenes_2026"])["ad_spend"]
    assert scenes.select("ad_object_id", "ad_object_name", "spent_fen", "reported_gmv_fen",
        "reported_orders_qty").rows() == [
        ("376", "关键词推广", 70025, 218670, 11), ("372", "人群推广", 10000, 19900, 2),
        ("376", "关键词推广", 45030, 140000, 7)
    ]  # fmt: skip
    aims = sample(LEDGER_FILES["account_2022"])["ad_spend"]
    assert aims["ad_entry_id"].is_unique().all()
    by_family = dict(aims.group_by("ad_family_code").agg(pl.col("spent_fen").sum()).iter_rows())
    # one day's money told for two spans of attribution is two families: within one it is spent once
    assert by_family == {
        "taobao_account:点击效果:全部:3天累计数据": 80025,
        "taobao_account:点击效果:全部:15天累计数据": 125055,
    }


def test_products_of_both_lists() -> None:
    listed = sample(LEDGER_FILES["list_10"])["product"]
    assert listed.select("product_id", "platform_sku_id", "style_code", "unit_price_fen",
        "color_name").rows() == [
        ("700100200301", "700100200301", "YS26F001", 129900, None),
        ("700100200302", "700100200302:YS26F011-01", "YS26F011-01", 14990, "米白"),
        ("700100200302", "700100200302:YS26F011-02", "YS26F011-02", 15990, "黑色"),
        ("700100200303", "700100200303", None, 9900, "黑色"),
    ]  # fmt: skip
    counted = sample(LEDGER_FILES["sycm_34"])["product"]
    assert counted.select("platform_sku_id", "style_code", "is_on_sale").rows() == [
        ("700100200301", "YS26F001", True), ("700100200302", "YS26F011", False), ("700100200303", None, None)
    ]  # fmt: skip


# --- simulated files against the market ---------------------------------------------------------------------


@pytest.fixture(scope="module")
def market() -> Market:
    """Three Taobao shops at least: each third pays and downloads in its own way."""
    return build_market(seed=4, merchants=4, days=20, lines=2_000, now=NOW, platforms=("taobao",))


@pytest.fixture(scope="module")
def shop_ids(market: Market) -> list[str]:
    names: list[str] = market.shops["shop_id"].to_list()
    return names[:3]


@cache
def readings(
    market: Market, shop_id: str, first: dt.date = FIRST, last: dt.date | None = None
) -> list[Reading]:
    """Ledgers, advertising and products of a shop's downloads."""
    found = []
    for name, data in export_files(market, shop_id, NOW, first, last or NOW.date()).items():
        if name.startswith(("支付宝", "淘宝微信", "万相台", "商品列表")):
            reading = read(data, name, shop_id)
            assert (reading.quarantine.height, reading.new_columns) == (0, [])
            found.append(reading)
    return found


def told(market: Market, shop_id: str, table: str) -> pl.DataFrame:
    return pl.concat([frame[table] for frame in map(conformed, readings(market, shop_id)) if table in frame])


@pytest.fixture(scope="module", params=range(3))
def shop_id(request: pytest.FixtureRequest, shop_ids: list[str]) -> str:
    return shop_ids[request.param]


def test_every_layout_is_downloaded_by_somebody(market: Market, shop_ids: list[str]) -> None:
    assert {item.layout.name for shop in shop_ids for item in readings(market, shop)} == set(LEDGER_FILES)


def test_both_accounts_together_are_the_markets(market: Market, shop_id: str) -> None:
    """The accounts tell a payout in parts: what came in whole, the platform's fee and the commission.

    Whatever else moved stands there as it is.
    """
    key = ["moved_at", "order_id", "moved_fen", "fund_type_code"]
    parts = pl.col("fund_type_code").is_in(["sale", "fee", "commission"])
    found = told(market, shop_id, "fund_entry").sort(key)
    truth = market.funds_at(shop_id, NOW).filter(pl.col("moved_at").dt.date() >= FIRST).sort(key)
    assert found.filter(~parts).select(key).equals(truth.filter(~parts).select(key))
    whole, paid = (
        rows.filter(parts).group_by(key[:2]).agg(pl.col("moved_fen").sum()).sort(key[:2])
        for rows in (found, truth)
    )
    assert whole.equals(paid) and found.height > truth.height > 50
    assert set(found["fund_type_code"]) >= {"fee", "commission"}
    assert found["fund_entry_id"].is_unique().all()
    if set(found["account_name"]) == {"支付宝"}:
        after = found.sort("_row_number").unique("moved_at", keep="last").select("moved_at", "balance_fen")
        both = (
            market.funds_at(shop_id, NOW)
            .unique("moved_at", keep="last", maintain_order=True)
            .join(after, on="moved_at", suffix="_told")
        )
        assert (
            both.height > 50 and both.filter(pl.col("balance_fen") != pl.col("balance_fen_told")).is_empty()
        )


def test_what_orders_settled_is_the_markets(market: Market, shop_id: str) -> None:
    entry = told(market, shop_id, "settlement_entry").filter(
        pl.col("settlement_type_code").is_in(["sale", "refund_after", "fee"])
    )
    bill = market.settlements_at(shop_id, NOW).filter(pl.col("settled_at").dt.date() >= FIRST)
    commission = bill["commission_fen"].sum() + bill["leader_fen"].sum()
    assert fen(entry, "settled_fen") == fen(bill, "settled_fen") != 0
    assert fen(entry, "platform_fee_fen") == fen(bill, "fee_fen") > 0
    assert fen(entry, "commission_creator_fen") == commission
    columns = ["order_id", "settled_at", "settlement_type_code", "base_fen"]
    said = entry.filter(pl.col("settlement_type_code") != "fee").rename({"settled_fen": "base_fen"})
    assert said.select(columns).sort(columns).equals(bill.select(columns).sort(columns))


def test_advertising_is_the_markets_once(market: Market, shop_id: str) -> None:
    spend = told(market, shop_id, "ad_spend")
    truth = market.ads_at(shop_id, NOW).filter(pl.col("ad_date") >= FIRST)
    families = spend.group_by("ad_family_code").agg(pl.col("spent_fen").sum())
    assert set(families["spent_fen"]) == {fen(truth, "spent_fen")}
    longest = spend.filter(~pl.col("ad_family_code").str.ends_with(":3天累计数据")).sort(
        "ad_date", "ad_object_name"
    )
    same = ["ad_date", "spent_fen", "reported_gmv_fen", "reported_orders_qty"]
    assert longest.select(same).equals(truth.sort("ad_date", "plan_name").select(same))


def test_products_are_the_markets(market: Market, shop_id: str) -> None:
    product = told(market, shop_id, "product").sort("product_id")
    truth = market.skus.filter(pl.col("shop_id") == shop_id).unique("product_id").sort("product_id")
    assert product.select("product_id", "product_name", "style_code").equals(
        truth.select("product_id", "product_name", "style_code")
    )
    assert product["platform_sku_id"].equals(product["product_id"].alias("platform_sku_id"))


def test_loaded_twice_or_in_two_halves_is_once(market: Market, shop_ids: list[str]) -> None:
    middle = NOW.date() - dt.timedelta(days=4)
    for shop in shop_ids:
        parts = [
            *readings(market, shop),
            *readings(market, shop, FIRST, middle - dt.timedelta(days=1)),
            *readings(market, shop, middle),
        ]
        for table in ("fund_entry", "settlement_entry", "ad_spend", "product"):
            once = told(market, shop, table)
            again = pl.concat(
                [frame[table].drop(LINEAGE) for frame in map(conformed, parts) if table in frame]
            )
            # what an export shows as the account's balance belongs to the movement, not to the export
            assert again.height > once.height
            assert again.unique().height == again.unique(entity_key(SILVER[table])).height == once.height
