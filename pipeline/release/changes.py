"""What an ingest moved in the released totals of one shop, by metric.

Empty where the shop never gave what a metric needs.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

from metrics.model.definitions import METRICS
from pipeline.house import reading
from transforms.gold.orders import dim_reported
from transforms.gold.sales.mart_shop_channel_daily import TABLE
from warehouse.lake import Lake
from warehouse.release import Release
from warehouse.settings import Settings

#: metric id → zh, en, SQL over the daily mart. Money in fen.
_TOTALS = {
    "paid_gmv": ("支付金额", "paid", "sum(paid_fen)"),
    "refunds": ("退款", "refunds", "sum(cohort_refund_fen)"),
    "net_by_order_date": ("净成交", "kept", "sum(paid_fen - cohort_refund_fen)"),
    "paid_orders": ("支付订单", "paid orders", "sum(paid_orders_qty)"),
}


@dataclass(frozen=True)
class Change:
    """One total of the shop before and after; fen, or a count for orders.

    None where the shop had not given what it is made of.
    """

    metric: str
    zh: str
    en: str
    before: int | None
    after: int | None

    @property
    def moved(self) -> int | None:
        """After less before; None where either is empty."""
        return None if self.before is None or self.after is None else self.after - self.before

    def document(self) -> dict[str, object]:
        """Plain JSON values."""
        return asdict(self)


def totals_changed(
    settings: Settings, merchant_id: str, shop_id: str, before: Release | None, after: Release | None
) -> list[Change]:
    """The shop's totals in both releases, also where nothing moved; empty without a release."""
    if after is None:
        return []
    old, new = (_totals(settings, merchant_id, shop_id, item) for item in (before, after))
    return [Change(name, zh, en, old[name], new[name]) for name, (zh, en, _) in _TOTALS.items()]


def _totals(
    settings: Settings, merchant_id: str, shop_id: str, release: Release | None
) -> dict[str, int | None]:
    if release is None:
        return dict.fromkeys(_TOTALS)
    columns = ", ".join(f"coalesce({sql}, 0)::BIGINT AS {name}" for name, (_, _, sql) in _TOTALS.items())
    query = f"SELECT {columns} FROM {TABLE.full_name} WHERE merchant_id = ? AND shop_id = ?"  # noqa: S608 - names are declared
    with reading(settings, release.snapshot) as lake:
        totals = lake.sql(query, [merchant_id, shop_id]).row(0, named=True)
        given = _given(lake, merchant_id, shop_id)
    return {
        name: value if given is None or given.issuperset(METRICS[name].needs) else None
        for name, value in totals.items()
    }


def _given(lake: Lake, merchant_id: str, shop_id: str) -> set[str] | None:
    """The reports the shop ever gave; None in a release from before they were kept."""
    if not lake.may_hold_rows(dim_reported.TABLE):
        return None
    where: dict[str, object] = {"merchant_id": merchant_id, "shop_id": shop_id, "is_reported": True}
    return set(lake.read(dim_reported.TABLE, where=where, columns=["report_code"])["report_code"])
