"""What a mapping may say: the schema of the mapping file.

What any other table means, declared instead of programmed.
"""

from __future__ import annotations

from typing import Annotated, Literal

import polars as pl
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from connectors.base import CELLS
from connectors.files.delimited import HEADER_SEARCH_ROWS
from connectors.files.headers import agrees, split_unit
from connectors.mapping.kinds import (
    KINDS,
    NEEDED,
    PART,
    PRICED,
    REPEATED,
    codes_of,
    is_word,
    names_of,
    needs_of,
)
from contracts import codes
from contracts.fields import FIELDS, TIME_ZONE

#: How moments are written, in every column of a table → the kind of their cells.
TIME_CELLS = {
    "ymd": "time",
    "dmy": "time_dmy",
    "mdy": "time_mdy",
    "serial": "time_serial",
    "epoch_s": "epoch_s",
    "epoch_ms": "epoch_ms",
}


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ColumnRule(_Strict):
    """Where one of our names stands in their table.

    ``header``: their header, or several of which the first with something in it speaks. ``values``: their
    word → our code, ``contains``: part of their word → our code (first match), ``otherwise``: any other word.
    ``sign``: as told, turned round, or without its sign.
    """

    header: tuple[str, ...] = Field(min_length=1)
    cell: str = ""
    filled: bool | None = None
    values: dict[str, str] = {}
    contains: dict[str, str] = {}
    otherwise: str = ""
    sign: Literal["as_told", "negated", "absolute"] = "as_told"

    @model_validator(mode="before")
    @classmethod
    def _short(cls, given: object) -> object:
        """``name: header`` is short for ``name: {header: header}``."""
        return {"header": given} if isinstance(given, str | list) else given

    @field_validator("header", mode="before")
    @classmethod
    def _several(cls, given: object) -> object:
        return [given] if isinstance(given, str) else given

    @field_validator("header")
    @classmethod
    def _said(cls, given: tuple[str, ...]) -> tuple[str, ...]:
        if not all(word.strip() for word in given):
            raise ValueError("表头是空的 / a header is empty")
        return given

    @field_validator("cell")
    @classmethod
    def _known_cell(cls, given: str) -> str:
        if given and given not in CELLS:
            raise ValueError(f"未知的单元格类型 / no such cell kind; known: {', '.join(sorted(CELLS))}")
        return given


class PlatformColumn(_Strict):
    """A column that says of which platform each row is: their word → our platform code."""

    header: str
    values: dict[str, str]


class ShopColumn(_Strict):
    """A column that says of which shop each row is: their name → our shop id, as far as somebody has said."""

    header: str
    shops: dict[str, str] = {}


