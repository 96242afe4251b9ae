"""What headers and words are already known for: every layout, every shipped mapping and the dictionary's own
labels, turned round.
"""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Callable, Collection
from functools import cache

from connectors.base import platforms
from connectors.files.headers import split_clock, split_unit
from connectors.mapping.file import shipped
from connectors.mapping.kinds import EXTRA_LABELS, PART, names_of
from connectors.mapping.model import MappingFile
from connectors.mapping.rows import bronze_name
from connectors.mapping.vocabulary import PERSONAL as PERSONAL_ROLE
from connectors.mapping.vocabulary import ROLES, has_role, spoken, spoken_words
from connectors.typed import fold
from contracts.codes import PLATFORM
from contracts.errors import UsageError
from contracts.fields import FIELDS

#: Two headers less alike than this are not the same thing; one that is only near is offered, never taken as
#: sure.
NEAR = 0.72
#: Units a mapping reads money in; in another currency's code it reads that currency.
MONEY_UNITS = ("yuan", "fen", "li", "wan_yuan")
#: Headers of what must not pass the door (law_and_complaints section 4) and of texts nobody reads.
PERSONAL = re.compile(
    r"收件|收货人|收货地[址区]|提货人|详细地址|地址|街道|网名|邮编|邮箱|固话|纳税人|电话|手机|联系|买家|"
    r"会员名|昵称|身份证|姓名|"
    r"留言|备注|物流单号|快递单号|运单|支付账号|收款账号|操作人|"
    r"\b(?:buyer|recipient|consignee|phone|mobile|address|street|zip|postal|e-?mail|tracking|username|note|"
    r"message)\b",
    re.IGNORECASE,
)
#: Headers that look personal by a word in them and are not.
_HARMLESS = re.compile(
    r"买家.{0,4}(?:付|金额|退款)|退给买家|地址库|地址-?[省市]$|收货人?(?:所在)?省份?$|(?:主播|达人|账号|"
    r"推广者)昵称|"
    r"creator username|buyer (?:paid|pays|payment|total)",
    re.IGNORECASE,
)
_FLAGS = {"true": ("是", "yes", "true", "1"), "false": ("否", "no", "false", "0")}
#: In a row's type: goods that go once more, for those that came back or never came.
SENT_AGAIN = ("换", "补发", "补寄")
#: In a row's type: goods that came back, or money that was paid back.
TAKEN_BACK = ("退", "支出")
#: Names whose words are told by a part of them; any other word of theirs is nothing out of the ordinary.
PARTS: dict[str, dict[str, object]] = {
    "row_type_code": {
        "contains": {**dict.fromkeys(TAKEN_BACK, "return"), **dict.fromkeys(SENT_AGAIN, "exchange")},
        "otherwise": "sale",
    }
}
#: Never what a header is at first: of a buyer a mapping keeps a digest, in a place of its own; an ERP's
#: number is the order's where no other is.
_SECOND = ("buyer_key", PART)
#: What the vocabulary says of a header outweighs however many layouts.
_SPOKEN = 1000


@cache
def headers_of(kind: str) -> dict[str, dict[str, int]]:
    """Folded header → our names of this kind it has been seen for, with how often."""
    wanted = {bronze_name(name): name for name in names_of(kind) if name not in _SECOND}
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
        for header, place in spoken().get(name, {}).items():
            met(header, name, _SPOKEN - place)
        for header in (*labels(name), name):
            met(header, name)
    return {header: dict(names) for header, names in counted.items()}


@cache
def words_of(name: str) -> dict[str, str]:
    """Folded word → our code of one name, as the shipped mappings and the code's own labels say it.

    Words of two meanings are left out.
    """
    field, told = FIELDS[name], dict[str, str]()
    for code in field.codes.values if field.codes else _FLAGS:
        said = (code, field.codes.zh(code), field.codes.en(code)) if field.codes else _FLAGS[code]
        told |= {fold(word): code for word in said}
    given = [
        (fold(word), code)
        for mapping in shipped().values()
        if name in mapping.columns
        for word, code in mapping.columns[name].values.items()
    ]
    double = {word for word, code in given for other, another in given if word == other and code != another}
    return {word: code for word, code in (told | dict(given)).items() if word not in double} | spoken_words(
        name
    )


@cache
def _dropped() -> frozenset[str]:
    """Folded headers some connector drops at the door and none reads."""
    columns = [
        column
        for platform in platforms().values()
        for layout in platform.layouts
        for column in layout.columns
    ]
    return frozenset(fold(column.header) for column in columns if column.personal) - {
        fold(column.header) for column in columns if not column.personal
    }


