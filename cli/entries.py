"""The commands of every hand-entered list (``baiyun costs``, ``stock``, ``rates`` …): template, preview,
import, list, take back. All from its declaration.
"""

import getpass
import inspect
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, get_type_hints

import polars as pl
import typer

from cli.rates import forget
from cli.terminal import print_table
from cli.words import REFUSED, Merchant, group, looking_as
from contracts.errors import UsageError
from pipeline.entries import engine
from pipeline.entries.cells import Cell, Language
from pipeline.entries.declaration import EntryList
from pipeline.entries.engine import CHANGES, ListPreview
from pipeline.entries.template import template
from pipeline.house import reading
from warehouse.settings import Settings

_Path = Annotated[
    Path,
    typer.Argument(
        help="CSV 或 Excel,列同模板 / CSV or a workbook, as the template", exists=True, dir_okay=False
    ),
]
_Out = Annotated[
    Path | None,
    typer.Option(
        "--out",
        "-o",
        help="写到文件,.xlsx 为 Excel,其他为 CSV / write to a file, a workbook for .xlsx, else CSV",
    ),
]
_Own = Annotated[
    str,
    typer.Option(
        "--merchant", "-m", help="商家编号:填好自己的商家编码 / merchant id: filled with their own SKUs"
    ),
]
_English = Annotated[bool, typer.Option("--english", help="英文表头和选项 / headers and choices in English")]
#: List → commands beside those that every list has.
MORE: dict[str, dict[str, Callable[..., None]]] = {"rates": {"forget": forget}}
_Ids = Annotated[list[str], typer.Argument(help="编号,见列表 / ids, see the list", metavar="ID...")]


def list_group(item: EntryList) -> typer.Typer:
    """The commands of one list, its own among them."""
    app = entry_group(item)
    for name, command in MORE.get(item.code, {}).items():
        app.command(name)(command)
    return app


def entry_group(item: EntryList) -> typer.Typer:
    """The commands every list has."""
    app = group(
        f"{item.zh}:模板、预览、导入、列表、撤销 / {item.en}: template, preview, import, list, take back"
    )

    def add(name: str, command: Callable[..., None], help_text: str) -> None:
        app.command(name, help=help_text)(_of_the_house(command) if item.is_house else command)

    def print_template(out: _Out = None, merchant: _Own = "", english: _English = False) -> None:
        _give_template(item, out, merchant, "en" if english else "zh")

    def preview(path: _Path, merchant: Merchant) -> None:
        _preview(item, path, merchant)

    def import_file(path: _Path, merchant: Merchant) -> None:
        _import(item, path, merchant)

    def list_entries(merchant: Merchant) -> None:
        _list(item, merchant)

    def take_back(ids: _Ids, merchant: Merchant) -> None:
        count = engine.take_back_now(item, Settings(), merchant, ids, by=getpass.getuser())
        typer.echo(
            f"已撤销 {count} {item.count_words[0]} / {count} {item.count_words[1]} taken back → 运行 baiyun "
            "build / run `baiyun build`"
        )

    add(
        "template",
        print_template,
        f"{item.zh}表的模板(CSV 或 Excel) / the list to fill in, as CSV or a workbook",
    )
    add(
        "preview",
        preview,
        f"导入之前先看:哪些行会变,哪里填错 / before importing {item.en}: what would change, and every wrong "
        "row",
    )
    add(
        "import",
        import_file,
        f"导入{item.zh}表;有一行不对就整份拒收 / take over a list of {item.en}; one wrong row refuses it "
        "whole",
    )
    add(
        "list",
        list_entries,
        f"现在有效的{item.zh},谁在什么时候录的 / the {item.en} in force, with who and when",
    )
    add("take-back", take_back, f"按编号撤销{item.zh} / take back {item.en} by their ids")
    return app


def _of_the_house(command: Callable[..., None]) -> Callable[..., None]:
    """The command without its merchant: the list is the whole house's."""

    def run(**given: Any) -> None:  # noqa: ANN401 - what typer read
        command(**given, merchant=None)

    signature = inspect.signature(command)
    others = [item for name, item in signature.parameters.items() if name != "merchant"]
    run.__signature__ = signature.replace(parameters=others)  # type: ignore[attr-defined]
    run.__annotations__ = {
        name: kind
        for name, kind in get_type_hints(command, include_extras=True).items()
        if name != "merchant"
    }
    return run


