"""What the viewer's merchant contributes to the association's figures, and joining or leaving it."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from district.cubes import Cube
from district.declared import CUBES
from district.panel import LAG_DAYS, is_closed, whole_months
from metrics.query.access import Viewer
from metrics.query.memo import Memo
from metrics.query.released import choose
from pipeline import steps
from pipeline.district.contributing import contributions, unclassified
from pipeline.district.rules import policy_of
from pipeline.entries.page import merchant_of, settings_of
from pipeline.house import reading, writing
from warehouse import registry
from warehouse.signed.district_log import ReleaseLog

__all__ = ["Sharing", "contribute", "contributed", "own_contributions"]


#: Contributions of merchants who look at them, by release: whose a merchant is does not show in them.
_MINE: Memo[pl.DataFrame] = Memo(8)


@dataclass(frozen=True)
class Sharing:
    """``rows``: what is contributed, per ``business_month`` and cut, one ``state`` a month: ``released``,
    ``due`` (closed, not yet released), ``open`` (its refunds are still coming) or ``apart`` (not a member for
    the whole month).

    ``members``: ``joined_date``, ``left_date`` (null: still one). ``unclassified``: cut → share of paid value
    (0–1) whose words say nothing. The others are the rules in force, without the secret ones.
    """

    rows: pl.DataFrame
    members: pl.DataFrame
    unclassified: dict[str, float]
    minimum_owners: int
    minimum_platforms: int
    lag_days: int
    cubes: tuple[Cube, ...]

    @property
    def is_member(self) -> bool:
        """Whether a membership goes on."""
        return self.members["left_date"].null_count() > 0


def contributed(viewer: Viewer) -> Sharing:
    """Everything the association's figures are made of on the viewer's merchant's part.

    Raises ``NotFoundError`` before the first release, and for anybody but a merchant.
    """
    merchant_id, settings = merchant_of(viewer), settings_of(viewer)
    with reading(settings) as lake:
        members = registry.members(lake).filter(merchant_id=merchant_id)
    mine = own_contributions(viewer)
    today = steps.now().date()
    released = ReleaseLog(settings.place).months()
    counted = set(whole_months(mine, members)["business_month"])
    states = {
        month: "apart" if month not in counted
        else "released" if month in released
        else "due" if is_closed(month, today, LAG_DAYS)
        else "open"
        for month in mine["business_month"].unique()
    }  # fmt: skip
    rows = mine.drop("owner_id", "merchant_id").with_columns(
        state=pl.col("business_month").replace_strict(states, return_dtype=pl.String)
    )
    policy = policy_of(settings)
    return Sharing(
        rows,
        members.select("joined_date", "left_date"),
        unclassified(mine),
        policy.minimum_owners,
        policy.minimum_platforms,
        LAG_DAYS,
        CUBES,
    )


def own_contributions(viewer: Viewer) -> pl.DataFrame:
    """``contributions`` of the viewer's merchant alone. Raises as ``contributed`` does."""
    merchant_id, settings = merchant_of(viewer), settings_of(viewer)
    release = choose(settings.place, merchant_id=merchant_id).number
    return _MINE.get((settings.place, merchant_id, release), lambda: contributions(settings, merchant_id))


def contribute(viewer: Viewer, wanted: bool) -> None:
    """Join the association from today on, or leave it: whole months of membership count.

    Raises ``NotFoundError`` for anybody but a merchant, and for leaving what was never joined.
    """
    merchant_id, settings = merchant_of(viewer), settings_of(viewer)
    now = steps.now()
    with writing(settings) as lake:
        (registry.join if wanted else registry.leave)(lake, merchant_id, now.date(), at=now)
