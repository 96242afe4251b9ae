"""One file of the catalogue of bad input and its fate, and short ways to write such down."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from intake_files import data, numbered_from, orders

DUE = "订单应付金额"
CREATED = "订单提交时间"
PAID = "支付完成时间"
ID = "主订单编号"
SUB = "子订单编号"
TITLE = "选购商品"
QTY = "商品数量"


@dataclass(frozen=True)
class Case:
    """One file and its fate.

    ``rules``: for a refused file its rule, for a taken one the rules of its quarantined rows with their
    count. ``notices``: the warnings. ``says``: what the message of a refusal must name besides the file.
    ``rows``: rows read of a taken file. ``bad_row``: where the quarantined row stands.
    """

    entry: str
    name: str
    build: Callable[[], bytes]
    verdict: str = "accepted"
    rules: dict[str, int] | str = ""
    notices: tuple[str, ...] = ()
    says: tuple[str, ...] = ()
    rows: int = 4
    bad_row: int | None = None

    @property
    def id(self) -> str:
        """Entry and name."""
        return f"{self.entry.lower()}-{self.name}"

    def make(self, first: int = 0) -> bytes:
        """The file, its orders numbered from ``first`` on."""
        with numbered_from(first):
            return self.build()


#: How far apart the orders of two cases are numbered.
APART = 1000


def refused(entry: str, name: str, rule: str, make: Callable[[], bytes], *says: str) -> Case:
    return Case(entry, name, make, "refused", rule, says=says)


def row_out(
    entry: str, name: str, rule: str, make: Callable[[], bytes], bad_row: int | None = 2, *, rows: int = 4
) -> Case:
    return Case(entry, name, make, "warned", {rule: 1}, bad_row=bad_row, rows=rows)


def cell(entry: str, name: str, rule: str, header: str, value: str) -> Case:
    """An order whose one cell cannot be read: its row is set aside, the others are published."""
    return row_out(entry, name, rule, lambda: data(orders(**{header: value})))


def fine(
    entry: str, name: str, make: Callable[[], bytes], *notices: str, rows: int = 4, verdict: str = "accepted"
) -> Case:
    return Case(entry, name, make, verdict, {}, notices, rows=rows)
