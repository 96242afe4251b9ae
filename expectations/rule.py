"""``Rule``: what must hold and why, in words.

``SqlRule`` and ``FloorRule``: the same with what finds it broken.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from warehouse.sql import quote

STOP, WARN = "stop", "warn"

#: Type of an expectation of Great Expectations, and its arguments.
Expected = tuple[str, Mapping[str, object]]

#: What to do where a rule has nothing better to say: nobody but the house can mend what stops a release.
_STEPS = {
    STOP: (
        "请联系运维；修正以前看板停在上一个发布",
        "tell your operator; until it is mended the dashboards stay on the last release",
    ),
    WARN: (
        "核对最近的文件；看不出原因请联系支持",
        "check the last files; ask support if they explain nothing",
    ),
}


@dataclass(frozen=True)
class Rule:
    """One thing that must hold.

    ``stop``: the figures would be wrong or somebody's data would be shown, so nothing is released. ``warn``:
    one source or merchant is odd; the others should not wait for it. ``zh``/``en`` say what must hold,
    ``reason_zh``/``reason_en`` why it matters, ``step_zh``/``step_en`` what its merchant can do about it.
    """

    name: str
    severity: str
    zh: str
    en: str
    reason_zh: str
    reason_en: str
    step_zh: str = ""
    step_en: str = ""

    @property
    def reason(self) -> str:
        """Why it matters, in Chinese and English."""
        return f"{self.reason_zh} / {self.reason_en}"

    @property
    def step(self) -> str:
        """What to do when it is broken, in Chinese and English."""
        zh, en = _STEPS[self.severity]
        return f"{self.step_zh or zh} / {self.step_en or en}"

    def sentence(self, failed: int = 0) -> str:
        """The rule in Chinese and English; with the number of failing rows when there are any."""
        if not failed:
            return f"{self.zh} / {self.en}"
        return f"{self.zh}:{failed} 行不符 / {self.en}: {failed} failing"


def address(table: str) -> str:
    """``layer.name`` in SQL: some tables are called by a word of SQL's own."""
    return ".".join(map(quote, table.split(".")))


@dataclass(frozen=True)
class FloorRule(Rule):
    """``table`` has at least ``minimum`` rows."""

    table: str = ""
    minimum: int = 0

    @property
    def query(self) -> str:
        """The number of rows, where it is too small."""
        return f"SELECT count(*) AS found FROM {address(self.table)} HAVING count(*) < {self.minimum}"  # noqa: S608

    @property
    def weight(self) -> str:
        """How many rows are missing."""
        return f"{self.minimum} - found"

    @property
    def expected(self) -> tuple[Expected, ...]:
        """The rule in Great Expectations' own words."""
        return (("expect_table_row_count_to_be_between", {"min_value": self.minimum}),)


@dataclass(frozen=True)
class SqlRule(Rule):
    """A rule judged by SQL: it holds when ``query`` returns nothing.

    ``table`` (``layer.name``) is the judged table. Beside the layers of the warehouse the query can read
    ``now.<silver table>`` (current states), what ``sql/now`` makes, and ``before.shop_total`` (the previous
    release). The returned columns are the example keys; ``weight`` is an expression over them, summed to the
    number of failures. ``condition``: of a rule about single rows, what breaks it, in SQL over a row; all
    such rules of a table are judged in one scan. ``expected``: the rule in Great Expectations' own words,
    where it has them.
    """

    table: str = ""
    query: str = ""
    weight: str = "1"
    condition: str = ""
    expected: tuple[Expected, ...] = field(default=(), compare=False)
