"""How the terminal tells of releases, and of the merchants one holds."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import polars as pl

from cli.terminal import OUT, print_json, print_table
from contracts import codes
from contracts.intake import row_place

if TYPE_CHECKING:
    from metrics.query.access import Viewer
    from pipeline.build.run import Built
    from warehouse.release import Release


def released(built: Built, release: Release) -> None:
    """The line a build ends with, and one for each merchant and rule that the release holds."""
    new = "" if built.has_changes else ",没有新数据 / nothing new"
    OUT.print(
        f"已发布 #{release.number}(构建 {built.build_number},快照 {release.snapshot}{new}) / released "
        f"#{release.number}"
    )
    held(release)


def tell_held(viewer: Viewer) -> None:
    """On stderr, why the viewer's merchant is held and reads an older release; nothing where it is not."""
    from metrics.reports.health import release_line

    for zh, en in release_line(viewer).why_held():
        print(f"{zh} / {en}", file=sys.stderr)


def held(release: Release) -> None:
    """Whom a release holds, and of each rule a row: shop, file, row, what to do."""
    for merchant, hold in sorted(release.holds.items()):
        OUT.print(
            f"{merchant} 未放行,仍读它上一个发布 / {merchant} is held and goes on reading its last good "
            f"release: {', '.join(hold.failed_rules)}",
            markup=False,
            style="yellow",
        )
        for row in hold.rows:
            line = row_place(int(str(row["row"]))) if row["row"] else "—"
            told = (row["rule"], row["shop_id"] or "—", row["file"] or "—", line)
            OUT.print(f"  {' · '.join(map(str, told))} → {row['step']}", markup=False)


def releases(items: Sequence[Release], current: Release | None, *, as_json: bool) -> None:
    """Every judged snapshot; the one the dashboards read is marked."""
    reads = current.number if current else None
    if as_json:
        print_json({"releases": [_release(item) | {"is_current": item.number == reads} for item in items]})
        return
    rows = [
        (
            f"#{item.number}{' ◀' if item.number == reads else ''}{' 📌' if item.is_pinned else ''}",
            f"{codes.RELEASE_STATUS.zh(item.status)} / {item.status}",
            item.build,
            item.snapshot,
            f"{item.changed_at:%Y-%m-%d %H:%M}",
            ", ".join(
                item.failed_rules
                or (f"{name}: {' '.join(hold.failed_rules)}" for name, hold in item.holds.items())
            ),
            len(warned(item)),
        )
        for item in items
    ]
    print_table(
        "发布 / releases",
        [
            "号 / no.",
            "状态 / status",
            "构建 / build",
            "快照 / snapshot",
            "时间 / at",
            "阻断 / held by",
            "提醒 / warnings",
        ],
        rows,
    )


def warned(item: Release) -> list[str]:
    """The rules that failed without holding a release, by name."""
    found = item.details.get("warned")
    return [str(rule) for rule in found] if isinstance(found, list) else []


def _release(item: Release) -> dict[str, object]:
    return {
        "number": item.number,
        "status": item.status,
        "build": item.build,
        "snapshot": item.snapshot,
        "changed_at": item.changed_at,
        "is_pinned": item.is_pinned,
        "failed_rules": list(item.failed_rules),
        "held_merchants": {name: list(hold.failed_rules) for name, hold in sorted(item.holds.items())},
        "warned_rules": warned(item),
        "content": item.content,
    }


def release(item: Release, checks: pl.DataFrame, *, as_json: bool) -> None:
    """One release with its checks, failed ones first and with their examples."""
    ordered = checks.sort("is_passed", "severity_code", "table_name", "rule_name")
    if as_json:
        print_json(_release(item) | {"checks": ordered.to_dicts()})
        return
    releases([item], None, as_json=False)
    held(item)
    failed = ordered.filter(~pl.col("is_passed"))
    rows = [
        (row["table_name"], row["rule_name"], row["severity_code"], row["failed_qty"], row["message_name"])
        for row in failed.iter_rows(named=True)
    ]
    if rows:
        print_table(
            "未通过的检查 / failed checks",
            ["表 / table", "规则 / rule", "级别 / severity", "行 / rows", "说明 / message"],
            rows,
        )
    for row in failed.iter_rows(named=True):
        OUT.print(f"  {row['rule_name']} · {row['table_name']}: {row['details_json'] or ''}", markup=False)
    OUT.print(
        f"共 {checks.height} 项检查,{failed.height} 项未过 / {checks.height} checks, {failed.height} failed"
    )
