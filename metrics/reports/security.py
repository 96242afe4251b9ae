"""What the operator has to know of the door: who came in, who guessed, whose sessions ended, and whose files
were another's; and what the association's administrator has to know of who looked.
"""

from __future__ import annotations

from collections.abc import Collection

import polars as pl

from contracts.errors import NotFoundError, no_such_page
from contracts.fields import TIME_ZONE
from metrics.query.access import Viewer, require
from warehouse.accounts import security
from warehouse.lake import Lake
from warehouse.ops import SECURITY_EVENT

EVENT = security.EVENT
#: What somebody did who should not have.
SUSPECT = ("refused", "waiting", "foreign", "foreign_link", "foreign_page")

_COLUMNS = {
    "at": pl.Datetime("us", TIME_ZONE),
    "kind": pl.String(),
    "name": pl.String(),  # the account; empty where the name typed is no account's
    "origin": pl.String(),  # an address; of a file merchant/shop
    "detail": pl.String(),  # a device; of a file the rule and the file; of a link or page what it names
}


def security_events(viewer: Viewer, *, limit: int = 500, name: str | None = None) -> pl.DataFrame:
    """The newest events first, of one account or of all.

    From the accounts file and, for files, ``ops.security_event``. Raises ``NotFoundError`` for anybody but an
    operator.
    """
    require(viewer)
    if viewer.role != "operator":
        raise no_such_page()
    at_the_door = _events(viewer, limit, name, security.DOOR)
    rows = pl.concat([at_the_door, _files(viewer, name)])
    return rows.sort("at", descending=True, maintain_order=True).head(limit)


def accesses(viewer: Viewer, *, limit: int = 500, name: str | None = None) -> pl.DataFrame:
    """What the association's people opened and took, and duties given, in the columns of ``security_events``,
    the newest first.

    Raises ``NotFoundError`` for anybody but their administrator and an operator.
    """
    require(viewer)
    if viewer.role != "operator" and viewer.duty != "administrator":
        raise no_such_page()
    return _events(viewer, limit, name, security.ACCESS)


def _events(viewer: Viewer, limit: int, name: str | None, kinds: Collection[str]) -> pl.DataFrame:
    found = security.events(viewer.place, limit=limit, name=name, kinds=kinds)
    rows = [(item.at, item.kind, item.name, item.address, item.device) for item in found]
    frame = pl.DataFrame(rows, schema={**_COLUMNS, "at": pl.Datetime("us", "UTC")}, orient="row")
    return frame.with_columns(pl.col("at").dt.convert_time_zone(TIME_ZONE))


def _files(viewer: Viewer, name: str | None) -> pl.DataFrame:
    try:
        with Lake.open(viewer.place) as lake:
            rows = lake.read(SECURITY_EVENT)
    except NotFoundError:  # nothing was ever given here
        return pl.DataFrame(schema=_COLUMNS)
    shown = rows.select(
        pl.col("changed_at").alias("at"),
        pl.lit("foreign").alias("kind"),
        pl.col("received_by_name").fill_null("").alias("name"),
        pl.concat_str("merchant_id", pl.lit("/"), "shop_id").alias("origin"),
        pl.concat_str("rule_name", pl.lit(" "), pl.col("export_id").str.head(12)).alias("detail"),
    ).cast(pl.Schema(_COLUMNS))
    return shown if name is None else shown.filter(pl.col("name") == name)
