"""Signatures: Ed25519 (RFC 8032) over exact bytes, under one key of the house, which anybody can check with
its public half.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from contracts.errors import UsageError
from warehouse import keys
from warehouse.place import Place

_PURPOSE, _OWNER = "statement", "house"
#: Points of small order, sign bit aside, under which one signature holds for any document (libsodium refuses
#: the same ones). No key is made of them.
_NO_KEYS = frozenset(
    bytes.fromhex(point)
    for point in (
        "00" * 32,
        "01" + "00" * 31,
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "ec" + "ff" * 30 + "7f",
        "ed" + "ff" * 30 + "7f",
        "ee" + "ff" * 30 + "7f",
    )
)


@dataclass(frozen=True)
class Signature:
    """``public_key`` (32 bytes) and ``value`` (64 bytes) as hexadecimal text."""

    public_key: str
    value: str

    @property
    def fingerprint(self) -> str:
        """What people compare: see ``fingerprint``."""
        return fingerprint(self.public_key)


def canonical(document: object) -> bytes:
    """The bytes that are signed: JSON in UTF-8, keys sorted, no blanks.

    The document holds text, whole numbers, truth values and null only.

    For such documents this is RFC 8785 (JSON Canonicalization Scheme) as long as keys are ASCII, which ours
    are.
    """
    return json.dumps(
        document, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    ).encode()


def sign(place: Place, data: bytes) -> Signature:
    """``data`` signed with the key of this house, which is made when first needed and kept among its
    secrets.
    """
    private = Ed25519PrivateKey.from_private_bytes(keys.key(place, _PURPOSE, _OWNER))
    return Signature(private.public_key().public_bytes_raw().hex(), private.sign(data).hex())


def holds(signature: Signature, data: bytes) -> bool:
    """Whether ``data`` is, to the bit, what was signed. False for anything that is no signature at all."""
    try:
        point = bytes.fromhex(signature.public_key)
        if point[:31] + bytes([point[31] & 0x7F]) in _NO_KEYS:
            return False
        public = Ed25519PublicKey.from_public_bytes(point)
        public.verify(bytes.fromhex(signature.value), data)
    except (InvalidSignature, ValueError, IndexError):
        return False
    return True


def fingerprint(public_key: str) -> str:
    """The first 128 bits of the sha256 of a public key, in groups of four digits."""
    return _grouped(hashlib.sha256(bytes.fromhex(public_key)).hexdigest()[:32].upper())


def _grouped(digits: str) -> str:
    return "-".join(digits[place : place + 4] for place in range(0, len(digits), 4))


def read_fingerprint(text: str) -> str:
    """A fingerprint as people write or paste it, as ``fingerprint`` gives it.

    Raises ``UsageError`` for what is none.
    """
    digits = re.sub(r"[^0-9A-Z]", "", unicodedata.normalize("NFKC", text).upper())
    if not re.fullmatch(r"[0-9A-F]{32}", digits):
        raise UsageError(
            "BAD_FINGERPRINT",
            "指纹是 32 位十六进制数字",
            "a fingerprint is 32 hexadecimal digits",
            given=text,
        )
    return _grouped(digits)


def own_fingerprint(place: Place) -> str | None:
    """Fingerprint of this house's key.

    None where none was made yet, as on the machine of whoever only checks.
    """
    kept = keys.find(place, _PURPOSE, _OWNER)
    return (
        fingerprint(Ed25519PrivateKey.from_private_bytes(kept).public_key().public_bytes_raw().hex())
        if kept
        else None
    )
