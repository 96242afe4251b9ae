"""Signatures: Ed25519 (RFC 8032) over exact bytes, under one key of the house, which anybody can check with its public half."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from warehouse import keys
from warehouse.place import Place

_PURPOSE, _OWNER = "statement", "house"


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
    """The bytes that are signed: JSON in UTF-8, keys sorted, no blanks. The document holds text, whole numbers, truth values and null only.

    For such documents this is RFC 8785 (JSON Canonicalization Scheme) as long as keys are ASCII, which ours are.
    """
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def sign(place: Place, data: bytes) -> Signature:
    """``data`` signed with the key of this house, which is made when first needed and kept among its secrets."""
    private = Ed25519PrivateKey.from_private_bytes(keys.key(place, _PURPOSE, _OWNER))
    return Signature(private.public_key().public_bytes_raw().hex(), private.sign(data).hex())


def holds(signature: Signature, data: bytes) -> bool:
    """Whether ``data`` is, to the bit, what was signed. False for anything that is no signature at all."""
    try:
        public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(signature.public_key))
        public.verify(bytes.fromhex(signature.value), data)
    except (InvalidSignature, ValueError):
        return False
    return True


def fingerprint(public_key: str) -> str:
    """The first 128 bits of the sha256 of a public key, in groups of four digits."""
    digest = hashlib.sha256(bytes.fromhex(public_key)).hexdigest()[:32].upper()
    return "-".join(digest[place : place + 4] for place in range(0, len(digest), 4))


def own_fingerprint(place: Place) -> str | None:
    """Fingerprint of this house's key; None where none was made yet, as on the machine of whoever only checks."""
    kept = keys.find(place, _PURPOSE, _OWNER)
    return fingerprint(Ed25519PrivateKey.from_private_bytes(kept).public_key().public_bytes_raw().hex()) if kept else None