def is_personal(header: str) -> bool:
    """Whether a header is of what may not be kept: by a word in it, or because the connectors drop such a
    column.
    """
    return (
        fold(header) in _dropped()
        or has_role(fold(header), PERSONAL_ROLE)
        or (bool(PERSONAL.search(header.strip())) and not _HARMLESS.search(header))
    )


def check_personal(mapping: MappingFile, personal: Collection[str] = ()) -> None:
    """Raises ``UsageError`` MAPPED_PERSONAL when a mapping reads a personal column: by its header, or one of
    ``personal``, whose cells told it.

    A buyer is told apart by ``buyer`` alone, of which a keyed digest is kept; ``buyer_key`` as a column would
    keep the name itself.
    """
    read = [(name, header) for name, rule in mapping.columns.items() for header in rule.header]
    found = [
        header for name, header in read if name == "buyer_key" or header in personal or is_personal(header)
    ]
    if found:
        raise personal_error(found)


def personal_error(headers: Collection[str]) -> UsageError:
    """What is said of personal columns somebody would have read."""
    step_zh = "不读这一列（个人信息进门就删）；要区分买家用 buyer=表头，只留密钥下的买家键"
    step_en = "leave it unread; to tell buyers apart say buyer=HEADER, of which only a keyed digest is kept"
    zh, en = "个人信息列不能读作任何字段", "a personal column may not be read as anything"
    return UsageError("MAPPED_PERSONAL", zh, en, step_zh=step_zh, step_en=step_en, columns="、".join(headers))


def holds_for(platform: str) -> tuple[str, str]:
    """For which shops a mapping of this ``platform`` holds, in Chinese and English."""
    if platform == "shop":
        return "用于您在任何平台的店铺", "for your shops on any platform"
    zh, en = PLATFORM.zh(platform), PLATFORM.en(platform)
    return (
        f"用于您在{zh}的店铺，其他平台的店铺要另外映射",
        f"for your shops on {en}; map it anew for a shop elsewhere",
    )


def labels(name: str) -> tuple[str, str]:
    """One of our names in Chinese and English."""
    return EXTRA_LABELS.get(name) or ((FIELDS[name].zh, FIELDS[name].en) if name in FIELDS else (name, name))


def labelled(name: str) -> str:
    """One of our names in Chinese."""
    return labels(name)[0]


def best_name(
    header: str, kind: str, fits: Callable[[str], bool] = lambda name: True
) -> tuple[str, float] | None:
    """The name a header most likely is, with 1.0 for a header that is known and less for one that is only
    near; None when nothing is.

    ``fits`` tells whether the column's cells can be of a name.
    """
    known = headers_of(kind)
    bare, clock = split_clock(header)
    if clock and (named := best_name(bare, kind, lambda name: name.endswith("_at") and fits(name))):
        return named
    key, unit = split_unit(header)
    if has_role(key, *ROLES) and not any(key in spoken().get(name, {}) for name in names_of(kind)):
        return None
    for exact in (fold(header), key):
        if name := _commonest(known.get(exact, {}), lambda name: fits(name) and can_be_in(unit, name)):
            return name, 1.0
    for score, other in near(key, known):
        if name := _commonest(known[other], lambda name: fits(name) and can_be_in(unit, name)):
            return name, round(min(score, 0.999), 3)
    return None


def near(key: str, known: Collection[str]) -> list[tuple[float, str]]:
    """The headers that are at least ``NEAR`` like ``key``, each with how much, the most alike first.

    Their lengths, and the letters they have in common, bound how much: most need no closer look.
    """
    letters, found = Counter(key).items(), []
    for other in known:
        both = len(key) + len(other) or 1
        if 2.0 * min(len(key), len(other)) / both < NEAR:
            continue
        shared = sum(min(times, other.count(letter)) for letter, times in letters)
        if 2.0 * shared / both < NEAR:
            continue
        score = difflib.SequenceMatcher(None, key, other).ratio()
        found += [(score, other)] if score >= NEAR else []
    return sorted(found, reverse=True)


def can_be_in(unit: str, name: str) -> bool:
    """Whether cells in this unit (``connectors.files.headers.split_unit``) can be read as a name: money in a
    unit of ours or a foreign currency.
    """
    return not unit or (
        unit in MONEY_UNITS or unit.isupper() if name.endswith("_fen") else unit in ("piece", "second")
    )


def _commonest(names: dict[str, int], fits: Callable[[str], bool]) -> str:
    fitting = [(times, name) for name, times in names.items() if fits(name)]
    return max(fitting)[1] if fitting else ""
