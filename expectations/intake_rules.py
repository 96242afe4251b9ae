"""Business rules of what came in, whose it is, and what the association may see."""

# ruff: noqa: S608 - every name in these queries is declared in this house

from __future__ import annotations

from contracts.canonical import SILVER
from expectations.rule import STOP, WARN, SqlRule

QUARANTINE_LIMIT = 0.05
#: No setting may ask for fewer holdings behind a public cell than this.
FEWEST_OWNERS = 3

_SHOP = "merchant_id, shop_id, platform_code"
_KIND = f"{_SHOP}, kind_code"
_SILVER = " UNION ALL ".join(
    f'SELECT DISTINCT {_SHOP}, _export_id AS export_id FROM silver."{name}"' for name in SILVER
)
_DISTRICT = "gold.mart_district_channel_monthly"

INTAKE_RULES = (
    SqlRule(
        "RATE_KNOWN", WARN,
        "每个外币订单都有下单当日的汇率",
        "every order in another currency has the rate of the day it was created",
        "没有汇率的订单在等待,不会按猜的汇率入账;用 baiyun rates import 补上",
        "orders without one wait and are never guessed; give it with `baiyun rates import`",
        step_zh="请运维用 baiyun rates import 补上这些天的汇率",
        step_en="have your operator give the rates of these days with `baiyun rates import`",
        table="ops.currency_rate", weight="orders_qty",
        query=f"""
            SELECT {_SHOP}, currency_code, created_at::DATE AS rate_date,
                count(DISTINCT order_id)::BIGINT AS orders_qty
            FROM (SELECT * FROM silver."order" UNION ALL BY NAME SELECT * FROM silver.order_line) AS told
            ANTI JOIN {{batch}} AS known ON told.currency_code = known.currency_code
                AND told.created_at::DATE = known.rate_date
            WHERE currency_code IS NOT NULL AND currency_code <> 'CNY' GROUP BY ALL""",
    ),
    SqlRule(
        "RECEIPT_ADDS_UP", STOP,
        "读取行数等于发布、隔离、被取代、重复之和",
        "rows read = published + quarantined + superseded + duplicate",
        "每一行的去向都要说得清", "what became of every single row must be known",
        table="ops.load",
        query=f"""
            SELECT {_KIND}, export_id, rows_read_qty FROM {{batch}}
            WHERE rows_read_qty <> published_qty + quarantined_qty + superseded_qty + duplicate_qty""",
    ),
    SqlRule(
        "LOAD_IN_MANIFEST", STOP,
        "入库的文件都在清单里", "every loaded export is in the manifest",
        "说不出来历的数据不能发布", "data nobody can trace to a file is not published",
        table="ops.load",
        query=f"SELECT {_KIND}, export_id FROM {{batch}} ANTI JOIN ops.export USING ({_KIND}, export_id)",
    ),
    SqlRule(
        "STATE_HAS_EXPORT", STOP,
        "每条状态都来自清单里同一店铺的文件",
        "every state comes from an export of the same shop in the manifest",
        "每个数字都要能追到文件和行", "every figure must lead back to a file and a row",
        table="ops.export",
        query=f"SELECT {_SHOP}, export_id FROM ({_SILVER}) ANTI JOIN {{batch}} USING ({_SHOP}, export_id)",
    ),
    SqlRule(
        "QUARANTINE_IS_SMALL", WARN,
        f"一份文件的隔离行不超过 {QUARANTINE_LIMIT:.0%}",
        f"at most {QUARANTINE_LIMIT:.0%} of an export's rows are quarantined",
        "隔离的行没有进入合计,修正后可重新判定",
        "quarantined rows are missing from the totals until they are mended and judged again",
        step_zh="看隔离行各错在哪里,在原文件里改正后再上传",
        step_en="see what is wrong with the quarantined rows and upload the file once it is right",
        table="ops.load", weight="quarantined_qty",
        query=f"""
            SELECT {_KIND}, export_id, rows_read_qty, quarantined_qty FROM {{batch}}
                WHERE quarantined_qty > {QUARANTINE_LIMIT} * rows_read_qty""",
    ),
    SqlRule(
        "SHOP_IS_REGISTERED", STOP,
        "每条订单的店铺都登记在同一商家名下", "every order's shop is registered with the same merchant",
        "归错商家就是把别人的数据给人看", "a row under the wrong merchant is shown to the wrong people",
        table="gold.fct_order_line", weight="lines_qty",
        query=(
            f"SELECT {_SHOP}, count(*) AS lines_qty FROM {{batch}} ANTI JOIN ops.shop USING ({_SHOP}) "
            f"GROUP BY {_SHOP}"
        ),
    ),
    SqlRule(
        "OBSERVED_IN_ORDER", STOP,
        "最后观测不早于首次观测", "a state was not last observed before it was first observed",
        "观测次序决定哪个状态是当前状态", "the order of observations decides which state is the current one",
        table="silver.order_line",
        query=(
            f"SELECT {_SHOP}, order_line_id, _export_id, _row_number FROM {{batch}} WHERE "
            "_last_observed_at < _observed_at"
        ),
    ),
    SqlRule(
        "HIDDEN_CELL_IS_EMPTY", STOP,
        "未公开的格子不带任何数字", "a hidden cell carries no figure",
        "协会页面的数据表里只能有可公开的数字", "the association's table may hold public figures only",
        table=_DISTRICT,
        query="""
            SELECT business_month, platform_code, channel_code FROM {batch}
            WHERE NOT is_released AND (paid_share_rate IS NOT NULL OR kept_share_rate IS NOT NULL
                OR kept_rate IS NOT NULL)""",
    ),
    SqlRule(
        "PUBLIC_CELL_HAS_OWNERS", STOP,
        f"公开的格子至少有 {FEWEST_OWNERS} 个持有人",
        f"a public cell has at least {FEWEST_OWNERS} holdings in it",
        "人数太少就能推算出别人的生意", "with too few in a cell one can work out another's business",
        table=_DISTRICT,
        query=f"""
            SELECT business_month, platform_code, channel_code FROM {{batch}} LEFT JOIN (
                SELECT strftime(business_date, '%Y-%m') AS business_month, platform_code, channel_code,
                    count(DISTINCT owner_id) AS owners_qty
                FROM gold.mart_shop_channel_daily JOIN ops.merchant USING (merchant_id) WHERE paid_fen > 0
                    GROUP BY ALL
            ) USING (business_month, platform_code, channel_code)
            WHERE is_released AND coalesce(owners_qty, 0) < {FEWEST_OWNERS}""",
    ),
)  # fmt: skip