def _give_template(item: EntryList, out: Path | None, merchant: str | None, language: Language) -> None:
    form = "xlsx" if out is not None and out.suffix.lower() == ".xlsx" else "csv"
    if merchant:
        with reading(Settings()) as lake:
            data = template(item, form, lake=lake, merchant_id=merchant, language=language)
    else:
        data = template(item, form, language=language)
    if out is None:
        typer.echo(data.decode(), nl=False)
        return
    if out.exists():
        step = {"step_zh": "换个名字", "step_en": "choose another name"}
        raise UsageError(
            "FILE_EXISTS", "文件已经存在,不覆盖", "the file exists and is not overwritten", **step, file=out
        )
    out.write_bytes(data)
    typer.echo(f"模板已写到 {out} / written", file=sys.stderr)


def _preview(item: EntryList, path: Path, merchant: str | None) -> None:
    with reading(Settings()) as lake:
        found = engine.preview(item, lake, merchant, path.name, path.read_bytes())
    unfilled = f",{found.unfilled} 行没填 / {found.unfilled} not filled in" if found.unfilled else ""
    typer.echo(f"读取 {found.rows_read} 行{unfilled} / {found.rows_read} rows read")
    if found.problems:
        columns = [
            "行 / row",
            "列 / column",
            "内容 / cell",
            "规则 / rule",
            "问题 / what",
            "下一步 / next step",
        ]
        rows = [
            (problem.row, problem.column, problem.cell, problem.rule, item.rules[problem.rule])
            for problem in found.problems
        ]
        print_table(
            "",
            columns,
            [(*cells, f"{rule.zh} / {rule.en}", f"{rule.step_zh} / {rule.step_en}") for *cells, rule in rows],
        )
        raise typer.Exit(REFUSED)
    typer.echo(",".join(f"{zh} {found.count(code)}" for code, (zh, _) in CHANGES.items()))
    _tell_changes(item, found)
    _tell_never_sold(found.never_sold)


def _tell_changes(item: EntryList, found: ListPreview) -> None:
    moving = found.changes.filter(pl.col("verdict_code").is_in(["new", "changed", "taken_back"]))
    cells = [
        cell
        for cell in item.columns
        if cell.name != item.value.name
        and cell.name in moving.columns
        and moving[cell.name].null_count() < moving.height
    ]
    columns = [
        "行 / row",
        "变化 / change",
        *(f"{cell.label} / {cell.en}" for cell in cells),
        "现在 / now",
        "改成 / becomes",
    ]
    rows = [
        (
            row["row"], " / ".join(CHANGES[row["verdict_code"]]),
            *(cell.words(row[cell.name])[0] for cell in cells),
            item.value.words(row[f"was_{item.unit}"])[0], item.value.words(row[item.unit])[0],
        )
        for row in moving.iter_rows(named=True)
    ]  # fmt: skip
    if rows:
        print_table("", columns, rows, whole=_unbroken(cells))


def _import(item: EntryList, path: Path, merchant: str | None) -> None:
    settings = Settings()
    with reading(settings) as lake:
        found = engine.preview(item, lake, merchant, path.name, path.read_bytes())
    changed = engine.import_file(item, settings, merchant, path, by=getpass.getuser())
    zh, en = item.count_words
    replaced = found.count("changed") + found.count("taken_back")
    also = f",其中 {replaced} 条换掉了原来的 / {replaced} of them replaced others" if replaced else ""
    typer.echo(
        f"新增或更改 {changed} {zh} / {changed} {en} new or changed{also} → 运行 baiyun build / run `baiyun "
        "build`"
    )
    _tell_never_sold(found.never_sold)


def _list(item: EntryList, merchant: str | None) -> None:
    if merchant is not None:
        looking_as(merchant)
    rows = engine.in_force_now(item, Settings(), merchant)
    if rows.is_empty():
        typer.echo(f"{item.none_words[0]} / {item.none_words[1]} → baiyun {item.code} template")
        return
    cells = [cell for cell in item.columns if rows[cell.name].null_count() < rows.height]
    columns = [*(f"{cell.label} / {cell.en}" for cell in cells), "经手 / by", "编号 / id"]
    shown = [
        (*(cell.words(row[cell.name])[0] for cell in cells), _who(row), row["entry_id"])
        for row in rows.iter_rows(named=True)
    ]
    print_table("", columns, shown, whole=_unbroken(cells))


def _unbroken(cells: list[Cell]) -> list[str]:
    """Columns of what people copy or compare."""
    return [f"{cell.label} / {cell.en}" for cell in cells if cell.kind.name != "text"]


def _who(row: dict[str, Any]) -> str:
    return f"{row['received_by_name'] or ''} {row['changed_at']:%Y-%m-%d}".strip()


def _tell_never_sold(rows: int) -> None:
    if rows:
        typer.echo(
            f"其中 {rows} 行的编码没有出现在任何订单里:还没卖过,或者写错了 / codes of {rows} rows stand in "
            "no order: not sold yet, or mistyped"
        )
