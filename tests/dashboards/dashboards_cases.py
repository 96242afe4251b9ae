"""A small house with known figures: merchants A and B, an association whose district has three released
months, one published release and, on request, a held build after it.
"""

from __future__ import annotations

import datetime as dt
import json
import shutil
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
from association_cases import briefed_folder
from fact_cases import FACTS, cost, facts, line

from contracts.canonical import ORDER_LINE
from contracts.tables import Table
from pipeline.build import recipe
from transforms.gold import gold_tables
from transforms.gold.profit.fct_line_cost import MEASURES
from transforms.gold.sales.mart_order_detail_daily import DETAIL
from warehouse import accounts, registry, release
from warehouse.lake import Lake
from warehouse.ops import CHECK, COLLECTION, CURSOR, EXPORT, LOAD, OPS, QUARANTINE
from warehouse.place import Place

ROOT = Path(__file__).parents[2]
BEIJING = ZoneInfo("Asia/Shanghai")
NOW = dt.datetime.now(BEIJING).replace(microsecond=0)
TODAY = NOW.date()
PASSWORD = "long-enough-1"  # of every account of the house

A_DAY_KEPT, A_DAY_PAID = 27_182_818, 31_415_926  # fen; nobody else may ever show these
B_DAY_KEPT, B_DAY_PAID = 1_618_033, 1_732_050
HOSTILE = "=cmd|x $\\frac{1}{2}$ <script>alert(1)</script> **粗** [链](http://x.invalid) :fire: \u202e倒"
STYLES = [
    "雪纺收腰碎花连衣裙夏季新款显瘦气质法式长裙",
    "美式复古短袖T恤女",
    HOSTILE,
    "高腰阔腿牛仔裤",
    "针织开衫外套",
    "真丝衬衫",
]
A_SHOPS = {"a-douyin": ("douyin", "雾山抖音店"), "a-tmall": ("taobao", "雾山天猫旗舰店")}
B_SHOPS = {"b-douyin": ("douyin", "青禾抖音店")}
MERCHANTS = {"merchant-a": ("雾山女装", A_SHOPS, 12), "merchant-b": ("青禾童装", B_SHOPS, 3)}
ZH_OF = {
    "GOLD_EQUALS_SILVER": "汇总等于明细之和",
    "KEY_UNIQUE": "主键不重复",
    "REFUND_WITHIN_PAID": "退款不超过支付",
}
ZH_OF |= {"FINISHED_AFTER_PAID": "完成不早于支付", "GIFT_IS_FREE": "赠品行没有支付金额"}
#: Of lines whose cost is known or not: no estimate goes by it.
SHELF = "unknown"
MIX = {
    "douyin": {"own_live": 50, "creator_live": 26, "product_card": 14, "short_video": 10},
    "taobao": {"own_live": 30, "search": 45, "product_card": 25},
}


def make_house(
    home: Path, *, days: int = 40, last_day: dt.date = TODAY, is_held: bool = False, watched: int = 1
) -> Place:
    """Accounts ``a``, ``b``, ``assoc``, ``op`` and a published release of ``days`` days ending on
    ``last_day``, observed ``watched`` days longer.
    """
    place = Place(home)
    make_accounts(place)
    shutil.copytree(briefed_folder(), place.district)
    with Lake.open(place, write=True) as lake, lake.transaction():
        lake.ensure([*OPS.values(), *gold_tables().values()])
        for merchant, (name, shops, _) in MERCHANTS.items():
            registry.add_owner(lake, f"owner-{merchant}", f"{name}老板", at=NOW)
            registry.add_merchant(lake, merchant, name, owner_id=f"owner-{merchant}", at=NOW)
            for shop, (platform, shop_name) in shops.items():
                registry.add_shop(
                    lake,
                    merchant,
                    shop,
                    platform_code=platform,
                    shop_name=shop_name,
                    at=NOW,
                    credential_ref=f"env:{shop}",
                )
        for name, frame in gold_frames(days, last_day, watched).items():
            lake.append(gold_tables()[name], frame)
        _fill_ops(lake)
        _wait(lake)
    with Lake.open(place, write=True) as lake:
        number = release.begin_build(lake, at=NOW)
        # as if this version had built it: its files were never landed, and nothing could be made anew
        recipe.keep(lake, recipe.newest(lake), number, NOW, is_whole=True)
        release.publish(
            lake, snapshot=lake.snapshot(), build_number=number, at=NOW - dt.timedelta(minutes=20)
        )
        if is_held:
            number = release.begin_build(lake, at=NOW)
            lake.append(
                CHECK,
                _rows(
                    CHECK,
                    [_check(number, table, rule, severity, shops) for table, rule, severity, shops in FAILED],
                ),
            )
            release.hold(
                lake,
                snapshot=lake.snapshot(),
                build_number=number,
                at=NOW,
                failed_rules=["GOLD_EQUALS_SILVER"],
            )
    return place


