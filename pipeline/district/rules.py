"""The disclosure policy in force, as the settings have it."""

from __future__ import annotations

from district.policy import Policy
from warehouse import keys
from warehouse.settings import Settings


def policy_of(settings: Settings, waivers: frozenset[str] = frozenset()) -> Policy:
    """The policy in force."""
    return Policy(
        settings.disclosure_minimum_owners,
        settings.disclosure_p,
        settings.disclosure_largest_share,
        settings.disclosure_minimum_platforms,
        settings.disclosure_coalition,
        waivers,
    )


def digest_of(settings: Settings, policy: Policy) -> str:
    """By which documents name a policy, under a key of this house: whoever lacks it tries no parameters."""
    return policy.digest(keys.key(settings.place, "district", "house"))
