"""Where a shop's secrets come from, and the small owner-only file that keeps rotated tokens. Nothing here is ever logged."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from connectors.http import Credentials
from contracts.errors import CredentialError
from warehouse.place import Place

PREFIX = "BAIYUN_CREDENTIAL_"
_FIELDS = ("base_url", "app_key", "app_secret", "access_token", "refresh_token", "platform_shop_id")


def from_environment(ref: str) -> dict[str, str]:
    """The JSON object in ``BAIYUN_CREDENTIAL_<REF>`` (upper case, other signs as underscores). Raises ``CredentialError`` when it is not there."""
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
    """``given`` with the newest tokens a refresh has brought. A new authorisation by a person (other tokens in ``given``) wins over kept ones."""
    if not given.get("base_url") or not given.get("app_key"):
        raise missing(ref)
    base_url, app_key, app_secret, access_token, refresh_token, platform_shop_id = (given.get(name, "") for name in _FIELDS)
    credentials = Credentials(base_url, app_key, app_secret, access_token, refresh_token, platform_shop_id)
    origin = hashlib.sha256(f"{credentials.access_token}\0{credentials.refresh_token}".encode()).hexdigest()
    with _tokens(place) as kept:
        known = kept.get(ref, {})
    if known.get("origin") == origin:
        credentials = replace(credentials, access_token=known["access_token"], refresh_token=known["refresh_token"])

    def save(fresh: Credentials) -> None:
        with _tokens(place) as tokens:
            tokens[ref] = {"origin": origin, "access_token": fresh.access_token, "refresh_token": fresh.refresh_token}

    credentials.save = save
    return credentials


@contextmanager
def _tokens(place: Place) -> Iterator[dict[str, dict[str, str]]]:
    """The kept tokens, under a lock; written back whole and atomically when they were changed."""
    folder = place.home / "secrets"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        path = folder / "tokens.json"
        tokens: dict[str, dict[str, str]] = json.loads(path.read_text()) if path.exists() else {}
        before = json.dumps(tokens, sort_keys=True)
        yield tokens
        if json.dumps(tokens, sort_keys=True) != before:
            _write(path, tokens)
    finally:
        os.close(descriptor)


def _write(path: Path, tokens: dict[str, dict[str, str]]) -> None:
    part = path.with_suffix(".part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as stream:
        json.dump(tokens, stream)
        stream.flush()
        os.fsync(stream.fileno())
    part.replace(path)
