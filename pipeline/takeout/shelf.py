"""What was asked for: made in the background, then waiting an hour for whoever asked to fetch it."""

from __future__ import annotations

import secrets
import shutil
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from contracts.errors import NotFoundError
from pipeline.takeout.bundles import Say
from warehouse.place import Place
from warehouse.scratch import scratch_folder

#: How long a bundle waits to be fetched; it holds what buyers' files hold, so it does not lie about.
KEEP_SECONDS = 3600.0
#: So much before its end a page no longer leads to it.
_MARGIN = 60.0
_MAKERS = ThreadPoolExecutor(max_workers=2, thread_name_prefix="takeout")
_LOCK = threading.Lock()


@dataclass
class Takeout:
    """One bundle under way or ready. ``outcome``: its files, each fetched by ``id`` and its place in them."""

    id: str
    merchant_id: str
    what: str
    home: Path
    said: list[tuple[str, str, float]] = field(default_factory=list)
    share: float = 0.0
    outcome: Future[list[Path]] = field(default_factory=Future)

    def say(self, zh: str, en: str, share: float) -> None:
        """Note the step and how far the whole is, from 0 to 1."""
        self.said.append((zh, en, time.monotonic()))
        self.share = min(max(share, self.share), 1.0)

    @property
    def seconds(self) -> float:
        """Since it was asked for."""
        return time.monotonic() - self.said[0][2]

    @property
    def is_gone(self) -> bool:
        """Whether its hour is over, or soon will be."""
        return self.outcome.done() and time.monotonic() - self.said[-1][2] > KEEP_SECONDS - _MARGIN


_SHELF: dict[str, tuple[Takeout, Path]] = {}


def begin(place: Place, merchant_id: str, what: str, make: Callable[[Path, Say], list[Path]]) -> Takeout:
    """Have ``make`` write files into a folder, in the background. The same ``what`` of the merchant that is
    under way already is not made twice.

    The outcome raises what ``make`` raises.
    """
    with _LOCK:
        _clear()
        for known, _ in _SHELF.values():
            is_same = (known.home, known.merchant_id, known.what) == (place.home, merchant_id, what)
            if is_same and not known.outcome.done():
                return known
        made, folder = (
            Takeout(secrets.token_urlsafe(24), merchant_id, what, place.home),
            scratch_folder(place),
        )
        _SHELF[made.id] = (made, folder)
    made.say("排队", "waiting its turn", 0.0)
    made.outcome = _MAKERS.submit(_make, made, folder, make)
    return made


def find(place: Place, merchant_id: str, takeout_id: str, number: int) -> Path:
    """One file of the merchant's own takeout.

    Raises ``NotFoundError`` NO_SUCH_FILE, the same for one that was never made, has gone, and is another's.
    """
    with _LOCK:
        _clear()
        made, _ = _SHELF.get(takeout_id, (None, None))
    is_mine = made is not None and (made.home, made.merchant_id) == (place.home, merchant_id)
    if made is None or not is_mine or not made.outcome.done() or made.outcome.exception():
        raise _gone()
    files = made.outcome.result()
    if not 0 <= number < len(files):
        raise _gone()
    return files[number]


def _make(made: Takeout, folder: Path, make: Callable[[Path, Say], list[Path]]) -> list[Path]:
    try:
        folder.mkdir(mode=0o700)
        return make(folder, made.say)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _clear() -> None:
    """Drop what has waited long enough, and what failed."""
    now = time.monotonic()
    for made, folder in list(_SHELF.values()):
        if made.outcome.done() and made.said and now - made.said[-1][2] > KEEP_SECONDS:
            shutil.rmtree(folder, ignore_errors=True)
            del _SHELF[made.id]


def _gone() -> NotFoundError:
    return NotFoundError(
        "NO_SUCH_FILE",
        "没有这个文件，或已过一小时",
        "no such file, or an hour has passed",
        step_zh="在「凭证与导出」页重新做一份",
        step_en="make it again on the page of statements and exports",
    )
