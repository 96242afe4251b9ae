"""What a proposal asks a person, and what it says it found out by itself: the sentences, Chinese and
English.
"""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict

from connectors.mapping.amounts import Meaning
from connectors.mapping.carried import Carried
from connectors.mapping.evidence import Cells
from connectors.mapping.judged import Judged, Net
from connectors.mapping.kinds import KINDS

#: The key of a question about one of their columns of amounts: ``amount.HEADER``, answered with ``once``,
#: ``part`` or ``each``.
AMOUNT = "amount."
#: The key of the question which of a sheet's shops is the one it is given for.
SHOP_NAME = "shop_name"
#: The key of the question whether an order is paid when it is placed.
PAID_WHEN_PLACED = "paid_when_placed"
#: The key of the question whether amounts no column tells are price × quantity.
PRICED_KEY = "priced"
#: The key of the question whether rows without a number are of the order above them.
CARRIED_KEY = "carried"
#: The key of the question whether goods sent in exchange were paid besides.
EXCHANGE_KEY = "exchange_paid"
#: The key of the question whether refunds have been taken from what was paid.
NET_KEY = "net_of_refund"
#: How moments may be written, where the cells leave it open.
_DATES = {
    "ymd": ("年在前", "year first"), "dmy": ("日在前", "day first"), "mdy": ("月在前", "month first"),
    "serial": ("表格软件的日期序号，从 1900 年数起", "a spreadsheet's count of days since 1900"),
}  # fmt: skip
#: The key of a question whether a column of amounts has the price of one piece: ``price.HEADER``, answered
#: with ``row`` or ``price``.
PRICE = "price."
_OF = {"orders": ("整单", "单", "order"), "after_sales": ("整个售后单", "售后单", "after-sale")}


class Plain(BaseModel):
    """Values only, never changed."""

    model_config = ConfigDict(frozen=True)


class Question(Plain):
    """Something only a person knows.

    ``options`` empty = free text; ``default`` is what is taken if it is let stand.
    """

    key: str
    zh: str
    en: str
    options: tuple[str, ...] = ()
    default: str = ""


class Finding(Plain):
    """What the cells of one of their columns showed, so that nobody has to be asked."""

    header: str
    zh: str
    en: str


def asked_cells(cells: Cells) -> list[Question]:
    """What the cells leave open of how they are written."""
    asked = []
    if not cells.is_money_sure:
        asked.append(
            Question(
                key="money",
                zh="金额单位是元还是分？",
                en="are amounts in yuan or in fen?",
                options=("yuan", "fen", "li"),
            )
        )
    if not cells.is_currency_sure:
        zh, en = "金额是什么币种（三个字母）？", "in which currency are amounts (three letters)?"
        asked.append(Question(key="currency", zh=zh, en=en, default=cells.currency))
    if not cells.is_zone_sure:
        asked.append(
            Question(
                key="time_zone",
                zh="时间是哪个时区的（如 America/Los_Angeles）？",
                en="in which time zone are times?",
            )
        )
    if len(cells.dates) > 1 or "serial" in cells.dates:
        ways = "、".join(f"{zh}({way})" for way, (zh, _) in _DATES.items() if way in cells.dates)
        zh, en = f"时间怎么读？如“{cells.moment}”：{ways}", f"how are times written, e.g. {cells.moment!r}:"
        en = (
            f"{en} "
            f"{', '.join(f'{words} ({way})' for way, (_, words) in _DATES.items() if way in cells.dates)}?"
        )
        asked.append(Question(key="dates", zh=zh, en=en, options=cells.dates))
    return asked


def asked_shop(header: str, shops: Sequence[str]) -> Question:
    """Which of several shops a sheet names is the one it is given for.

    Whoever leaves it open gets no row of any.
    """
    zh = f"“{header}”列里有 {len(shops)} 个店铺，哪一个是这次要导入的店铺？其他店铺的行不读。"
    return Question(
        key=SHOP_NAME,
        zh=zh,
        en=f"{header!r} names {len(shops)} shops: which is the one given for? Rows of others are not read.",
        options=tuple(shops),
    )


def asked_kind(kind: str) -> Question:
    """Which kind of table it is, where its headers are like several."""
    return Question(
        key="kind", zh="这是什么表？", en="what kind of table is it?", options=tuple(KINDS), default=kind
    )


def asked_near(name: str, header: str, zh: str, en: str, *, is_needed: bool) -> Question:
    """Whether a near header is one of our names.

    Left alone it is not read; one that the table cannot do without has to be answered.
    """
    asked_zh, asked_en = f"“{header}”是“{zh}”吗？", f"is {header!r} the {en}?"
    return Question(
        key=f"columns.{name}",
        zh=asked_zh,
        en=asked_en,
        options=(header, "-"),
        default="" if is_needed else "-",
    )


