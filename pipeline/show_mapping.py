"""How the terminal tells of mappings: what headers are taken for, what is open, the first rows as they would be read."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

import polars as pl
from rich.console import Console
from rich.table import Table
from rich.text import Text

from connectors.mapping_aliases import AliasOffer
from connectors.mapping_answers import missing, strange_words
from connectors.mapping_dictionary import holds_for, labelled
from connectors.mapping_file import write_mapping
from connectors.mapping_model import MappingFile
from connectors.mapping_propose import Proposal
from contracts.errors import BaiyunError
from pipeline.mapping import Kept, MappedPreview

_OUT = Console(highlight=False)
_HOW = {"known": "已知 known", "near": "相近,待确认 near, to confirm", "personal": "个人信息,不保存 personal, dropped", "unread": "不读取 not read"}
_LINEAGE = {"merchant_id", "shop_id", "platform_code", "layout_name", "_export_id", "_observed_at"}


def proposed(proposal: Proposal) -> None:
    """Each header and what it is taken for; then what no header tells, and words nobody knows."""
    table = Table(title=f"{proposal.kind} · 表头在第 {proposal.header_row} 行 / header on row {proposal.header_row}", title_justify="left")
    for column in ("他们的表头 / header", "当作 / taken for", "把握 / how sure", "例 / examples"):
        table.add_column(column, overflow="fold")
    for match in proposal.matches:
        taken = f"{match.name} {match.zh}" if match.name else ""
        table.add_row(
            *(
                Text(cell)
                for cell in (match.header, taken, f"{_HOW[match.how]} {match.score:.2f}" if match.name else _HOW[match.how], "、".join(match.examples))
            )
        )
    _OUT.print(table)
    if proposal.missing:
        _OUT.print(Text(f"没有列说明 / no column tells: {'、'.join(proposal.missing)}"))
    _strange(strange_words(proposal, {}))


def _strange(strange: Mapping[str, Sequence[str]]) -> None:
    for name, words in strange.items():
        told = f"不认识的词,按未知计,用 --set words.{name}.词=代码 说明 / words nobody knows, counted as unknown"
        _OUT.print(Text(f"{labelled(name)} {name}: {told}: {'、'.join(words)}"))


def not_mapped(error: BaiyunError, proposal: Proposal | None, answers: Mapping[str, str]) -> None:
    """One JSON document on why there is no mapping: the rule, what is open and what no column tells. The sentence itself goes to stderr."""
    open_ones = [question for question in proposal.questions if not (answers.get(question.key) or question.default)] if proposal else []
    needed = ["/".join(names) for names in missing(proposal, answers)] if proposal else []
    words = strange_words(proposal, answers) if proposal else {}
    questions = [question.model_dump(mode="json") for question in open_ones]
    facts = {key: str(value) for key, value in error.facts.items()}
    said = {"questions": questions, "missing": needed, "unknown_words": words, "rule": error.rule, "message": error.sentence(), "facts": facts}
    print(json.dumps({**said, "saved": False}, ensure_ascii=False, indent=1))


def kept(items: Sequence[Kept], *, as_json: bool) -> None:
    """Mappings in force: name, title, kind, for which shops, version, who and when."""
    rows = [(k.mapping.name, k.mapping.zh, k.mapping.kind, k.mapping.platform, k.version, k.by, k.at.isoformat(timespec="seconds")) for k in items]
    if as_json:
        names = ("name", "zh", "kind", "platform", "version", "by", "at")
        print(json.dumps({"mappings": [dict(zip(names, row, strict=True)) for row in rows]}, ensure_ascii=False, indent=1))
        return
    table = Table(title="自己的映射 / own mappings", title_justify="left")
    for column in ("名称 / name", "标题 / title", "种类 / kind", "平台 / platform", "版本 / version", "谁 / by", "时间 / at"):
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(Text(str(cell)) for cell in row))
    _OUT.print(table)


def preview(shown: MappedPreview) -> None:
    """The first rows by our names, what was dropped, and what would be set aside."""
    for name, frame in shown.frames.items():
        told = frame.select(column for column in frame.columns if column not in _LINEAGE and frame[column].count())
        table = Table(title=f"{name}: 前 {told.height} 行 / first {told.height} rows", title_justify="left")
        for heading in ("我们的名称 / our name", *(f"第 {row} 行 / row {row}" for row in told["_row_number"])):
            table.add_column(heading, overflow="fold")
        for column in told.drop("_row_number").iter_columns():
            table.add_row(*(Text("" if cell is None else str(cell)) for cell in (column.name, *column)))
        _OUT.print(table)
    _strange(shown.words)
    reading = shown.reading
    aside = reading.quarantine["_row_number"].n_unique()
    _OUT.print(Text(f"共 {reading.rows_read} 行,隔离 {aside} 行 / {reading.rows_read} rows, {aside} set aside"))
    if reading.dropped_columns:
        _OUT.print(Text(f"不保存的个人信息列 / personal columns dropped: {'、'.join(reading.dropped_columns)}"))


def mapped(proposal: Proposal | None, mapping: MappingFile, shown: MappedPreview, *, saved: bool, as_json: bool) -> None:
    """The mapping as a file, the preview, and whether it is kept from now on."""
    if as_json:
        print(json.dumps(_document(proposal, mapping, shown, saved), ensure_ascii=False, default=str, indent=1))
        return
    preview(shown)
    _OUT.print(Text(write_mapping(mapping)))
    told = (
        "已保存,这样的文件以后直接导入 / saved: files of this header are taken from now on"
        if saved
        else "没有保存(已有相同的,或未确认)/ not saved: the same is kept already, or nobody said yes"
    )
    _OUT.print(Text(f"{mapping.name}: {told}\n{' / '.join(holds_for(mapping.platform))}"))


def _document(proposal: Proposal | None, mapping: MappingFile, shown: MappedPreview, saved: bool) -> dict[str, object]:
    reading = shown.reading
    counts = {"rows_read": reading.rows_read, "quarantined": reading.quarantine["_row_number"].n_unique(), "dropped_columns": reading.dropped_columns}
    frames = {name: _rows(frame) for name, frame in shown.frames.items()}
    # what stands in columns nobody reads is nobody's business
    proposed_as = proposal.model_dump(mode="json", exclude={"matches": {"__all__": {"words"}}}) if proposal else None
    read = {"mapping": write_mapping(mapping), "holds_for": mapping.platform, "preview": {**counts, "rows": frames}, "unknown_words": shown.words}
    return {"proposal": proposed_as, **read, "saved": saved}


def _rows(frame: pl.DataFrame) -> list[dict[str, object]]:
    return frame.select(column for column in frame.columns if column not in _LINEAGE).to_dicts()


def offered(offer: AliasOffer) -> None:
    """A nearly known layout: what it lacks and what may stand for it."""
    _OUT.print(Text(f"很像 {offer.layout},缺少 {'、'.join(offer.missing)} / much like {offer.layout}, lacks {', '.join(offer.missing)}"))
    for theirs, names in offer.offered.items():
        for known, score in names:
            _OUT.print(Text(f"  若只是改名 / if only renamed ({score:.2f}): --alias '{theirs}={known}'"))


def learned(layout: str, names: Mapping[str, str], *, as_json: bool) -> None:
    """What was learned just now."""
    if as_json:
        print(json.dumps({"layout": layout, "learned": dict(names)}, ensure_ascii=False, indent=1))
        return
    for theirs, known in names.items():
        _OUT.print(Text(f"{layout}: {theirs} → {known} 已记住 / learned"))
    if not names:
        _OUT.print(Text("早已记住 / known already"))
