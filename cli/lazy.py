"""A command line whose commands are imported when they are run: ``--help`` reads their first sentences from
the source, and imports none of them.
"""

from __future__ import annotations

import ast
import importlib
import importlib.util
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from textwrap import shorten
from typing import TYPE_CHECKING, Any, ClassVar

import typer
from typer.core import TyperGroup

from cli.words import group

if TYPE_CHECKING:
    from typer._click import Command, Context, HelpFormatter  # typer's own copy of click

#: Folder of the hand-entered lists, each a module with its ``LIST``.
_LISTS = "pipeline.entries.lists"


class LazyGroup(TyperGroup):
    """``targets``: command → ``module:attribute``, a function or a Typer app; ``with_lists`` stands where
    every hand-entered list has its commands.
    """

    targets: ClassVar[Mapping[str, str]] = {}
    with_lists: ClassVar[str] = "*"

    def list_commands(self, ctx: Context) -> list[str]:
        """Every command, in the order of ``targets``."""
        del ctx
        return list(self._all())

    def get_command(self, ctx: Context, cmd_name: str) -> Command | None:
        """The command, imported now; None for no such name."""
        del ctx
        target = self._all().get(cmd_name)
        return _loaded(cmd_name, target) if target else None

    def format_commands(self, ctx: Context, formatter: HelpFormatter) -> None:
        """One line each, without importing any."""
        del ctx
        limit = max(formatter.width - 6 - max(map(len, self._all())), 20)
        rows = [
            (name, shorten(_sentence(target), limit, placeholder="…")) for name, target in self._all().items()
        ]
        with formatter.section("Commands"):
            formatter.write_dl(rows)

    def _all(self) -> dict[str, str]:
        return dict(self._each())

    def _each(self) -> Iterator[tuple[str, str]]:
        for name, target in self.targets.items():
            if name != self.with_lists:
                yield name, target
                continue
            folders = importlib.import_module(_LISTS).__path__
            for code in sorted(module.name for module in pkgutil.iter_modules(folders)):
                yield code, f"{_LISTS}.{code}:LIST"


def _loaded(name: str, target: str) -> Command:
    module, _, attribute = target.partition(":")
    found: Any = getattr(importlib.import_module(module), attribute)
    if module.startswith(_LISTS):
        from cli.entries import list_group

        found = list_group(found)
    if not isinstance(found, typer.Typer):
        found = single(name, found)
    command = typer.main.get_command(found)
    command.name = name
    return command


def single(name: str, function: Callable[..., None], **settings: Any) -> typer.Typer:  # noqa: ANN401 - click's
    """A Typer app of one command."""
    app = group("")
    app.command(name, **settings)(function)
    return app


def _sentence(target: str) -> str:
    """What the help says of a command: of a function its docstring, of an app what ``group`` was given, of a
    list its names.
    """
    module, _, attribute = target.partition(":")
    found = importlib.util.find_spec(module)
    source = Path(found.origin).read_text(encoding="utf-8") if found and found.origin else ""
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef) and node.name == attribute:
            return ast.get_docstring(node) or ""
        if isinstance(node, ast.Assign) and attribute in {getattr(to, "id", "") for to in node.targets}:
            call = node.value
            words = [str(item.value) for item in getattr(call, "args", []) if isinstance(item, ast.Constant)]
            return f"{words[2]} / {words[3]}" if module.startswith(_LISTS) else words[0]
    return ""
