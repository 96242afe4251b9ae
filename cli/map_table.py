"""``baiyun map``: say what a table nobody knows means, or what a renamed column is called now.

Proposes, asks, and saves only what a person lets stand.

``baiyun mappings``: what was said so far, and taking it back.
"""

from __future__ import annotations

import getpass
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from cli.shown import mapping as shown_mapping
from cli.words import Json, Merchant, Shop, group
from connectors.mapped import source
from connectors.mapping.aliases import find_layout
from connectors.mapping.answers import (
    COLUMN,
    UNREAD,
    WORD,
    columns_said,
    could_be,
    explained,
    missing,
    settled,
    strange_words,
    taken,
)
from connectors.mapping.dictionary import labelled
from connectors.mapping.file import read_mapping, shipped
from connectors.mapping.kinds import codes_of
from connectors.mapping.labels import chosen, plain_answers, shown
from connectors.mapping.model import MappingFile
from connectors.mapping.propose import Proposal
from connectors.mapping.questions import PAID_WHEN_PLACED, PRICED_KEY, Question
from contracts.errors import BaiyunError, UsageError
from pipeline import steps
from pipeline.house import reading, writing
from pipeline.intake.desk import Desk
from pipeline.intake.mapping import (
    MappedPreview,
    forget_mapping,
    free_name,
    kept_mappings,
    known_layout,
    own_aliases,
    own_mappings,
    preview_mapping,
    save_alias,
    save_mapping,
    source_of,
    with_known_shops,
)
from pipeline.intake.registering import register_shop
from pipeline.intake.sandbox.parsing import Limits, aliases_apart, propose_apart
from warehouse import registry
from warehouse.lake import Lake
from warehouse.settings import Settings

app = group("自己的映射:列表、撤销 / own mappings: list, take back")


def map_table(
    file: Annotated[Path, typer.Argument(help="不认识的表格 / the table nobody knows", metavar="FILE")],
    merchant: Merchant,
    shop: Shop,
    new_shop: Annotated[
        bool,
        typer.Option("--new-shop", help="登记这个新店铺,平台见 --platform / enter this new shop"),
    ] = False,
    platform: Annotated[str, typer.Option(help="新店铺在哪个平台 / the platform of a new shop")] = "other",
    kind: Annotated[
        str, typer.Option(help="这是什么表,默认按表头判断 / what kind of table, default: by its header")
    ] = "",
    given: Annotated[
        list[str] | None,
        typer.Option("--set", help="回答,如 支付金额=实收、金额单位=分 / an answer: LABEL=VALUE"),
    ] = None,
    mapping_file: Annotated[
        Path | None, typer.Option("--mapping", help="用现成的映射文件 / use a mapping file as it is")
    ] = None,
    alias: Annotated[
        list[str] | None,
        typer.Option(help="确认改名的列:他们的表头=已知表头 / confirm a renamed column: THEIRS=KNOWN"),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="不再询问,保存 / ask nothing more, save")] = False,
    as_json: Json = False,
) -> None:
    """映射:提出、预览、确认、保存;以后同样表头的文件直接导入 / propose a mapping, show it, ask, save.

    Files of that header are then taken like any other.
    """
    if not file.is_file():
        raise UsageError("NO_SUCH_FILE", "找不到文件", "no such file", file=str(file))
    settings, data = Settings(), file.read_bytes()
    request = _Request(
        merchant,
        shop,
        platform if new_shop else "",
        kind,
        plain_answers(_pairs(given or [])),
        alias or [],
        mapping_file,
        yes=yes,
        as_json=as_json,
    )
    with writing(settings) as lake:
        try:
            _map(lake, settings, data, request)
        except BaiyunError as error:
            error.beside = shown_mapping.not_mapped(error, request.proposal, request.answers)
            raise


@dataclass
class _Request:
    """What was typed; ``proposal`` is what was made of it so far.

    ``platform``: of a new shop to be entered, else empty.
    """

    merchant: str
    shop: str
    platform: str
    kind: str
    answers: dict[str, str]
    alias: list[str]
    mapping_file: Path | None
    yes: bool
    as_json: bool
    proposal: Proposal | None = None