def asked_paid() -> Question:
    """Whether an order is paid when it is placed, where no column tells payments."""
    zh, en = (
        "没有付款时间列：下单即付款吗？",
        "no column of payment times: is an order paid when it is placed?",
    )
    return Question(key=PAID_WHEN_PLACED, zh=zh, en=en, options=("yes", "no"))


def of_carried(header: str, carried: Carried) -> tuple[list[Question], list[Finding]]:
    """What is asked and what is said of rows without a number."""
    if not carried.rows:
        return [], []
    return (
        ([], [_found_carried(header, carried)])
        if carried.is_sure
        else (
            [_asked_carried(header, carried)],
            [],
        )
    )


def _asked_carried(header: str, carried: Carried) -> Question:
    """Whether rows without a number are of the order above them, where they say something of it themselves:
    they may be orders whose number was lost.
    """
    zh = f"“{header}”：{carried.rows} 行没有单号（如单号 {carried.number} 下面的行），它们是上面那一单的吗？"
    en = (
        f"{header!r}: {carried.rows} rows have no number (e.g. below {carried.number}): are they of the "
        "order above them?"
    )
    return Question(key=CARRIED_KEY, zh=zh, en=en, options=("yes", "no"))


def _found_carried(header: str, carried: Carried) -> Finding:
    """Numbers that stand on the first row of an order only."""
    zh = (
        f"“{header}”只写在每单的第一行：{carried.rows} 行没有单号，也没有这一单的时间、状态，按上面那一单读"
        f"（如单号 {carried.number}）"
    )
    en = (
        f"{header!r} stands on each order's first row only: {carried.rows} rows without it, which say "
        f"nothing of the order, are read as of the one above (e.g. {carried.number})"
    )
    return Finding(header=header, zh=zh, en=en)


def asked_exchange(header: str, number: str) -> Question:
    """Whether what stands on goods sent in exchange was paid besides the order. Let stand it was not."""
    zh = f"“{header}”：有的单里换货、补发的行也写着金额（如单号 {number}）。换货时又付了这些钱吗？"
    en = (
        f"{header!r}: in some orders goods sent in exchange have amounts, too (e.g. {number}): was that paid "
        "besides?"
    )
    return Question(key=EXCHANGE_KEY, zh=zh, en=en, options=("yes", "no"), default="no")


def of_net(net: Net | None) -> tuple[list[Question], list[Finding], dict[str, bool]]:
    """What is asked, said and taken where refunds may have been taken from the paid amount."""
    if net is None:
        return [], [], {}
    return ([], [_found_net(net)], {NET_KEY: True}) if net.is_sure else ([_asked_net(net)], [], {})


def _asked_net(net: Net) -> Question:
    """Whether refunds have been taken from the paid amount already. Nobody is answered for: either way a
    wrong answer counts refunds wrongly.
    """
    zh = f"“{net.header}”是已经减掉“{net.refund}”之后的钱吗（如单号 {net.example}）？"
    en = f"{net.header!r}: has {net.refund!r} been taken from it already (e.g. {net.example})?"
    return Question(key=NET_KEY, zh=zh, en=en, options=("yes", "no"))


def _found_net(net: Net) -> Finding:
    """A paid amount that is what refunds left."""
    zh = (
        f"有退款的每一行，“{net.header}”+“{net.refund}”都等于应付：“{net.header}”是减掉退款之后的钱，"
        "支付按两者之和读"
    )
    en = (
        f"in every row with a refund {net.header!r} + {net.refund!r} is what was to be paid: the former is "
        "what refunds left, and both together are read as paid"
    )
    return Finding(header=net.header, zh=zh, en=en)


def asked_priced(price: str, qty: str, example: str) -> Question:
    """Whether what was paid is price × quantity, where no column tells an amount: the price may be a list
    price nobody paid.
    """
    zh = f"没有金额列：实付 = “{price}” × “{qty}”吗（{example}）？"
    en = f"no column of amounts: is what was paid {price!r} × {qty!r} ({example})?"
    return Question(key=PRICED_KEY, zh=zh, en=en, options=("yes", "no"))


def asked_per_piece(header: str, cell: str, qty: str) -> Question:
    """Whether what looks like a row's amount is the price of one of its pieces."""
    zh = (
        f"“{header}”：买 {qty} 件的行和买 1 件的一样，也是 {cell}。"
        "它是这一行的金额（row），还是一件的价格（price）？"
    )
    en = (
        f"{header!r}: rows of {qty} pieces have {cell}, as those of one piece: is it the row's amount (row) "
        "or the price of one piece (price)?"
    )
    return Question(key=f"{PRICE}{header}", zh=zh, en=en, options=("row", "price"))


def found_price(price: str, total: str) -> Finding:
    """A column that looked like an amount has the price of one piece; another one the amount."""
    zh = f"“{price}” × 数量就是“{total}”：“{price}”是单价，金额按“{total}”读"
    en = (
        f"{price!r} × quantity is {total!r} in every row: the former is the price of one piece, the latter "
        "the amount"
    )
    return Finding(header=price, zh=zh, en=en)