def make_accounts(place: Place) -> None:
    accounts.add(place, "a", PASSWORD, role="merchant", merchant_id="merchant-a")
    accounts.add(place, "b", PASSWORD, role="merchant", merchant_id="merchant-b")
    accounts.add(place, "assoc", PASSWORD, role="association")
    accounts.add(place, "op", PASSWORD, role="operator")


def gold_frames(days: int, last_day: dt.date, watched: int = 1) -> dict[str, pl.DataFrame]:
    """Table name → rows."""
    found: dict[str, list[dict[str, object]]] = {name: [] for name in gold_tables()}
    for merchant, (name, shops, scale) in MERCHANTS.items():
        for shop, (platform, shop_name) in shops.items():
            key = {"merchant_id": merchant, "shop_id": shop, "platform_code": platform}
            found["dim_shop"].append({**key, "shop_name": shop_name, "merchant_name": name})
            _sell(found, key, scale, days, last_day)
            _style(found, key, scale, days, last_day)
            _air(found, key, scale, last_day)
            _earn(found, key, scale, last_day)
            _owe(found, key, scale, last_day)
            found["dim_observed"].append({**key, "observed_date": last_day + dt.timedelta(days=watched)})
            _mature(found, key, scale, days, last_day)
            _stock(found, key, last_day)
        _return(found, merchant, scale, last_day)
    _pin_day(found, last_day)
    return {
        name: facts(name, rows) if name in FACTS else _rows(gold_tables()[name], rows)
        for name, rows in found.items()
    }


def kept_yesterday(merchant: str) -> str:
    """What the overview shows first, to the fen, from the rows the house is made of."""
    rows = gold_frames(40, TODAY)["mart_shop_channel_daily"].filter(
        merchant_id=merchant, business_date=TODAY - dt.timedelta(days=1)
    )
    return f"¥{(rows['paid_fen'].sum() - rows['cohort_refund_fen'].sum()) / 100:,.2f}"


def _sell(
    found: dict[str, list[dict[str, object]]], key: dict[str, str], scale: int, days: int, last_day: dt.date
) -> None:
    for age in range(days):
        for place, (channel, weight) in enumerate(MIX[key["platform_code"]].items()):
            paid = scale * weight * (900 + (age * 37 + place * 61) % 400) * 5
            kept = paid * min(88, 40 + max(0, 30 - 2 * age) + place * 3) // 100
            found["mart_shop_channel_daily"].append(
                {
                    **key,
                    "channel_code": channel,
                    "traffic_code": "unknown",
                    "business_date": last_day - dt.timedelta(days=age),
                    **_measures(paid, kept),
                }
            )