def _map(lake: Lake, settings: Settings, data: bytes, request: _Request) -> None:
    merchant, as_json = request.merchant, request.as_json
    code = _platform_of(lake, settings, request)
    if request.alias:
        _learn(lake, settings, merchant, code, data, request.alias, as_json=as_json)
        return
    known = known_layout(
        lake, merchant, registry.shop(lake, merchant, request.shop), data, Limits.of(settings)
    )  # read in two ways, one file would count twice
    if request.mapping_file:
        mapping = read_mapping(_text_of(request.mapping_file), request.mapping_file.name)
    elif known and request.answers and all(key.startswith(WORD) for key in request.answers):
        mapping = explained(
            next(item for item in own_mappings(lake, merchant) if item.name == known), request.answers
        )
    else:
        _say_what_drifted(lake, settings, merchant, code, data, quiet=as_json)
        proposal = _proposed(settings, code, data, request)
        mapping = settled(
            proposal,
            {
                "name": known or free_name(lake, merchant, proposal.kind),
                "shop": request.shop,
                **request.answers,
            },
        )
        mapping = with_known_shops(lake, merchant, mapping)
    shown = preview_mapping(data, mapping, code, Limits.of(settings), shop_id=request.shop)
    saved = _saved(lake, merchant, mapping, shown, yes=request.yes, as_json=as_json)
    shown_mapping.mapped(request.proposal, mapping, shown, request.answers, saved=saved, as_json=as_json)


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            "BAD_MAPPING",
            "映射文件无法读取",
            "the mapping file cannot be read",
            file=path.name,
            detail=str(error)[:80],
        ) from None


def _platform_of(lake: Lake, settings: Settings, request: _Request) -> str:
    """The platform of a shop, looked up as ``baiyun ingest`` does and refused alike; a new one is entered."""
    now, by = steps.now(), getpass.getuser()
    merchant, shop, is_new = request.merchant, request.shop, bool(request.platform)
    registry.check_ids(merchant_id=merchant, shop_id=shop)
    desk = Desk.open(lake, settings.place, merchant, shop, at=now, by=by, register=is_new)
    if desk.shop:
        return desk.shop.platform_code
    register_shop(lake, merchant, shop, request.platform, at=now)
    return request.platform


def _pairs(given: list[str]) -> dict[str, str]:
    split = [item.partition("=") for item in given]
    if wrong := [key for key, sign, value in split if not (key and sign and value)]:
        raise UsageError("BAD_SET", "--set 应为 键=值", "--set takes KEY=VALUE", given=", ".join(wrong))
    return {key.strip(): value.strip() for key, _, value in split}


def _proposed(settings: Settings, code: str, data: bytes, request: _Request) -> Proposal:
    """The proposal, with everything a person says to it among the request's answers."""
    kind = request.kind or request.answers.get("kind", "")

    def anew(kind: str) -> Proposal:
        request.proposal = propose_apart(
            data, Limits.of(settings), kind=kind, platform=code, columns=columns_said(request.answers)
        )
        return request.proposal

    proposal = anew(kind)
    if request.yes or request.as_json or not sys.stdin.isatty():
        return proposal  # nobody can be asked: what is open is an error later
    shown_mapping.proposed(proposal)
    for question in (question for question in proposal.questions if question.key == "kind" and not kind):
        if (said := _choice(question)) != proposal.kind:
            proposal = anew(said)
            shown_mapping.proposed(proposal)
    _ask_columns(proposal, request.answers)
    proposal = anew(proposal.kind)  # whose an amount is depends on which columns it stands among
    shown_mapping.found(proposal)
    _ask(proposal, request.answers)
    return proposal


def _ask_columns(proposal: Proposal, answers: dict[str, str]) -> None:
    """Ask what is open of the columns: those that are only near, and what none tells."""
    for question in proposal.questions:
        if question.key.startswith((COLUMN, PAID_WHEN_PLACED, PRICED_KEY)) and question.key not in answers:
            answers[question.key] = _choice(question)
    while needed := missing(proposal, answers):
        name, header = _which(proposal, needed[0], answers)
        answers[f"{COLUMN}{name}"] = header


def _ask(proposal: Proposal, answers: dict[str, str]) -> None:
    """Ask the proposal's other questions, and what words nobody knows mean."""
    for question in proposal.questions:
        if question.key != "kind" and question.key not in answers:
            answers[question.key] = _choice(question)
    for name, words in strange_words(proposal, answers).items():
        codes = codes_of(name)
        called = {code: zh for code, (zh, _) in codes.items()} | {UNREAD: "不知道 unknown"}
        for word in words:
            said = _pick(f"{labelled(name)}“{word}”是什么意思? / what does {word!r} mean?", called, UNREAD)
            answers |= {f"{WORD}{name}.{word}": said} if said != UNREAD else {}


