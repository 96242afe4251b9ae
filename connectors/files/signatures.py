"""What a file is by its first bytes, whatever it is called: a PDF renamed to .xlsx is a PDF.

One table; what is not in it may be a table of cells.
"""

from __future__ import annotations

import zipfile

from contracts.intake import refuse

_PICTURE = "PICTURE_NOT_TABLE"
_VIDEO = "VIDEO_NOT_TABLE"
_ARCHIVE = "ARCHIVE_NOT_ZIP"
_DOCUMENT = "DOCUMENT_NOT_TABLE"
#: Rule, name of the format, and what has to stand where. Sources: ISO 32000-1 7.5.2 (PDF), the PNG, GIF,
#: JFIF, RIFF, 7z and RAR 5 format notes, RFC 1952 (gzip), and the registered brands of ISO base media files
#: (mp4ra.org).
_SIGNATURES: tuple[tuple[str, str, dict[int, bytes]], ...] = (
    ("PDF_NOT_TABLE", "PDF", {0: b"%PDF-"}),
    (_PICTURE, "PNG", {0: b"\x89PNG\r\n\x1a\n"}),
    (_PICTURE, "JPEG", {0: b"\xff\xd8\xff"}),
    (_PICTURE, "GIF", {0: b"GIF87a"}),
    (_PICTURE, "GIF", {0: b"GIF89a"}),
    (_PICTURE, "WebP", {0: b"RIFF", 8: b"WEBP"}),
    (_PICTURE, "HEIC", {0: b"\x00\x00\x00", 4: b"ftyphei"}),
    (_PICTURE, "HEIC", {0: b"\x00\x00\x00", 4: b"ftypmif1"}),
    (_PICTURE, "AVIF", {0: b"\x00\x00\x00", 4: b"ftypavif"}),
    (_VIDEO, "MP4", {0: b"\x00\x00\x00", 4: b"ftyp"}),
    (_VIDEO, "AVI", {0: b"RIFF", 8: b"AVI "}),
    (_ARCHIVE, "RAR", {0: b"Rar!\x1a\x07"}),
    (_ARCHIVE, "7z", {0: b"7z\xbc\xaf\x27\x1c"}),
    (_ARCHIVE, "gzip", {0: b"\x1f\x8b\x08"}),
)
#: The part that makes a zip archive a document (ECMA-376), and the stream that makes an OLE file one (MS-DOC
#: 2.1.1, MS-PPT 2.1.2).
_PARTS = {"word/document.xml": "Word", "ppt/presentation.xml": "PPT"}
_STREAMS = {"WordDocument": "Word", "PowerPoint Document": "PPT"}


def check_signature(data: bytes) -> None:
    """Raises FileRefusedError for bytes that begin as something which is no table: a PDF, a picture, a video,
    an archive other than zip.
    """
    bare = data[:64].removeprefix(b"\xef\xbb\xbf").lstrip()
    for rule, name, marks in _SIGNATURES:
        if any(
            all(start[place : place + len(mark)] == mark for place, mark in marks.items())
            for start in (data[:64], bare)
        ):
            raise refuse(rule, format=name)


def is_document(archive: zipfile.ZipFile) -> bool:
    """Whether a zip archive is a text document or slides."""
    return not _PARTS.keys().isdisjoint(archive.namelist())


def check_document(archive: zipfile.ZipFile) -> None:
    """Raises FileRefusedError for a zip archive that is a text document or slides."""
    for name in _PARTS.keys() & set(archive.namelist()):
        raise refuse(_DOCUMENT, format=_PARTS[name])


def check_compound(data: bytes) -> None:
    """The same for an OLE file, of which no workbook could be read: names in its directory are UTF-16."""
    for name, said in _STREAMS.items():
        if name.encode("utf-16-le") in data:
            raise refuse(_DOCUMENT, format=said)
