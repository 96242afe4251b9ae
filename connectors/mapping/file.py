"""The mapping file: YAML read with the line of every mistake, written back, and the ones that come with the
house.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from connectors.mapping.model import MappingFile
from contracts.errors import UsageError

FOLDER = Path(__file__).parents[1] / "mappings"
MAX_BYTES = 256 * 1024


def read_mapping(text: str, where: str = "") -> MappingFile:
    """A mapping file's text → ``MappingFile``.

    Raises ``UsageError`` BAD_MAPPING that names file, line, key and what is wrong with it.
    """
    if len(text.encode()) > MAX_BYTES:
        raise _bad(where, 1, "", "文件过大 / the file is too large")
    try:
        tree = yaml.compose(text, Loader=yaml.BaseLoader)
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        raise _bad(
            where, mark.line + 1 if mark else 1, "", f"不是 YAML / not YAML: {getattr(error, 'problem', '')}"
        ) from None
    if not isinstance(tree, yaml.MappingNode):
        raise _bad(where, 1, "", "应为 键: 值 / expected key: value pairs")
    plain = _plain(tree, where, "", set())
    try:
        return MappingFile.model_validate(plain)
    except ValidationError as error:
        first = error.errors()[0]
        said = first["msg"].removeprefix("Value error, ")
        path = [str(part) for part in first["loc"]] or said.split(":")[0].split(".")
        raise _bad(where, _line_of(tree, path), ".".join(path) if first["loc"] else "", said) from None


def read_plain(told: Mapping[str, Any]) -> MappingFile:
    """A mapping from plain values.

    Raises ``UsageError`` BAD_MAPPING that names the key and what is wrong with it.
    """
    try:
        return MappingFile.model_validate(told)
    except ValidationError as error:
        first = error.errors()[0]
        raise _bad(
            "", 0, ".".join(str(part) for part in first["loc"]), first["msg"].removeprefix("Value error, ")
        ) from None


def write_mapping(mapping: MappingFile) -> str:
    """The mapping as YAML that ``read_mapping`` reads back, without what is said by default."""
    plain = mapping.model_dump(mode="json", exclude_defaults=True)
    for name, rule in plain["columns"].items():
        header = rule["header"]
        rule["header"] = header[0] if len(header) == 1 else header
        plain["columns"][name] = rule["header"] if set(rule) == {"header"} else rule
    said: str = yaml.safe_dump(plain, allow_unicode=True, sort_keys=False, width=120)
    return said


@cache
def shipped() -> dict[str, MappingFile]:
    """The mappings that come with the house: name → mapping."""
    found = [
        read_mapping(path.read_text(encoding="utf-8"), path.name) for path in sorted(FOLDER.glob("*.yaml"))
    ]
    return {mapping.name: mapping for mapping in found}


def _bad(where: str, line: int, key: str, said: str) -> UsageError:
    facts: dict[str, Any] = {"file": where, "line": line, "key": key, "problem": said}
    step = {"step_zh": "改正该行后再试", "step_en": "mend that line, then try again"}
    return UsageError(
        "BAD_MAPPING",
        "映射文件有误",
        "the mapping file is wrong",
        **step,
        **{name: fact for name, fact in facts.items() if fact},
    )


def _plain(node: yaml.Node, where: str, path: str, met: set[int]) -> object:
    """A YAML tree as plain values, every scalar as text.

    A key given twice is a mistake; so is an anchor used again, which makes small files grow.
    """
    if id(node) in met:
        raise _bad(where, node.start_mark.line + 1, path, "不支持引用 / anchors are not supported")
    met.add(id(node))
    if isinstance(node, yaml.ScalarNode):
        return node.value
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, where, path, met) for item in node.value]
    plain: dict[str, object] = {}
    for key, value in node.value:
        name, line = str(key.value), key.start_mark.line + 1
        if name in plain or not isinstance(key, yaml.ScalarNode):
            raise _bad(
                where,
                line,
                f"{path}{name}",
                "同一个键写了两次 / a key is given twice" if name in plain else "键应为文字 / a key is text",
            )
        plain[name] = _plain(value, where, f"{path}{name}.", met)
    return plain


def _line_of(tree: yaml.Node, path: list[str]) -> int:
    """The line of the deepest key of ``path`` that is there."""
    line, node = 1, tree
    for part in path:
        found = (
            next((pair for pair in node.value if str(pair[0].value) == part), None)
            if isinstance(node, yaml.MappingNode)
            else None
        )
        if found is None:
            break
        line, node = found[0].start_mark.line + 1, found[1]
    return int(line)
