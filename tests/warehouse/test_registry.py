"""Who owns what is checked when it is written, and another merchant's shop is simply not there."""

from __future__ import annotations

import pytest
from warehouse_cases import AT

from contracts.errors import NotFoundError, UsageError
from warehouse import registry
from warehouse.lake import Lake


@pytest.fixture
def registered(lake: Lake) -> Lake:
    registry.add_owner(lake, "owner-1", "云裳控股", at=AT)
    registry.add_merchant(lake, "m1", "白云衣坊", owner_id="owner-1", at=AT)
    registry.add_merchant(lake, "m2", "青禾服饰", owner_id="owner-1", at=AT)
    registry.add_shop(
        lake,
        "m1",
        "m1-dy",
        platform_code="douyin",
        shop_name="白云衣坊抖音店",
        at=AT,
        credential_ref="env:M1_DY",
    )
    registry.add_live_account(
        lake, "m1", "m1-dy", "7301234567890123456", live_account_name="白云小姐姐", at=AT
    )
    return lake


def test_what_was_added_is_listed(registered: Lake) -> None:
    assert registry.owners(registered)["owner_id"].to_list() == ["owner-1"]
    assert registry.merchants(registered)["merchant_id"].to_list() == ["m1", "m2"]
    assert registry.shops(registered, "m1")["shop_id"].to_list() == ["m1-dy"]
    assert registry.shops(registered, "m2").is_empty()
    assert registry.live_accounts(registered)["platform_code"].to_list() == ["douyin"]
    assert registry.shop(registered, "m1", "m1-dy").credential_ref == "env:M1_DY"


def test_adding_again_changes_and_saying_nothing_new_writes_nothing(registered: Lake) -> None:
    registry.add_merchant(registered, "m1", "白云衣坊旗舰", owner_id="owner-1", at=AT)
    assert registry.merchants(registered)["merchant_name"].to_list() == ["白云衣坊旗舰", "青禾服饰"]
    before = registered.snapshot()
    registry.add_merchant(registered, "m1", "白云衣坊旗舰", owner_id="owner-1", at=AT.replace(hour=23))
    assert registered.snapshot() == before


def test_an_own_account_can_be_taken_back(registered: Lake) -> None:
    registry.remove_live_account(registered, "m1", "m1-dy", "7301234567890123456")
    assert registry.live_accounts(registered).is_empty()


def test_another_merchants_shop_is_not_found_like_one_that_does_not_exist(registered: Lake) -> None:
    with pytest.raises(NotFoundError) as foreign:
        registry.shop(registered, "m2", "m1-dy")
    with pytest.raises(NotFoundError) as unknown:
        registry.shop(registered, "m2", "m9-dy")
    assert str(foreign.value).replace("m1-dy", "m9-dy") == str(unknown.value)


def test_a_shop_changes_neither_hands_nor_platform(registered: Lake) -> None:
    with pytest.raises(UsageError, match="SHOP_TAKEN"):
        registry.add_shop(registered, "m2", "m1-dy", platform_code="douyin", shop_name="x", at=AT)
    with pytest.raises(UsageError, match="SHOP_TAKEN"):
        registry.add_shop(registered, "m1", "m1-dy", platform_code="taobao", shop_name="x", at=AT)


@pytest.mark.parametrize("bad", ["", "A", "a", "../x", "店", "m 1", "-m", "m" * 42, "m1\n"])
def test_a_malformed_id_is_refused(lake: Lake, bad: str) -> None:
    with pytest.raises(UsageError, match="BAD_ID"):
        registry.add_owner(lake, bad, "x", at=AT)


def test_names_platforms_and_parents_are_checked(registered: Lake) -> None:
    with pytest.raises(UsageError, match="BAD_NAME"):
        registry.add_owner(registered, "owner-2", " ", at=AT)
    with pytest.raises(UsageError, match="UNKNOWN_PLATFORM"):
        registry.add_shop(registered, "m1", "m1-x", platform_code="myspace", shop_name="x", at=AT)
    with pytest.raises(NotFoundError):
        registry.add_merchant(registered, "m3", "x", owner_id="owner-9", at=AT)
    with pytest.raises(NotFoundError):
        registry.add_shop(registered, "m9", "m9-dy", platform_code="douyin", shop_name="x", at=AT)
    with pytest.raises(UsageError, match="BAD_ID"):
        registry.add_live_account(registered, "m1", "m1-dy", "a b", at=AT)
