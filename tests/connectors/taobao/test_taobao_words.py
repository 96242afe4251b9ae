import polars as pl
import pytest

from connectors.taobao import words
from contracts import codes


def _one(expression: pl.Expr, text: str | None) -> object:
    return pl.DataFrame({"word": [text]}, schema={"word": pl.String}).select(expression.alias("code"))[
        "code"
    ][0]


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("等待买家付款", "unpaid"),
        ("买家已付款，等待卖家发货", "paid"),
        ("买家已付款,等待卖家发货", "paid"),
        (" 卖家已发货， 等待买家确认 ", "shipped"),
        ("卖家部分发货", "part_shipped"),
        ("交易成功", "finished"),
        ("TRADE_CLOSED", "closed_refunded"),
        ("TRADE_CLOSED_BY_TAOBAO", "closed_unpaid"),
        ("SELLER_CONSIGNED_PART", "part_shipped"),
        ("PAID_FORBID_CONSIGN", "paid"),
        ("交易暂停处理", "unknown"),
        ("TRADE_SOMETHING_NEW", "unknown"),
        (None, None),
    ],
)
def test_order_status(word: str | None, code: str | None) -> None:
    assert _one(words.coded(pl.col("word"), words.ORDER_STATUS), word) == code


def test_closed_word_alone_says_nothing_about_payment() -> None:
    assert words.CLOSED_WORD not in words.ORDER_STATUS


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("退款成功", "success"),
        ("退款关闭", "closed"),
        ("没有申请退款", "none"),
        ("买家已经退货,等待卖家确认收货", "pending"),
        ("SELLER_REFUSE_BUYER", "pending"),
        ("EXCHANGE_TRANSFORM_TO_REFUND", "pending"),
        ("平台处理中", "unknown"),
    ],
)
def test_refund_status(word: str, code: str) -> None:
    assert _one(words.coded(pl.col("word"), words.REFUND_STATUS), word) == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("尺寸拍错/不喜欢/效果不好", "size"),
        ("大小/尺寸与商品描述不符", "size"),
        ("颜色/图案/款式与商品描述不符", "look"),
        ("质量问题", "quality"),
        ("退差价", "price"),
        ("没用/少用优惠", "price"),
        ("未按约定时间发货", "late"),
        ("七天无理由退换货", "changed_mind"),
        ("拍错/多拍/不想要", "changed_mind"),
        ("协商一致退款", "other"),
        ("量子纠缠", "unknown"),
        (None, None),
    ],
)
def test_reason(text: str | None, code: str | None) -> None:
    assert _one(words.reason(pl.col("word")), text) == code


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("广东省 广州市 越秀区 某路 1 号(510180)", "广东省"),
        ("上海 上海市 浦东新区", "上海市"),
        ("浙江省杭州市滨江区", "浙江省"),
        ("内蒙古自治区", "内蒙古自治区"),
        ("新疆 乌鲁木齐", "新疆维吾尔自治区"),
        ("白云区 广东省", None),
        ("张三 13800138000", None),
        ("", None),
        (None, None),
    ],
)
def test_only_a_province_passes(text: str | None, name: str | None) -> None:
    assert _one(words.province(pl.col("word")), text) == name


def test_thirty_four_provinces() -> None:
    assert len(set(words.PROVINCES.values())) == 34


def test_every_code_is_in_the_contract() -> None:
    assert set(words.ORDER_STATUS.values()) <= set(codes.ORDER_STATUS.values)
    assert set(words.REFUND_STATUS.values()) <= set(codes.REFUND_STATUS.values)
    assert {*words.REFUND_TYPE.values(), *words.NEEDS_RETURN.values()} <= set(codes.REFUND_TYPE.values)
