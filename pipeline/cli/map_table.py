"""``baiyun map``: say what a table nobody knows means, or what a renamed column is called now. Proposes, asks, and saves only what a person lets stand."""

from __future__ import annotations

import getpass
import sys
from pathlib import Path
from typing import Annotated

import typer

from connectors.mapped import source
from connectors.mapping_aliases import find_layout
from connectors.mapping_file import read_mapping, shipped
from connectors.mapping_model import MappingFile
from connectors.mapping_propose import Proposal, settled
from contracts.errors import NotFoundError, UsageError
from pipeline import show_mapping, steps
from pipeline.cli.words import Json, Merchant, Shop
from pipeline.house import writing
from pipeline.mapping import MappedPreview, free_name, known_layout, own_aliases, preview_mapping, save_alias, save_mapping, source_of
from pipeline.parsing import Limits, aliases_apart, propose_apart
from pipeline.registering import register_shop
from warehouse import registry
from warehouse.lake import Lake
from warehouse.settings import Settings


def map_table(
    file: Annotated[Path, typer.Argument(help="不认识的表格 / the table nobody knows", metavar="FILE")],
    merchant: Merchant,
    shop: Shop,
    platform: Annotated[str, typer.Option(help="店铺未登记时,它在哪个平台 / the platform of a shop that is not registered yet")] = "other",
    kind: Annotated[str, typer.Option(help="这是什么表,默认按表头判断 / what kind of table, default: by its header")] = "",
    given: Annotated[list[str] | None, typer.Option("--set", help="回答,如 money=fen、columns.paid_fen=实收 / an answer: KEY=VALUE")] = None,
    mapping_file: Annotated[Path | None, typer.Option("--mapping", help="用现成的映射文件 / use a mapping file as it is")] = None,
    alias: Annotated[list[str] | None, typer.Option(help="确认改名的列:他们的表头=已知表头 / confirm a renamed column: THEIRS=KNOWN")] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="不再询问,保存 / ask nothing more, save")] = False,
    as_json: Json = False,
) -> None:
    """映射:提出、预览、确认、保存;以后同样表头的文件直接导入 / propose a mapping, show it, ask, save; files of that header are then taken like any other."""
    if not file.is_file():
        raise UsageError("NO_SUCH_FILE", "找不到文件", "no such file", file=str(file))
    settings, data = Settings(), file.read_bytes()
    with writing(settings) as lake:
        code = _platform_of(lake, merchant, shop, platform)
        if alias:
            _learn(lake, settings, merchant, code, data, alias, as_json=as_json)
            return
        if mapping_file:
            known_layout(lake, merchant, code, data, Limits.of(settings))  # read in two ways, one file would count twice
            mapping = read_mapping(_text_of(mapping_file), mapping_file.name)
            proposal = None
        else:
            _say_what_drifted(lake, settings, merchant, code, data, quiet=as_json)
            proposal, mapping = _proposed(lake, settings, merchant, code, data, kind, _pairs(given or []), ask=not (yes or as_json))
        shown = preview_mapping(data, mapping, code, Limits.of(settings))
        saved = _saved(lake, merchant, mapping, shown, yes=yes, as_json=as_json)
    show_mapping.mapped(proposal, mapping, shown, saved=saved, as_json=as_json)


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError("BAD_MAPPING", "映射文件无法读取", "the mapping file cannot be read", file=path.name, detail=str(error)[:80]) from None


def _platform_of(lake: Lake, merchant: str, shop: str, platform: str) -> str:
    """The platform of a shop; one nobody has entered is entered on the platform said."""
    try:
        return registry.shop(lake, merchant, shop).platform_code
    except NotFoundError:
        register_shop(lake, merchant, shop, platform, at=steps.now())
        return platform


def _pairs(given: list[str]) -> dict[str, str]:
    split = [item.partition("=") for item in given]
    if wrong := [key for key, sign, value in split if not (key and sign and value)]:
        raise UsageError("BAD_SET", "--set 应为 键=值", "--set takes KEY=VALUE", given=", ".join(wrong))
    return {key.strip(): value.strip() for key, _, value in split}


def _proposed(
    lake: Lake, settings: Settings, merchant: str, code: str, data: bytes, kind: str, answers: dict[str, str], *, ask: bool
) -> tuple[Proposal, MappingFile]:
    known = known_layout(lake, merchant, code, data, Limits.of(settings))
    asked = {"kind": kind or answers.get("kind", ""), "platform": code}
    proposal = propose_apart(data, Limits.of(settings), **asked)
    if ask:
        show_mapping.proposed(proposal)
        answers = {**_asked(proposal, answers), **answers}
        if answers.get("kind", proposal.kind) != proposal.kind:
            proposal = propose_apart(data, Limits.of(settings), kind=answers["kind"], platform=code)
            show_mapping.proposed(proposal)
            answers |= _asked(proposal, answers)
    if proposal.missing and not any(key.startswith("columns.") for key in answers):
        step = {"step_zh": "用 --set columns.名称=表头 指定", "step_en": "name their header with --set columns.NAME=HEADER"}
        raise UsageError("MISSING_NAMES", "缺少必需的列", "no column tells what this kind needs", **step, kind=proposal.kind, names=", ".join(proposal.missing))
    return proposal, settled(proposal, {"name": known or free_name(lake, merchant, proposal.kind), **answers})


def _asked(proposal: Proposal, answers: dict[str, str]) -> dict[str, str]:
    """Ask what is open and not answered yet. Without a terminal nothing can be asked, and what is open is an error later."""
    if not sys.stdin.isatty():
        return {}
    told = {}
    for question in proposal.questions:
        if question.key not in answers:
            options = f" [{' | '.join(question.options)}]" if question.options else ""
            told[question.key] = str(typer.prompt(f"{question.zh} / {question.en}{options}", default=question.default or None))
    return told


def _saved(lake: Lake, merchant: str, mapping: MappingFile, shown: MappedPreview, *, yes: bool, as_json: bool) -> bool:
    if not yes and not as_json and sys.stdin.isatty():
        show_mapping.preview(shown)
        yes = typer.confirm("按此保存? / save it like this?")
    return yes and save_mapping(lake, merchant, mapping, by=getpass.getuser(), at=steps.now())


# renamed columns
def _say_what_drifted(lake: Lake, settings: Settings, merchant: str, code: str, data: bytes, *, quiet: bool) -> None:
    """A file that is nearly a known one is told so first: a name for a column is less work than a mapping."""
    offer = aliases_apart(data, Limits.of(settings), mappings=[source_of(lake, merchant, code)], aliases=own_aliases(lake, merchant))
    if offer and offer.missing and offer.offered and not quiet:
        show_mapping.offered(offer)


def _learn(lake: Lake, settings: Settings, merchant: str, code: str, data: bytes, given: list[str], *, as_json: bool) -> None:
    known_sources = [source_of(lake, merchant, code)]
    offer = aliases_apart(data, Limits.of(settings), mappings=known_sources, aliases=own_aliases(lake, merchant))
    if offer is None:
        raise UsageError("NOTHING_TO_NAME", "这个文件没有需要确认的改名列", "no column of this file waits for a name", aliases=", ".join(given))
    layout = find_layout(offer.layout, [*known_sources, source(code, list(shipped().values()))])
    with lake.transaction():
        learned = {
            theirs: known for theirs, known in _pairs(given).items() if save_alias(lake, merchant, layout, theirs, known, by=getpass.getuser(), at=steps.now())
        }
    show_mapping.learned(layout.key, learned, as_json=as_json)
