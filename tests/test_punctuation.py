"""Chinese is written with Chinese marks: nothing a page, a receipt or a check may say has a half-width one
beside a character.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
#: Whose words are ours to write. What platforms write, in headers and cells, stays as they write it.
ROOMS = (
    "dashboards", "metrics", "contracts", "expectations", "pipeline", "warehouse", "transforms",
    "connectors/mapping",
)  # fmt: skip
HAN = re.compile(r"[\u3400-\u9fff]")
#: Characters and the marks that are as wide.
WIDE = re.compile(r"[\u3001-\u303f\u3400-\u9fff\uff01-\uff5e\u201c\u201d\u2026]")
#: What leaves no gap to the eye: emphasis, and the place of a value in a sentence.
CLEAR = re.compile(r"[*`]")
HOLE = "\x00"


def half_width(text: str) -> list[str]:
    """Every half-width mark of ``text`` that stands beside Chinese, with what is around it.

    A mark with a space behind it is English or YAML; a bracket behind a Latin word that holds Latin first
    explains that word.
    """
    text = CLEAR.sub("", text)
    found = [
        text[max(0, at - 6) : at + 7]
        for at, mark in enumerate(text)
        if mark in ",;:!?"
        and text[at + 1 : at + 2] != " "
        and not re.match(r":(material/|[a-z]+\[)", text[at:])
        and (WIDE.match(text[at - 1 : at] or " ") or HAN.match(text[at + 1 : at + 2] or " "))
    ]
    for bracket in re.finditer(r"\([^()|\uff08\uff09]*\)", text):
        before, inside = text[: bracket.start()][-1:], bracket[0]
        touches = (
            WIDE.match(before or " ")
            or (before != " " and HAN.match(inside[1]))
            or (not re.match(r"[ A-Za-z]", before) and WIDE.match(inside[-2]))
        )
        found += [inside] if touches else []
    return found


def sentences(path: Path) -> Iterator[tuple[int, str]]:
    """Line and text of every piece of text that is no docstring, no pattern, and no header of a template."""
    source = path.read_text(encoding="utf-8")
    tree, lines = ast.parse(source), source.encode().split(b"\n")
    skipped = {id(part) for node in ast.walk(tree) for part in _skipped(node)}
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.JoinedStr):
            parts = (part.value if isinstance(part, ast.Constant) else HOLE for part in node.values)
            yield node.lineno, "".join(map(str, parts))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and not _is_raw(lines, node):
            yield node.lineno, node.value


def _is_raw(lines: Sequence[bytes], node: ast.Constant) -> bool:
    """Patterns are written raw."""
    return lines[node.lineno - 1][node.col_offset : node.col_offset + 1] in (b"r", b"R")


def _skipped(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.Expr):  # a docstring
        yield node.value
    if isinstance(node, ast.JoinedStr):  # read whole
        yield from node.values
    if isinstance(node, ast.Call) and ast.unparse(node.func) in (
        "Cell",
        "Check",
    ):  # as people's files have it
        yield from node.args[:2]


@pytest.mark.parametrize("room", ROOMS)
def test_chinese_is_written_with_chinese_marks(room: str) -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{line}: {part}"
        for path in sorted((ROOT / room).rglob("*.py"))
        for line, text in sentences(path)
        if HAN.search(text)
        for part in half_width(text)
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("留下了,还会降", 1), ("金额(订单日)", 1), (f"{HOLE}:没给", 1), ("没有;**1** 项提醒", 1),
        ("几单?", 1), (f"发布 {HOLE}({HOLE}未完)", 1), ("留下了，还会降（估）", 0), ("11:00 更新", 0),
        ("People (人数), not times", 0), ("GPM (元)", 0), ("columns: 一个表头", 0), ("中文:gray[次]", 0),
    ],
)  # fmt: skip
def test_a_half_width_mark_is_seen(text: str, count: int) -> None:
    assert len(half_width(text)) == count


def test_checks_in_sql_speak_so_too() -> None:
    words = {
        f"{path.name}: {line}": half_width(line)
        for path in sorted((ROOT / "expectations" / "sql").rglob("*.sql"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.startswith("--")
    }
    assert len(words) > 100 and {line: found for line, found in words.items() if found} == {}
