"""What headers and words are already known for: every layout, every shipped mapping and the dictionary's own labels, turned round."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Callable, Collection
from functools import cache

from connectors.base import platforms
from connectors.mapping_file import shipped
from connectors.mapping_kinds import names_of
from connectors.mapping_model import MappingFile
from connectors.mapping_rows import bronze_name
from connectors.typed import fold
from contracts.codes import PLATFORM
from contracts.errors import UsageError
from contracts.fields import FIELDS

#: Two headers less alike than this are not the same thing; one that is only near is offered, never taken as sure.
NEAR = 0.72
#: Headers of what must not pass the door (law_and_complaints section 4) and of texts nobody reads.
PERSONAL = re.compile(
    r"收件|收货人|收货地址|详细地址|地址|街道|电话|手机|联系|买家|会员名|昵称|身份证|姓名|留言|备注|物流单号|快递单号|运单|支付账号|收款账号|操作人|"
    r"\b(?:buyer|recipient|consignee|phone|mobile|address|street|zip|postal|e-?mail|tracking|username|note|message)\b",
    re.IGNORECASE,
)
#: Headers that look personal by a word in them and are not.
_HARMLESS = re.compile(
    r"买家.{0,4}(?:付|金额|退款)|退给买家|地址库|地址-?[省市]$|(?:主播|达人|账号|推广者)昵称|creator username|buyer (?:paid|pays|payment|total)", re.IGNORECASE
)
#: A unit behind a header says how its cells are written, not what they are.
_UNIT = re.compile(r"[(\[/](?:元|件|个|人民币|rmb|cny|usd|\$)[)\]]?$")
_FLAGS = {"true": ("是", "yes", "true", "1"), "false": ("否", "no", "false", "0")}
#: Names whose words are told by a part of them; any other word of theirs is nothing out of the ordinary.
PARTS: dict[str, dict[str, object]] = {"row_type_code": {"contains": {"退": "return", "换": "exchange"}, "otherwise": "sale"}}
#: What merchants' tables call these, where no platform's layout does.
_SPOKEN: dict[str, tuple[str, ...]] = {
    "order_id": ("订单号", "订单编号", "主订单编号", "线上订单号", "交易号", "order id", "order number", "order no", "order #"),
    "order_line_id": ("子订单号", "子订单编号", "line id", "order line id"),
    "created_at": ("下单时间", "创建时间", "下单日期", "created at", "order date", "placed at", "date ordered"),
    "paid_at": ("付款时间", "支付时间", "付款日期", "支付日期", "paid at", "payment time", "payment date"),
    "shipped_at": ("发货时间", "shipped at", "ship date"),
    "order_status_code": ("订单状态", "交易状态", "order status"),
    "row_type_code": ("单据类型", "订单类型", "业务类型", "交易类型", "row type", "transaction type"),
    "sku_code": ("商家编码", "商品编码", "规格编码", "sku"),
    "style_code": ("款号", "货号", "款式编码", "style"),
    "product_name": ("商品名称", "商品标题", "宝贝名称", "品名", "product name", "item name", "title"),
    "line_qty": ("数量", "购买数量", "件数", "quantity", "qty"),
    "paid_fen": ("实付金额", "实付", "实付款", "支付金额", "已付金额", "付款金额", "paid amount", "sold price", "total paid"),
    "placed_fen": ("应付金额", "订单金额", "amount due", "order amount"),
    "unit_price_fen": ("单价", "商品单价", "unit price", "price"),
    "freight_fen": ("运费", "邮费", "shipping", "shipping fee"),
    "refund_id": ("售后单号", "退款单号", "退款编号", "售后编号", "refund id", "return id"),
    "refund_fen": ("退款金额", "实退金额", "refund amount", "refunded"),
    "refund_type_code": ("售后类型", "退款类型", "refund type"),
    "refund_status_code": ("退款状态", "售后状态", "refund status"),
    "refund_stage_code": ("发货状态", "退款阶段"),
    "reason_code": ("售后原因", "退款原因", "refund reason"),
    "refund_qty": ("退货数量", "退款数量", "申请数量"),
    "applied_at": ("申请时间", "退款申请时间", "requested at"),
    "refunded_at": ("退款时间", "退款成功时间", "完结时间", "refunded at"),
    "started_at": ("开播时间", "直播开始时间", "start time"),
    "ended_at": ("下播时间", "关播时间", "end time"),
    "live_account_name": ("直播账号", "主播", "直播间", "host"),
    "spent_fen": ("消耗", "花费", "spend", "cost"),
    "ad_date": ("日期", "date"),
    "unit_cost_fen": ("成本价", "成本", "进价", "unit cost"),
    "currency_code": ("币种", "货币", "currency"),
    "province_name": ("省份", "收货省份", "省", "province", "state"),
}


@cache
def headers_of(kind: str) -> dict[str, dict[str, int]]:
    """Folded header → our names of this kind it has been seen for, with how often."""
    wanted = {bronze_name(name): name for name in names_of(kind) if name != "buyer_key"}  # of a buyer a mapping keeps a digest, in a place of its own
    counted: dict[str, Counter[str]] = {}

    def met(header: str, name: str, times: int = 1) -> None:
        counted.setdefault(fold(header), Counter())[name] += times

    for platform in platforms().values():
        for layout in platform.layouts:
            for column in layout.columns:
                if layout.source == "file" and column.name in wanted and not column.personal:
                    met(column.header, wanted[column.name])
    for mapping in shipped().values():
        for name, rule in mapping.columns.items():
            for header in rule.header if name in wanted.values() else ():
                met(header, name)
    for name in wanted.values():
        for header in _SPOKEN.get(name, ()):
            met(header, name, 3)
        if name in FIELDS:
            for header in (FIELDS[name].zh, FIELDS[name].en, name):
                met(header, name)
    return {header: dict(names) for header, names in counted.items()}


@cache
def words_of(name: str) -> dict[str, str]:
    """Folded word → our code of one name, as the shipped mappings and the code's own labels say it; words of two meanings are left out."""
    field, told = FIELDS[name], dict[str, str]()
    for code in field.codes.values if field.codes else _FLAGS:
        said = (code, field.codes.zh(code), field.codes.en(code)) if field.codes else _FLAGS[code]
        told |= {fold(word): code for word in said}
    given = [(fold(word), code) for mapping in shipped().values() if name in mapping.columns for word, code in mapping.columns[name].values.items()]
    double = {word for word, code in given for other, another in given if word == other and code != another}
    return {word: code for word, code in (told | dict(given)).items() if word not in double}


