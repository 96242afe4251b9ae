"""Files are read while those before them are still being judged: several readers, one order."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from typing import TypeVar

from pipeline.intake.sandbox.parsing import READERS, pays_ahead

Item = TypeVar("Item")
Read = TypeVar("Read")

#: A larger file is read alone, so that memory stays that of one file.
AHEAD_BYTES = 8 * 1024 * 1024


def read_ahead(
    read: Callable[[Item], Read], items: Iterable[Item], *, is_alone: Callable[[Item], bool]
) -> Iterator[tuple[Item, Read]]:
    """Each of ``items`` with what ``read`` says of it, in their order; where there are many, ``READERS`` more
    are begun meanwhile.

    ``read`` may run in another thread. After an item that ``is_alone`` nothing is begun until it was taken.
    Raises what ``read`` raises, in its turn.
    """
    begun: deque[tuple[Item, Future[Read]]] = deque()
    for item in items:
        if not pays_ahead():  # never again once anything was begun
            yield item, read(item)
            continue
        begun.append((item, _pool(os.getpid()).submit(read, item)))
        while len(begun) > (0 if is_alone(item) else READERS):
            first, reading = begun.popleft()
            yield first, reading.result()
    for last, reading in begun:
        yield last, reading.result()


@cache
def _pool(process: int) -> ThreadPoolExecutor:
    """Threads for the life of a process: each takes memory of its own, and a fork has none of them."""
    return ThreadPoolExecutor(READERS, f"reading-{process}")
