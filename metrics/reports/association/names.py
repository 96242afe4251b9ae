"""What the nodes of the district's cubes are called, merged ones too."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from contracts.codes import CHANNEL, PLATFORM
from district.vocabulary import FAMILIES, PRICE_BANDS, entries
from district.vocabulary import codes as codes_of

#: Column of a cell → what it divides by.
DIMENSIONS = {
    "platform_code": ("平台", "platform"),
    "channel_code": ("渠道", "channel"),
    "category_code": ("品类", "category"),
    "price_band_code": ("价格带", "price band"),
    "size_code": ("尺码", "size"),
    "colour_code": ("色系", "colour"),
    "region_code": ("地区", "region"),
}
_UNKNOWN = {
    "platform_code": ("平台不明", "platform unknown"),
    "channel_code": ("平台没分渠道", "channel not reported"),
    "price_band_code": ("价格不明", "price unknown"),
    "region_code": ("地区不明", "region unknown"),
}
_UNCLASSIFIED = ("未归类", "not classified")


@cache
def node_name(dimension: str, node: str, most: int | None = None) -> tuple[str, str]:
    """Chinese and English: a code's, a family's; of merged codes all of theirs, as a list. With ``most`` as
    one says them in a sentence: the first ones and how many there are where they are more. Price bands and
    sizes that follow one another are a range.
    """
    if node == "unknown":
        return _UNKNOWN.get(dimension, _UNCLASSIFIED)
    if node in FAMILIES:
        return FAMILIES[node]
    codes = node.split("+")
    if len(codes) > 1 and (found := _range(dimension, codes)):
        return found
    each = [_code_name(dimension, code) for code in codes]
    zh, en = ([pair[place] for pair in each] for place in (0, 1))
    if most is None:
        return "、".join(zh), ", ".join(en)
    if len(each) > most:
        zh = [*zh[: most - 2], f"{zh[most - 2]}等 {len(each)} 类"]
        en = [*en[: most - 1], f"{len(each) - most + 1} more"]
    return "、".join(zh), " and ".join(filter(None, (", ".join(en[:-1]), en[-1])))


def _range(dimension: str, codes: Sequence[str]) -> tuple[str, str] | None:
    """``0–199 元``, ``S–L``; None for what does not follow one another."""
    if dimension not in ("price_band_code", "size_code"):
        return None
    order = [code for _, code, _ in PRICE_BANDS] if dimension == "price_band_code" else [*codes_of("size")]
    places = [order.index(code) for code in codes if code in order]
    if len(places) < len(codes) or places != [*range(places[0], places[0] + len(places))]:
        return None
    if dimension == "size_code":
        (zh, en), (zh2, en2) = _code_name(dimension, codes[0]), _code_name(dimension, codes[-1])
        return f"{zh}–{zh2}", f"{en}–{en2}"
    low = PRICE_BANDS[places[0]][0] // 100
    end = places[-1] + 1
    if end == len(PRICE_BANDS):
        return f"{low} 元及以上", f"¥{low} and up"
    high = PRICE_BANDS[end][0] // 100 - 1
    return f"{low}–{high} 元", f"¥{low}–{high}"


def _code_name(dimension: str, code: str) -> tuple[str, str]:
    if code == "unknown":
        return _UNKNOWN.get(dimension, _UNCLASSIFIED)
    if dimension == "price_band_code":
        return _BANDS[code]
    codes = {"platform_code": PLATFORM, "channel_code": CHANNEL}.get(dimension)
    if codes is not None:
        return codes.zh(code), codes.en(code)
    kind = dimension.removesuffix("_code")
    return next(
        ((entry.zh, entry.en) for entry in entries() if (entry.kind, entry.code) == (kind, code)),
        (code, code),
    )


def _bands() -> dict[str, tuple[str, str]]:
    """``100–149 元``; the last has no end."""
    lows = [low // 100 for low, *_ in PRICE_BANDS]
    found = {}
    for (_, code, _), low, end in zip(PRICE_BANDS, lows, [*lows[1:], None], strict=True):
        zh, en = (f"–{end - 1} 元", f"–{end - 1}") if end else (" 元及以上", " and up")
        found[code] = (f"{low}{zh}", f"¥{low}{en}")
    return found


_BANDS = _bands()
