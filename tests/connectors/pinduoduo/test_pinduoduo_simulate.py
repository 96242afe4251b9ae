"""The simulated platform writes its files with the quirks the documents tell, and the same bytes for the same
moment.
"""

from __future__ import annotations

import datetime as dt

import polars as pl
from pinduoduo_cases import NOW

from connectors.pinduoduo import simulate
from simulator.history.market import Market

DATES = (dt.date(2026, 10, 20), NOW.date())


def files(market: Market, shop_id: str) -> dict[str, bytes]:
    return simulate.export_files(market, shop_id, NOW, *DATES)


def test_the_same_moment_gives_the_same_bytes(market: Market, shop_ids: list[str]) -> None:
    for shop_id in shop_ids:
        assert files(market, shop_id) == files(market, shop_id)


def test_orders_are_marked_utf8_with_tabs_behind_codes_and_numbers(
    market: Market, shop_ids: list[str]
) -> None:
    data = next(data for name, data in files(market, shop_ids[0]).items() if "orders_export" in name)
    assert data.startswith("\ufeff商品,订单号,订单状态,".encode())
    table = pl.read_csv(data, infer_schema=False)
    assert len(table.columns) == 82
    for name in ("商家编码-规格维度", "商品数量(件)", "商品总价(元)", "商家实收金额(元)"):
        assert table[name].str.ends_with("\t").all()
    assert set(table["是否直播间成交"]) == {"是", "否"}


def test_the_account_is_gbk_with_its_header_on_line_five(market: Market, shop_ids: list[str]) -> None:
    for place, shop_id in enumerate(shop_ids):
        data = next(data for name, data in files(market, shop_id).items() if "bill-detail" in name)
        lines = data.decode("gbk").split("\r\n")
        assert (lines[0], lines[1]) == ("拼多多店铺账务明细查询", "")
        assert lines[4] == "商户订单号,发生时间,收入金额（+元）,支出金额（-元）,账务类型,备注,业务描述"
        footers = [line for line in lines if line.startswith("#")]
        assert [line.split("：")[0] for line in footers] == ["#支出合计", "#收入合计", "#总计", "#导出时间"]
        assert footers[0].endswith(",,,,,,") == (place % 2 == 0)
        assert any(" 技术服务费," in line for line in lines)


def test_buyers_identity_and_goods_money_of_the_market_add_up(market: Market, shop_ids: list[str]) -> None:
    """The platform's own identity: paid = goods - discounts + postage (documents, 5.2)."""
    table = pl.read_csv(
        next(data for name, data in files(market, shop_ids[0]).items() if "orders_export" in name),
        infer_schema=False,
    )
    fen = {
        name: table[name].str.strip_chars("\t").cast(pl.Decimal(18, 2))
        for name in table.columns
        if name.endswith("(元)") and "安装" not in name
    }
    due = (
        fen["商品总价(元)"]
        - fen["店铺优惠折扣(元)"]
        - fen["平台优惠折扣(元)"]
        + fen["邮费(元)"]
        - fen["多多支付立减金额(元)"]
    )
    assert due.equals(fen["用户实付金额(元)"].alias(due.name))
