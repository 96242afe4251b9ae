"""What one call of the intake knows of the shop it takes files for: looked up in the lake once, written back
once, however many files there are.
"""

from __future__ import annotations

import datetime as dt
import difflib
import hashlib
import logging
from dataclasses import dataclass, field, replace

import polars as pl

from connectors.base import platforms
from connectors.mapped import Mapped
from connectors.reading import Origin, Reading
from contracts.errors import FileRefusedError, NotFoundError
from contracts.intake import UNREAD_HEADERS, Notice, refuse
from pipeline.intake.buyers import buyer_secret
from pipeline.intake.mapping import MAPPED, mapped_elsewhere, own_aliases, source_of
from pipeline.intake.receipts import FileReceipt, as_duplicate, from_load
from pipeline.intake.registering import register_shop
from pipeline.intake.sandbox.parsing import Limits, read_apart
from transforms.gold.orders import fct_order_line
from warehouse import landing, registry
from warehouse.lake import Lake
from warehouse.ops import EXPORT, LOAD, SECURITY_EVENT
from warehouse.place import Place
from warehouse.registry import Shop

_LOG = logging.getLogger(__name__)
_KEY = list(EXPORT.key)
_MONEY = ("yuan", "fen")
#: Fen given as yuan are a hundredfold; no shop's prices move that far from one file to the next. Fewer rows
#: than this tell no usual price.
_JUMP, _ENOUGH = 50.0, 3
_SHORTEST_GAP = 3
#: A live account or a creator sells for several shops, and such a report lists them all.
_OF_SEVERAL_SHOPS = ("live_orders", "affiliate_orders")