def found_negated(header: str) -> Finding:
    """A refund's amounts that all stand below 0."""
    zh = f"“{header}”都写成负数：按退款金额读，去掉负号"
    return Finding(
        header=header,
        zh=zh,
        en=f"no amount of {header!r} is above 0: they are read as refunds, without the sign",
    )


def found_lines(header: str, whole: str) -> Finding:
    """Two columns of one amount: the lines' own, and the order's."""
    zh = f"“{header}”各行相加就是“{whole}”：金额按“{header}”（每行各自的）读，“{whole}”读作整单金额，用来核对"
    en = (
        f"the rows of {header!r} add up to {whole!r}: the former is read as each row's own amount, the "
        "latter as the order's, to check it"
    )
    return Finding(header=header, zh=zh, en=en)


def asked_amount(judged: Judged, kind: str) -> Question:
    """Whose an amount is. Let stand it is the whole's, which can count no money twice."""
    zh, en = _evidence(judged, kind)
    taken = {meaning: _taken(meaning, kind) for meaning in judged.could_be}
    ways_zh = "、".join(f"{words}({code})" for code, (words, _) in taken.items())
    ways_en = " or ".join(f"{words} ({code})" for code, (_, words) in taken.items())
    return Question(
        key=f"{AMOUNT}{judged.header}",
        zh=f"{zh}是{ways_zh}中的哪一种？",
        en=f"{en} is it {ways_en}?",
        options=judged.could_be,
        default=judged.could_be[0],
    )


def _taken(meaning: Meaning, kind: str) -> tuple[str, str]:
    """What an amount is taken for, in words."""
    whole_zh, _, whole_en = _OF[kind]
    return {
        "once": (f"{whole_zh}的金额，只算一次", f"the {whole_en}'s, counted once"),
        "part": ("ERP 每个内部单的金额，各算一次", "each of the ERP's own orders', counted once in each"),
        "each": ("每行各自的金额，相加", "each row's own, added up"),
    }[meaning]


def _evidence(judged: Judged, kind: str) -> tuple[str, str]:
    """The pattern in numbers and an example."""
    spread, (_, whole_zh, whole_en) = judged.spread, _OF[kind]
    alike, several = spread.alike + spread.partly, spread.several
    zh = f"“{judged.header}”：{several} 个多行{whole_zh}里，{alike} 个的几行写着同一个金额"
    en = f"{judged.header!r}: {alike} of {several} {whole_en}s of several rows have one amount on their rows"
    if spread.differing:
        zh, en = f"{zh},{spread.differing} 个的几行金额不同", f"{en}, {spread.differing} have different ones"
    if spread.meaning != spread.own and "part" not in judged.could_be:
        zh += (
            f"（其中 {spread.runs} 个同样的金额连在一起，像拆成几个包裹的{whole_zh}；有 ERP "
            "内部单号的表才分得清）"
        )
        en += (
            f" ({spread.runs} of them in runs, as parcels of a split {whole_en} would; a sheet with the "
            "ERP's own order number could tell)"
        )
    if not several or not spread.example_rows:
        return zh, en
    many, cell = spread.example_rows, spread.example_cell
    return (
        f"{zh}（如{whole_zh}号 {spread.example}:{many} 行，{cell}）。",
        f"{en} (e.g. {spread.example}: {many} rows, {cell});",
    )


def found_amount(judged: Judged, kind: str) -> Finding:
    """Why nobody is asked whose an amount is: proven, told by its pattern, or of no weight in this file."""
    spread, (whole_zh, short_zh, whole_en) = judged.spread, _OF[kind]
    zh, en = _taken(judged.meaning, kind)
    taken = zh.replace("的金额，", "的金额读，"), f"taken as {en}"
    if judged.by:
        names = "、".join(judged.by)
        why = (f"与{names}逐{short_zh}核对相符", f"agrees with {names} in every {whole_en} of several rows")
    elif not spread.several:
        why = (
            f"这个文件里没有带金额的多行{short_zh}，看不出是不是{whole_zh}的；以后的文件若一{short_zh}几行金额不同，记为问题行并提示",
            (
                f"no {whole_en} of several rows with amounts in this file, so nothing shows whose it is; "
                "rows of "
                "later files that differ will be set aside"
            ),
        )
    elif judged.meaning != "each":
        why = (
            f"{spread.several} 个多行{short_zh}都只在第一行有金额",
            f"all {spread.several} {whole_en}s of several rows have it on their first row only",
        )
    else:
        told = spread.differing + spread.later
        why = (
            f"{spread.several} 个多行{short_zh}里 {told} 个的几行金额不同",
            f"it differs within {told} of {spread.several} {whole_en}s of several rows",
        )
    return Finding(
        header=judged.header,
        zh=f"“{judged.header}”按{taken[0]}：{why[0]}",
        en=f"{judged.header!r} {taken[1]}: {why[1]}",
    )