@cache
def _dropped() -> frozenset[str]:
    """Folded headers some connector drops at the door and none reads."""
    columns = [column for platform in platforms().values() for layout in platform.layouts for column in layout.columns]
    return frozenset(fold(column.header) for column in columns if column.personal) - {fold(column.header) for column in columns if not column.personal}


def is_personal(header: str) -> bool:
    """Whether a header is of what may not be kept: by a word in it, or because the connectors drop such a column."""
    return fold(header) in _dropped() or (bool(PERSONAL.search(header.strip())) and not _HARMLESS.search(header))


def check_personal(mapping: MappingFile, personal: Collection[str] = ()) -> None:
    """Raises ``UsageError`` MAPPED_PERSONAL when a mapping reads a personal column: by its header, or one of ``personal``, whose cells told it.

    A buyer is told apart by ``buyer`` alone, of which a keyed digest is kept; ``buyer_key`` as a column would keep the name itself.
    """
    read = [(name, header) for name, rule in mapping.columns.items() for header in rule.header]
    found = [header for name, header in read if name == "buyer_key" or header in personal or is_personal(header)]
    if found:
        raise personal_error(found)


def personal_error(headers: Collection[str]) -> UsageError:
    """What is said of personal columns somebody would have read."""
    step_zh = "不读这一列(个人信息进门就删);要区分买家用 buyer=表头,只留密钥下的买家键"
    step_en = "leave it unread; to tell buyers apart say buyer=HEADER, of which only a keyed digest is kept"
    zh, en = "个人信息列不能读作任何字段", "a personal column may not be read as anything"
    return UsageError("MAPPED_PERSONAL", zh, en, step_zh=step_zh, step_en=step_en, columns="、".join(headers))


def holds_for(platform: str) -> tuple[str, str]:
    """For which shops a mapping of this ``platform`` holds, in Chinese and English."""
    if platform == "shop":
        return "用于您在任何平台的店铺", "for your shops on any platform"
    zh, en = PLATFORM.zh(platform), PLATFORM.en(platform)
    return f"用于您在{zh}的店铺,其他平台的店铺要另外映射", f"for your shops on {en}; map it anew for a shop elsewhere"


def labelled(name: str) -> str:
    """One of our names in Chinese."""
    return FIELDS[name].zh if name in FIELDS else name


def best_name(header: str, kind: str, fits: Callable[[str], bool] = lambda name: True) -> tuple[str, float] | None:
    """The name a header most likely is, with 1.0 for a header that is known and less for one that is only near; None when nothing is.

    ``fits`` tells whether the column's cells can be of a name.
    """
    known = headers_of(kind)
    key = _UNIT.sub("", fold(header))
    if key in known and (name := _commonest(known[key], fits)):
        return name, 1.0
    near = [(_alike(key, other), other) for other in known if abs(len(other) - len(key)) <= max(len(key), len(other)) // 2]
    for score, other in sorted(near, reverse=True):
        if score < NEAR:
            break
        if name := _commonest(known[other], fits):
            return name, round(min(score, 0.999), 3)
    return None


def _commonest(names: dict[str, int], fits: Callable[[str], bool]) -> str:
    fitting = [(times, name) for name, times in names.items() if fits(name)]
    return max(fitting)[1] if fitting else ""


def _alike(one: str, other: str) -> float:
    return difflib.SequenceMatcher(None, one, other).ratio()
