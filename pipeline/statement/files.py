"""Statements as files, written and checked: JSON for machines, PDF for people; both tell when anything in them was changed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from contracts.errors import FileRefusedError, UsageError
from pipeline.statement import pdf
from pipeline.statement.document import FORMAT, Document
from pipeline.statement.signing import Signature, canonical, holds, own_fingerprint, sign
from warehouse.place import Place

#: A statement of years with ten thousands of files is a few megabytes; more than this is none.
MAX_BYTES = 64 << 20


@dataclass(frozen=True)
class Checked:
    """A statement that is, to the bit, what the holder of the key signed. ``is_ours`` is None where this machine has no key to compare with."""

    document: Document
    fingerprint: str
    is_ours: bool | None


def write(place: Place, document: Document, suffix: str) -> bytes:
    """``document`` signed by this house, as ``.json`` or ``.pdf``. Raises ``UsageError`` for another ending."""
    if suffix not in (".json", ".pdf"):
        raise UsageError("BAD_SUFFIX", "文件名应以 .pdf 或 .json 结尾", "the name ends in .pdf or .json", suffix=suffix)
    signature = sign(place, canonical(document))
    told = {"algorithm": "Ed25519", "public_key": signature.public_key, "fingerprint": signature.fingerprint, "value": signature.value}
    plain = json.dumps({"statement": document, "signature": told}, ensure_ascii=False, indent=1).encode() + b"\n"
    return plain if suffix == ".json" else pdf.write(document, signature, plain, lambda body: sign(place, body))


def verify(place: Place, data: bytes, *, expected: str = "") -> Checked:
    """Check a statement's file, PDF or JSON. ``expected`` is the fingerprint its issuer told; without one, this house's own key counts, if it has one.

    Raises ``FileRefusedError``: NOT_A_STATEMENT, STATEMENT_ALTERED (anything in it was changed), or OTHER_KEY (somebody else signed it).
    """
    if len(data) > MAX_BYTES:
        raise _no_statement()
    plain = _plain_of(data) if data.startswith(b"%PDF") else data
    document, signature = _read(plain)
    if not holds(signature, canonical(document)):
        raise _altered()
    if document.get("format") != FORMAT:
        raise _no_statement()
    own = own_fingerprint(place)
    wanted = expected.strip().upper() or own
    if wanted and wanted != signature.fingerprint:
        raise FileRefusedError(
            "OTHER_KEY", "签名无误,但不是这个密钥签的", "signed by another key than the one it should be",
            step_zh="向出具方核对指纹;不符就不要相信这份文件", step_en="ask the issuer for its fingerprint; if they differ, do not trust the file",
            signed_by=signature.fingerprint, expected=wanted,
        )  # fmt: skip
    return Checked(document, signature.fingerprint, None if own is None else own == signature.fingerprint)


def _plain_of(data: bytes) -> bytes:
    """The document inside a PDF whose seal holds; it must be of the same key."""
    parts = pdf.take_apart(data)
    if parts is None:
        raise _altered()
    body, seal = parts
    plain = pdf.attached(body) if holds(seal, body) else None
    if plain is None:
        raise _altered()
    if _read(plain)[1].public_key != seal.public_key:
        raise _altered()
    return plain


def _read(plain: bytes) -> tuple[Document, Signature]:
    try:
        told = json.loads(plain, object_pairs_hook=_once)
        return told["statement"], Signature(str(told["signature"]["public_key"]), str(told["signature"]["value"]))
    except (ValueError, KeyError, TypeError, RecursionError):
        raise _no_statement() from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A key told twice would be one figure to us and another to a different reader."""
    if len({name for name, _ in pairs}) < len(pairs):
        raise ValueError("a key told twice")
    return dict(pairs)


def _altered() -> FileRefusedError:
    return FileRefusedError(
        "STATEMENT_ALTERED", "核验未通过:文件被改动过,或不是原件", "it does not verify: the file was changed, or is not the original",
        step_zh="请出具方重新发送原文件(不要打印、另存或截图)", step_en="ask for the original file again, neither printed nor saved anew",
    )  # fmt: skip


def _no_statement() -> FileRefusedError:
    return FileRefusedError(
        "NOT_A_STATEMENT",
        "这不是凭证文件",
        "this is no statement",
        step_zh="选择 baiyun statement 出具的文件",
        step_en="give a file made by `baiyun statement`",
    )