@dataclass
class Desk:
    """One shop's desk.

    ``shop`` is None until an unknown shop is entered; ``loads`` are its receipts so far; ``rows`` wait for
    the manifest.
    """

    lake: Lake
    place: Place
    merchant_id: str
    shop_id: str
    now: dt.datetime
    by: str
    register: bool
    shop: Shop | None
    loads: pl.DataFrame
    mapped: tuple[Mapped, ...] = ()
    aliases: dict[str, dict[str, str]] = field(default_factory=dict)
    secret: bytes = b""
    rows: list[dict[str, object]] = field(default_factory=list)
    medians: dict[tuple[str, str], float | None] = field(default_factory=dict)

    @classmethod
    def open(
        cls,
        lake: Lake,
        place: Place,
        merchant_id: str,
        shop_id: str,
        *,
        at: dt.datetime,
        by: str,
        register: bool,
    ) -> Desk:
        """Look up what is known.

        Raises NotFoundError for a shop that is not this merchant's, unless it may be entered; UsageError for
        one that is taken.
        """
        where: dict[str, object] = {"merchant_id": merchant_id, "shop_id": shop_id}
        try:
            shop: Shop | None = registry.shop(lake, merchant_id, shop_id)
        except NotFoundError:
            if _owner(lake, shop_id) is not None:
                desk = cls(lake, place, merchant_id, shop_id, at, by, register, None, LOAD.empty())
                desk.report("SHOP_TAKEN", "")
                if register:
                    raise registry.shop_taken(shop_id) from None
            if not register:
                raise _unknown(lake, merchant_id, shop_id) from None
            shop = None
        desk = cls(lake, place, merchant_id, shop_id, at, by, register, shop, lake.read(LOAD, where=where))
        desk.secret = buyer_secret(lake, place, merchant_id)
        desk.aliases = own_aliases(lake, merchant_id)
        desk.mapped = (source_of(lake, merchant_id, shop.platform_code),) if shop else ()
        return desk

    def begin(self, name: str, data: bytes, limits: Limits | None) -> Reading | FileRefusedError:
        """What is in a file of this name, or why it is refused; for any thread, for the lake is not asked."""
        export_id, own = hashlib.sha256(data).hexdigest(), name.rsplit("/", 1)[-1]
        origin = Origin(self.merchant_id, self.shop_id, export_id, own, self.now, secret=self.secret)
        try:
            return read_apart(data, origin, limits, mappings=self.mapped, aliases=self.aliases)
        except FileRefusedError as error:
            return error

    def read(self, found: Reading | FileRefusedError, data: bytes, limits: Limits | None) -> Reading:
        """What ``begin`` found of ``data`` as this shop's, with a warning when its money is not what the
        shop's money was.

        Raises FileRefusedError.
        """
        if isinstance(found, FileRefusedError):
            raise self._known_elsewhere(found, data, limits)
        money = next(
            (column.name for column in found.layout.columns if column.cell in _MONEY and column.filled), ""
        )
        usual = self._usual(found.layout.platform, found.layout.kind, money) if money else None
        here = found.bronze[money].median() if money else None
        if not usual or not isinstance(here, float) or not here or max(usual / here, here / usual) < _JUMP:
            return found
        header = next(column.header.strip() for column in found.layout.columns if column.name == money)
        return replace(found, notices=[*found.notices, Notice("MONEY_JUMP", found.bronze.height, header)])

    def _known_elsewhere(
        self, error: FileRefusedError, data: bytes, limits: Limits | None
    ) -> FileRefusedError:
        """The refusal of a table no layout fits, with the mapping that would read it in a shop on another
        platform, or once this one is registered.
        """
        if error.rule not in UNREAD_HEADERS:
            return error
        known = mapped_elsewhere(
            self.lake, self.merchant_id, self.shop.platform_code if self.shop else "", data, limits
        )
        if known is None:
            return error
        where = {} if known.platform == "shop" else {"platform": known.platform}
        return refuse(
            "MAPPED_ELSEWHERE" if self.shop else "SHOP_PLATFORM_UNKNOWN",
            mapping=f"{known.zh}({known.name})",
            **where,
        )

    def _usual(self, platform: str, kind: str, money: str) -> float | None:
        """The median of an amount over what this shop has given before; asked once for a kind."""
        if (kind, money) not in self.medians:
            # a shop on another platform has mappings alone
            known = [platforms()[platform]] if platform in platforms() else []
            table = next((item.bronze[kind] for item in (*known, *self.mapped) if kind in item.bronze), None)
            before = (
                self.lake.read(
                    table, where={"merchant_id": self.merchant_id, "shop_id": self.shop_id}, columns=[money]
                )
                if table and self.shop
                else None
            )
            median = before[money].median() if before is not None and before.height >= _ENOUGH else None
            self.medians[kind, money] = median if isinstance(median, float) else None
        return self.medians[kind, money]

    def check(self, reading: Reading, export_id: str, name: str) -> None:
        """Whether the file may be of this shop.

        An unknown shop is entered, and a shop's own number is learned from the first file that tells it.

        Raises FileRefusedError: of another platform, of another shop, of several.
        """
        platform, told = reading.layout.platform, reading.shop_refs
        if self.shop and self.shop.platform_code != platform:
            raise refuse("WRONG_PLATFORM", file=platform, shop=self.shop.platform_code)
        if len(told) > 1:
            raise refuse("SEVERAL_SHOPS", file=name, shops=len(told))
        ours = self.shop.platform_shop_id if self.shop else None
        if told and told[0] != ours:
            self._check_owner(platform, told[0], export_id)
            if ours:
                raise refuse("OTHER_SHOP", file=name, shop=self.shop_id, column="店铺ID")
        if not told or not ours:  # a number met for the first time proves nothing yet
            self._check_orders(reading, export_id, name)
        if self.shop is None or (told and not ours):
            register_shop(
                self.lake,
                self.merchant_id,
                self.shop_id,
                platform,
                at=self.now,
                platform_shop_id=told[0] if told else None,
            )
            self.shop = registry.shop(self.lake, self.merchant_id, self.shop_id)
            self.mapped = (source_of(self.lake, self.merchant_id, platform),)

    def _check_owner(self, platform: str, told: str, export_id: str) -> None:
        known = registry.shops(self.lake).filter(
            (pl.col("platform_code") == platform) & (pl.col("platform_shop_id") == told)
        )
        if known.filter(pl.col("merchant_id") != self.merchant_id).height:
            self.report("OTHER_SHOP", export_id)
            raise refuse("OTHER_SHOP", shop=self.shop_id, column="店铺ID")

    def _check_orders(self, reading: Reading, export_id: str, name: str) -> None:
        """A file that does not tell its shop is another's when any of its orders is of another of the
        merchant's shops: an order number is of one shop.

        Of another merchant's it is when half of them are: a few numbers somebody else gave first must not
        lock out whose they are.
        """
        kind = reading.layout.kind
        if kind in _OF_SEVERAL_SHOPS or kind.startswith(MAPPED) or "order_id" not in reading.bronze.columns:
            return
        orders = (
            reading.bronze.select("order_id")
            .drop_nulls()
            .unique()
            .with_columns(platform_code=pl.lit(reading.layout.platform))
        )
        whose = ["merchant_id", "shop_id", "order_id"]
        owners = self.lake.read(fct_order_line.TABLE, keys=orders, columns=whose).unique()
        others = owners.filter(
            (pl.col("merchant_id") != self.merchant_id) | (pl.col("shop_id") != self.shop_id)
        )
        strange = others.filter(pl.col("merchant_id") != self.merchant_id)
        if strange.height:
            self.report("OTHER_SHOP", export_id)
        mine = others.filter(pl.col("merchant_id") == self.merchant_id)["shop_id"].unique().sort().to_list()
        if not mine and (strange.is_empty() or 2 * strange["order_id"].n_unique() < orders.height):
            return
        raise refuse(
            "OTHER_SHOP", file=name, shop=self.shop_id, **({"belongs_to": "、".join(mine)} if mine else {})
        )

    def report(self, rule: str, export_id: str) -> None:
        """Note that somebody tried to give this merchant what is another's.

        Names no person and no file name: either may hold one.
        """
        said = {
            "merchant_id": self.merchant_id,
            "shop_id": self.shop_id,
            "export_id": export_id,
            "rule_name": rule,
            "received_by_name": self.by or None,
        }
        self.lake.append(SECURITY_EVENT, pl.DataFrame([said]).with_columns(changed_at=pl.lit(self.now)))
        _LOG.warning(
            "security event %s: merchant=%s shop=%s file=%s",
            rule,
            self.merchant_id,
            self.shop_id,
            export_id[:12],
        )

    def known_receipt(self, reading: Reading, export_id: str, name: str) -> FileReceipt | None:
        """The receipt "duplicate" when these bytes were loaded for this shop before, under whatever name."""
        loads = self.loads.filter(
            (pl.col("export_id") == export_id) & (pl.col("kind_code") == reading.layout.kind)
        )
        if loads.is_empty():
            return None
        if loads["verdict_code"][0] in (
            "refused",
            "withdrawn",
        ):  # could not be read from landing, or did not count: now it waits for a build again
            self.lake.delete(LOAD, loads.select(LOAD.key))
            return None
        receipt = from_load(loads.row(0, named=True), name)
        return (
            receipt if receipt.verdict == "unusable" else as_duplicate(receipt)
        )  # it still is: no row of it was ever counted

    def enter(self, row: dict[str, object]) -> None:
        """Have a manifest row entered when the desk closes."""
        self.rows.append(row)

    def gaps(self, kind: str) -> Notice | None:
        """The days that lie between what files of a kind cover, this call's and earlier ones, as a warning.

        None where there are none.

        Whoever sells little has days without orders: a gap is as long as half of what a file usually covers,
        and longer than a weekend.
        """
        here = pl.DataFrame(
            [row for row in self.rows if row["kind_code"] == kind], schema=EXPORT.dtypes
        ).select("export_id", "first_date", "last_date")
        counting = (pl.col("kind_code") == kind) & (pl.col("verdict_code") != "unusable")
        loads = self.loads.filter(counting).select("export_id", "first_date", "last_date")
        spans = pl.concat([here, loads]).unique("export_id").drop_nulls().sort("first_date")
        usual = spans.select((pl.col("last_date") - pl.col("first_date")).dt.total_days().median()).item()
        between = spans.select(after=pl.col("last_date").cum_max(), before=pl.col("first_date").shift(-1))
        days = (pl.col("before") - pl.col("after")).dt.total_days() - 1
        missing = between.filter(days >= max(_SHORTEST_GAP, (usual or 0) / 2)).rows()
        about = "、".join(
            f"{after + dt.timedelta(days=1)}–{before - dt.timedelta(days=1)}" for after, before in missing[:8]
        )
        return Notice("COVERAGE_GAP", len(missing), about) if missing else None

    def close(self) -> None:
        """Enter the manifest rows; a known export points at where its bytes are now, in case they were lost.

        A withdrawn one is as new.
        """
        if not self.rows:
            return
        rows = pl.DataFrame(self.rows, schema=EXPORT.dtypes).unique(_KEY, keep="first", maintain_order=True)
        landing.record(self.lake, rows)
        stored = self.lake.read(EXPORT, keys=rows.select(_KEY))
        restored = rows.join(stored.filter(pl.col("withdrawn_at").is_not_null()), on=_KEY, how="semi")
        moved = (pl.col("landing_name") != pl.col("_here")) | pl.col("expired_at").is_not_null()
        again = (
            stored.join(rows.select(*_KEY, _here="landing_name"), on=_KEY)
            .join(restored, on=_KEY, how="anti")
            .filter(moved)
        )
        healed = pl.concat(
            [EXPORT.shape(restored), EXPORT.shape(again.with_columns(landing_name="_here", expired_at=None))]
        )
        if healed.height:
            self.lake.replace(EXPORT, healed.select(_KEY), healed)


def _unknown(lake: Lake, merchant_id: str, shop_id: str) -> NotFoundError:
    """The refusal of a shop that is not the merchant's, the same whether it is another's or nobody's.

    Of the merchant's own those with a name near it.
    """
    near = difflib.get_close_matches(shop_id, registry.shops(lake, merchant_id)["shop_id"].to_list())
    facts = {"merchant": merchant_id, "shop": shop_id, **({"near": "、".join(near)} if near else {})}
    step_zh = "核对编号；新店铺用 baiyun shops add 登记，或在 ingest、map 后面加 --new-shop"
    step_en = "check the id; enter a new shop with `baiyun shops add`, or `--new-shop` on `ingest` or `map`"
    return NotFoundError(
        "NOT_REGISTERED", "没有登记", "not registered", step_zh=step_zh, step_en=step_en, **facts
    )


def _owner(lake: Lake, shop_id: str) -> str | None:
    """The merchant a shop id is registered for."""
    known = registry.shops(lake).filter(pl.col("shop_id") == shop_id)
    return str(known["merchant_id"][0]) if known.height else None
