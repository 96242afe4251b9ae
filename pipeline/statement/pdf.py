"""The statement on paper: what the signed document says, with the document itself as an attachment, and a
signature over the whole file.

The signature over all bytes before it stands in a comment line after the end-of-file
mark, where readers do not look (PDF 1.7, appendix H, note 18), so that not one bit of what is printed can
change.
"""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Callable, Sequence
from typing import Any

from pypdf import PdfReader, PdfWriter
from pypdf.errors import PyPdfError
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from contracts.amounts import yuan
from contracts.codes import CHANNEL, KIND, PLATFORM
from metrics.query.ages import MATURE_DAYS
from pipeline.statement.document import Document
from pipeline.typeset import GREY, INK, register_fonts, text
from warehouse.signed.signing import Signature

ATTACHMENT = "statement.json"
_SEAL = b"%BAIYUN-ED25519 "
_SEALED = re.compile(rb"%BAIYUN-ED25519 ([0-9a-f]{64}) ([0-9a-f]{128})\n")
#: Files listed on paper; the attachment lists all of them.
_LISTED = 30


def write(
    document: Document, signature: Signature, attachment: bytes, seal: Callable[[bytes], Signature]
) -> bytes:
    """The PDF of a signed ``document``, with ``attachment`` inside; ``seal`` signs the file as a whole."""
    writer = PdfWriter(clone_from=io.BytesIO(_pages(document, signature)))
    writer.add_attachment(ATTACHMENT, attachment)
    stream = io.BytesIO()
    writer.write(stream)
    body = stream.getvalue().rstrip(b"\n") + b"\n"
    whole = seal(body)
    return body + _SEAL + f"{whole.public_key} {whole.value}\n".encode()


def take_apart(data: bytes) -> tuple[bytes, Signature] | None:
    """The signed part of a statement's PDF and the signature at its end.

    None where there is none, or anything after it.
    """
    place = data.rfind(_SEAL)
    match = _SEALED.fullmatch(data[place:]) if place >= 0 else None
    return (data[:place], Signature(match[1].decode(), match[2].decode())) if match else None


def attached(body: bytes) -> bytes | None:
    """The document inside a PDF; None where there is none."""
    try:
        found = PdfReader(io.BytesIO(body)).attachments.get(ATTACHMENT, [])
    except (
        PyPdfError,
        ArithmeticError,
        AttributeError,
        LookupError,
        NotImplementedError,
        RecursionError,
        TypeError,
        ValueError,
        zlib.error,
    ):
        return None  # anybody may seal anything, and a reader of broken files breaks in many ways
    return bytes(found[0]) if len(found) == 1 else None


def _pages(document: Document, signature: Signature) -> bytes:
    register_fonts()
    stream = io.BytesIO()
    title = (
        f"净成交凭证 {document['merchant']['name']} {document['period']['first']} – "
        f"{document['period']['last']}"
    )
    frame = SimpleDocTemplate(
        stream,
        pagesize=A4,
        leftMargin=16 * mm,
        rightMargin=16 * mm,
        topMargin=16 * mm,
        bottomMargin=20 * mm,
        title=title,
        author="baiyun-live",
        invariant=1,
    )
    foot = f"发布 release #{document['release']['number']} · 密钥指纹 key {signature.fingerprint}"

    def footer(canvas: Any, _: object) -> None:  # noqa: ANN401 - reportlab's canvas
        line = _table_row([foot, str(canvas.getPageNumber())])
        line.wrapOn(canvas, A4[0] - 32 * mm, 10 * mm)
        line.drawOn(canvas, 16 * mm, 10 * mm)

    frame.build(_story(document, signature), onFirstPage=footer, onLaterPages=footer)
    return stream.getvalue()


def _story(document: Document, signature: Signature) -> list[Flowable]:
    names = [item["id"] for item in document["metrics"]]
    heads = [f"{item['zh']}\n{item['en']}" for item in document["metrics"]]
    released = document["release"]
    return [
        text("净成交凭证", 18, 22),
        text("Statement of kept sales", 10, 16),
        text(f"{document['merchant']['name']}（商家编号 merchant {document['merchant']['id']}）", 11, 16),
        text(
            f"期间 period:{document['period']['first']} – {document['period']['last']}（含首尾 both "
            "included） "
            "· 金额单位：元 CNY",
            9,
            13,
        ),
        text(
            f"数据发布 release #{released['number']},{released['published_at']} · 出具 issued "
            f"{document['issued_at']}",
            9,
            13,
        ),
        text(_reach_words(document), 9, 13),
        text(_open_words(document), 9, 13),
        Spacer(1, 4 * mm),
        _table(
            ["合计 total", *heads],
            [["全部店铺 all shops", *(_money(document["totals"][name]) for name in names)]],
            [0.28],
        ),
        Spacer(1, 5 * mm),
        _heading("按店铺、渠道、月份 By shop, channel and month"),
        _table(
            ["店铺 shop", "平台 · 渠道\nplatform · channel", "月份\nmonth", *heads],
            [_row(item, names) for item in document["rows"]],
            [0.2, 0.18, 0.09],
        ),
        *(text(f"注 note:{note['zh']}。{note['en']}.", 8, 11) for note in document["notes"]),
        Spacer(1, 5 * mm),
        _heading("口径 Definitions"),
        *(text(_definition(item), 8, 11.5) for item in document["metrics"]),
        Spacer(1, 5 * mm),
        *_files(document),
        Spacer(1, 5 * mm),
        *_how_to_check(signature),
    ]


