"""Which category, colour family, size and region the words of a title, an option or an address mean.

One declared vocabulary (``vocabulary.csv``): ``kind, code, family, zh, en, words, generic``. Of the words
found in a text the longest counts, of equally long ones the first; ``generic`` words (裙子, 外套) only where
there is no other. A text without any is not classified, and is never guessed.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import polars as pl

KINDS = ("category", "colour", "size", "region")
#: Lower bounds in fen of what a piece was paid, code, family; the lowest first.
PRICE_BANDS = (
    (0, "0_49", "low"), (5_000, "50_99", "low"), (10_000, "100_149", "middle"), (15_000, "150_199", "middle"),
    (20_000, "200_299", "high"), (30_000, "300_499", "high"), (50_000, "500_up", "high"),
)  # fmt: skip
#: What families of codes, and of price bands, are called.
FAMILIES = {
    "skirts": ("裙装", "skirts and dresses"),
    "tops": ("上装", "tops"),
    "trousers": ("裤装", "trousers"),
    "outerwear": ("外套", "outerwear"),
    "sets": ("套装", "sets"),
    "others": ("内衣配饰", "underwear and accessories"),
    "neutral": ("黑白灰", "neutral colours"),
    "warm": ("暖色", "warm colours"),
    "cool": ("冷色花色", "cool and several colours"),
    "low": ("100 元以下", "under ¥100"),
    "middle": ("100–199 元", "¥100–199"),
    "high": ("200 元及以上", "¥200 and up"),
}
_TOKEN = re.compile(r"[A-Za-z0-9/]+|[\u4e00-\u9fff]+")


@dataclass(frozen=True)
class Entry:
    """One code: its family ("" for none), labels, and the words that mean it."""

    kind: str
    code: str
    family: str
    zh: str
    en: str
    words: tuple[str, ...]
    generic: tuple[str, ...]


@cache
def entries() -> tuple[Entry, ...]:
    """The whole vocabulary, as declared."""
    with (Path(__file__).parent / "vocabulary.csv").open(encoding="utf-8", newline="") as stream:
        return tuple(
            Entry(
                row["kind"],
                row["code"],
                row["family"],
                row["zh"],
                row["en"],
                tuple(row["words"].split()),
                tuple((row["generic"] or "").split()),
            )
            for row in csv.DictReader(stream)
        )


def families(kind: str) -> dict[str, str]:
    """Code → family of one kind."""
    return {entry.code: entry.family for entry in entries() if entry.kind == kind and entry.family}


def codes(kind: str) -> tuple[str, ...]:
    """Every code of one kind, as declared."""
    return tuple(entry.code for entry in entries() if entry.kind == kind)


def meaning(kind: str, text: str | None) -> str | None:
    """The code ``text`` means; null where no word of the vocabulary stands in it.

    Sizes are whole words (an S in "Short" is none); everything else may stand anywhere.
    """
    if not text:
        return None
    for words in _ranked(kind):
        if kind == "size":
            tokens = [token.upper() for token in _TOKEN.findall(text)]
            found = [(-len(token), at, words[token]) for at, token in enumerate(tokens) if token in words]
        else:
            found = [(-len(word), text.index(word), code) for word, code in words.items() if word in text]
        if found:
            return min(found)[2]
    return None


def classify(kind: str, texts: pl.Series) -> pl.Series:
    """The code each text means, null where none; each different text is read once."""
    different = texts.drop_nulls().unique().sort()
    codes = [meaning(kind, text) for text in different]
    return texts.replace_strict(different, codes, default=None, return_dtype=pl.String)


def price_band(fen: pl.Expr) -> pl.Expr:
    """The band a price per piece (fen) lies in; null below 0 and where there is none."""
    found = pl.lit(None, pl.String)
    for lower, code, _ in PRICE_BANDS:
        found = pl.when(fen >= lower).then(pl.lit(code)).otherwise(found)
    return found


@cache
def _ranked(kind: str) -> tuple[dict[str, str], dict[str, str]]:
    """Word → code: those that say it alone, then the generic ones."""
    mine = [entry for entry in entries() if entry.kind == kind]
    return (
        {word: entry.code for entry in mine for word in entry.words},
        {word: entry.code for entry in mine for word in entry.generic},
    )
