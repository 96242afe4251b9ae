"""How the shop API answers: orders, after-sales, movements, sessions and products rendered to JSON text once
per shop and moment.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass

import polars as pl

from connectors.wechat_channels import simulate_words as words


@dataclass(frozen=True)
class Rendered:
    """Every item of a list in the order of its clock: number → (second, JSON text)."""

    seconds: list[int]
    names: list[str]
    texts: dict[str, str]

    def window(self, first: int, last: int) -> list[int]:
        """Positions of the items of ``[first, last]``, both ends included."""
        return [place for place, second in enumerate(self.seconds) if first <= second <= last]


def _rendered(frame: pl.DataFrame, name: str, clock: str, item: pl.Expr) -> Rendered:
    told = frame.select(
        name=pl.col(name), second=_second(pl.col(clock)), text=item.struct.json_encode()
    ).sort("second", "name")
    return Rendered(
        told["second"].to_list(), told["name"].to_list(), dict(zip(told["name"], told["text"], strict=True))
    )


def _second(moment: pl.Expr) -> pl.Expr:
    return moment.dt.epoch("s").fill_null(0)


def orders(lines: pl.DataFrame, settlements: pl.DataFrame, clock: str = "updated_at") -> Rendered:
    """order/get's ``order`` of every order of a shop."""
    paid_out = settlements.group_by("order_id").agg(
        fee_fen=pl.col("fee_fen").sum(), settled_at=pl.col("settled_at").max()
    )
    has_source = pl.col("live_account_id").is_not_null()
    by_creator = pl.col("seller_code") == "creator"
    source = pl.struct(
        sku_id="sku_id", sale_channel=pl.when(by_creator).then(100).otherwise(0),
        account_type=pl.when(by_creator).then(5).otherwise(1),
        account_id="live_account_id", account_nickname="live_account_name",
    )  # fmt: skip
    commission = pl.struct(
        sku_id="sku_id", nickname="live_account_name", type=pl.lit(0), status=pl.lit(1), amount=pl.lit(0)
    )
    parcel = pl.struct(
        waybill_id=pl.lit("YT") + pl.col("order_line_id").str.tail(10), delivery_id=pl.lit("YTO"),
        delivery_name=pl.lit("某快递"),
        delivery_time=_second(pl.col("shipped_at")),
        product_infos=pl.concat_list(pl.struct(
                product_id="product_id", sku_id="sku_id", product_cnt="line_qty")),
    )  # fmt: skip
    grouped = lines.group_by("order_id", maintain_order=True).agg(
        pl.col(
            "order_order_status_code",
            "created_at",
            "paid_at",
            "province_name",
            "city_name",
            "content_code",
            "live_account_id",
            "session_ref",
        ).first(),
        pl.col(
            "placed_fen",
            "freight_fen",
            "discount_platform_fen",
            "discount_merchant_fen",
            "discount_creator_fen",
        ).sum(),
        pl.col("updated_at", "shipped_at", "finished_at").max(),
        listed_fen=(pl.col("unit_price_fen") * pl.col("line_qty")).sum(),
        items=_item(),
        sources=source.filter(has_source),
        commissions=commission.filter(by_creator & has_source),
        parcels=parcel.filter(pl.col("shipped_at").is_not_null()),
        is_shipped=pl.col("shipped_at").is_not_null().all(),
    )
    return _rendered(
        grouped.join(paid_out, on="order_id", how="left", maintain_order="left"), "order_id", clock, _order()
    )


def _item() -> pl.Expr:
    qty, status = pl.col("line_qty"), pl.col("refund_status_code")
    attrs = pl.concat_list(
        pl.struct(attr_key=pl.lit(key), attr_value=pl.col(column))
        for key, column in (("颜色分类", "color_name"), ("尺码", "size_name"))
    )
    real = pl.col("placed_fen") - pl.col("freight_fen")
    return pl.struct(
        product_id="product_id", sku_id="sku_id", thumb_img=pl.lit(""), sku_cnt=qty,
        sale_price="unit_price_fen", title="product_name",
        on_aftersale_sku_cnt=pl.when(status == "pending").then(qty).otherwise(0),
        finish_aftersale_sku_cnt=pl.when(status == "success").then(qty).otherwise(0),
        sku_code="sku_code", market_price="unit_price_fen", sku_attrs=attrs, real_price=real,
        out_product_id="style_code", estimate_price=real,
        merchant_discounted_price="discount_merchant_fen", finder_discounted_price="discount_creator_fen",
        is_free_gift=pl.col("is_gift").cast(pl.Int64), product_unique_id="order_line_id",
    )  # fmt: skip


