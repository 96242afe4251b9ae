"""Accounts that sell, by name: with the platform, since one name is often used on several, and whether the
account is the merchant's own.
"""

from __future__ import annotations

from contracts.codes import PLATFORM
from dashboards.parts.page.language import label, listed, pick
from metrics.query.access import Viewer, open_desk

_QUERY = """
    SELECT creator_id, list(DISTINCT platform_code ORDER BY platform_code), bool_and(is_own_account),
        max(creator_name)
    FROM gold.dim_creator GROUP BY ALL"""


def creator_names(viewer: Viewer) -> dict[str, str]:
    """Account → ``云杉官方直播间 · 抖音 · 自有``; one without a name is called by its number."""
    rows = open_desk(viewer).sql(_QUERY).rows()
    return {code: _name(name or code, platforms, is_own) for code, platforms, is_own, name in rows}


def _name(name: str, platforms: list[str], is_own: bool) -> str:
    where = listed(label(PLATFORM, platform) for platform in platforms)
    return f"{name} · {where}" + (f" · {pick('自有', 'own')}" if is_own else "")