def _choice(question: Question) -> str:
    """The answer to one question, as one of its options where it has such."""
    asked = f"{question.zh} / {question.en}"
    if not question.options:
        return str(typer.prompt(asked, default=question.default or None))
    return _pick(
        asked,
        {option: "不是,不读这一列 no" if option == UNREAD else shown(option) for option in question.options},
        question.default,
    )


def _pick(asked: str, called: Mapping[str, str], default: str = "") -> str:
    """One of several options (option → what it is called), by its number, by what it is called, or as it is.

    Anything else is asked again.
    """
    options = list(called)
    told = " | ".join(f"{number} {label}" for number, label in enumerate(called.values(), 1))

    def check(said: str) -> str:
        picked = chosen(said.strip(), options, called)
        if picked not in called:
            raise typer.BadParameter(f"只能是 / must be one of: {told}")
        return picked

    return str(typer.prompt(f"{asked} [{told}]", default=default or None, value_proc=check))


def _which(proposal: Proposal, names: tuple[str, ...], answers: dict[str, str]) -> tuple[str, str]:
    """Which column tells one of several names, of which one is needed: (name, header).

    Columns whose cells can be of it come first; personal ones are none.
    """
    used = set(taken(proposal, answers).values())
    free = [match for match in proposal.matches if match.header not in used and match.how != "personal"]
    headers = [
        match.header
        for match in sorted(free, key=lambda match: not any(could_be(match, name) for name in names))
    ]
    if not headers:
        raise UsageError(
            "MISSING_NAMES",
            "缺少必需的列",
            "no column tells what this kind needs",
            kind=proposal.kind,
            names="/".join(names),
        )
    told = " 或 ".join(map(labelled, names))
    header = _pick(f"哪一列是{told}? / which column tells it?", {header: header for header in headers})
    if len(names) == 1:
        return names[0], header
    return _pick(
        f"“{header}”是哪一个? / which of them is it?", {name: labelled(name) for name in names}, names[0]
    ), header


def _saved(
    lake: Lake, merchant: str, mapping: MappingFile, shown: MappedPreview, *, yes: bool, as_json: bool
) -> bool:
    if not yes and not as_json and sys.stdin.isatty():
        shown_mapping.preview(shown)
        yes = typer.confirm("按此保存? / save it like this?")
    return yes and save_mapping(lake, merchant, mapping, by=getpass.getuser(), at=steps.now())


# renamed columns
def _say_what_drifted(
    lake: Lake, settings: Settings, merchant: str, code: str, data: bytes, *, quiet: bool
) -> None:
    """A file that is a known one but for names is told so first: a name for a column is less work than a
    mapping.
    """
    offer = aliases_apart(
        data,
        Limits.of(settings),
        mappings=[source_of(lake, merchant, code)],
        aliases=own_aliases(lake, merchant),
    )
    if offer and offer.is_renamed and not quiet:
        shown_mapping.offered(offer)


def _learn(
    lake: Lake, settings: Settings, merchant: str, code: str, data: bytes, given: list[str], *, as_json: bool
) -> None:
    known_sources = [source_of(lake, merchant, code)]
    offer = aliases_apart(
        data, Limits.of(settings), mappings=known_sources, aliases=own_aliases(lake, merchant)
    )
    if offer is None:
        raise UsageError(
            "NOTHING_TO_NAME",
            "这个文件没有需要确认的改名列",
            "no column of this file waits for a name",
            aliases=", ".join(given),
        )
    layout = find_layout(offer.layout, [*known_sources, source(code, list(shipped().values()))])
    with lake.transaction():
        learned = {
            theirs: known
            for theirs, known in _pairs(given).items()
            if save_alias(lake, merchant, layout, theirs, known, by=getpass.getuser(), at=steps.now())
        }
    shown_mapping.learned(layout.key, learned, as_json=as_json)


# what was said so far
@app.command("list")
def list_mappings(merchant: Merchant, as_json: Json = False) -> None:
    """一个商家自己的映射 / a merchant's own mappings."""
    with reading(Settings()) as lake:
        registry.require_merchant(lake, merchant)
        shown_mapping.kept(kept_mappings(lake, merchant), as_json=as_json)


@app.command("forget")
def forget(
    name: Annotated[str, typer.Argument(help="映射的名称 / the mapping's name")], merchant: Merchant
) -> None:
    """撤销一个映射:这样的文件不再认识,已导入的保持原样,直到从原始文件重算 / take a mapping back.

    Files loaded before stay until a build from landing.
    """
    with writing(Settings()) as lake:
        forgotten = forget_mapping(lake, merchant, name, by=getpass.getuser(), at=steps.now())
    typer.echo(f"{name}({forgotten.zh})已撤销 / taken back")
