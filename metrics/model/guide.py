"""Words about the metrics for people: a tooltip, and the generated page of the documentation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from contracts.codes import PLATFORM
from metrics.model.definitions import CLOCKS, METRICS, UNITS, Metric
from metrics.model.notes import NOTES
from metrics.query.sources import dimensions_of
from metrics.reports.screens import SCREENS, UNKNOWN, Screen

_ROUNDED = (
    "四舍五入到整数分；分母为 0 时为空",
    "rounded half up to a whole fen; empty where the denominator is 0",
)
_FRACTION = ("不取整；分母为 0 时为空", "not rounded; empty where the denominator is 0")


def tooltip(metric_id: str) -> tuple[str, str]:
    """What a metric is, its formula, its clock and the trap, in Chinese and in English.

    KeyError for an unknown metric.
    """
    metric = METRICS[metric_id]
    clock = CLOCKS[metric.clock]
    zh = f"{metric.about_zh} = {metric.formula_zh}。{clock[0]}。注意：{metric.trap_zh}"
    en = f"{metric.about_en} = {metric.formula_en}. Clock: {clock[1]}. Beware: {metric.trap_en}"
    return zh, en


def metrics_page(head: Sequence[str], examples: Mapping[str, str]) -> str:
    """The metric page of the documentation as Markdown, one section per metric.

    The same entries give the same text, to the byte.

    ``head``: lines that tell the worked example, ``examples``: metric → what it comes to there.
    """
    sections = (line for metric in METRICS.values() for line in _section(metric, examples[metric.id]))
    return "\n".join(["# 指标 / Metrics", "", *_clocks(), *head, *sections, *_reservations()])


def _clocks() -> list[str]:
    rows = [f"| `{name}` | {zh} | {en} |" for name, (zh, en) in CLOCKS.items()]
    return ["## 日期口径 / Clocks", "", "| | 中文 | English |", "|---|---|---|", *rows, ""]


def _section(metric: Metric, example: str) -> list[str]:
    unit = UNITS[metric.unit]
    rounding = (_FRACTION if metric.is_exact else _ROUNDED) if metric.is_ratio else ("", "")
    lines = [
        f"## `{metric.id}` · {metric.zh} / {metric.en}",
        "",
        f"{metric.about_zh}  ",
        metric.about_en,
        "",
        f"* 公式 / formula: {metric.formula_zh} · `{metric.formula}`",
        f"* 例 / example: {example}",
        f"* 日期口径 / clock: `{metric.clock}`",
        f"* 单位 / unit: {unit[0]} / {unit[1]}"
        + (f";{rounding[0]} / {rounding[1]}" if metric.is_ratio else ""),
        f"* 可按 / by: {', '.join(f'`{name}`' for name in dimensions_of(metric.clock, metric.parts))}",
        f"* 陷阱 / trap: {metric.trap_zh} / {metric.trap_en}",
    ]
    lines += (
        [f"* 为什么这样定 / why so: [{metric.decision[:4]}](decisions/{metric.decision}.md)"]
        if metric.decision
        else []
    )
    lines += [f"* 提示 / note: `{code}`" for code in metric.notes]
    return [*lines, ""]


def _reservations() -> list[str]:
    words = {
        "figure": "N",
        "share": "N%",
        "beside": "M",
        "asked": "M",
        "given": "N",
        "names": "A、B",
        "without": "C",
        "periods": "2026-11",
        "reach": "A 2026-11-12",
    }
    words |= dict.fromkeys(("names_zh", "names_en"), "A")
    words |= dict.fromkeys(("began_zh", "began_en"), "A") | dict.fromkeys(("own_zh", "own_en"), "B")
    rows = [
        f"| `{code}` | {kind.zh.format(**words)} | {kind.en.format(**words)} |"
        for code, kind in NOTES.items()
    ]
    head = [
        "## 答案附注 / Notes with an answer",
        "",
        "来源没有说明的，答案会写明金额或数量。 / Where a source does not tell, the answer states how much.",
        "",
    ]
    return [*head, "| | 中文 | English |", "|---|---|---|", *rows, ""]


def screens_lines() -> list[str]:
    """Numbers that can be matched as lines of Markdown under a title, and those that nobody defines."""
    head = [
        (
            "怎么用 / how to use: [guide](guides/match.md) · 为什么 / why: "
            "[0015](decisions/0015-a-screen-is-matched-only-if-defined.md)"
        ),
        "",
        "| 平台 / platform | 哪一个数 / number | 在哪里看 / where | 算什么 / counts | 依据 / source |",
        "|---|---|---|---|---|",
    ]
    unknown = [
        f"| {PLATFORM.zh(platform)} | {what}<br>{called} | {zh}<br>{en} |"
        for platform, what, called, zh, en in UNKNOWN
    ]
    foot = [
        "",
        "## 口径不明，不能对平 / Nobody tells what these count",
        "",
        "| 平台 / platform | 哪一个数 / number | 为什么 / why |",
        "|---|---|---|",
        *unknown,
    ]
    return [*head, *map(_screen, SCREENS.values()), *foot]


def _screen(item: Screen) -> str:
    zh, en = zip(*item.counts.words(), strict=True)
    cells = [
        PLATFORM.zh(item.platform),
        f"{item.zh} `{item.id}`<br>{item.en}",
        f"{item.where_zh}<br>{item.where_en}",
        f"{' · '.join(zh)}<br>{'; '.join(en)}",
        f"{item.source_zh}<br>{item.source_en}",
    ]
    return f"| {' | '.join(cells)} |"
