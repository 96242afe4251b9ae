"""Headings of the sheets ERPs and shop systems give out, as seen in the sources the vocabulary names, and
what each of their columns is.

Every heading is written by hand beside our name for it; what is left out is personal (``P``) or not needed.
Rows are invented.
"""

from __future__ import annotations

from dataclasses import dataclass

P = "personal"
_JST = (
    "线上订单号=order_id 店铺名称=shop 下单时间=created_at 应付金额=placed_fen 已付金额=paid_fen "
    "状态=order_status_code"
)


@dataclass(frozen=True)
class Heading:
    """A sheet's headings with our name for each (empty: not needed) and the kind of table it is."""

    kind: str
    told: str

    @property
    def header(self) -> list[str]:
        """The headings as they stand in the sheet."""
        return [item.split("=")[0] for item in self.told.split()]

    @property
    def names(self) -> dict[str, str]:
        """Heading → our name, or a role; those not needed left out."""
        return dict(pair for item in self.told.split() if len(pair := item.split("=")) == 2)  # type: ignore[misc]


HEADINGS = {
    "plain": Heading("orders", (
        "订单号=order_id 店铺=shop 付款时间=paid_at 商品名称=product_name 规格=spec_text 数量=line_qty "
        "应收=placed_fen 实收=paid_fen "
        "已退金额=stated_refund_fen 状态=order_status_code"
    )),
    "jst_24": Heading("orders", (
        f"内部订单号=erp_order_id {_JST} 快递单号=personal 订单类型=row_type_code 旗帜 平台站点=platform "
        "子订单编号 线上子订单编号=order_line_id "
        "原始线上订单号 商品编码=sku_code 商品名称=product_name 数量=line_qty 商品单价=unit_price_fen "
        "商品金额 原价 买家实付 收入运费=freight_fen "
        "支出运费 成本价"
    )),
    "jst_47": Heading("orders", (
        "订单号=erp_order_id 线上订单号=order_id 店铺编号 店铺=shop 买家账号=personal 下单时间=created_at "
        "付款日期=paid_at 发货日期=shipped_at "
        "应付金额=placed_fen 已付金额=paid_fen 抵扣金额=discount_merchant_fen 运费=freight_fen "
        "状态=order_status_code 店铺状态 异常类型 快递公司 "
        "快递单号=personal 收货人姓名=personal 省份=province_name 城市 区县=personal 街道=personal "
        "地址=personal 手机=personal 固话=personal "
        "订单类型=row_type_code 买家留言=personal 订单备注=personal 发货仓 标签 支付单号=personal "
        "平台站点=platform 子订单编号 原始线上订单号 "
        "款号=style_code 商品编码=sku_code 商品名称=product_name 颜色及规格=spec_text 数量=line_qty "
        "商品单价=unit_price_fen 商品金额 "
        "是否赠品=is_gift 子订单状态 成本价 申请退货数量 实退数量 订单退款金额=stated_refund_fen"
    )),
    "wdt_orders": Heading("orders", (
        "订单编号=erp_order_id 店铺=shop 订单来源 仓库 子单原始单号=order_id 订单状态=order_status_code "
        "订单类型=row_type_code 货到付款 "
        "订单退款状态=refund_status_code 交易时间=created_at 付款时间=paid_at 客户网名=personal "
        "收件人=personal 收货地区=personal "
        "收货地址=personal 收件人手机=personal 分销商 来源组合装编号 收件人电话=personal 邮编=personal "
        "区域=personal 物流公司 物流单号=personal "
        "买家留言=personal 客服备注=personal 打印备注=personal 订单支付金额 邮费=freight_fen "
        "订单总优惠=discount_merchant_fen 应收金额=placed_fen "
        "货品编号=style_code 货品名称=product_name 规格名称=spec_text 商家编码=sku_code 下单数量=line_qty "
        "成交价=unit_price_fen "
        "分摊后总价=paid_fen"
    )),
    "wdt_shipped": Heading("orders", (
        "订单编号=erp_order_id 原始单号 原始子单号=order_line_id 子单原始单号=order_id "
        "订单类别=row_type_code 支付账号=personal 出库单编号 仓库 店铺=shop "
        "出库单状态=order_status_code 出库状态 商家编码=sku_code 货品编号=style_code 货品名称=product_name "
        "货品简称 品牌 分类 规格码 "
        "规格名称=spec_text 条码 货品数量=line_qty 货品原单价 货品原总金额 订单总优惠 订单邮费 "
        "分摊邮费=freight_fen 货品成交价=unit_price_fen "
        "货品成交总价=paid_fen 货品总优惠=discount_merchant_fen 货到付款金额 应收金额=placed_fen "
        "客户网名=personal 收货人=personal "
        "收货地区=personal 收货地址=personal 收件人手机=personal 收件人电话=personal 物流公司 需开发票 "
        "支付时间=paid_at 发货时间=shipped_at "
        "赠品方式=is_gift 买家留言=personal 客服备注=personal 备注=personal 打印备注=personal"
    )),
    "km_orders": Heading("orders", (
        "系统订单号=erp_order_id 平台订单号=order_id 内部单号 原始平台单号 平台=platform 店铺=shop 店铺简称 "
        "店铺编号 仓库 订单状态=order_status_code "
        "订单平台状态 商品数量=line_qty 商品净重 实际重量 快递公司 订单标准金额 订单应付金额=placed_fen "
        "总优惠金额=discount_merchant_fen "
        "订单优惠金额 分销金额 实收运费=freight_fen 实付运费 理论运费 毛利润 订单买家已付金额=paid_fen "
        "订单标签 订单类型=row_type_code "
        "下单时间=created_at 付款时间=paid_at 发货时间=shipped_at 打印时间 订单打印次数 供销商 分销商 "
        "承诺时间 最晚发货时间 审核时间 订单异常状态 "
        "商品体积 代发店铺 业务员 包材明细 包材总重 团长ID 团长名称 开票金额 分销总成本 供应商 货主 "
        "平台补贴=discount_platform_fen 实际体积 "
        "实际长宽高 订单成本 是否验货 平台仓 审单人 商品信息"
    )),
    "km_items": Heading("orders", (
        "序号 订单商品明细ID=order_line_id 系统订单号=erp_order_id 平台订单号=order_id 商品图片(订单) "
        "系统商品编码(订单)=sku_code "
        "系统商品标题(订单)=product_name 系统规格属性名称(订单)=spec_text 付款时间=paid_at "
        "发货时间=shipped_at 完成时间=finished_at "
        "店铺平台=platform 店铺名称=shop 分销商 分销商简称 订单状态(明细)=order_status_code 平台状态 "
        "订单商品数=line_qty 系统实发商品数 "
        "订单买家已付金额=paid_fen 系统实发金额 销售成本 系统实发成本 售后工单号 申请时间(售后) "
        "完成时间(售后) 售后类型 申请数量 退货数量 实退数量 "
        "退货数量(排除仅退款) 退款金额=stated_refund_fen 退款成本 实退成本"
    )),
    "gy_orders": Heading("orders", (
        "店铺类型=platform 店铺名称=shop 分销商名称 单据编号=erp_order_id 订单类型=row_type_code "
        "拍单时间=created_at 付款时间=paid_at 审核时间 "
        "会员代码=personal 会员名称=personal 内部便签=personal 业务员 建议仓库 建议快递 到账 商品图片 品牌 "
        "商品税率 商品代码=style_code "
        "商品名称=product_name 商品简称 规格代码=sku_code 规格名称=spec_text 商品备注=personal 代发订单 "
        "订单标记 预计发货时间 订购数=line_qty "
        "总重量 折扣 标准进价 标准单价 标准金额 实际单价=unit_price_fen 实际金额 让利后金额=paid_fen "
        "让利金额=discount_merchant_fen "
        "物流费用=freight_fen 成本总价 买家备注=personal 卖家备注=personal 制单人=personal 商品实际利润 "
        "商品标准利润 商品已发货数量 平台旗帜 "
        "发货时间=shipped_at 原产地 平台商品名称 平台规格名称 供应商 赠品来源 买家支付金额 "
        "平台支付金额=discount_platform_fen 其他服务费 发票种类 "
        "发票抬头类型 发票类型 开户行=personal 账号=personal 周期购商品 平台单号=order_id 到账时间 "
        "附加信息=personal 发票抬头=personal "
        "发票内容=personal 纳税人识别号=personal 收货人=personal 收货人手机=personal 邮编=personal "
        "收货地址=personal 商品类别 二次备注=personal "
        "商品单位 币别=currency_code 会员邮箱=personal 订单标签 平台交易状态=order_status_code 赠品=is_gift "
        "是否退款 地区信息=personal "
        "确认收货时间=finished_at 作废=is_void"
    )),
    "gy_shipped": Heading("orders", (
        "付款时间=paid_at 制单时间 发货时间=shipped_at 订单编号=erp_order_id 店铺类型=platform "
        "订单类型=row_type_code 店铺名称=shop 平台单号=order_id "
        "会员名称=personal 会员代码=personal 商品类别 商品税率 商品代码=style_code 商品名称=product_name "
        "商品简称 数量=line_qty 总重量 代理售价 "
        "成本单价 折扣 标准单价 标准金额 实际单价=unit_price_fen 实际金额 让利金额=discount_merchant_fen "
        "让利后金额=paid_fen 成本总价 "
        "物流费用=freight_fen 分销商物流费用 物流成本 商品标准利润 商品实际利润 到账 到账时间 "
        "买家备注=personal 卖家备注=personal "
        "二次备注=personal 订单标记 仓库名称 业务员 物流公司 物流单号=personal 地区信息=personal "
        "收货地址=personal 商品税额 商品重量 总体积 "
        "是否货到付款 到付金额 买家支付金额 平台支付金额=discount_platform_fen 外仓单据 平台商品名称 "
        "平台规格名称=spec_text 明细备注=personal "
        "其他服务费"
    )),
    "yz_orders": Heading("orders", (
        "订单号=order_id 销售渠道 归属店铺=shop 订单类型=row_type_code 订单状态=order_status_code 推广方式 "
        "订单来源 订单创建时间=created_at "
        "买家付款时间=paid_at 交易成功时间=finished_at 付款方式 支付流水号=personal 商品金额合计 "
        "运费=freight_fen "
        "店铺优惠合计=discount_merchant_fen 应收订单金额=placed_fen 订单实付金额=paid_fen 支付优惠合计 "
        "订单实收金额 订单抵用积分数 "
        "全部商品名称=product_name 商品种类数 订单配送方式 收货人省份=province_name 收货人城市=personal "
        "收货人地区=personal "
        "详细收货地址/提货地址=personal 收货人/提货人=personal 收货人手机号/提货人手机号=personal "
        "买家备注=personal 买家昵称=personal "
        "买家手机号=personal 订单退款状态=refund_status_code 订单已退款金额=stated_refund_fen "
        "商家订单备注=personal"
    )),
    "yz_goods": Heading("orders", (
        "订单号=order_id 外部订单号 订单商品状态=order_status_code 交易成功时间=finished_at "
        "商品名称=product_name 商品类型 商品类目 "
        "商品规格=spec_text 规格编码 商品编码=sku_code 商品单价=unit_price_fen 商品成本价 商品优惠方式 "
        "商品优惠后价格 商品数量=line_qty "
        "商品金额小计 店铺优惠（分摊） 商品实际成交金额=paid_fen 商品抵用积分数 商品留言=personal "
        "收货人/提货人=personal "
        "收货人手机号/提货人手机号=personal 收货人省份=province_name 买家备注=personal 商品发货状态 "
        "商品发货方式 商品发货物流公司 "
        "商品发货物流单号=personal 发货员工 商品发货时间=shipped_at 商品退款状态=refund_status_code "
        "商品已退款金额=stated_refund_fen "
        "商家订单备注=personal 周期购信息"
    )),
    "hupun": Heading("orders", (
        "系统单号=erp_order_id 线上单号=order_id 店铺=shop 订单状态=order_status_code 下单时间=created_at "
        "付款时间=paid_at 买家昵称=personal 收货人=personal "
        "手机=personal 商品名称=product_name 规格编码=sku_code 规格=spec_text 数量=line_qty "
        "单价=unit_price_fen 实付金额=paid_fen "
        "优惠金额=discount_merchant_fen 邮费=freight_fen 退款状态=refund_status_code"
    )),
    "wdgj": Heading("orders", (
        "管家订单号=erp_order_id 原始单号=order_id 店铺名=shop 订单状态=order_status_code "
        "交易时间=created_at 付款时间=paid_at 发货时间=shipped_at "
        "货品编号=style_code 货品名称=product_name 规格名称=spec_text 数量=line_qty 单价=unit_price_fen "
        "货款合计 应收邮资=freight_fen "
        "优惠金额=discount_merchant_fen 合计应收=placed_fen 实际结算=paid_fen 订单利润 买家留言=personal "
        "客服备注=personal"
    )),
    "jky": Heading("orders", (
        "商品链接Id 商品链接SkuId 订单来源 客户编号 客户名称=personal 部门 平台渠道=platform 店铺=shop "
        "订单编号=erp_order_id 原始单号=order_id 物流方式 "
        "物流单号=personal 收货人=personal 电话=personal 大类 产品名称=product_name 货品编号=style_code 单位 "
        "数量=line_qty 应收合计分摊=paid_fen "
        "州省=province_name 区市=personal 区县=personal 发货时间=shipped_at 成本 运费=freight_fen 辅料 "
        "分摊费用 利润"
    )),
    "shop_b2c": Heading("orders", (
        "订单号=order_id 买家昵称=personal 拍单时间=created_at 付款时间=paid_at 商品总金额 "
        "订单金额=placed_fen 优惠金额=discount_merchant_fen "
        "运费=freight_fen 订单状态=order_status_code 商品名称=product_name 货号=style_code 数量=line_qty"
    )),
    "efast": Heading("orders", (
        "店铺=shop 订单号=order_id 订单状态=order_status_code 买家昵称=personal 收货人=personal "
        "手机=personal 收货地址=personal 仓库 配送方式 "
        "快递单号=personal 快递费=freight_fen 已付款 发票抬头=personal 商家留言=personal 买家留言=personal "
        "仓库留言=personal 下单时间=created_at "
        "付款时间=paid_at 发货时间=shipped_at 有无退单 换货单 挂起原因 问题原因 商品名称=product_name "
        "商品编码=sku_code 商品条形码 规格1=color_name "
        "规格2=size_name 数量=line_qty 吊牌价 均摊金额=paid_fen 重量"
    )),
    "shop_multi": Heading("orders", (
        "子订单编号=order_line_id 订单编号=order_id 下单时间=created_at 付款时间=paid_at 商品条形码=sku_code "
        "类目 商品=product_name 规格=spec_text "
        "赠品=is_gift 购买数量=line_qty 商品价格=unit_price_fen 实付金额=paid_fen 收货人姓名=personal "
        "收货人手机号=personal 收货人邮编=personal "
        "收货人所在省份=province_name "
        "收货人所在城市=personal 收货人所在地区=personal 收货人详细地址=personal 运送方式 快递公司 "
        "快递单号=personal 发货数量 发货时间=shipped_at "
        "运费=freight_fen 物流状态 子订单状态=order_status_code 退款状态=refund_status_code "
        "应付金额=placed_fen 优惠金额=discount_merchant_fen "
        "买家留言=personal 卖家备注=personal 支付单号=personal 座席号"
    )),
    "history": Heading("orders", (
        "交易平台=platform 业务账号=shop 平台单号=order_id 支付宝交易号 买家昵称=personal 收件姓名=personal "
        "联系电话=personal 完整地址=personal "
        "下单时间=created_at 付款时间=paid_at 商品总价=placed_fen 运费=freight_fen 实付金额=paid_fen "
        "交易状态=order_status_code 商品标题=product_name "
        "商品规格=spec_text 商品单价=unit_price_fen 购买数量=line_qty"
    )),
    "units": Heading("orders", (
        "订单编号=order_id 下单时间=created_at 支付时间=paid_at 商品编码=sku_code 购买数量(件)=line_qty "
        "订单总金额(元)=placed_fen "
        "实付金额（元）=paid_fen 运费[元]=freight_fen 已退款金额(元)=stated_refund_fen "
        "订单状态=order_status_code"
    )),
    "jst_after_sales": Heading("after_sales", (
        "售后单号=refund_id 内部订单号 线上订单号=order_id 店铺=shop 售后类型=refund_type_code "
        "售后登记日期=applied_at 售后确认日期=refunded_at "
        "线上状态=refund_status_code 货物状态=refund_stage_code 商品编码=sku_code 退货数量=refund_qty "
        "退款金额=refund_fen 问题类型=reason_code"
    )),
    "wdt_returns": Heading("after_sales", (
        "退换单号=refund_id 原始单号=order_id 店铺=shop 退换类型=refund_type_code 退换单状态 "
        "平台退款状态=refund_status_code 商家编码=sku_code "
        "退款数量=refund_qty 退款金额=refund_fen 申请时间=applied_at 退款时间=refunded_at "
        "退换原因=reason_code 客户网名=personal"
    )),
}  # fmt: skip

_MOMENT = "2026-11-01 20:11:1"
#: A cell for each name, of the first and the second row.
CELLS = {
    "order_id": "692010000000000012", "order_line_id": "692020000000000012",
    "refund_id": "710030000000000012", "erp_order_id": "3100000000000012",
    "order_status_code": "已发货", "row_type_code": "普通订单", "spec_text": "黑色;M", "is_gift": "否",
    "is_void": "否",
    "currency_code": "CNY", "refund_status_code": "退款成功", "refund_type_code": "退货退款",
    "refund_stage_code": "已发货",
    "platform": "抖音", "shop": "云裳旗舰店", P: "张三",
}  # fmt: skip


def cell(name: str, row: int) -> str:
    """What stands under a name on a row, counted from 0."""
    if name.endswith("_fen"):
        return f"{89 + row}.5{row}"
    if name.endswith("_at"):
        return f"{_MOMENT}{row}"
    if name.endswith("_qty"):
        return str(row + 1)
    return CELLS[name][:-1] + str(row) if name.endswith("_id") else CELLS.get(name, "x")
