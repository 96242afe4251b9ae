"""``Memo``: a bounded store of things that are dear to make, shared by the threads of one process."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Value = TypeVar("Value")


class _Cell(Generic[Value]):
    """One key's place: threads wait here for the first of them to make the value, while other keys go on."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.made: list[Value] = []


class Memo(Generic[Value]):
    """The ``size`` most recently used values.

    A dropped value is not closed: whoever still uses it keeps it alive, the last one frees it.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._cells: OrderedDict[Hashable, _Cell[Value]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """The value of ``key``, made once however many threads ask.

        What ``make`` raises is raised here and nothing is kept.
        """
        with self._lock:
            cell = self._cells.setdefault(key, _Cell())
            self._cells.move_to_end(key)
            while len(self._cells) > self._size:
                self._cells.popitem(last=False)
        with cell.lock:
            if not cell.made:
                cell.made.append(make())
            return cell.made[0]

    def __len__(self) -> int:
        return len(self._cells)
