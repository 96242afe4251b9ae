"""What the demo tells the person in front of it: one line per step with its time, Chinese first."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from rich.console import Console
from rich.panel import Panel
from rich.table import Table

#: Where nothing moves (a log file, CI) a step under way says so this often, or it would look hung.
BEAT_SECONDS = 15.0


class Screen:
    """Numbered steps on a console; ``total`` is how many there will be."""

    def __init__(
        self, total: int, console: Console | None = None, beat_seconds: float = BEAT_SECONDS
    ) -> None:
        self.console, self._beat_seconds = console or Console(highlight=False), beat_seconds
        self._total, self._number = total, 0
        self.started = time.monotonic()

    @contextmanager
    def step(self, zh: str, en: str) -> Iterator[None]:
        """A running mark and the seconds so far while the body works (without a terminal: a line now and
        then), then ✓ or ✗ and the seconds it took.
        """
        self._number += 1
        label, began = f"{self._number}/{self._total} {zh} / {en}", time.monotonic()
        mark = "[red]✗[/]"
        try:
            if self.console.is_terminal:
                with (
                    self.console.status(label) as status,
                    self._beating(min(1.0, self._beat_seconds), lambda: status.update(_so_far(label, began))),
                ):
                    yield
            else:
                with self._beating(
                    self._beat_seconds, lambda: self.console.print(f"… {_so_far(label, began)}")
                ):
                    yield
            mark = "[green]✓[/]"
        finally:
            self.console.print(f"{mark} {label} [dim]{time.monotonic() - began:.1f} s[/]")

    @contextmanager
    def _beating(self, seconds: float, tell: Callable[[], None]) -> Iterator[None]:
        over = threading.Event()

        def beat() -> None:
            while not over.wait(seconds):
                tell()

        teller = threading.Thread(target=beat, name="demo-beat")
        teller.start()
        try:
            yield
        finally:
            over.set()
            teller.join()

    def say(self, zh: str, en: str) -> None:
        """One line between the steps."""
        self.console.print(f"  {zh} / {en}", soft_wrap=True)

    def fail(self, sentence: str) -> None:
        """What went wrong and what to do."""
        self.console.print("[red]✗[/] ", end="")
        self.console.print(sentence, soft_wrap=True, markup=False)

    def ready(self, addresses: Mapping[str, str], sign_ins: Mapping[str, tuple[str, str]]) -> None:
        """The last word: where to look and how to sign in."""
        where = Table("地址 / address", "", box=None, padding=(0, 2))
        for label, address in addresses.items():
            where.add_row(label, address)
        who = Table("登录 / sign-in", "账号 / name", "密码 / password", box=None, padding=(0, 2))
        for label, (name, password) in sign_ins.items():
            who.add_row(label, name, password)
        seconds = time.monotonic() - self.started
        self.console.print(Panel(where, title=f"就绪 / ready · {seconds:.0f} s", expand=False))
        self.console.print(who)
        self.console.print("按 Ctrl-C 结束全部进程 / Ctrl-C ends every process")


def _so_far(label: str, began: float) -> str:
    return f"{label} {time.monotonic() - began:.0f} s"
