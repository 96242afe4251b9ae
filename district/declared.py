"""The cubes this district publishes, and the hierarchies they are merged along.

Their sets of dimensions are acyclic (``cubes.is_decomposable``, tested): a new cube must keep them so.
"""

from __future__ import annotations

from district.cubes import Cube, Dimension
from district.vocabulary import PRICE_BANDS, codes, families

PLATFORM = Dimension("platform_code")
CHANNEL = Dimension("channel_code")
CATEGORY = Dimension("category_code", parents=families("category"))
PRICE_BAND = Dimension(
    "price_band_code",
    parents={code: family for _, code, family in PRICE_BANDS},
    order=tuple(code for _, code, _ in PRICE_BANDS),
)
SIZE = Dimension("size_code", order=codes("size"))
COLOUR = Dimension("colour_code", parents=families("colour"))
REGION = Dimension("region_code")

CUBES = (
    Cube("channels", "渠道", "channels", (PLATFORM, CHANNEL)),
    Cube("categories", "品类与平台", "categories by platform", (CATEGORY, PLATFORM)),
    Cube("prices", "品类与价格带", "categories by price band", (CATEGORY, PRICE_BAND)),
    Cube("sizes", "品类与尺码", "categories by size", (CATEGORY, SIZE)),
    Cube("colours", "品类与色系", "categories by colour family", (CATEGORY, COLOUR)),
    Cube("regions", "品类与地区", "categories by region", (CATEGORY, REGION)),
)

#: Parts of what was paid: what stayed and what went back. Paid is their sum, and as safe as they are.
MEASURES = ("kept_fen", "refund_fen")

#: Dimensions of whose nodes quartiles of owners' return rates are told, and the width of their bands, per
#: hundred.
QUARTILES_OF = (CATEGORY.name, CHANNEL.name)
QUARTILE_BAND = 5