def _reach_words(document: Document) -> str:
    """To which day the files of every shop reach: what came after it is not in here, and what stands still
    has not been looked at.
    """
    names = {row["shop"]: row["shop_name"] for row in document["rows"]}
    days: dict[str, list[str]] = {}
    for item in document["observed"]:
        days.setdefault(item["until"], []).append(names.get(item["shop"], item["shop"]))
    told = [
        day if len(days) == 1 else f"{day}({'、'.join(shops)})"
        for day, shops in sorted(days.items(), reverse=True)
    ]
    return f"数据截至 data reach to:{';'.join(told)}"


def _open_words(document: Document) -> str:
    share = document["maturity"]["open_per_10000"]
    if share is None:
        return "本期没有支付 Nothing was paid in this period."
    if share == 0:
        return (
            f"到数据截至时付款都满 {MATURE_DAYS} 天，基本定了 Everything was paid {MATURE_DAYS} days or "
            "more before the data end."
        )
    return (
        f"支付金额的 {share / 100:.2f}% 付款未满 {MATURE_DAYS} 天，净成交可能下降 of the paid value can "
        "still come back: kept sales may fall"
    )


def _definition(item: Document) -> str:
    formula = item["formula"].replace("Σ", "sum of")  # not every reader's Song has Greek
    words = f"{item['about_zh']}{item['about_en']} 日期 clock: {item['clock_zh']} {item['clock_en']}"
    return f"{item['zh']} {item['en']} [{item['id']} · {item['version']}]: {formula}. {words}"


def _row(item: Document, names: Sequence[str]) -> list[str]:
    where = (
        f"{PLATFORM.zh(item['platform'])} · "
        f"{'平台没分渠道' if item['channel'] == 'unknown' else CHANNEL.zh(item['channel'])}"
    )
    return [item["shop_name"], where, item["month"], *(_money(item[name]) for name in names)]


def _files(document: Document) -> list[Flowable]:
    files = document["files"]
    rows = [
        [f"{KIND.zh(item['kind'])} · {item['shop']}", item["received_at"][:10], item["sha256"]]
        for item in files[:_LISTED]
    ]
    more = (
        f"另有 {len(files) - _LISTED} 个，见附件 and {len(files) - _LISTED} more, in the attachment"
        if len(files) > _LISTED
        else ""
    )
    return [
        _heading(f"来源文件 {len(files)} 个 Files it rests on"),
        _table(["种类 · 店铺 kind · shop", "收到 received", "SHA-256"], rows, [0.26, 0.12, 0.62], size=6.5),
        text(more, 8, 11),
        text(f"全部文件指纹的指纹 sha256 of all of them: {document['files_sha256']}", 7, 11),
    ]


def _how_to_check(signature: Signature) -> list[Flowable]:
    return [
        _heading("如何核验 How to check"),
        text("baiyun verify 本文件 · 任何一个字节改动都会失败。请向出具方核对密钥指纹。", 9, 13),
        text(
            "baiyun verify FILE fails when a single byte was changed. Ask the issuer for the fingerprint of "
            "the key and compare it.",
            9,
            13,
        ),
        text(f"密钥指纹 fingerprint: {signature.fingerprint}", 9, 13),
        text(f"公钥 public key (Ed25519): {signature.public_key}", 7, 11),
        text(f"文档签名 signature of the attached document: {signature.value}", 7, 11),
    ]


def _heading(words: str) -> Paragraph:
    return text(words, 11, 16, keepWithNext=True)


def _table(
    heads: Sequence[str], rows: Sequence[Sequence[str]], first: Sequence[float], *, size: float = 8
) -> Table:
    """Columns after those of ``first`` (shares of the width) hold money: they share the rest and stand to the
    right.
    """
    width = A4[0] - 32 * mm
    rest = (1 - sum(first)) / max(1, len(heads) - len(first))
    places = [width * share for share in [*first, *[rest] * (len(heads) - len(first))]]
    cells = [
        [text(cell, size, size * 1.4, right=column >= len(first)) for column, cell in enumerate(row)]
        for row in (heads, *rows)
    ]
    style = [
        ("LINEBELOW", (0, 0), (-1, 0), 0.8, INK),
        ("LINEBELOW", (0, 1), (-1, -1), 0.25, GREY),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ]
    return Table(
        cells,
        places,
        repeatRows=1,
        style=TableStyle(
            [*style, ("TOPPADDING", (0, 0), (-1, -1), 2), ("BOTTOMPADDING", (0, 0), (-1, -1), 2)]
        ),
    )


def _table_row(cells: Sequence[str]) -> Table:
    """The foot of a page: words to the left, its number to the right."""
    width = A4[0] - 32 * mm
    return Table([[text(cells[0], 7, 10), text(cells[1], 7, 10, right=True)]], [width * 0.9, width * 0.1])


def _money(fen: int | None) -> str:
    return "—" if fen is None else yuan(fen)
