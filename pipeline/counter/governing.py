"""The rules in force, for every member and everybody of the association to read."""

from __future__ import annotations

from dataclasses import dataclass

from district.cubes import Cube
from district.declared import CUBES
from district.panel import LAG_DAYS
from metrics.query.access import Viewer
from metrics.reports.association.releases import log_of
from pipeline.district.approving import takes_two
from pipeline.district.rules import policy_of
from pipeline.entries.page import merchant_of, settings_of


@dataclass(frozen=True)
class Rules:
    """What is in force, without what would help somebody to come closer."""

    minimum_owners: int
    minimum_platforms: int
    lag_days: int
    cubes: tuple[Cube, ...]
    takes_two: bool


def association_rules(viewer: Viewer) -> Rules:
    """The rules in force. Raises ``NotFoundError`` for a merchant, and for whoever looks for one."""
    log_of(viewer)
    return _rules(viewer)


def member_rules(viewer: Viewer) -> Rules:
    """The same for a merchant, a member or not. Raises ``NotFoundError`` for anybody else."""
    merchant_of(viewer)
    return _rules(viewer)


def _rules(viewer: Viewer) -> Rules:
    settings = settings_of(viewer)
    policy = policy_of(settings)
    return Rules(policy.minimum_owners, policy.minimum_platforms, LAG_DAYS, CUBES, takes_two(settings))
