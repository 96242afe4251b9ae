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

    def get(
        self,
        key: Hashable,
        make: Callable[[], Value],
        *,
        is_kept: Callable[[Value], bool] = lambda value: True,
    ) -> Value:
        """The value of ``key``, made once however many threads ask; again for each where it is not kept.

        What ``make`` raises is raised here and nothing is kept.
        """
        with self._lock:
            cell = self._cells.setdefault(key, _Cell())
            self._cells.move_to_end(key)
            while len(self._cells) > self._size:
                self._cells.popitem(last=False)
        with cell.lock:
            if cell.made:
                return cell.made[0]
            value = make()
            if is_kept(value):
                cell.made.append(value)
            return value

    def __len__(self) -> int:
        return len(self._cells)
