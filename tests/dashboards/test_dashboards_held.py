"""What pages say while a release holds one merchant: file, row, rule and next step to that one, nothing to
others, and names to an operator.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from dashboards_cases import NOW, PASSWORD, make_house
from screen import everything, open_app, sign_in

from warehouse import release
from warehouse.lake import Lake
from warehouse.place import Place

ROW = {
    "rule": "SHOP_REFUND_ABOVE_PAID",
    "message": "一家店铺的退款总额不超过支付总额的 120% / a shop has not given back more than it was paid",
    "step": "撤回给错的文件 / take the wrong file back",
    "shop_id": "s1",
    "file": "typo*.csv",
    "row": 7,
}


@pytest.fixture(scope="module")
def _held(tmp_path_factory: pytest.TempPathFactory) -> Place:
    place = make_house(tmp_path_factory.mktemp("held") / "house")
    with Lake.open(place, write=True) as lake:
        number = release.begin_build(lake, at=NOW)
        lake.connection.execute(
            "UPDATE lake.gold.mart_shop_channel_daily SET paid_fen = paid_fen * 7 "
            "WHERE merchant_id = 'merchant-a'"
        )
        holds = {"merchant-a": release.Hold((str(ROW["rule"]),), (ROW,))}
        release.publish(lake, snapshot=lake.snapshot(), build_number=number, at=NOW, holds=holds)
    return place


@pytest.fixture
def held(_held: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    shutil.copytree(_held.home, tmp_path / "house")
    monkeypatch.setenv("BAIYUN_HOME", str(tmp_path / "house"))
    return Place(tmp_path / "house")


def test_the_held_merchant_is_told_what_where_and_what_to_do(held: Place) -> None:
    app = sign_in(open_app(), "a", PASSWORD)
    [banner] = app.warning
    told = banner.value.replace("\\", "")
    assert "的新数据未放行，这里仍是发布 #1。" in told
    assert "文件「typo*.csv」第 7 行" in told and "120%" in told and "撤回给错的文件" in told
    assert "typo*.csv" not in banner.value, "what somebody calls a file is no markup"
    assert any("发布 **\\#1**" in item.value for item in app.caption)


def test_another_merchant_is_told_nothing_of_it(held: Place) -> None:
    app = sign_in(open_app(), "b", PASSWORD)
    assert not app.warning and "typo" not in everything(app) and "merchant-a" not in everything(app)
    assert any("发布 **\\#2**" in item.value for item in app.caption)


def test_an_operator_is_told_whom_and_the_association_nothing(held: Place) -> None:
    [banner] = sign_in(open_app(), "op", PASSWORD).warning
    assert "未放行的商家：merchant" in banner.value.replace("\\", "") and "typo" not in banner.value
    app = sign_in(open_app(), "assoc", PASSWORD)
    assert not app.warning and "merchant-a" not in everything(app)
