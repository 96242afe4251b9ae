"""What a proposed mapping leaves open, and the form in which a person answers it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from contracts.codes import KIND
from dashboards.parts.entering.kinds import column_name
from dashboards.parts.page.language import called, pick
from dashboards.parts.page.words import plain
from pipeline.counter import COLUMN, UNREAD, WORD, Proposal, Question, codes_of, missing, strange_words

_WORDS = {
    "yuan": ("元", "yuan"), "fen": ("分", "fen"), "li": ("厘（千分之一元）", "li (1/1000 yuan)"),
    "dmy": ("日在前", "day first"), "mdy": ("月在前", "month first"), "yes": ("是", "yes"),
    "no": ("否", "no"),     UNREAD: ("不是", "no"), "once": ("整单的，只算一次", "the whole order's, counted "
        "once"),
    "each": ("每行各自的，相加", "each row's own, added up"),
    "part": ("ERP 每个内部单的，各算一次", "each ERP order's, counted once each"),
}  # fmt: skip
#: Where there are more, it is no column of a few words.
_WORDS_ASKED = 40


def either(names: Sequence[str]) -> str:
    """The alternatives in words."""
    return pick(" 或 ", " or ").join(map(column_name, names))


def ask(proposal: Proposal, put: Mapping[str, str]) -> dict[str, str]:
    """The questions only a person can answer.

    All answers, with ``put``, when the form was sent in this run and nothing is open; else empty.
    """
    answers: dict[str, str] = {}
    questions = [
        question for question in proposal.questions if question.key != "kind" and question.key not in put
    ]
    with st.form("mapping", border=True):
        for question in questions:
            answers[question.key] = _answer(question, f"asked_{proposal.kind}_{question.key}")
        answers |= ask_words(strange_words(proposal, put), f"asked_{proposal.kind}_")
        answers["zh"] = st.text_input(
            pick("给这种表起个名字", "Name this kind of table"),
            pick(f"自有{KIND.zh(proposal.kind)}", f"Own {KIND.en(proposal.kind)}"),
            max_chars=30,
            key=f"asked_{proposal.kind}_zh",
        )
        is_sent = st.form_submit_button(pick("看看会怎样读", "See how it reads"), icon=":material/preview:")
    open_ones = [plain(called(question), 200) for question in questions if not answers[question.key].strip()]
    open_ones += [
        pick(f"哪一列是{either(names)}?", f"which column is {either(names)}?")
        for names in missing(proposal, put)
    ]
    open_ones += [
        pick(
            f"说明了{column_name(name)}的词，却说没有这一列？",
            f"words of {column_name(name)} were explained, yet there is no such column?",
        )
        for name in _contradicted(answers)
    ]
    if is_sent and open_ones:
        told = pick("；", "; ").join(open_ones)
        st.warning(pick(f"**还有没回答的：** {told}", f"**Still open:** {told}"), icon=":material/edit:")
    answered = {key: value.strip() for key, value in answers.items() if value.strip()}
    return {**answered, **put} if is_sent and not open_ones else {}


def _contradicted(answers: Mapping[str, str]) -> list[str]:
    """Our names whose words were explained, and whose column was said to be none."""
    explained = dict.fromkeys(
        key.removeprefix(WORD).partition(".")[0]
        for key, code in answers.items()
        if key.startswith(WORD) and code
    )
    return [name for name in explained if answers.get(f"{COLUMN}{name}") == UNREAD]


def ask_words(strange: Mapping[str, Sequence[str]], key: str) -> dict[str, str]:
    """What each word nobody knows means, as ``words.NAME.WORD`` → code.

    Let stand, it is empty and the word counts as unknown.
    """
    said = {}
    for name, words in strange.items():
        column = column_name(name)
        zh = f"**{column}里有不认识的词，各是什么意思？** 不选的按“未知”计。"
        en = f"**What do these words of {column} mean?** Those left alone count as unknown."
        st.markdown(f":orange[:material/help:] {pick(zh, en)}")
        codes = codes_of(name)
        with st.container(horizontal=True, gap="small"):
            for word in words[:_WORDS_ASKED]:
                asked = f"{WORD}{name}.{word}"
                said[asked] = (
                    st.selectbox(
                        f"“{plain(word, 40)}”",
                        list(codes),
                        index=None,
                        format_func=lambda code, codes=codes: pick(*codes[code]),
                        placeholder=pick("按未知计", "counts as unknown"),
                        key=f"{key}{asked}",
                        width=220,
                    )
                    or ""
                )
    return said


def _answer(question: Question, key: str) -> str:
    asked = plain(called(question), 400)
    if not question.options:
        return st.text_input(asked, question.default, max_chars=40, key=key)
    place = question.options.index(question.default) if question.default in question.options else None
    return st.radio(asked, question.options, index=place, format_func=_option, horizontal=True, key=key) or ""


def _option(code: str) -> str:
    """An option in words; one of their headers means yes."""
    return pick(*(_WORDS.get(code) or KIND.labels.get(code) or _WORDS["yes"]))
