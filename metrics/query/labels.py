"""What people call the codes in an answer.

Closed code lists are in ``contracts.codes``; these are the merchant's own names.
"""

from __future__ import annotations

from contracts.codes import PLATFORM
from contracts.errors import UsageError
from metrics.query.access import Viewer, open_desk
from metrics.query.released import AsOf

_NAMES = {
    "merchant": "SELECT DISTINCT merchant_id, merchant_name FROM gold.dim_shop",
    "shop": "SELECT shop_id, shop_name FROM gold.dim_shop",
    "style": (
        "SELECT style_code, max(product_name) FROM gold.dim_product WHERE product_name IS NOT NULL "
        "GROUP BY ALL"
    ),
    "creator": (
        "SELECT creator_id, max(creator_name) FROM gold.dim_creator WHERE creator_name IS NOT NULL "
        "GROUP BY ALL"
    ),
    "session": "SELECT live_session_id, strftime(started_at, '%m-%d %H:%M') || coalesce(' ' || "
    "coalesce(session_name, live_account_name), ''),"
    " platform_code FROM gold.dim_live_session",
}


def labels(viewer: Viewer, dimension: str, as_of: AsOf = None) -> dict[str, str]:
    """Code → name for ``merchant``, ``shop``, ``style``, ``creator`` or ``session`` of the viewer's merchant.

    A code without a name is missing.

    A session is called by its start, title and platform: shops of two platforms often go live at the same
    hour. Raises ``UsageError`` for another dimension; empty for a viewer without a merchant.
    """
    if dimension not in _NAMES:
        raise UsageError(
            "UNKNOWN_DIMENSION",
            "这个维度没有名称",
            "no names for this dimension",
            asked=dimension,
            known=list(_NAMES),
        )
    desk = open_desk(viewer, as_of)
    rows = desk.sql(_NAMES[dimension]).rows() if viewer.merchant_id else []
    return {code: " · ".join([name, *map(PLATFORM.zh, platform)]) for code, name, *platform in rows}
