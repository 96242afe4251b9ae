"""Reports of advertising, and which of them tell a shop's spend of a day: declared once, for the transforms,
the checks and the pages.

Reports of one pot tell the same money again, so one of them counts; pots are different money and may be
added. Which rows make up a whole pot is said by the platforms' own files (connectors/*/README.md); where it
is not known, a report counts for nothing and the reader is told so.
"""

from __future__ import annotations

from dataclasses import dataclass

ENTERED = "entered"


@dataclass(frozen=True)
class AdFamily:
    """One report.

    ``pot``: whose money it tells. ``rank``: of a pot the lowest counts; None: its rows are not known to be
    all of the pot.

    ``gmv``: what its own sales figure is: ``attributed`` to the advertising, ``whole`` (everything sold,
    organic sales too), or empty where it tells none or tells it in several ways at once.
    """

    zh: str
    en: str
    pot: str
    rank: int | None
    gmv: str = ""


#: Code, or its part before a colon → the report. A code that is not here is of unknown meaning and never
#: counts.
AD_FAMILIES = {
    # of 全域推广, plans are what money is charged to; a material or a product need not bear all of it
    "uni_plan": AdFamily("全域推广 · 计划", "whole-site promotion by plan", "qianchuan_uni", 0, "whole"),
    "uni_product": AdFamily(
        "全域推广 · 商品", "whole-site promotion by product", "qianchuan_uni", None, "whole"
    ),
    "uni_video": AdFamily(
        "全域推广 · 素材", "whole-site promotion by material", "qianchuan_uni", None, "whole"
    ),
    "taobao_scene": AdFamily("推广 · 场景", "promotion by scene", "taobao", 0, "attributed"),
    # one day's money once for each way of attributing what it sold
    "taobao_account": AdFamily("万相台 · 账户", "account report", "taobao", 1),
    "pinduoduo_account": AdFamily(
        "商品推广 · 账户", "promotion, whole account", "pinduoduo", 0, "attributed"
    ),
    # hosted spend has no product, and the API asks for three scenes only
    "pinduoduo_product": AdFamily("商品推广 · 商品", "promotion by product", "pinduoduo", None, "attributed"),
    "pinduoduo_scene": AdFamily(
        "推广 · 场景（接口）", "promotion by scene (API)", "pinduoduo", None, "attributed"
    ),
    "spotlight": AdFamily("聚光", "Spotlight", "spotlight", 0),
    "spotlight_goods": AdFamily("聚光 · 商品", "Spotlight by product", "spotlight", None),
    # what a person enters is the whole of the shop's day, whatever the reports say
    ENTERED: AdFamily("商家录入", "entered by the merchant", ENTERED, 0),
}


def family(code: str) -> AdFamily | None:
    """The report a code means; None for one of unknown meaning."""
    return AD_FAMILIES.get(code.split(":", 1)[0])
