"""Files that are no tables, whatever they are called: told by their first bytes, with what they are and what
to give instead.
"""

from __future__ import annotations

import pytest
from intake_files import archive, data, orders

from connectors.files.archives import unpack
from connectors.reading import recognise
from contracts.errors import FileRefusedError

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
DOCX = archive({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w:document/>"})
PPTX = archive({"[Content_Types].xml": b"<Types/>", "ppt/presentation.xml": b"<p:presentation/>"})


@pytest.mark.parametrize(
    ("content", "rule", "what"),
    [
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Catalog >>\nendobj\n", "PDF_NOT_TABLE", "PDF"),
        (b"\xef\xbb\xbf\r\n%PDF-1.4\n1 0 obj\n", "PDF_NOT_TABLE", "PDF"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01", "PICTURE_NOT_TABLE", "PNG"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01", "PICTURE_NOT_TABLE", "JPEG"),
        (b"GIF89a\x01\x00\x01\x00", "PICTURE_NOT_TABLE", "GIF"),
        (b"RIFF\x24\x00\x00\x00WEBPVP8 ", "PICTURE_NOT_TABLE", "WebP"),
        (b"\x00\x00\x00\x24ftypheic\x00\x00\x00\x00", "PICTURE_NOT_TABLE", "HEIC"),
        (b"\x00\x00\x00\x20ftypisom\x00\x00\x02\x00", "VIDEO_NOT_TABLE", "MP4"),
        (b"Rar!\x1a\x07\x01\x00\xf3\xe1\x82\xeb", "ARCHIVE_NOT_ZIP", "RAR"),
        (b"7z\xbc\xaf\x27\x1c\x00\x04", "ARCHIVE_NOT_ZIP", "7z"),
        (b"\x1f\x8b\x08\x00\x00\x00\x00\x00", "ARCHIVE_NOT_ZIP", "gzip"),
        (DOCX, "DOCUMENT_NOT_TABLE", "Word"),
        (PPTX, "DOCUMENT_NOT_TABLE", "PPT"),
        (_OLE + "WordDocument".encode("utf-16-le") + bytes(600), "DOCUMENT_NOT_TABLE", "Word"),
        (_OLE + "PowerPoint Document".encode("utf-16-le") + bytes(600), "DOCUMENT_NOT_TABLE", "PPT"),
        (_OLE + bytes(600), "BAD_WORKBOOK", None),
    ],
)  # fmt: skip
def test_what_is_no_table_is_called_by_its_name(content: bytes, rule: str, what: str | None) -> None:
    with pytest.raises(FileRefusedError) as refused:
        recognise(content)
    assert (refused.value.rule, refused.value.facts.get("format")) == (rule, what)
    assert refused.value.step_zh


def test_a_document_is_not_taken_apart_like_an_archive() -> None:
    with pytest.raises(FileRefusedError) as refused:
        unpack(DOCX)
    assert refused.value.rule == "DOCUMENT_NOT_TABLE"


def test_a_document_among_files_does_not_keep_the_others_out() -> None:
    """It is refused by itself, when it is read."""
    assert [name for name, _ in unpack(archive({"说明.docx": DOCX, "订单.csv": data(orders())}))] == [
        "说明.docx",
        "订单.csv",
    ]


@pytest.mark.parametrize("head", ["RIFF", "GIF", "7z", "Rar!", "PDF", "%", "ftyp"])
def test_a_table_that_begins_with_such_letters_is_a_table(head: str) -> None:
    text = data([[head, *orders()[0]], *(["x", *row] for row in orders()[1:])])
    assert recognise(text).layout.platform == "douyin"
