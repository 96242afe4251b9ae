"""The periods a merchant looks at. All end on the same day: today, or the newest day that has data."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from dashboards.parts.words import span, today


@dataclass(frozen=True)
class Window:
    """Business days ``first`` to ``last``, both included."""

    zh: str
    en: str
    first: dt.date
    last: dt.date

    @property
    def period(self) -> tuple[dt.date, dt.date]:
        """As ``metrics.ask`` takes it."""
        return self.first, self.last

    @property
    def days(self) -> str:
        """``11月18日–11月24日``."""
        return span(self.first, self.last)


def windows_to(newest: dt.date) -> list[Window]:
    """One day, 7 and 30 days. The one day is called 今日 only when it is today."""
    last = min(newest, today())
    one = ("今日", "Today") if last == today() else ("最新一天", "Newest day")
    lengths = ((*one, 1), ("近7天", "7 days", 7), ("近30天", "30 days", 30))
    return [Window(zh, en, last - dt.timedelta(days=count - 1), last) for zh, en, count in lengths]
