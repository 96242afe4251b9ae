"""What an answer must own up to: where the source does not tell, the reader is told so, with the amount."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from contracts.amounts import yuan
from metrics.model.needs import MISSING
from metrics.model.note_kinds import NOTES, NoteKind
from metrics.query.amounts import share

__all__ = ["NOTES", "UNREPORTED", "Note", "NoteKind", "make_notes"]


@dataclass(frozen=True)
class Note:
    """One reservation about one answer, ready to print.

    ``amount_fen`` or ``count`` is the figure in the sentence, ``beside`` the second one where it has two.
    """

    code: str
    zh: str
    en: str
    amount_fen: int | None = None
    count: int | None = None
    beside: int | None = None


#: Notes of what is empty, or in no figure, because nobody gave it.
UNREPORTED = (*MISSING.values(), "PAID_UNDATED", "REFUNDS_UNSIZED")


def make_notes(
    codes: Collection[str],
    totals: Mapping[str, int],
    words: Mapping[str, Mapping[str, str | int]] | None = None,
) -> list[Note]:
    """The notes among ``codes`` that apply, in declared order: a figure of 0 says nothing and is left out.

    ``totals`` is part → sum over the answer; ``words`` are what the sentence of a note names beside its
    figure.
    """
    told = (
        (code, kind)
        for code, kind in NOTES.items()
        if code in codes and (not kind.part or totals.get(kind.part))
    )
    return [
        _note(code, kind, totals.get(kind.part, 0), totals.get(kind.beside, 0), (words or {}).get(code, {}))
        for code, kind in told
    ]


def _in_english(kind: NoteKind, words: Mapping[str, str | int]) -> str:
    """The English sentence; names of a list are joined in Chinese, and stand with commas here."""
    return kind.en.format(
        **{name: word.replace("、", ", ") if isinstance(word, str) else word for name, word in words.items()}
    )


def _note(code: str, kind: NoteKind, total: int, beside: int, more: Mapping[str, str | int]) -> Note:
    if not kind.part:
        return Note(code, kind.zh.format(**more), _in_english(kind, more))
    is_money = kind.part.endswith("_fen")
    words = {
        "figure": yuan(total) if is_money else f"{total:,}",
        "share": share(beside, total) if kind.beside else "",
        "beside": f"{beside:,}" if kind.beside.endswith("_qty") else yuan(beside),
        **more,
    }
    return Note(
        code,
        kind.zh.format(**words),
        _in_english(kind, words),
        total if is_money else None,
        None if is_money else total,
        beside if kind.beside else None,
    )
