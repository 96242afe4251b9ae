"""What became of a file: the four outcomes that always add up, and what it moved in the released totals."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace

import polars as pl

from contracts.errors import FileRefusedError, told
from contracts.intake import ROW_RULES, Notice

#: So many broken rules a file without a usable row is explained by.
_REASONS = 3


@dataclass(frozen=True)
class FileReceipt:
    """The end of one export's way.

    ``rows_read`` = published + quarantined + superseded + duplicate; all zero for a refused file.

    ``verdict`` is a code of ``contracts.codes.VERDICT``; ``rules`` is row rule → rows; ``rule``, ``message``
    and ``next_step`` speak for a file that was refused or of which no row is usable, ``facts`` name what was
    found in one that was refused; ``notices`` are warnings of one that was taken.
    """

    name: str
    platform: str = ""
    kind: str = ""
    layout: str = ""
    verdict: str = "accepted"
    rows_read: int = 0
    published: int = 0
    quarantined: int = 0
    superseded: int = 0
    duplicate: int = 0
    rules: dict[str, int] = field(default_factory=dict)
    dropped_columns: list[str] = field(default_factory=list)
    new_columns: list[str] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    first_date: dt.date | None = None
    last_date: dt.date | None = None
    export_id: str = ""
    merchant_id: str = ""
    shop_id: str = ""
    rule: str = ""
    message: str = ""
    next_step: str = ""
    facts: dict[str, str] = field(default_factory=dict)

    @property
    def reason(self) -> tuple[str, str]:
        """``message`` in Chinese and in English, without its ``facts``."""
        zh, _, en = self.message.partition(" / ")
        return zh, en.partition(" (file=")[0]

    @property
    def quarantined_share(self) -> float:
        """Quarantined rows over rows read; 0 for a file without rows."""
        return self.quarantined / self.rows_read if self.rows_read else 0.0

    def document(self) -> dict[str, object]:
        """Plain JSON values."""
        plain = {
            name: value.isoformat() if isinstance(value, dt.date) else value
            for name, value in asdict(self).items()
        }
        return plain | {
            "notices": [asdict(notice) | {"message": notice.sentence()} for notice in self.notices]
        }


def verdict_of(rows_read: int, quarantined: int, notices: Iterable[Notice]) -> str:
    """The verdict on a file that was read: ``unusable`` where every row is quarantined, ``warned`` where a
    person should look.
    """
    if rows_read and quarantined == rows_read:
        return "unusable"
    return "warned" if quarantined or any(notice.calls for notice in notices) else "accepted"


def rule_counts(quarantine: pl.DataFrame) -> dict[str, int]:
    """Row rule → rows, of the quarantined rows of one reading."""
    return dict(
        quarantine.unique(["_row_number", "rule_name"])
        .group_by("rule_name")
        .len()
        .sort("rule_name")
        .iter_rows()
    )


def with_reason(receipt: FileReceipt) -> FileReceipt:
    """A receipt without a usable row says why, by the rules most rows broke, and what to do."""
    if receipt.verdict != "unusable":
        return receipt
    worst = sorted(receipt.rules, key=lambda rule: (-receipt.rules[rule], rule))[:_REASONS]
    zh = "；".join(
        f"{ROW_RULES[rule].zh}（{receipt.rules[rule]:,} 行）" for rule in worst if rule in ROW_RULES
    )
    en = "; ".join(f"{ROW_RULES[rule].en} ({receipt.rules[rule]:,})" for rule in worst if rule in ROW_RULES)
    message = (
        f"全部 {receipt.rows_read:,} 行都被隔离：{zh} / all rows are quarantined: {en} (file={receipt.name})"
    )
    said = ROW_RULES.get(worst[0]) if worst else None
    return replace(
        receipt,
        rule=worst[0] if worst else "",
        message=message,
        next_step=f"{said.step_zh} / {said.step_en}" if said else "",
    )


def refused(name: str, error: FileRefusedError, *, merchant_id: str, shop_id: str) -> FileReceipt:
    """The receipt of a file that changed nothing, with the rule, what was found and the next step."""
    message = f"{error.zh} / {error.en} ({told({'file': name} | error.facts)})"
    step = f"{error.step_zh} / {error.step_en}" if error.step_zh else ""
    return FileReceipt(
        name,
        verdict="refused",
        rules={error.rule: 1},
        rule=error.rule,
        message=message,
        next_step=step,
        facts={key: str(value) for key, value in error.facts.items()},
        merchant_id=merchant_id,
        shop_id=shop_id,
    )


def as_duplicate(receipt: FileReceipt) -> FileReceipt:
    """The receipt of the same bytes given once more: every row is known, nothing moved."""
    return replace(
        receipt,
        verdict="duplicate",
        published=0,
        quarantined=0,
        superseded=0,
        duplicate=receipt.rows_read,
        rules={},
    )


def from_load(load: dict[str, object], export_name: str) -> FileReceipt:
    """The receipt stored in a row of ``ops.load``."""

    def count(name: str) -> int:
        return int(str(load[name]))

    details = json.loads(str(load["details_json"] or "{}"))
    first, last = load["first_date"], load["last_date"]
    receipt = FileReceipt(
        export_name,
        platform=str(load["platform_code"]),
        kind=str(load["kind_code"]),
        layout=str(load["layout_name"] or ""),
        verdict=str(load["verdict_code"]),
        rows_read=count("rows_read_qty"),
        published=count("published_qty"),
        quarantined=count("quarantined_qty"),
        superseded=count("superseded_qty"),
        duplicate=count("duplicate_qty"),
        rules=details.get("rules", {}),
        dropped_columns=[name for name in str(load["dropped_columns_name"] or "").split("、") if name],
        new_columns=details.get("new_columns", []),
        notices=[Notice(**notice) for notice in details.get("notices", [])],
        first_date=first if isinstance(first, dt.date) else None,
        last_date=last if isinstance(last, dt.date) else None,
        export_id=str(load["export_id"]),
        merchant_id=str(load["merchant_id"]),
        shop_id=str(load["shop_id"]),
    )
    return with_reason(receipt)
