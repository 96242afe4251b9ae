"""Which columns of the files the job needs: our name → how the cell is written and the header above it.

A header missing from a layout is left out.
"""

from __future__ import annotations

from bench.exports import Export

#: Ways a cell is written: ids and counts, yuan with or without thousands separators, wall clock with hyphens
#: or slashes, text.
Kind = str
Told = dict[str, tuple[Kind, str]]

COLUMNS: dict[str, Told] = {
    "orders": {
        "order_id": ("whole", "主订单编号"),
        "line_id": ("whole", "子订单编号"),
        "created_at": ("moment", "订单提交时间"),
        "paid_at": ("moment", "支付完成时间"),
        "shipped_at": ("moment", "发货时间"),
        "finished_at": ("moment", "订单完成时间"),
        "qty": ("whole", "商品数量"),
        "new_price_fen": ("fen", "商品金额"),
        "old_price_fen": ("fen", "商品单价"),
        "placed_fen": ("fen", "订单应付金额"),
        "freight_fen": ("fen", "运费"),
        "discount_fen": ("fen", "优惠总金额"),
        "discount_platform_fen": ("fen", "平台实际承担优惠金额"),
        "discount_merchant_fen": ("fen", "商家实际承担优惠金额"),
        "discount_creator_fen": ("fen", "达人实际承担优惠金额"),
        "creator": ("whole", "达人ID"),
        "product_id": ("whole", "商品ID"),
        "goods": ("text", "选购商品"),
        "spec": ("text", "商品规格"),
        "style_text": ("text", "货号"),
        "sku_code": ("text", "商家编码"),
        "status": ("text", "订单状态"),
        "content": ("text", "流量体裁"),
        "entrance": ("text", "流量渠道"),
        "traffic": ("text", "流量类型"),
        "province_name": ("text", "省"),
    },
    "taobao_items": {
        "order_id": ("whole", "主订单编号"),
        "line_id": ("whole", "子订单编号"),
        "created_at": ("moment", "订单创建时间"),
        "paid_at": ("moment", "订单付款时间"),
        "qty": ("whole", "购买数量"),
        "new_price_fen": ("fen", "价格"),
        "placed_fen": ("fen", "买家应付货款"),
        "item_paid_fen": ("fen", "买家实际支付金额"),
        "stated_fen": ("fen", "退款金额"),
        "goods": ("text", "标题"),
        "properties": ("text", "商品属性"),
        "sku_code": ("text", "商家编码"),
        "status": ("text", "订单状态"),
        "refund_status": ("text", "退款状态"),
    },
    "taobao_orders": {
        "order_id": ("whole", "订单编号"),
        "created_at": ("moment", "订单创建时间"),
        "paid_at": ("moment", "订单付款时间"),
        "shipped_at": ("moment", "发货时间"),
        "finished_at": ("moment", "确认收货时间"),
        "pieces": ("whole", "宝贝总数量"),
        "goods_fen": ("fen", "买家应付货款"),
        "freight_fen": ("fen", "买家应付邮费"),
        "total_fen": ("fen", "总金额"),
        "now_fen": ("fen", "买家实际支付金额"),
        "stated_fen": ("fen", "退款金额"),
        "status": ("text", "订单状态"),
        "address": ("text", "收货地址"),
    },
    "after_sales": {
        "refund_id": ("whole", "售后单号"),
        "order_id": ("whole", "订单号"),
        "line_id": ("whole", "商品单号"),
        "applied_at": ("moment", "售后申请时间"),
        "refunded_at": ("moment", "商家退款时间"),
        "goods_fen": ("fen", "退商品金额（元）"),
        "freight_fen": ("fen", "退运费金额（元）"),
        "status": ("text", "售后状态"),
        "type": ("text", "售后类型"),
        "reason": ("text", "售后原因"),
    },
    "sessions": {
        "creator": ("whole", "主播抖音号"),
        "started_at": ("slashed", "直播开始时间"),
        "ended_at": ("slashed", "直播结束时间"),
        "views_qty": ("whole", "直播间观看次数"),
        "viewers_qty": ("whole", "直播间观看人数"),
        "product_click_qty": ("whole", "直播间商品点击次数"),
        "reported_gmv_fen": ("fen", "直播间成交金额"),
        "reported_net_fen": ("fen", "净成交金额"),
        "account_name": ("text", "主播昵称"),
    },
}


def columns_of(item: Export) -> Told:
    """The wanted columns that this file has."""
    return {name: told for name, told in COLUMNS[item.kind].items() if told[1] in item.header}