def _order() -> pl.Expr:
    address = pl.struct(
        user_name=pl.lit("齐**"), tel_number=pl.lit("158****0119"), province_name="province_name",
        city_name="city_name", county_name=pl.lit("中心区"),
        detail_info=pl.lit("****"),
    )  # fmt: skip
    price = pl.struct(
        product_price="listed_fen", order_price="placed_fen", freight="freight_fen",
        discounted_price="discount_merchant_fen",
        original_order_price=pl.col("listed_fen") + pl.col("freight_fen"), deduction_price=pl.lit(0),
        change_down_price=pl.lit(0),
        merchant_receieve_price=pl.col("listed_fen") + pl.col("freight_fen") - pl.col(
            "discount_merchant_fen"),
        merchant_discounted_price="discount_merchant_fen", finder_discounted_price="discount_creator_fen",
        cash_coupon_discounted_price="discount_platform_fen",
    )  # fmt: skip
    shipped = pl.when("is_shipped").then(_second(pl.col("shipped_at"))).otherwise(0)
    live = pl.col("content_code") == "live"
    detail = pl.struct(
        product_infos="items", price_info=price,
        pay_info=pl.struct(pay_time=_second(pl.col("paid_at")), payment_method=pl.lit(1),
            transaction_id=pl.lit("4200000000")),
        delivery_info=pl.struct(address_info=address, delivery_product_info="parcels", ship_done_time=shipped,
            deliver_method=pl.lit(0)),
        ext_info=pl.struct(
            customer_notes=pl.lit("电话 13800138000"), merchant_notes=pl.lit(""),
            confirm_receipt_time=_second(pl.col("finished_at")),
            finder_id=pl.when(live).then("live_account_id").otherwise(pl.lit("")),
            live_id=pl.when(live).then("session_ref").otherwise(pl.lit("")),
            order_scene=words.numbered("content_code", words.SCENE, 1),
        ),
        commission_infos="commissions", source_infos="sources",
        settle_info=pl.struct(commission_fee=pl.col("fee_fen").fill_null(0),
            settle_time=_second(pl.col("settled_at"))),
    )  # fmt: skip
    return pl.struct(
        order_id="order_id", openid=pl.lit("oAbCd0001"), unionid=pl.lit(""),
        create_time=_second(pl.col("created_at")),
        update_time=_second(pl.col("updated_at")),
        status=words.numbered("order_order_status_code", words.ORDER_NUMBER), is_present=pl.lit(False),
        order_detail=detail,
    )  # fmt: skip


def after_sales(refunds: pl.DataFrame, lines: pl.DataFrame) -> Rendered:
    """Getaftersaleorder's ``after_sale_order`` of every after-sale of a shop."""
    goods = lines.select("order_line_id", "product_id", "sku_id", "line_qty")
    joined = refunds.join(goods, on="order_line_id", how="left", maintain_order="left")
    item = pl.struct(
        after_sale_order_id="refund_id", status=words.after_sale_status(), openid=pl.lit("oAbCd0001"),
        order_id="order_id",
        product_info=pl.struct(product_id="product_id", sku_id="sku_id", count="refund_qty"),
        details=pl.struct(desc=pl.lit("不合适,电话 13800138000"),
            receive_product=pl.col("stage_code") == "after_shipment", tel_number=pl.lit("158****0119")),
        refund_info=pl.struct(amount="refund_fen", refund_reason=pl.lit(1)),
        create_time=_second(pl.col("applied_at")),
        update_time=_second(pl.col("updated_at")), reason=words.said("reason_code", words.REASON_CODE),
        reason_text=words.said("reason_code", words.REASON_TEXT), type=words.after_sale_type(),
    )  # fmt: skip
    return _rendered(joined, "refund_id", "updated_at", item)


