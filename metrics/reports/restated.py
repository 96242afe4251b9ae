"""What has moved in the figures somebody already saw: the restatement ledger, for the viewer's own merchant,
since their last look.
"""

from __future__ import annotations

import polars as pl

from contracts.errors import no_such_page
from metrics.query.access import Viewer, require
from metrics.query.released import judged
from warehouse import accounts
from warehouse.lake import Lake
from warehouse.ops import RESTATEMENT


def restatements(viewer: Viewer, *, since: int, until: int | None = None) -> pl.DataFrame:
    """Rows of ``ops.restatement`` of the releases after number ``since`` up to ``until`` (None: the current
    one), oldest first.

    A merchant's hold that merchant's figures alone; an operator's who named no merchant, everybody's. The sum
    over the rows of a figure is what it moved between the two releases. Raises ``NotFoundError`` for the
    association, which is shown no merchant's figures.
    """
    require(viewer)
    if viewer.role == "association":
        raise no_such_page()
    line = judged(viewer.place)
    shown = line.shown(viewer.merchant_id)
    last = until if until is not None else shown.number if shown else 0
    wanted = [item.number for item in line.published if since < item.number <= last]
    if not wanted:
        return RESTATEMENT.empty()
    mine: dict[str, object] = {} if viewer.merchant_id is None else {"merchant_id": viewer.merchant_id}
    with Lake.open(viewer.place) as lake:
        return lake.read(RESTATEMENT, where={"release_number": wanted, **mine}).sort(RESTATEMENT.key)


def last_look(viewer: Viewer) -> int | None:
    """The release a merchant's account last saw.

    None for who has no account of their own here, or never looked.
    """
    require(viewer)
    return (
        accounts.last_seen(viewer.place, viewer.name)
        if viewer.has_account and viewer.role == "merchant"
        else None
    )


def look(viewer: Viewer, release: int) -> None:
    """Keep that a merchant's account has now seen ``release``. Nothing is kept of other viewers."""
    require(viewer)
    if viewer.has_account and viewer.role == "merchant":
        accounts.see(viewer.place, viewer.name, release)
