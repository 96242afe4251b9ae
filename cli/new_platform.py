"""``baiyun new-platform``: the skeleton of a connector, whose conformance tests fail and say what to do
next.
"""

from __future__ import annotations

import re
from pathlib import Path
from string import Template
from typing import Annotated

import typer

import connectors
from contracts import codes
from contracts.errors import UsageError

_SKELETON = Path(connectors.__path__[0]) / "_skeleton"
_NAME = re.compile(r"[a-z][a-z0-9_]{1,30}")


def write_skeleton(name: str, root: Path) -> list[Path]:
    """Write ``connectors/<name>`` and ``tests/connectors/<name>`` under ``root``; returns the files written.

    Raises ``UsageError`` for a name that cannot be a platform's or is taken; then nothing is written.
    """
    if not _NAME.fullmatch(name) or (root / "connectors" / f"{name}.py").exists():
        raise UsageError(
            "BAD_NAME",
            "平台代码用小写字母、数字和下划线",
            "a platform's code is lower-case letters, digits and underscore",
            name=name,
        )
    home, tests = root / "connectors" / name, root / "tests" / "connectors" / name
    if home.exists():
        raise UsageError(
            "PLATFORM_EXISTS",
            "这个平台已经有了",
            "there is such a platform already",
            folder=f"connectors/{name}",
        )
    words = {"name": name, "title": codes.PLATFORM.en(name)}
    written = []
    for path in sorted(_SKELETON.rglob("*.txt")):
        place = path.relative_to(_SKELETON).with_suffix("")
        target = tests / f"test_{name}_samples.py" if place.name == "test_samples.py" else home / place
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(Template(path.read_text(encoding="utf-8")).substitute(words), encoding="utf-8")
        written.append(target)
    return written


def new_platform(
    name: Annotated[str, typer.Argument(help="平台代码,如 vipshop / the platform's code", metavar="NAME")],
) -> None:
    """新平台:写出连接器骨架,一致性测试会逐条说明还差什么 / write a connector's skeleton.

    Its conformance tests say what is missing.
    """
    root = Path(connectors.__path__[0]).parent
    for path in write_skeleton(name, root):
        typer.echo(f"  {path.relative_to(root)}")
    if name not in codes.PLATFORM.labels:
        typer.echo(
            "先在 contracts/codes.py 的 PLATFORM 里加一行 / first add a line to PLATFORM in "
            f'contracts/codes.py: "{name}": (…, …)'
        )
    typer.echo(f"接着运行 / then run: .venv/bin/python -m pytest tests/connectors -k {name}")
    typer.echo("每一步见 / each step: docs/guides/add-a-platform.md")
