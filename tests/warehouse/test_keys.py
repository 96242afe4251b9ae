"""Secrets of merchants and shops: one file each, under plain names only."""

from __future__ import annotations

import pytest

from contracts.errors import UsageError
from warehouse import keys
from warehouse.place import Place


@pytest.mark.parametrize("owner", ["../x", "", "a/b", "a.b", "a b", "店铺", ".hidden", "x" * 62, "x\n"])
def test_a_key_has_a_plain_name(place: Place, owner: str) -> None:
    for action in (keys.key, keys.find, keys.destroy):
        with pytest.raises(UsageError, match="UNSAFE_NAME"):
            action(place, "buyer", owner)
        with pytest.raises(UsageError, match="UNSAFE_NAME"):
            action(place, owner, "shop-1")
    assert not place.home.exists() or not list(place.home.rglob("*.key"))


def test_a_key_stays_until_it_is_destroyed_and_is_nobody_elses(place: Place) -> None:
    assert keys.find(place, "buyer", "m1") is None
    made = keys.key(place, "buyer", "m1")
    assert len(made) == 32 and keys.key(place, "buyer", "m1") == keys.find(place, "buyer", "m1") == made
    assert len({made, keys.key(place, "buyer", "m2"), keys.key(place, "landing", "m1")}) == 3
    assert (keys.destroy(place, "buyer", "m1"), keys.destroy(place, "buyer", "m1")) == (True, False)
    assert keys.key(place, "buyer", "m1") != made


def test_a_key_cut_short_is_told_and_not_used(place: Place) -> None:
    keys.key(place, "buyer", "m1")
    (path,) = place.home.rglob("*.key")
    path.chmod(0o600)
    path.write_bytes(path.read_bytes()[:31])
    with pytest.raises(UsageError, match="BAD_KEY"):
        keys.key(place, "buyer", "m1")