def funds(frame: pl.DataFrame) -> Rendered:
    """Getfundsflowdetail's ``funds_flow`` of every movement; advertising is paid from another account."""
    shown = frame.filter(pl.col("fund_type_code").is_in(list(words.FUND_NUMBER)))
    kind = (
        pl.when(pl.col("refund_id").is_not_null())
        .then(2)
        .when(pl.col("order_id").is_not_null())
        .then(1)
        .otherwise(3)
    )
    related = pl.struct(
        related_type=kind,
        order_id=pl.col("order_id").fill_null(""),
        aftersale_id=pl.col("refund_id").fill_null(""),
        withdraw_id=pl.lit(""),
    )
    item = pl.struct(
        flow_id="fund_ref", funds_type=words.numbered("fund_type_code", words.FUND_NUMBER),
        flow_type=pl.when(pl.col("moved_fen") < 0).then(2).otherwise(1),
        amount=pl.col("moved_fen").abs(), balance="balance_fen", related_info_list=pl.concat_list(related),
        bookkeeping_time=pl.col("moved_at").dt.strftime("%Y-%m-%d %H:%M:%S"),
        remark=pl.lit("齐** 158****0119"),
    )  # fmt: skip
    return _rendered(shown, "fund_ref", "moved_at", item)


def products(skus: pl.DataFrame) -> Rendered:
    """product/get's ``product`` of every product of a shop."""
    sku = pl.struct(sku_id="sku_id", out_sku_id=pl.lit(""), sale_price="unit_price_fen",
        stock_num="stock_qty", sku_code="sku_code", sku_attrs=pl.concat_list(
        pl.struct(attr_key=pl.lit(key), attr_value=pl.col(column)) for key,
        column in (("颜色分类", "color_name"), ("尺码", "size_name"))
    ))  # fmt: skip
    grouped = skus.group_by("product_id", maintain_order=True).agg(
        pl.col("product_name", "style_code").first(), skus=sku
    )
    timed = grouped.with_columns(clock=pl.lit(dt.datetime(2026, 1, 1, tzinfo=dt.UTC)))
    item = pl.struct(
        product_id="product_id",
        title="product_name",
        out_product_id="style_code",
        spu_code="style_code",
        status=pl.lit(5),
        skus="skus",
    )
    return _rendered(timed, "product_id", "clock", item)


def live_list(sessions: pl.DataFrame) -> str:
    """Compass live_list of one account's sessions."""
    item = pl.struct(
        live_id="session_ref", live_title="session_name", live_time=_second(pl.col("started_at")),
        live_duration=(pl.col("ended_at") - pl.col("started_at")).dt.total_seconds(),
        live_cover_img_url=pl.lit("https://cover.example.invalid/1"),
    )  # fmt: skip
    return f"[{','.join(sessions.select(item.struct.json_encode()).to_series())}]"


def board_list(sessions: pl.DataFrame) -> str:
    """Dashboard live_items: another number than the compass's, and the moment the room was set up."""
    item = pl.struct(
        export_id=pl.lit("export/") + pl.col("room_id"), create_time=_second(pl.col("started_at")) - 20
    )
    return f"[{','.join(sessions.select(item.struct.json_encode()).to_series())}]"


def board(session: dict[str, int]) -> str:
    """Getlivedata of one session: JSON text inside JSON."""
    summary = {
        "summary": {
            "new_watch_uv": session["viewers_qty"],
            "impression_uv": session["exposure_viewers_qty"],
            "max_online_watch_uv": 100,
        }
    }
    figures = {
        "total_gmv": session["reported_gmv_fen"], "total_pay_pv": session["reported_orders_qty"],
        "total_pay_uv": session["reported_buyers_qty"],
        "total_exp_pv": session["product_exposure_qty"], "total_clk_pv": session["product_click_qty"],
        "refund_amount": session["reported_refund_fen"],
    }  # fmt: skip
    return json.dumps(
        {
            "errcode": 0,
            "errmsg": "ok",
            "live_dashboard_data": json.dumps(summary),
            "live_ec_data_summary": json.dumps(figures),
        }
    )
