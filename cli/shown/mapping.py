"""How the terminal tells of mappings: what headers are taken for, what is open, the first rows as they would
be read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl
from rich.text import Text

from cli.terminal import OUT, print_json, print_table
from connectors.mapping.aliases import AliasOffer
from connectors.mapping.answers import missing, strange_words
from connectors.mapping.dictionary import holds_for, labelled
from connectors.mapping.file import write_mapping
from connectors.mapping.model import MappingFile
from connectors.mapping.propose import Proposal
from connectors.mapping.questions import AMOUNT
from contracts.errors import BaiyunError
from pipeline.intake.mapping import Kept, MappedPreview

_HOW = {
    "known": "已知 known",
    "near": "相近,待确认 near, to confirm",
    "personal": "个人信息,不保存 personal, dropped",
    "unread": "不读取 not read",
}
_LINEAGE = {"merchant_id", "shop_id", "platform_code", "layout_name", "_export_id", "_observed_at"}


def proposed(proposal: Proposal) -> None:
    """Each header and what it is taken for; then what no header tells, and words nobody knows."""
    rows = [
        (
            match.header,
            f"{match.zh} {match.en}" if match.name else "",
            f"{_HOW[match.how]} {match.score:.2f}" if match.name else _HOW[match.how],
            "、".join(match.examples),
        )
        for match in proposal.matches
    ]
    title = f"{proposal.kind} · 表头在第 {proposal.header_row} 行 / header on row {proposal.header_row}"
    print_table(title, ["他们的表头 / header", "当作 / taken for", "把握 / how sure", "例 / examples"], rows)
    if proposal.missing:
        OUT.print(
            Text(
                "没有列说明 / no column tells: "
                f"{'、'.join(' 或 '.join(map(labelled, names.split('/'))) for names in proposal.missing)}"
            )
        )
    _strange(strange_words(proposal, {}))


def found(
    proposal: Proposal, mapping: MappingFile | None = None, answers: Mapping[str, str] | None = None
) -> None:
    """What the cells showed of amounts, so that nobody was asked.

    With a ``mapping``, also what the ``answers`` say to what was asked, and what was taken where nobody
    answered.
    """
    for finding in proposal.findings:
        OUT.print(Text(f"✓ {finding.zh} / {finding.en}"))
    asked = [question for question in proposal.questions if mapping and question.key.startswith(AMOUNT)]
    once = (
        {header: name for name in mapping.repeated for header in mapping.columns[name].header}
        if mapping
        else {}
    )
    for question in asked:
        name = once.get(question.key.removeprefix(AMOUNT), "")
        is_part = mapping is not None and mapping.is_per_part(name)
        whole = (
            "按每个内部单的,各算一次 / each ERP order's, counted once"
            if is_part
            else "按整单的,只算一次 / the whole's, counted once"
        )
        taken = whole if name else "按每行的,相加 / each row's, added up"
        asked_and_taken = f"{question.zh} / {question.en} → {taken}"
        if (answers or {}).get(question.key):
            OUT.print(Text(f"✓ {asked_and_taken}(您的回答 / as you answered)"))
        else:
            OUT.print(Text(f"? {asked_and_taken}(--set {question.key}={'|'.join(question.options)})"))


def _strange(strange: Mapping[str, Sequence[str]]) -> None:
    for name, words in strange.items():
        told = (
            f"不认识的词,按未知计,用 --set {labelled(name)}.词=意思 说明 / words nobody knows, counted as "
            "unknown"
        )
        OUT.print(Text(f"{labelled(name)}: {told}: {'、'.join(words)}"))


def not_mapped(
    error: BaiyunError, proposal: Proposal | None, answers: Mapping[str, str]
) -> dict[str, object]:
    """Why there is no mapping, as data: the rule, what is open and what no column tells."""
    open_ones = (
        [question for question in proposal.questions if not (answers.get(question.key) or question.default)]
        if proposal
        else []
    )
    needed = ["/".join(names) for names in missing(proposal, answers)] if proposal else []
    words = strange_words(proposal, answers) if proposal else {}
    questions = [question.model_dump(mode="json") for question in open_ones]
    facts = {key: str(value) for key, value in error.facts.items()}
    said = {
        "questions": questions,
        "missing": needed,
        "unknown_words": words,
        "rule": error.rule,
        "message": error.sentence(),
        "facts": facts,
    }
    return {**said, "saved": False}


def kept(items: Sequence[Kept], *, as_json: bool) -> None:
    """Mappings in force: name, title, kind, for which shops, version, who and when."""
    rows = [
        (
            k.mapping.name,
            k.mapping.zh,
            k.mapping.kind,
            k.mapping.platform,
            k.version,
            k.by,
            k.at.isoformat(timespec="seconds"),
        )
        for k in items
    ]
    if as_json:
        names = ("name", "zh", "kind", "platform", "version", "by", "at")
        print_json({"mappings": [dict(zip(names, row, strict=True)) for row in rows]})
        return
    columns = [
        "名称 / name",
        "标题 / title",
        "种类 / kind",
        "平台 / platform",
        "版本 / version",
        "谁 / by",
        "时间 / at",
    ]
    print_table("自己的映射 / own mappings", columns, rows)


def preview(shown: MappedPreview) -> None:
    """The first rows by our names, what was dropped, and what would be set aside."""
    for name, frame in shown.frames.items():
        told = frame.select(
            column for column in frame.columns if column not in _LINEAGE and frame[column].count()
        )
        headings = ["我们的名称 / our name", *(f"第 {row} 行 / row {row}" for row in told["_row_number"])]
        rows = [(column.name, *column) for column in told.drop("_row_number").iter_columns()]
        print_table(f"{name}: 前 {told.height} 行 / first {told.height} rows", headings, rows)
    _strange(shown.words)
    reading = shown.reading
    aside = reading.quarantine["_row_number"].n_unique()
    OUT.print(
        Text(f"共 {reading.rows_read} 行,隔离 {aside} 行 / {reading.rows_read} rows, {aside} set aside")
    )
    if reading.dropped_columns:
        OUT.print(
            Text(f"不保存的个人信息列 / personal columns dropped: {'、'.join(reading.dropped_columns)}")
        )


def mapped(
    proposal: Proposal | None,
    mapping: MappingFile,
    shown: MappedPreview,
    answers: Mapping[str, str],
    *,
    saved: bool,
    as_json: bool,
) -> None:
    """The mapping as a file, the preview, what was asked and answered, and whether it is kept from now on."""
    if as_json:
        print_json(_document(proposal, mapping, shown, saved))
        return
    preview(shown)
    OUT.print(Text(write_mapping(mapping)))
    if proposal:
        found(proposal, mapping, answers)
    told = (
        "已保存,这样的文件以后直接导入 / saved: files of this header are taken from now on"
        if saved
        else "没有保存(已有相同的,或未确认)/ not saved: the same is kept already, or nobody said yes"
    )
    OUT.print(Text(f"{mapping.name}: {told}\n{' / '.join(holds_for(mapping.platform))}"))


def _document(
    proposal: Proposal | None, mapping: MappingFile, shown: MappedPreview, saved: bool
) -> dict[str, object]:
    reading = shown.reading
    counts = {
        "rows_read": reading.rows_read,
        "quarantined": reading.quarantine["_row_number"].n_unique(),
        "dropped_columns": reading.dropped_columns,
    }
    frames = {name: _rows(frame) for name, frame in shown.frames.items()}
    # what stands in columns nobody reads is nobody's business
    proposed_as = (
        proposal.model_dump(mode="json", exclude={"matches": {"__all__": {"words"}}}) if proposal else None
    )
    read = {
        "mapping": write_mapping(mapping),
        "holds_for": mapping.platform,
        "preview": {**counts, "rows": frames},
        "unknown_words": shown.words,
    }
    return {"proposal": proposed_as, **read, "saved": saved}


def _rows(frame: pl.DataFrame) -> list[dict[str, object]]:
    return frame.select(column for column in frame.columns if column not in _LINEAGE).to_dicts()


def offered(offer: AliasOffer) -> None:
    """A known layout but for names: what it lacks and what may stand for it, surest first."""
    OUT.print(
        Text(
            f"很像 {offer.layout},缺少 {'、'.join(offer.missing)} / much like {offer.layout}, lacks "
            f"{', '.join(offer.missing)}"
        )
    )
    for theirs, known, score in offer.renames:
        OUT.print(Text(f"  若只是改名 / if only renamed ({score:.2f}): --alias '{theirs}={known}'"))


def learned(layout: str, names: Mapping[str, str], *, as_json: bool) -> None:
    """What was learned just now."""
    if as_json:
        print_json({"layout": layout, "learned": dict(names)})
        return
    for theirs, known in names.items():
        OUT.print(Text(f"{layout}: {theirs} → {known} 已记住 / learned"))
    if not names:
        OUT.print(Text("早已记住 / known already"))