def _style(
    found: dict[str, list[dict[str, object]]], key: dict[str, str], scale: int, days: int, last_day: dt.date
) -> None:
    for number, title in enumerate(STYLES):
        style = {**key, "style_code": f"{key['shop_id']}-{number}"}
        found["dim_product"].append(
            {**style, "product_name": title if key["platform_code"] == "douyin" else f"{title} 天猫"}
        )
        for age in range(0, days, 3):
            paid = scale * (7 - number) * (40_000 if key["platform_code"] == "douyin" else 25_000)
            row = {
                **style,
                "channel_code": "own_live",
                "business_date": last_day - dt.timedelta(days=age),
                **_measures(paid, paid * (60 - 7 * number) // 100),
            }
            found["mart_style_daily"].append(row)


def _air(
    found: dict[str, list[dict[str, object]]], key: dict[str, str], scale: int, last_day: dt.date
) -> None:
    for number in range(8):
        day = last_day - dt.timedelta(days=2 * number + 1)
        begun = dt.datetime(day.year, day.month, day.day, 20, 0, tzinfo=BEIJING)
        paid = scale * 300_000 * (3 + number % 3)
        host = f"{MERCHANTS[key['merchant_id']][0]}直播间" if number % 3 != 2 else "小棠的衣橱"
        common = {
            **key, "live_session_id": f"{key['shop_id']}-live-{number}", "started_at": begun,
            "ended_at": begun + dt.timedelta(hours=3, minutes=20),
            "channel_code": "creator_live" if number % 3 == 2 else "own_live", "live_account_name": host,
            "session_name": HOSTILE if number == 1 else "秋装上新专场", "viewers_qty": 9_000 + 700 * number,
        }  # fmt: skip
        views = 0 if number == 3 else 23_000 + 1_900 * number
        told = {
            "session_views_qty": views,
            "session_buyers_qty": 100 + number,
            "session_shown_qty": 50_000 + 1_000 * number,
        }
        told |= {
            "session_watch_qty": 64 * views,
            "session_watch_views_qty": views,
            "session_watch_untold_qty": int(not views),
        }
        found["mart_live_session"].append(
            {**common, "business_date": day, **_measures(paid, paid * 46 // 100), **told}
        )
        found["dim_live_session"].append(
            {**common, "start_date": day, "is_own_account": number % 3 != 2, "views_qty": views or None}
        )


def _earn(
    found: dict[str, list[dict[str, object]]], key: dict[str, str], scale: int, last_day: dt.date
) -> None:
    """Ten days up to the last but one of two styles: of the first everything is known, of the second nothing.

    Of 1,000 yuan × scale a day 400 stay, goods cost 150, the rest 50.
    """
    for age in range(10):
        day: dict[str, object] = {
            **key,
            "channel_code": SHELF,
            "business_date": last_day - dt.timedelta(days=age + 1),
        }
        paid = scale * 100_000
        known: dict[str, object] = {
            "paid_fen": paid, "cost_known_fen": paid, "fees_known_fen": paid,
            "costed_refund_fen": paid * 6 // 10, "cost_fen": paid * 15 // 100,
            "cohort_fee_fen": paid * 5 // 100,
        }  # fmt: skip
        untold: dict[str, object] = {"paid_fen": paid, "cost_untold_fen": paid, "fees_untold_fen": paid}
        for number, told in ((0, known), (1, untold)):
            measures = dict.fromkeys(gold_tables()["mart_profit_daily"].required, 0) | told
            row = {**day, "style_code": f"{key['shop_id']}-{number}", **measures, "facts_qty": 2 - number}
            found["mart_profit_daily"].append(row)
            session = f"{key['shop_id']}-live-0" if number == 0 else None
            fine = {
                **key,
                "channel_code": SHELF,
                "style_code": row["style_code"],
                "sku_code": f"{key['shop_id']}-{number}-M",
                "live_session_id": session,
            }
            found["fct_order_line"].append(line(day["business_date"], **fine, paid_fen=paid))
            if number == 0:
                costs = {name: told[name] for name in MEASURES if name in told}
                found["fct_line_cost"].append(cost(day["business_date"], **fine, **costs))
        _advertise(found, day, paid)


#: What stands open of Douyin, in yuan × the merchant's scale: ledger, reason, how many days before the last,
#: the amount.
OPEN: list[tuple[str, str, int | None, int]] = [
    ("order", "order_unsettled", 20, 1_000),
    ("order", "order_unfinished", 5, 500),
    ("order", "refunded_after_settlement", 10, -30),
    ("funding", "entry_unfunded", 40, 200),
    ("settlement", "entry_names_nothing", None, -7),
    ("fund", "fund_without_settlement", 3, 9),
    *[("order", "order_unfinished", 1, 1)] * 60,
]
#: Its statements, likewise: matched, and the merchant's own.
STATED = {"settlement": (900, 0), "funding": (693, 0), "fund": (793, -600)}


def _owe(
    found: dict[str, list[dict[str, object]]], key: dict[str, str], scale: int, last_day: dt.date
) -> None:
    """``OPEN`` and the statements of last month it belongs to, of Douyin; of Tmall nobody gave a bill."""
    if key["platform_code"] != "douyin":
        return
    yuan, month = 100 * scale, f"{last_day.replace(day=1) - dt.timedelta(days=1):%Y-%m}"
    for number, (ledger, reason, age, amount) in enumerate(OPEN):
        row = {
            **key,
            "channel_code": "own_live",
            "ledger_code": ledger,
            "open_reason_code": reason,
            "open_fen": amount * yuan,
        }
        row |= {
            "open_item_id": f"{key['shop_id']}-item-{number}",
            "open_since_date": last_day - dt.timedelta(days=age) if age is not None else None,
        }
        row |= (
            {"order_id": f"{key['shop_id']}-order-{number}"}
            if ledger == "order"
            else {"business_month": month}
        )
        found["mart_open_item"].append(row)
    for ledger, (matched, own) in STATED.items():
        left = sum(amount for of, _, _, amount in OPEN if of == ledger)
        told = {
            "total_fen": (matched + own + left) * yuan,
            "matched_fen": matched * yuan,
            "explained_fen": own * yuan,
            "open_fen": left * yuan,
        }
        found["mart_statement_monthly"].append(
            {**key, "ledger_code": ledger, "business_month": month, "entries_qty": 10, **told}
        )


def _advertise(found: dict[str, list[dict[str, object]]], day: dict[str, object], paid: int) -> None:
    """Four tenths of what a style was paid, half of it granted: of 1 yuan spent 1.60 will be kept, and 2.00
    must.

    Douyin's second report tells the same money; other shops enter theirs.
    """
    spent = paid * 4 // 10
    sums: dict[str, object] = {
        "spent_fen": spent,
        "spent_cash_fen": spent // 2,
        "spent_grant_fen": spent // 2,
        "ad_untold_fen": 0,
    }
    is_reported = day["platform_code"] == "douyin"
    found["mart_ad_daily"] += [
        {**day, **sums, "ad_family_code": "uni_plan" if is_reported else "entered", "ad_use_code": "counted"}
    ]
    again = {
        **day,
        "spent_fen": spent,
        "ad_untold_fen": spent,
        "ad_family_code": "uni_video",
        "ad_use_code": "partial",
    }
    found["mart_ad_daily"] += [again] if is_reported else []
    against = {
        "paid_fen": 2 * paid,
        "spend_known_fen": 2 * paid,
        "ad_refund_fen": paid * 12 // 10,
        "cost_untold_fen": paid,
        "cost_known_fen": paid,
    }
    wholes = (
        {"ad_whole_fen": paid * 18 // 10, "ad_whole_spent_fen": spent}
        if is_reported
        else {"ad_not_whole_fen": spent, "ad_entered_fen": spent}
    )
    wholes |= {"ad_unattributed_fen": spent, "unbilled_spent_fen": spent}
    matured = {"matured_fen": paid * 64 // 100, "matured_spent_fen": spent}
    measures = dict.fromkeys(gold_tables()["mart_promotion_daily"].required, 0)
    found["mart_promotion_daily"] += [{**day, **measures, **sums, **against, **wholes, **matured}]


def _return(found: dict[str, list[dict[str, object]]], merchant: str, scale: int, last_day: dt.date) -> None:
    """Of Xiaohongshu's buyers one in five came again in the newest month, one in eight in the month before.

    Douyin tells none.
    """
    newest = _month_end(last_day)
    told = [
        ("xiaohongshu", newest, 40, 8, 0),
        ("xiaohongshu", newest.replace(day=1) - dt.timedelta(days=1), 32, 4, 0),
        ("douyin", newest, 0, 0, 900),
    ]
    for platform, date, kept, again, untold in told:
        row: dict[str, object] = {
            "merchant_id": merchant,
            "platform_code": platform,
            "business_date": date,
            "window_days_qty": 90,
        }
        counts = {
            "kept_buyers_qty": kept * scale,
            "repeat_buyers_qty": again * scale,
            "buyer_untold_orders_qty": untold,
        }
        found["mart_buyer_monthly"].append(row | counts)


def _month_end(date: dt.date) -> dt.date:
    return (date.replace(day=28) + dt.timedelta(days=4)).replace(day=1) - dt.timedelta(days=1)


def _mature(
    found: dict[str, list[dict[str, object]]], key: dict[str, str], scale: int, days: int, last_day: dt.date
) -> None:
    """Own live, in which four tenths stay, and search, in which seven do, up to the last day but one.

    What is younger than ten days has not come back yet. Half of it by the 7th day.
    """
    for channel, stays in (("own_live", 40), ("search", 70)):
        for age in range(1, days):
            paid = scale * 100_000
            kept, point = paid * (100 if age < 10 else stays) // 100, paid * stays // 100
            row: dict[str, object] = {
                **key,
                "channel_code": channel,
                "business_date": last_day - dt.timedelta(days=age),
                "paid_fen": paid,
            }
            is_open = age <= 45
            bounds = (
                {"matured_low_fen": point * 9 // 10, "matured_high_fen": point * 11 // 10}
                if is_open
                else dict.fromkeys(("matured_low_fen", "matured_high_fen"), point)
            )
            found["mart_outlook_daily"].append(
                {**row, **bounds, "kept_fen": kept, "matured_fen": point, "age_days_qty": age,
                    "maturity_level_code": "channel" if is_open else "mature",
                 "matured_noise_number": (scale * 100) ** 2 if is_open else 0, "matured_doubt_fen": 0}
            )  # fmt: skip
            by_age = {
                "refund_by_7_fen": (paid - point) // 2,
                "refund_by_14_fen": paid - point,
                "refund_by_30_fen": paid - point,
            }
            style = f"{key['shop_id']}-{'0' if channel == 'search' else '1'}"
            cell = {**row, **dict.fromkeys(DETAIL, "untold"), "style_code": style}
            cell |= {"live_session_id": f"{key['shop_id']}-live-{age % 8}"} if channel == "own_live" else {}
            told = {
                name: value for name, value in cell.items() if value != "untold" and name != "business_date"
            }
            found["fct_order_line"].append(line(cell["business_date"], **told, cohort_refund_fen=paid - kept))
            if is_open:
                found["mart_outlook_detail_daily"].append(
                    {
                        **cell,
                        "to_return_fen": kept - point,
                        "matured_noise_number": (scale * 100) ** 2,
                        "matured_doubt_fen": 0,
                    }
                )
            aged = {"style_code": style, "cohort_refund_fen": paid - kept, "cohort_refund_undated_fen": 0}
            found["mart_kept_age_daily"].append({**row, **aged, **by_age})


def _stock(found: dict[str, list[dict[str, object]]], key: dict[str, str], last_day: dt.date) -> None:
    """Of the first style one SKU lies and one is sold out, of the second nobody tells the stock.

    A month ago there was twice as much. Of Tmall nothing.
    """
    if key["platform_code"] != "douyin":
        return
    lies = {"closing_stock_qty": 77, "stocked_skus_qty": 1, "received_qty": 100, "sold_of_received_qty": 23}
    gone = {
        "stock_kept_qty": 11,
        "sold_out_skus_qty": 1,
        "received_qty": 50,
        "sold_of_received_qty": 50,
        "returning_qty": 3,
        "stock_returning_qty": 3,
    }
    for number, size, told in (
        (0, "M", lies),
        (0, "L", gone),
        (1, "M", {"stock_untold_qty": 9, "sold_unreceived_qty": 9}),
    ):
        goods = {
            **key,
            "style_code": f"{key['shop_id']}-{number}",
            "sku_code": f"{key['shop_id']}-{number}-{size}",
        }
        measures = dict.fromkeys(gold_tables()["mart_stock_monthly"].required, 0) | told
        for day, times in ((last_day, 1), (last_day.replace(day=1) - dt.timedelta(days=1), 2)):
            found["mart_stock_monthly"].append(
                {**goods, "business_date": day, **{name: times * qty for name, qty in measures.items()}}
            )


def _pin_day(found: dict[str, list[dict[str, object]]], last_day: dt.date) -> None:
    """The totals of the newest whole day are the canary amounts: the last channel takes the difference."""
    for merchant, kept, paid in (
        ("merchant-a", A_DAY_KEPT, A_DAY_PAID),
        ("merchant-b", B_DAY_KEPT, B_DAY_PAID),
    ):
        mine = [
            row
            for row in found["mart_shop_channel_daily"]
            if row["merchant_id"] == merchant and row["business_date"] == last_day - dt.timedelta(days=1)
        ]
        for place, row in enumerate(mine):
            is_last = place == len(mine) - 1
            shares = [total // len(mine) + (total % len(mine) if is_last else 0) for total in (paid, kept)]
            row.update(_measures(*shares))


def _measures(paid: int, kept: int) -> dict[str, object]:
    orders = max(1, paid // 12_900)
    back = paid - kept
    return {
        "paid_fen": paid, "paid_orders_qty": orders, "units_qty": orders + orders // 5, "units_untold_qty": 0,
        "cohort_refund_fen": back,
        "cohort_refund_before_fen": back // 2, "cohort_refund_after_fen": back - back // 2,
        "cohort_refund_unstaged_fen": 0, "cohort_refund_undated_fen": 0,
        "dated_refund_fen": back, "session_paid_fen": 0, "session_refund_fen": 0, "session_views_qty": 0,
    }  # fmt: skip


def _wait(lake: Lake) -> None:
    """A foreign order of each merchant whose day's rate nobody has given."""
    lake.ensure([ORDER_LINE])
    state = {
        "platform_code": "tiktok_shop",
        "currency_code": "USD",
        "created_at": NOW,
        "_observed_at": NOW,
        "_last_observed_at": NOW,
        "_export_id": "u",
    }
    codes = {
        "order_status_code": "shipped",
        "is_gift": False,
        "order_id": "o",
        "order_line_id": "l",
        "_row_number": 2,
    }
    mine = {"merchant_id": "merchant-a", "shop_id": "a-douyin"}
    theirs = [
        {
            "merchant_id": "merchant-b",
            "shop_id": "b-douyin",
            "order_id": f"b{number}",
            "order_line_id": f"b{number}",
        }
        for number in range(7)
    ]
    lake.append(ORDER_LINE, _rows(ORDER_LINE, [{**state, **codes, **whose} for whose in (mine, *theirs)]))


def _fill_ops(lake: Lake) -> None:
    kind, at = {"kind_code": "orders"}, NOW - dt.timedelta(hours=2)
    douyin = {"merchant_id": "merchant-a", "shop_id": "a-douyin", "platform_code": "douyin"}
    tmall = {"merchant_id": "merchant-a", "shop_id": "a-tmall", "platform_code": "taobao"}
    other = {"merchant_id": "merchant-b", "shop_id": "b-douyin", "platform_code": "douyin"}
    file = {**tmall, "kind_code": "orders", "export_id": "f" * 64}
    theirs = {**other, "kind_code": "orders", "export_id": "e" * 64}
    lake.append(COLLECTION, _rows(COLLECTION, [
        {**douyin, **kind, "run_name": "r1", "outcome_code": "ok", "changed_at": at, "pages_qty": 12},
        {**tmall, **kind, "run_name": "r1", "outcome_code": "failed", "changed_at": at, "pages_qty": 0,
            "rule_name": "CREDENTIAL_REVOKED",
         "message_name": "授权已失效 / the shop's permission is gone",
         "next_step_name": "请在平台后台重新授权 / authorise the shop again"},
        {**other, **kind, "run_name": "r1", "outcome_code": "ok", "changed_at": at, "pages_qty": 3},
    ]))  # fmt: skip
    lake.append(
        CURSOR,
        _rows(
            CURSOR, [{**shop, **kind, "covered_until_at": at, "changed_at": at} for shop in (douyin, other)]
        ),
    )
    exported = {
        "source_code": "file",
        "bytes_qty": 9,
        "landing_name": "x",
        "received_at": at,
        "observed_at": at,
        "received_by_name": "a",
    }
    lake.append(
        EXPORT,
        _rows(
            EXPORT,
            [
                {**file, **exported, "export_name": "天猫订单报表.csv"},
                {**theirs, **exported, "export_name": "青禾订单.csv"},
            ],
        ),
    )
    loaded = {
        "build_number": 1,
        "loaded_at": at,
        "verdict_code": "warned",
        "rows_read_qty": 28_010,
        "published_qty": 28_007,
        "quarantined_qty": 3,
    }
    counts = {
        "superseded_qty": 0,
        "duplicate_qty": 0,
        "first_date": TODAY - dt.timedelta(days=30),
        "last_date": TODAY,
    }
    lake.append(
        LOAD,
        _rows(LOAD, [{**file, **loaded, **counts}, {**theirs, **loaded, **counts, "rows_read_qty": 777_771}]),
    )
    step = "打开导出的原文件看这一行；改正后再上传 / look at this row in the file as exported"
    broken = {"rule_name": "BAD_MONEY", "column_name": "总金额", "cell_name": "12,3x", "next_step_name": step}
    broken["message_name"] = "金额无法识别 / not an amount of money"
    rows = [{**file, **broken, "row_number": row} for row in (17, 8_765_431)]
    rows += [
        {**file, **broken, "row_number": 204, "cell_name": "**"},
        {**theirs, **broken, "row_number": 777_772},
    ]
    lake.append(QUARANTINE, _rows(QUARANTINE, rows))
    outcomes = [
        _check(1, "gold.mart_shop_channel_daily", "GOLD_EQUALS_SILVER"),
        _check(1, "silver.order_line", "KEY_UNIQUE"),
        _check(1, "silver.order_line", "REFUND_WITHIN_PAID", "warn", [["merchant-a", "a-douyin"]]),
    ]
    lake.append(CHECK, _rows(CHECK, outcomes))


#: What the held build was judged to be: nobody's sums, a shop of A, a shop of B.
FAILED: list[tuple[str, str, str, list[list[str | None]]]] = [
    ("gold.mart_shop_channel_daily", "GOLD_EQUALS_SILVER", "stop", [[None, None]]),
    (
        "gold.fct_order_line",
        "FINISHED_AFTER_PAID",
        "warn",
        [["merchant-a", "a-tmall"], ["merchant-a", "a-douyin"], ["merchant-b", "b-douyin"]],
    ),
    ("bronze.pinduoduo__orders", "GIFT_IS_FREE", "warn", [["merchant-b", "b-douyin"]]),
]


def _check(
    build: int, table: str, rule: str, severity: str = "stop", owners: list[list[str | None]] | None = None
) -> dict[str, object]:
    """One outcome; failed when ``owners`` (merchant and shop) has any."""
    told = {"reason": "理由 / the reason", "step": f"下一步 {ZH_OF[rule]} / next step", "owners": owners}
    message = (
        f"{ZH_OF[rule]}:4 行不符 / {rule} holds: 4 failing" if owners else f"{ZH_OF[rule]} / {rule} holds"
    )
    return {
        "build_number": build, "table_name": table, "rule_name": rule, "snapshot_number": 1,
        "severity_code": severity, "is_passed": not owners,
        "failed_qty": 4 if owners else 0, "checked_qty": 1200, "changed_at": NOW, "message_name": message,
        "details_json": json.dumps(told) if owners else None,
    }  # fmt: skip


def _rows(table: Table, rows: list[dict[str, object]]) -> pl.DataFrame:
    if not rows:
        return table.empty()
    names = set(table.columns)
    return table.shape(
        pl.DataFrame(
            [{key: value for key, value in row.items() if key in names} for row in rows],
            infer_schema_length=None,
        )
    )
