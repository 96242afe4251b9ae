"""Where a shop's secrets come from, and the small owner-only file that keeps rotated tokens.

Nothing here is ever logged.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

from connectors.http import Credentials
from contracts.errors import CredentialError
from contracts.fields import TIME_ZONE
from warehouse.place import Place

PREFIX = "BAIYUN_CREDENTIAL_"
_FIELDS = ("base_url", "app_key", "app_secret", "access_token", "refresh_token", "platform_shop_id")


def from_environment(ref: str) -> dict[str, str]:
    """The JSON object in ``BAIYUN_CREDENTIAL_<REF>`` (upper case, other signs as underscores).

    Raises ``CredentialError`` when it is not there.
    """
    name = PREFIX + "".join(sign if sign.isalnum() else "_" for sign in ref).upper()
    text = os.environ.get(name)
    if not text:
        raise missing(ref)
    try:
        found = json.loads(text)
    except json.JSONDecodeError:
        raise missing(ref) from None
    return {str(key): str(value) for key, value in found.items()} if isinstance(found, dict) else {}


def missing(ref: str) -> CredentialError:
    """The error for a reference under which nothing usable is kept."""
    return CredentialError(
        "NO_CREDENTIAL",
        "没有找到该店铺的凭据",
        "no credential is kept under this reference",
        step_zh="在 Airflow 连接或环境变量中登记后重试",
        step_en="enter it as an Airflow connection or environment variable, then try again",
        credential_ref=ref,
    )


def open_credentials(place: Place, ref: str, given: Mapping[str, str]) -> Credentials:
    """``given`` with the newest tokens a refresh has brought.

    A new authorisation by a person (other tokens in ``given``) wins over kept ones.

    ``given`` holds the fields of ``Credentials`` as text; ``expires_at`` in ISO form, Beijing time where it
    names no zone. Raises ``CredentialError``.
    """
    if not given.get("base_url") or not given.get("app_key"):
        raise missing(ref)
    base_url, app_key, app_secret, access_token, refresh_token, platform_shop_id = (
        given.get(name, "") for name in _FIELDS
    )
    origin = hashlib.sha256(f"{access_token}\0{refresh_token}".encode()).hexdigest()

    def newest() -> Credentials:
        with _tokens(place) as kept:
            known = kept.get(ref, {})
        if known.get("origin") != origin:
            return credentials
        ends = _moment(ref, known.get("expires_at", ""))
        return replace(
            credentials,
            access_token=known["access_token"],
            refresh_token=known["refresh_token"],
            expires_at=ends,
        )

    def save(fresh: Credentials) -> None:
        pair = {"access_token": fresh.access_token, "refresh_token": fresh.refresh_token}
        with _tokens(place) as tokens:
            tokens[ref] = {
                "origin": origin,
                **pair,
                "expires_at": fresh.expires_at.isoformat() if fresh.expires_at else "",
            }

    @contextmanager
    def renewing() -> Iterator[Credentials]:
        with _locked(place, hashlib.sha256(ref.encode()).hexdigest()[:16]):
            yield newest()

    own = (base_url, app_key, app_secret, access_token, refresh_token, platform_shop_id)
    credentials = Credentials(
        *own, save=save, expires_at=_moment(ref, given.get("expires_at", "")), renewing=renewing
    )
    return newest()


def _moment(ref: str, text: str) -> dt.datetime | None:
    if not text:
        return None
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        raise CredentialError(
            "BAD_CREDENTIAL",
            "凭据中的 expires_at 不是时间",
            "expires_at of the credential is no moment",
            step_zh="改成如 2026-12-31T23:59:59 的北京时间",
            step_en="write it as 2026-12-31T23:59:59, Beijing time",
            credential_ref=ref,
        ) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(TIME_ZONE))


@contextmanager
def _tokens(place: Place) -> Iterator[dict[str, dict[str, str]]]:
    """The kept tokens, under a lock; written back whole and atomically when they were changed."""
    with _locked(place, "") as folder:
        path = folder / "tokens.json"
        tokens: dict[str, dict[str, str]] = json.loads(path.read_text()) if path.exists() else {}
        before = json.dumps(tokens, sort_keys=True)
        yield tokens
        if json.dumps(tokens, sort_keys=True) != before:
            _write(path, tokens)


@contextmanager
def _locked(place: Place, name: str) -> Iterator[Path]:
    """The folder of secrets, while no other process holds the lock of this name."""
    folder = place.home / "secrets"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(folder / f"{name}.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield folder
    finally:
        os.close(descriptor)


def _write(path: Path, tokens: dict[str, dict[str, str]]) -> None:
    part = path.with_suffix(".part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as stream:
        json.dump(tokens, stream)
        stream.flush()
        os.fsync(stream.fileno())
    part.replace(path)
