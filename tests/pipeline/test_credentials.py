"""Credentials as kept: the end of a token is remembered with it, a person's new consent wins, and one process
at a time renews.
"""

from __future__ import annotations

import datetime as dt
import stat
import threading
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from connectors.http import Credentials
from contracts.errors import CredentialError
from pipeline.intake.credentials import open_credentials
from warehouse.settings import Settings

GIVEN = {
    "base_url": "https://api.jd.com",
    "app_key": "key",
    "app_secret": "s3cret",
    "access_token": "old",
    "refresh_token": "r0",
}
ENDS = dt.datetime(2026, 12, 31, 23, 59, 59, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.mark.parametrize(
    "text",
    ["2026-12-31T23:59:59", "2026-12-31 23:59:59", "2026-12-31T15:59:59+00:00", "2026-12-31T15:59:59Z"],
)
def test_an_end_without_a_zone_is_beijing_time(tmp_path: Path, text: str) -> None:
    assert (
        open_credentials(Settings(home=tmp_path).place, "shop", {**GIVEN, "expires_at": text}).expires_at
        == ENDS
    )


def test_an_end_that_is_no_moment_is_told_to_a_person(tmp_path: Path) -> None:
    with pytest.raises(CredentialError, match=r"BAD_CREDENTIAL.*2026-12-31T23:59:59") as caught:
        open_credentials(Settings(home=tmp_path).place, "shop", {**GIVEN, "expires_at": "next year"})
    assert "s3cret" not in str(caught.value)


def test_a_renewed_pair_is_kept_with_its_end_until_a_person_gives_another(tmp_path: Path) -> None:
    place = Settings(home=tmp_path).place
    own = open_credentials(place, "shop", {**GIVEN, "expires_at": "2026-01-01T00:00:00"})
    own.save(replace(own, access_token="new", refresh_token="r1", expires_at=ENDS))
    again = open_credentials(place, "shop", {**GIVEN, "expires_at": "2026-01-01T00:00:00"})
    assert (again.access_token, again.refresh_token, again.expires_at) == ("new", "r1", ENDS)
    again.save(replace(again, access_token="newer", refresh_token="r2", expires_at=None))
    assert open_credentials(place, "shop", GIVEN).expires_at is None
    assert open_credentials(place, "other", GIVEN).access_token == "old"
    assert (
        open_credentials(place, "shop", {**GIVEN, "access_token": "given anew"}).access_token == "given anew"
    )
    kept = [path for path in (tmp_path / "secrets").iterdir() if stat.S_IMODE(path.stat().st_mode) != 0o600]
    assert kept == [], "nobody else may read them"


def test_one_renews_and_the_other_waits_and_is_told(tmp_path: Path) -> None:
    place = Settings(home=tmp_path).place
    first, second, free = (open_credentials(place, name, GIVEN) for name in ("shop", "shop", "free"))
    told: list[str] = []
    with first.renewing() as kept:
        assert kept is not None and kept.access_token == "old"
        waiting = threading.Thread(target=lambda: told.append(_token(second)))
        waiting.start()
        assert _token(free) == "old", "another shop does not wait"
        waiting.join(0.2)
        assert told == []
        first.save(replace(first, access_token="new", refresh_token="r1"))
    waiting.join(5)
    assert told == ["new"]


def _token(own: Credentials) -> str:
    with own.renewing() as kept:
        return kept.access_token if kept else ""
