"""Lists at the counter: the template, a list compared with what is in force before anything is written, and taking it over."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from contracts.errors import NotFoundError
from metrics.access import Viewer, require
from pipeline import deliveries
from pipeline.deliveries import Delivery
from pipeline.entering import ListKind, RowProblem, known_shops, never_sold
from pipeline.house import reading
from warehouse.entries import compare, last_entry
from warehouse.settings import Settings

#: What a list would do to each entry, in the order in which a page tells it; the first three change something.
CHANGES = {
    "changed": ("更改", "changed"),
    "taken_back": ("撤销", "taken back"),
    "new": ("新增", "new"),
    "same": ("不变", "same"),
    "nothing": ("没有可撤", "not there"),
}


@dataclass(frozen=True)
class ListPreview:
    """A list nobody has entered yet. With ``problems`` it cannot be; else ``changes`` holds what each of its rows would change (``warehouse.entries.compare``).

    ``never_sold``: rows whose SKU or style stands in no order. ``seen`` goes back with the confirmation, so that what was confirmed is what happens.
    """

    problems: tuple[RowProblem, ...]
    changes: pl.DataFrame
    seen: tuple[int, ...]
    never_sold: int = 0

    def count(self, code: str) -> int:
        """How many rows are of this code of ``CHANGES``."""
        return self.changes.filter(pl.col("verdict_code") == code).height if self.changes.width else 0


def list_template(kind: ListKind) -> bytes:
    """The list to fill in, with examples; the mark in front tells Excel its encoding."""
    return ("\ufeff" + kind.template()).encode()


def list_problem(kind: ListKind, problem: RowProblem) -> tuple[str, str, str, str]:
    """What is wrong and what to do, each in Chinese and English."""
    return kind.rules[problem.rule]


def preview_list(kind: ListKind, viewer: Viewer, name: str, data: bytes) -> ListPreview:
    """A list of the viewer's merchant as it would be taken over. Changes nothing. Raises ``FileRefusedError`` …_FILE for another kind of table."""
    merchant_id = merchant_of(viewer)
    with reading(settings_of(viewer)) as lake:
        listed = kind.judge(name, data, known_shops(lake, merchant_id))
        seen = last_entry(lake, kind.books, merchant_id)
        changes = pl.DataFrame() if listed.problems else compare(lake, kind.books, merchant_id, listed.parts)
        strange = 0 if listed.problems else never_sold(lake, merchant_id, listed.parts)
    return ListPreview(listed.problems, changes, seen, strange)


def enter_list(kind: ListKind, viewer: Viewer, name: str, data: bytes, seen: tuple[int, ...]) -> Delivery:
    """Take a previewed list over, build and release, in the background. The outcome raises ``UsageError`` …S_MOVED when entries came since."""
    return deliveries.enter_list(kind, settings_of(viewer), merchant_of(viewer), name, data, by=viewer.name, seen=seen)


def merchant_of(viewer: Viewer) -> str:
    """The merchant whose data the viewer may give. The association has no such page, nor has an operator who named no merchant."""
    require(viewer)
    if viewer.merchant_id is None or viewer.role == "association":
        raise NotFoundError("NO_SUCH_PAGE", "没有这个页面", "no such page", step_zh="返回首页", step_en="go back to the overview")
    return viewer.merchant_id


def settings_of(viewer: Viewer) -> Settings:
    """This installation's choices, at the viewer's place."""
    place = viewer.place
    return Settings(home=place.home, catalog=place.catalog, data=place.data)
