"""Titles, options and addresses as shops write them, and what they mean: by hand."""

from __future__ import annotations

import polars as pl
import pytest

from contracts.amounts import yuan
from district.declared import CATEGORY, COLOUR, PRICE_BAND, SIZE
from district.vocabulary import KINDS, PRICE_BANDS, classify, entries, families, meaning, price_band


@pytest.mark.parametrize(
    ("title", "code"),
    [
        ("冬装新品雪纺拼接流苏腰带长款连衣裙女", "dress"),
        ("裙子女新款夏季气质中长款衬衫裙收腰显瘦polo连衣裙", "dress"),
        ("法式复古气质礼服长裙冷淡风V领显瘦小心机连衣裙女", "dress"),
        ("显瘦休闲中长碎花裙子", "skirt"),
        ("汉服女马面裙日常款", "horse_face_skirt"),
        ("男士纯棉短袖T恤圆领宽松大码半袖", "t_shirt"),
        ("棉麻韩版宽松显瘦休闲短袖", "t_shirt"),
        ("白衬衫女长袖上衣修身显瘦雪纺衫职业打底衫百搭衬衣", "shirt"),
        ("慵懒风高领打底针织衫女加厚保暖套头毛衣内搭上衣", "knitwear"),
        ("加绒加厚宽松长袖字母上衣女连帽保暖卫衣女", "sweatshirt"),
        ("牛仔裤女弹力百搭直筒九分喇叭裤修身显瘦阔腿裤女 蓝色八分裤 28", "jeans"),
        ("高腰垂感阔腿裤女夏季坠感宽松小个子系带直筒裤子", "casual_trousers"),
        ("打底裤女九分铅笔小脚高腰黑色裤子女外穿薄款", "leggings"),
        ("初春上衣女复古气质牛仔短外套夹克", "jacket"),
        ("小西装外套女春秋装韩版宽松休闲西服套装", "suit_jacket"),
        ("呢子大衣中长款气质大红色斗篷外套女秋冬毛呢", "wool_coat"),
        ("加厚面包服短款羽绒棉衣棉服女宽松秋冬季外套棉袄", "down_jacket"),
        ("休闲西装套装女春秋韩版时尚显瘦职业小西服外套两件套", "set"),
        ("流苏耳环女气质温柔短款耳坠", "accessory"),
        ("夏季新款韩版牛仔", None),  # jeans, a jacket, a skirt: nobody can tell
        ("", None),
        (None, None),
    ],
)
def test_a_title_means_what_its_most_telling_word_means(title: str | None, code: str | None) -> None:
    assert meaning("category", title) == code


@pytest.mark.parametrize(
    ("kind", "text", "code"),
    [
        ("colour", "奶白色", "white"),
        ("colour", "雾霾蓝", "blue"),
        ("colour", "卡其", "brown"),
        ("colour", "杏色", "brown"),
        ("colour", "酒红", "red"),
        ("colour", "豆绿", "green"),
        ("colour", "浅灰", "grey"),
        ("colour", "图色", "several"),
        ("colour", "A718款", None),
        ("size", "M", "m"),
        ("size", "黑色;L", "l"),
        ("size", "2XL", "xxl"),
        ("size", "XXXL", "xxl"),
        ("size", "均码", "free"),
        ("size", "F", "free"),
        ("size", "165/88A", "l"),
        ("size", "160/84A(M)", "m"),
        ("size", "Short", None),
        ("size", "28", None),
        ("size", "xl", "xl"),
        ("region", "广东省", "south"),
        ("region", "广西壮族自治区", "south"),
        ("region", "上海市", "east"),
        ("region", "内蒙古自治区", "north"),
        ("region", "新疆维吾尔自治区", "north_west"),
        ("region", "海外", None),
    ],
)
def test_options_and_addresses(kind: str, text: str, code: str | None) -> None:
    assert meaning(kind, text) == code


def test_a_column_is_read_as_its_texts_are() -> None:
    texts = pl.Series(["连衣裙", None, "不知道", "连衣裙", "风衣"])
    assert classify("category", texts).to_list() == ["dress", None, None, "dress", "trench_coat"]
    assert classify("category", pl.Series([None], dtype=pl.String)).to_list() == [None]


def test_every_word_means_one_thing() -> None:
    for kind in KINDS:
        words = [word for entry in entries() if entry.kind == kind for word in (*entry.words, *entry.generic)]
        assert len(words) == len(set(words)) > 0, kind


def test_a_price_lies_in_the_band_its_name_says() -> None:
    fen = [
        0,
        4_999,
        5_000,
        9_999,
        10_000,
        14_999,
        15_000,
        19_999,
        20_000,
        29_999,
        30_000,
        49_999,
        50_000,
        9_999_900,
        -1,
    ]
    bands = pl.DataFrame({"fen": fen}).select(price_band(pl.col("fen")))["literal"].to_list()
    for price, band in zip(fen[:-1], bands, strict=False):
        lower, _, upper = band.partition("_")
        assert float(lower) <= price / 100 and (upper == "up" or price / 100 < float(upper) + 1), (
            yuan(price),
            band,
        )
    assert bands[-1] is None


def test_cubes_are_made_of_the_vocabularys_codes() -> None:
    bands = ("0_49", "50_99", "100_149", "150_199", "200_299", "300_499", "500_up")
    assert PRICE_BAND.order == bands == tuple(PRICE_BAND.parents)
    assert [lower for lower, _, _ in PRICE_BANDS] == sorted(lower for lower, _, _ in PRICE_BANDS)
    assert SIZE.order == ("xs", "s", "m", "l", "xl", "xxl", "free")
    assert CATEGORY.parents == families("category") and COLOUR.parents == families("colour")