class MappingFile(_Strict):
    """One layout of one table nobody wrote a connector for.

    ``platform`` is a platform code, or ``shop``: whatever the shop given is on.

    ``signature``: headers without which a table is not this one (default: those of the filled names).
    ``unread``: known headers nobody needs. ``personal``: dropped at the door. ``buyer``: dropped too, but a
    key under the tenant's secret takes its place. ``priced``: amounts no column tells, which are price ×
    quantity of the row. ``same_as``: a name that has no column of its own and says what another says.
    ``repeated``: amounts of the whole order (orders) or after-sale (after_sales), on every or only the first
    of its rows, counted once; ``per_erp_order``: those of them that repeat by ``erp_order_id``, so that an
    order has what its ERP's orders come to. ``per_row``: amounts each row has of its own though a file may
    look otherwise. ``carried``: the number of the order (the after-sale) stands on its first row only, and
    what is of the whole of it, too; a row below with goods and without a number is of it. ``exchange_paid``:
    an amount on goods sent in exchange within an order that was sold was paid besides. ``net_of_refund``:
    what went back has been taken from the paid amount: both together were paid.
    """

    name: str = Field(pattern=r"^[a-z][a-z0-9_]{1,40}$")
    zh: str = Field(min_length=1)
    en: str = Field(min_length=1)
    platform: str
    kind: str
    verified: bool = False
    origin: str = Field(min_length=20)
    signature: tuple[str, ...] = ()
    encoding: str = "auto"
    header_row: Annotated[int, Field(ge=1, le=HEADER_SEARCH_ROWS)] | Literal["auto"] = "auto"
    money: Literal["yuan", "yuan_stat", "fen", "li"] = "yuan"
    currency: str = Field(default="CNY", pattern=r"^[A-Z]{3}$")
    time_zone: str = TIME_ZONE
    dates: Literal["ymd", "dmy", "mdy", "serial", "epoch_s", "epoch_ms"] = "ymd"
    columns: dict[str, ColumnRule]
    same_as: dict[str, str] = {}
    constants: dict[str, str] = {}
    priced: tuple[str, ...] = ()
    repeated: tuple[str, ...] = ()
    per_erp_order: tuple[str, ...] = ()
    per_row: tuple[str, ...] = ()
    carried: bool = False
    exchange_paid: bool = False
    net_of_refund: bool = False
    platform_column: PlatformColumn | None = None
    shop_column: ShopColumn | None = None
    unread: tuple[str, ...] = ()
    personal: tuple[str, ...] = ()
    buyer: str = ""

    @field_validator("platform")
    @classmethod
    def _known_platform(cls, given: str) -> str:
        return _one_of(given, ["shop", *codes.PLATFORM.values], "平台 / platform")

    @field_validator("kind")
    @classmethod
    def _known_kind(cls, given: str) -> str:
        return _one_of(given, list(KINDS), "种类 / kind")

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, given: str) -> str:
        try:
            pl.Series([], dtype=pl.Datetime("us")).dt.replace_time_zone(
                given
            )  # who will convert is asked whether it knows the zone
        except pl.exceptions.ComputeError:
            raise ValueError("没有这个时区 / no such time zone, e.g. Asia/Shanghai") from None
        return given

    @field_validator("encoding")
    @classmethod
    def _known_encoding(cls, given: str) -> str:
        if given != "auto":
            try:
                b" ".decode(given)  # of nothing at all, Python does not even look the encoding up
            except LookupError:
                raise ValueError("没有这种编码 / no such encoding") from None
            except UnicodeError:
                return given
        return given

    @model_validator(mode="after")
    def _agrees(self) -> MappingFile:
        known = names_of(self.kind)
        for place, names in (
            ("columns", self.columns),
            ("same_as", self.same_as),
            ("constants", self.constants),
        ):
            for name in names:
                if name not in known:
                    raise ValueError(
                        f"{place}.{name}: {self.kind} 没有这个字段 / has no such name; known: "
                        f"{', '.join(known)}"
                    )
        _check_copies(self)
        for name, rule in self.columns.items():
            _check_codes(
                f"columns.{name}",
                name,
                [*rule.values.values(), *rule.contains.values(), *filter(None, [rule.otherwise])],
            )
        for name, value in self.constants.items():
            _check_constant(name, value)
        _check_needed(self)
        if self.dates == "serial" and self.time_zone != TIME_ZONE:
            raise ValueError(f"dates: serial 只能用于 / only goes with time_zone {TIME_ZONE}")
        _check_headers(self)
        return self

    @property
    def layout_kind(self) -> str:
        """The kind as the manifest and bronze know it: no platform's own kind is called so."""
        return f"mapped_{self.kind}"

    def cell_of(self, name: str) -> str:
        """How the cells of one of our names are written."""
        rule = self.columns[name]
        if rule.cell:
            return rule.cell
        if is_word(name):
            return "text"
        match name.rsplit("_", 1)[-1]:
            case "fen":
                unit = split_unit(rule.header[0])[1]
                return unit if unit in CELLS and not agrees(unit, self.money) else self.money
            case "qty":
                return "int"
            case "at":
                return TIME_CELLS[self.dates]
            case "date":
                return "date"
            case "id":
                return "id"
            case _:
                return "text"

    @property
    def filled_names(self) -> set[str]:
        """Our names some column, copy, product or constant of the table fills."""
        return {*self.columns, *self.same_as, *self.priced, *self.constants}

    @property
    def once(self) -> tuple[str, ...]:
        """``repeated``, and what copies it: amounts of the whole, to be counted once."""
        return (*self.repeated, *(name for name, source in self.same_as.items() if source in self.repeated))

    @property
    def of_order(self) -> dict[str, str]:
        """Our amounts that the order has as a whole → the name of the column that tells it."""
        beside = {name: f"order_{name}" for name in REPEATED["orders"] if f"order_{name}" in self.columns}
        return {name: name for name in self.once} | beside

    def is_per_part(self, name: str) -> bool:
        """Whether an amount of the whole is that of each of the ERP's own orders in it."""
        return self.same_as.get(name, name) in self.per_erp_order

    def is_filled(self, name: str) -> bool:
        """Whether a row without this is set aside.

        An amount of the whole may stand on any one of its rows.
        """
        told = self.columns[name].filled
        return name in NEEDED[self.kind] and name not in self.repeated if told is None else told


