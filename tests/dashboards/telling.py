"""A house whose outlook and orders are of the same money: what will stay, what has gone back and what is
still to come add up to what was paid.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from dashboards_cases import NOW, TODAY, make_house

from warehouse import release
from warehouse.lake import Lake
from warehouse.place import Place

YESTERDAY = TODAY - dt.timedelta(days=1)
#: Of every 100 yuan kept now, how many stay, by channel: who keeps most now will not keep most.
STAYS = {"own_live": 30, "creator_live": 40, "product_card": 95, "short_video": 70, "search": 90}
_TOLD = """
    INSERT INTO lake.gold.mart_outlook_daily BY NAME
    SELECT *, matured_fen AS matured_low_fen, matured_fen AS matured_high_fen FROM (
        SELECT merchant_id, shop_id, platform_code, channel_code, business_date, paid_fen,
            paid_fen - cohort_refund_fen AS kept_fen,
            (paid_fen - cohort_refund_fen) * (CASE WHEN $age > 45 THEN 100 $stays END) // 100 AS matured_fen,
            (CASE WHEN $age > 45 THEN 0 ELSE 900 END)::BIGINT AS matured_noise_number,
            0::BIGINT AS matured_doubt_fen, $age::BIGINT AS age_days_qty,
            CASE WHEN $age > 45 THEN 'mature' ELSE 'channel' END AS maturity_level_code
        FROM lake.gold.mart_shop_channel_daily WHERE paid_fen > 0)"""


def make_telling(home: Path, *, orders: int = 50, watched: int = 1, last_day: dt.date = TODAY) -> Place:
    """``make_house`` with ``orders`` orders a row of a day, observed ``watched`` days longer."""
    house = make_house(home, last_day=last_day, watched=watched)
    stays = " ".join(f"WHEN channel_code = '{channel}' THEN {share}" for channel, share in STAYS.items())
    age = f"(DATE '{last_day}' - business_date + {watched})"
    with Lake.open(house, write=True) as lake:
        number = release.begin_build(lake, at=NOW)
        lake.connection.execute("UPDATE lake.gold.mart_shop_channel_daily SET paid_orders_qty = ?", [orders])
        lake.connection.execute("DELETE FROM lake.gold.mart_outlook_daily")
        lake.connection.execute(_TOLD.replace("$age", age).replace("$stays", stays))
        release.publish(lake, snapshot=lake.snapshot(), build_number=number, at=NOW)
    return house
