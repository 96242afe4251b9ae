"""The periods a merchant looks at: yesterday, the last 7 and 30 days, and today, which is never over."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from dashboards.parts.page.words import span, today


@dataclass(frozen=True)
class Window:
    """Business days ``first`` to ``last``, both included."""

    zh: str
    en: str
    first: dt.date
    last: dt.date

    @property
    def period(self) -> tuple[dt.date, dt.date]:
        """As ``metrics.query.ask`` takes it."""
        return self.first, self.last

    @property
    def length(self) -> int:
        """How many days."""
        return (self.last - self.first).days + 1

    @property
    def days(self) -> str:
        """``11月18日–11月24日``, ``18 Nov–24 Nov``."""
        return span(self.first, self.last)


def windows_to(newest: dt.date, lengths: Sequence[int] = (7, 30)) -> list[Window]:
    """Days that are over, ``lengths`` of them, to yesterday or the newest day that has data before it: the
    same for every shop, however much of today it has told.
    """
    last = newest_whole(newest)
    return [
        Window(f"近{count}天", f"Last {count} days", last - dt.timedelta(days=count - 1), last)
        for count in lengths
    ]


def newest_whole(newest: dt.date) -> dt.date:
    """The newest day that is over, yesterday at most."""
    return min(newest, today() - dt.timedelta(days=1))


def whole_day(date: dt.date) -> Window:
    """One day that is over, called 昨天 only when it is yesterday."""
    zh, en = ("昨天", "Yesterday") if date == today() - dt.timedelta(days=1) else ("最新一天", "Newest day")
    return Window(zh, en, date, date)


def so_far() -> Window:
    """Today, of which hours are still to come: its name says so wherever its figure stands."""
    return Window("今天（未完）", "Today so far", today(), today())


def months_to(newest: dt.date, count: int) -> list[Window]:
    """Whole calendar months, the newest first.

    The one that is not over ends with the newest day, and its name says so.
    """
    found, last = [], min(newest, today())
    for _ in range(count):
        first = last.replace(day=1)
        is_over = (last + dt.timedelta(days=1)).day == 1
        found.append(
            Window(
                f"{last.year}年{last.month}月{'' if is_over else '（未完）'}",
                f"{last:%b %Y}{'' if is_over else ' so far'}",
                first,
                last,
            )
        )
        last = first - dt.timedelta(days=1)
    return found
