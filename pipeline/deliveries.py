"""Deliveries: files a page gave, taken in the background one after the other, whoever is still looking."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from pipeline import steps
from pipeline.intake.names import plain_name
from pipeline.steps import Ingested
from warehouse.lake import Lake
from warehouse.scratch import scratch_folder
from warehouse.settings import Settings

#: How much of the work is behind when a step begins; reading the files fills what is before the build.
_BEHIND = {"building": 0.45, "checking": 0.75, "releasing": 0.9}
#: Deliveries take their turn, as the writer's slot would have them do anyway; a queue here does not run out
#: of patience.
_TURNS = ThreadPoolExecutor(max_workers=1, thread_name_prefix="counter")


@dataclass
class Delivery:
    """A delivery under way.

    It goes on when whoever asked for it looks away; ``said`` is what it is doing and has done: Chinese,
    English, monotonic seconds.
    """

    files: int
    said: list[tuple[str, str, float]] = field(default_factory=list)
    outcome: Future[Ingested] = field(default_factory=Future)

    def say(self, zh: str, en: str) -> None:
        """Note the step that begins."""
        self.said.append((zh, en, time.monotonic()))

    @property
    def seconds(self) -> float:
        """Since it was asked for."""
        return time.monotonic() - self.said[0][2]

    @property
    def share(self) -> float:
        """How far it is, from 0 to 1, by the steps that have begun: never back, and 1 only when there is an
        outcome.
        """
        if self.outcome.done():
            return 1.0
        steps_begun = [en for _, en, _ in list(self.said)]
        files_begun = sum(en.startswith("reading ") for en in steps_begun)
        reading = _BEHIND["building"] * min(1.0, files_begun / (self.files + 1))
        return max([reading, *(_BEHIND.get(en, 0.0) for en in steps_begun)])


def begin(
    settings: Settings, merchant_id: str, shop_id: str, files: Sequence[tuple[str, bytes]], *, by: str
) -> Delivery:
    """Take files (name, bytes) for a shop, build and release, in the background.

    See ``Delivery.outcome`` for how it ends.
    """
    return _queued(len(files), lambda say: _take(settings, merchant_id, shop_id, list(files), by, say))


def withdraw(settings: Settings, merchant_id: str, shop_id: str, export_id: str, *, by: str) -> Delivery:
    """Take one file back, build and release, in the background, in its turn among the deliveries."""
    return _queued(
        1, lambda say: steps.withdraw(settings, merchant_id, export_id, shop_id=shop_id, by=by, say=say)
    )


def confirm(
    settings: Settings, merchant_id: str, shop_id: str, export_id: str, rows: Sequence[int], *, by: str
) -> Delivery:
    """Confirm rows of a file that are held for absurd figures, build and release, in the background, in its
    turn among the deliveries.
    """
    return _queued(
        1, lambda say: steps.confirm(settings, merchant_id, export_id, rows, shop_id=shop_id, by=by, say=say)
    )


def confirm_line(
    settings: Settings, merchant_id: str, shop_id: str, order_line_id: str, *, by: str
) -> Delivery:
    """Confirm a marked line, build and release, in the background, in its turn among the deliveries."""
    return _queued(
        1,
        lambda say: steps.confirm_line(settings, merchant_id, order_line_id, shop_id=shop_id, by=by, say=say),
    )


def enter(
    settings: Settings, work: Callable[[Lake], object], *, run_name: str, merchant_id: str | None
) -> Delivery:
    """Enter something by hand, build and release, in the background, in its turn among the deliveries."""
    return _queued(
        1, lambda say: steps.enter(settings, work, run_name=run_name, merchant_id=merchant_id, say=say)
    )


def _queued(files: int, work: Callable[[steps.Say], Ingested]) -> Delivery:
    delivery = Delivery(files)
    delivery.say("排队等待写入", "waiting for its turn to write")
    delivery.outcome = _TURNS.submit(work, delivery.say)
    return delivery


def _take(
    settings: Settings,
    merchant_id: str,
    shop_id: str,
    files: list[tuple[str, bytes]],
    by: str,
    say: steps.Say,
) -> Ingested:
    # a folder the house sweeps, should this process die; the bytes hold personal data and go with it as soon
    # as they are landed and built
    folder = scratch_folder(settings.place)
    try:
        return steps.ingest(settings, merchant_id, shop_id, _put_down(folder, files), by=by, at=None, say=say)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _put_down(folder: Path, files: Sequence[tuple[str, bytes]]) -> list[Path]:
    """The files under their own names, each in a folder of its own: two may be called alike."""
    folder.mkdir(mode=0o700)
    paths = [folder / str(number) / plain_name(name) for number, (name, _) in enumerate(files)]
    for path, (_, data) in zip(paths, files, strict=True):
        path.parent.mkdir()
        path.write_bytes(data)
    return paths
