"""What the association's publishers do on their page: see what waits, approve it, send it back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from contracts.errors import NotFoundError, no_such_page
from metrics.query.access import Viewer, require
from metrics.reports.association.briefing import briefing
from metrics.reports.association.changes import month_before
from metrics.reports.association.releases import Month, as_of, by_month
from pipeline import steps
from pipeline.briefing.pdf import as_pdf
from pipeline.district import approving
from pipeline.entries.page import settings_of
from warehouse.accounts import sessions
from warehouse.signed.approvals import NOBODY
from warehouse.signed.district_log import Document, Entry, ReleaseLog


@dataclass(frozen=True, eq=False)
class WaitingRelease:
    """One release that waits. ``months``: what would be public with it, its own month last. ``before``: what
    it is compared with, the month before or the release it corrects; None where there is none.

    ``made_by`` is empty where the timetable prepared it; ``people`` stand behind it, and it takes
    ``missing_qty`` more. ``is_next``: none waits before it.
    """

    sha256: str
    months: tuple[Month, ...]
    before: Month | None
    made_by: str
    people: tuple[str, ...]
    missing_qty: int
    is_next: bool

    @property
    def month(self) -> Month:
        """Its month, as it would be released."""
        return self.months[-1]


def waiting_releases(viewer: Viewer) -> list[WaitingRelease]:
    """What waits, in the order of release. Raises ``NotFoundError`` for anybody but a publisher,
    ``UsageError`` LOG_DAMAGED and PROPOSAL_DAMAGED.
    """
    _require_publisher(viewer)
    settings = settings_of(viewer)
    entries, found = ReleaseLog(settings.place).entries(), approving.waiting(settings)
    chain = [*entries, *(item.entry for item in found)]
    return [_waiting(chain, item, is_next=place == 0) for place, item in enumerate(found)]


def sent_back(viewer: Viewer) -> list[Document]:
    """Who sent which month back, when and why, of months that wait for somebody to propose them again.
    Raises as ``waiting_releases``.
    """
    _require_publisher(viewer)
    return list(approving.withdrawn(settings_of(viewer)).values())


def approve_release(viewer: Viewer, number: int, sha256: str) -> bool:
    """Approve what the viewer saw: whether it is released by that. Raises as ``waiting_releases`` and
    ``approving.approve``.
    """
    _require_publisher(viewer)
    visit = sessions.visit_of(viewer.place, viewer.session)
    now = steps.now()
    made = approving.approve(settings_of(viewer), number, sha256, by=viewer.name, at=now, visit=visit)
    return made is not None


def send_back(viewer: Viewer, number: int, sha256: str, why: str) -> None:
    """Send back what the viewer saw, and what is chained on it. Raises as ``waiting_releases`` and
    ``approving.withdraw``.
    """
    _seen(viewer, number, sha256)
    visit = sessions.visit_of(viewer.place, viewer.session)
    settings = settings_of(viewer)
    approving.withdraw(settings, number, by=viewer.name, why=why, at=steps.now(), visit=visit)


def waiting_briefing(viewer: Viewer, number: int, sha256: str, language: str) -> bytes:
    """The PDF of what would be public. Raises as ``waiting_releases``, ``NotFoundError`` NO_PROPOSAL."""
    return as_pdf(briefing(_seen(viewer, number, sha256).months, language))


def _seen(viewer: Viewer, number: int, sha256: str) -> WaitingRelease:
    for item in waiting_releases(viewer):
        if (item.month.number, item.sha256) == (number, sha256):
            return item
    raise NotFoundError(
        "NO_PROPOSAL",
        "没有这份等待批准的发布",
        "no such release waits",
        step_zh="刷新页面再看",
        step_en="reload the page",
        number=number,
    )


def _waiting(chain: Sequence[Entry], item: approving.Waiting, *, is_next: bool) -> WaitingRelease:
    entry, number = item.entry, int(item.entry.document["number"])
    months = as_of(chain, number)
    is_correction = months[-1].corrections_qty > 0
    earlier = by_month(chain[: number - 1]) if is_correction else months[:-1]
    name = months[-1].name if is_correction else month_before(months[-1].name)
    made_by = entry.document["made_by"]
    return WaitingRelease(
        entry.sha256,
        months,
        next((month for month in earlier if month.name == name), None),
        "" if made_by == NOBODY else made_by,
        item.people,
        item.missing,
        is_next,
    )


def _require_publisher(viewer: Viewer) -> None:
    require(viewer)
    if viewer.role != "association" or viewer.duty != "publisher" or not viewer.has_account:
        raise no_such_page()
