"""Zip archives: what may be opened at all, and the files inside one, each by its name.

Nothing is ever written to disk from here.
"""

from __future__ import annotations

import io
import lzma
import stat
import zipfile
import zlib

from connectors.files.signatures import check_document, is_document
from contracts.intake import refuse

MAX_UNPACKED_BYTES = 1024 * 1024 * 1024
#: A workbook of repeated cells packs some thirty times smaller; a bomb a thousand times.
MAX_RATIO = 200
#: Below this much a ratio harms nobody.
RATIO_FROM_BYTES = 50 * 1024 * 1024
#: Parts of one workbook, or files of one archive.
MAX_PARTS = 2000
MAX_FILES = 200

#: The part that makes an archive a workbook.
BOOK = "xl/workbook.xml"
#: What reading a damaged part raises, whatever it is packed with.
DAMAGE = (
    zipfile.BadZipFile,
    EOFError,
    OSError,
    NotImplementedError,
    ValueError,
    RuntimeError,
    zlib.error,
    lzma.LZMAError,
)
ZIP = b"PK\x03\x04"
_EMPTY_ZIP = b"PK\x05\x06"


def looks_zipped(data: bytes) -> bool:
    """Whether the bytes begin as a zip archive does."""
    return data[:4] in (ZIP, _EMPTY_ZIP)


def open_archive(data: bytes) -> zipfile.ZipFile:
    """The archive, once its directory promises that it can be unpacked.

    Raises FileRefusedError: cut off, too much, a bomb, a password.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, OverflowError, NotImplementedError):
        raise refuse("TRUNCATED") from None
    parts = archive.infolist()
    unpacked = sum(part.file_size for part in parts)
    if len(parts) > MAX_PARTS:
        raise refuse("ZIP_TOO_MANY", files=len(parts), limit=MAX_PARTS)
    if unpacked > RATIO_FROM_BYTES and unpacked > MAX_RATIO * len(data):
        raise refuse("ZIP_BOMB", bytes=unpacked, packed=len(data))
    if unpacked > MAX_UNPACKED_BYTES:
        raise refuse("UNPACKED_TOO_LARGE", bytes=unpacked, limit=MAX_UNPACKED_BYTES)
    if any(part.flag_bits & 1 for part in parts):
        raise refuse("ZIP_ENCRYPTED")
    return archive


def read_part(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bytes:
    """One file's bytes, never more than the directory promised.

    Raises FileRefusedError when they are damaged.
    """
    try:
        with archive.open(part) as stream:
            content = stream.read(part.file_size + 1)
    except DAMAGE:
        raise refuse("TRUNCATED", entry=entry_name(part)) from None
    if len(content) != part.file_size:
        raise refuse("ZIP_BOMB", entry=entry_name(part), bytes=len(content))
    return content


def read_head(archive: zipfile.ZipFile, part: zipfile.ZipInfo, size: int) -> bytes:
    """The first ``size`` bytes of a part. Raises FileRefusedError when they are damaged."""
    try:
        with archive.open(part) as stream:
            return stream.read(size)
    except DAMAGE:
        raise refuse("TRUNCATED", entry=entry_name(part)) from None


def entry_name(part: zipfile.ZipInfo) -> str:
    """The name as its maker saw it: without the UTF-8 mark Chinese systems write GBK."""
    if part.flag_bits & 0x800:
        return part.filename
    raw = part.filename.encode("cp437", "replace")
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return part.filename


def unpack(data: bytes) -> list[tuple[str, bytes]]:
    """The files of an archive in its order.

    Raises FileRefusedError for documents, nested archives, links, unsafe names, and as ``open_archive``.
    """
    with open_archive(data) as archive:
        check_document(archive)
        parts = [
            part for part in archive.infolist() if not part.is_dir() and not _is_litter(entry_name(part))
        ]
        if not parts:
            raise refuse("ZIP_EMPTY")
        if len(parts) > MAX_FILES:
            raise refuse("ZIP_TOO_MANY", files=len(parts), limit=MAX_FILES)
        for part in parts:
            _check_entry(part)
        files = [(entry_name(part), read_part(archive, part)) for part in parts]
    for name, content in files:
        if looks_zipped(content) and _is_nested(content):
            raise refuse("ZIP_NESTED", entry=name)
    return files


def is_workbook(data: bytes) -> bool:
    """Whether a zip archive is an Excel workbook. Raises what ``open_archive`` does."""
    with open_archive(data) as archive:
        return BOOK in archive.namelist()


def _is_nested(content: bytes) -> bool:
    """Whether a zip inside a zip is an archive again.

    A document among the files is a file, refused for what it is, not for where it lies.
    """
    with open_archive(content) as archive:
        return BOOK not in archive.namelist() and not is_document(archive)


def _is_litter(name: str) -> bool:
    return name.startswith("__MACOSX/") or name.rsplit("/", 1)[-1] in (
        ".DS_Store",
        "Thumbs.db",
        "desktop.ini",
    )


def _check_entry(part: zipfile.ZipInfo) -> None:
    name = entry_name(part)
    steps = name.replace("\\", "/").split("/")
    mode = part.external_attr >> 16
    if (
        name.startswith(("/", "\\"))
        or ".." in steps
        or ":" in steps[0]
        or "\x00" in part.orig_filename
        or not name.isprintable()
    ):
        raise refuse("ZIP_UNSAFE_NAME", entry=ascii(name)[:80])
    if mode and not (stat.S_ISREG(mode) or stat.S_IFMT(mode) == 0):
        raise refuse("ZIP_UNSAFE_NAME", entry=name[:80])
