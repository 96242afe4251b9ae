"""Statements as files, written and checked: JSON for machines, PDF for people.

Both tell when anything in them was changed.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contracts.errors import FileRefusedError, UsageError
from pipeline.statement import pdf
from pipeline.statement.document import FORMAT, Document
from warehouse.place import Place
from warehouse.signed.signing import Signature, canonical, holds, own_fingerprint, read_fingerprint, sign

#: A statement of years with ten thousands of files is a few megabytes; more than this is none.
MAX_BYTES = 64 << 20


@dataclass(frozen=True)
class Checked:
    """A statement that is, to the bit, what the holder of the key signed.

    ``is_ours`` is None where this machine has no key to compare with.
    """

    document: Document
    fingerprint: str
    is_ours: bool | None


def write(place: Place, document: Document, suffix: str) -> bytes:
    """``document`` signed by this house, as ``.json`` or ``.pdf``.

    Raises ``UsageError`` for another ending.
    """
    check_suffix(suffix)
    signature = sign(place, canonical(document))
    plain = json.dumps(_signed(document, signature), ensure_ascii=False, indent=1).encode() + b"\n"
    return (
        plain if suffix == ".json" else pdf.write(document, signature, plain, lambda body: sign(place, body))
    )


def check_suffix(suffix: str) -> None:
    """Raise ``UsageError`` for an ending no statement is written under."""
    if suffix not in (".json", ".pdf"):
        raise UsageError(
            "BAD_SUFFIX", "文件名应以 .pdf 或 .json 结尾", "the name ends in .pdf or .json", suffix=suffix
        )


def read(path: Path) -> bytes:
    """The bytes of a statement's file.

    Raises ``FileRefusedError`` for one that is far too large to be any.
    """
    if path.stat().st_size > MAX_BYTES:
        raise _no_statement()
    return path.read_bytes()


def verify(place: Place, data: bytes, *, expected: str | None = None) -> Checked:
    """Check a statement's file, PDF or JSON.

    ``expected`` is the fingerprint its issuer told; without one, this house's own key counts, if it has one.

    Raises ``UsageError`` for an ``expected`` that is no fingerprint, and ``FileRefusedError``:
    NOT_A_STATEMENT, STATEMENT_ALTERED (anything in it was changed), or OTHER_KEY (somebody else signed it).
    """
    told = None if expected is None else read_fingerprint(expected)
    if len(data) > MAX_BYTES:
        raise _no_statement()
    plain = _plain_of(data) if data.startswith(b"%PDF") else data
    document, signature = _read(plain)
    if not holds(signature, canonical(document)):
        raise _altered()
    if document.get("format") != FORMAT:
        raise _no_statement()
    own = own_fingerprint(place)
    wanted = told or own
    if wanted and wanted != signature.fingerprint:
        raise FileRefusedError(
            "OTHER_KEY", "签名无误，但不是这个密钥签的", "signed by another key than the one it should be",
            step_zh="向出具方核对指纹；不符就不要相信这份文件",
            step_en="ask the issuer for its fingerprint; if they differ, do not trust the file",
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
    """The document and its signature.

    What stands beside them, or is told of the key otherwise than it is, was put there by somebody else.
    """
    try:
        told = json.loads(plain, object_pairs_hook=_once)
        document = told["statement"]
        signature = Signature(str(told["signature"]["public_key"]), str(told["signature"]["value"]))
        canonical(document)  # a document of text, whole numbers and truth values alone
        is_whole = told == _signed(document, signature)
    except (ValueError, KeyError, TypeError, RecursionError):
        raise _no_statement() from None
    if not is_whole:
        raise _altered()
    return document, signature


def _signed(document: Document, signature: Signature) -> Document:
    told = {
        "algorithm": "Ed25519",
        "public_key": signature.public_key,
        "fingerprint": signature.fingerprint,
        "value": signature.value,
    }
    return {"statement": document, "signature": told}


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A key told twice would be one figure to us and another to a different reader."""
    if len({name for name, _ in pairs}) < len(pairs):
        raise ValueError("a key told twice")
    return dict(pairs)


def _altered() -> FileRefusedError:
    return FileRefusedError(
        "STATEMENT_ALTERED", "核验未通过：文件被改动过，或不是原件",
        "it does not verify: the file was changed, or is not the original",
        step_zh="请出具方重新发送原文件（不要打印、另存或截图）",
        step_en="ask for the original file again, neither printed nor saved anew",
    )  # fmt: skip


def _no_statement() -> FileRefusedError:
    return FileRefusedError(
        "NOT_A_STATEMENT",
        "这不是凭证文件",
        "this is no statement",
        step_zh="选择 baiyun statement 出具的文件",
        step_en="give a file made by `baiyun statement`",
    )