def _one_of(given: str, known: list[str], what: str) -> str:
    if given not in known:
        raise ValueError(f"未知的{what}; known: {', '.join(known)}")
    return given


def _check_codes(place: str, name: str, given: list[str]) -> None:
    if given and not (known := codes_of(name)):
        raise ValueError(f"{place}: 这个字段不需要对照 / takes no values")
    for code in given:
        if code not in known:
            raise ValueError(f"{place}: 未知代码 {code} / no such code; known: {', '.join(known)}")


def _check_constant(name: str, value: str) -> None:
    known = FIELDS.get(name)
    if known is None or known.kind not in ("text", "flag"):
        raise ValueError(
            f"constants.{name}: 常量只能用于代码、文字和是否 / constants are for codes, text and flags"
        )
    if is_word(name):
        _check_codes(f"constants.{name}", name, [value])


def _check_copies(mapping: MappingFile) -> None:
    for name, source in mapping.same_as.items():
        if (
            name in mapping.columns
            or source not in mapping.columns
            or name.rsplit("_", 1)[-1] != source.rsplit("_", 1)[-1]
        ):
            raise ValueError(
                f"same_as.{name}: 只能取自 columns 里同类的字段 / copies a name of columns of the same kind, "
                "and is not in columns itself"
            )


def _check_needed(mapping: MappingFile) -> None:
    if missing := [
        " / ".join(names) for names in needs_of(mapping.kind) if not mapping.filled_names & set(names)
    ]:
        raise ValueError(f"columns: 缺少 / lacks {', '.join(missing)}")


def _check_headers(mapping: MappingFile) -> None:
    told = [word.strip() for rule in mapping.columns.values() for word in rule.header]
    first = [rule.header[0].strip() for rule in mapping.columns.values()]
    others = [*mapping.unread, *mapping.personal, *filter(None, [mapping.buyer])]
    twice = sorted(
        {word for word in first if first.count(word) > 1} | ({word.strip() for word in others} & set(told))
    )
    if twice:
        raise ValueError(
            f"columns: 一个表头用了两次 / a header is used twice (use same_as): {', '.join(twice)}"
        )
    known = [name for name in REPEATED.get(mapping.kind, ()) if name in mapping.columns]
    for place, names in (("repeated", mapping.repeated), ("per_row", mapping.per_row)):
        if set(names) - set(known) or set(names) & set(mapping.repeated) & set(mapping.per_row):
            raise ValueError(
                f"{place}: 只能是，且只在一处 / may only be, and in one place only: {', '.join(known) or '-'}"
            )
    beside = {f"order_{name}" for name in known if f"order_{name}" in mapping.columns}
    if set(mapping.per_erp_order) - {*mapping.repeated, *beside} or (
        mapping.per_erp_order and PART not in mapping.columns
    ):
        raise ValueError(
            f"per_erp_order: 只能是 repeated 里的，且要有 {PART} 列 / only of repeated, and needs a column "
            "of "
            f"{PART}"
        )
    needed = {"unit_price_fen", "line_qty"} - mapping.columns.keys()
    if mapping.priced and (
        needed
        or set(mapping.priced) - set(PRICED.get(mapping.kind, ()))
        or set(mapping.priced) & mapping.columns.keys()
    ):
        raise ValueError(
            "priced: 要有单价和数量两列，且没有自己的列 / needs price and quantity, and no column: "
            f"{', '.join(PRICED.get(mapping.kind, ())) or '-'}"
        )
    strange = [
        word for word in mapping.signature if word.strip() not in {*told, *(word.strip() for word in others)}
    ]
    if mapping.platform_column:
        strange = [word for word in strange if word.strip() != mapping.platform_column.header.strip()]
    if strange:
        raise ValueError(
            f"signature: columns 里没有这些表头 / headers that columns does not name: {', '.join(strange)}"
        )
