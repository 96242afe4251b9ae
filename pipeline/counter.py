"""The counter (柜台): what a page may ask the pipeline to do for a merchant. The one module of the pipeline that dashboards import.

Every call takes the ``Viewer``, checks that the account still stands, and serves that viewer's own merchant and shops only: a shop that is not theirs
is answered like one that does not exist. Looking at a file changes nothing; ``deliver``, ``confirm_alias`` and ``save_mapping`` write.
"""

from __future__ import annotations

import hashlib
import shutil
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath, PureWindowsPath

import polars as pl

from connectors.base import Layout, platforms
from connectors.reading import Origin, Reading, near_headers
from connectors.tabular import MAX_FILE_BYTES
from contracts.errors import FileRefusedError, NotFoundError, UsageError
from contracts.intake import ROW_RULES, refuse, row_place
from contracts.tables import Table
from metrics.access import Viewer, require
from pipeline import mapping, steps
from pipeline.desk import Desk
from pipeline.house import reading, writing
from pipeline.intake import covered_dates
from pipeline.parsing import Limits, unpack_apart
from pipeline.receipts import FileReceipt, refused
from pipeline.steps import Ingested
from warehouse import registry
from warehouse.lake import Lake
from warehouse.ops import SECURITY_EVENT
from warehouse.registry import Shop
from warehouse.scratch import scratch_folder
from warehouse.settings import Settings

__all__ = ["Delivery", "FileReceipt", "Ingested", "Offer", "Preview", "Problem", "Shop", "confirm_alias", "deliver", "preview", "shops"]

#: What one delivery may hold: a page keeps the bytes in memory until they are confirmed.
MAX_FILES = 50
MAX_BYTES = 400 * 1024 * 1024
HEAD_ROWS, PROBLEMS = 5, 20
_LONGEST_NAME_BYTES = 240
#: Deliveries take their turn, as the writer's slot would have them do anyway; a queue here does not run out of patience.
_TURNS = ThreadPoolExecutor(max_workers=1, thread_name_prefix="counter")


@dataclass(frozen=True)
class Problem:
    """One cell a row will be set aside for: where it stands, the rule, and sentence and next step as ``中文 / English``."""

    place: str
    column: str
    cell: str
    rule: str
    message: str
    next_step: str


@dataclass(frozen=True)
class Offer:
    """Their header ``theirs`` may be another name for one of ``known``, nearest first. Nothing is taken for anything until a person confirms."""

    layout_key: str
    theirs: str
    known: tuple[str, ...]


@dataclass(frozen=True)
class Preview:
    """One file as it would be taken. ``receipt`` holds verdict, layout, rows and warnings; for a refused file ``error`` holds rule, sentences and facts.

    ``head``: the first rows as they would be read, by our names, no personal column among them. ``problems``: the first cells that set a row aside,
    of ``bad_rows`` rows. ``can_map``: no layout fits this table, and a mapping might.
    """

    receipt: FileReceipt
    error: FileRefusedError | None = None
    head: pl.DataFrame = field(default_factory=pl.DataFrame)
    bad_rows: int = 0
    problems: tuple[Problem, ...] = ()
    offers: tuple[Offer, ...] = ()
    can_map: bool = False


class _Sketch(Lake):
    """A reader for those who only look: what they would have written is written nowhere, but attempts on another's shop are remembered."""

    events: pl.DataFrame = SECURITY_EVENT.empty()

    def append(self, table: Table, frame: pl.DataFrame) -> None:
        if table is SECURITY_EVENT:
            self.events = pl.concat([self.events, table.shape(frame)])

    def replace(self, table: Table, keys: pl.DataFrame, frame: pl.DataFrame) -> None:
        del keys
        self.append(table, frame)

    def delete(self, table: Table, keys: pl.DataFrame) -> None:
        del table, keys


# who may give what
def shops(viewer: Viewer) -> list[Shop]:
    """The shops this viewer may give files for, by name. Raises ``NotFoundError`` for anybody who is not looking as a merchant."""
    merchant_id = _merchant(viewer)
    with reading(_settings(viewer)) as lake:
        rows = registry.shops(lake, merchant_id).sort("shop_name", "shop_id")
        return [registry.shop(lake, merchant_id, shop_id) for shop_id in rows["shop_id"]]


def _merchant(viewer: Viewer) -> str:
    """The merchant whose files the viewer may give. The association has no such page, nor has an operator who named no merchant."""
    require(viewer)
    if viewer.merchant_id is None or viewer.role == "association":
        raise NotFoundError("NO_SUCH_PAGE", "没有这个页面", "no such page", step_zh="返回首页", step_en="go back to the overview")
    return viewer.merchant_id


def _settings(viewer: Viewer) -> Settings:
    """This installation's choices, at the viewer's place."""
    place = viewer.place
    return Settings(home=place.home, catalog=place.catalog, data=place.data)


# looking
def preview(viewer: Viewer, shop_id: str, name: str, data: bytes) -> list[Preview]:
    """A file, or each file of an archive, as it would be taken for the shop. Changes nothing; what is another merchant's is refused and noted.

    Raises ``NotFoundError`` for a shop that is not the viewer's.
    """
    settings, name = _settings(viewer), _plain_name(name)
    with _looking(viewer, shop_id) as desk:
        try:
            if len(data) > MAX_FILE_BYTES:
                raise refuse("FILE_TOO_LARGE", bytes=len(data), limit=MAX_FILE_BYTES)
            files = unpack_apart(data, Limits.of(settings))
        except FileRefusedError as error:
            return [_refused(desk, name, error)]
        return [_look(desk, f"{name}/{entry}", content, settings) for entry, content in files] if files else [_look(desk, name, data, settings)]


@contextmanager
def _looking(viewer: Viewer, shop_id: str) -> Iterator[Desk]:
    """The desk of one of the viewer's shops, over a ``_Sketch``. Attempts on another merchant's shop are entered when it is left."""
    merchant_id, settings = _merchant(viewer), _settings(viewer)
    with _Sketch.open(settings.place, threads=settings.threads, memory=settings.memory) as lake:
        assert isinstance(lake, _Sketch)  # noqa: S101
        registry.shop(lake, merchant_id, shop_id)
        with lake.transaction():
            yield Desk.open(lake, settings.place, merchant_id, shop_id, at=steps.now(), by=viewer.name, register=False)
    if lake.events.height:
        with writing(settings) as house, house.transaction():
            house.append(SECURITY_EVENT, lake.events)


def _look(desk: Desk, name: str, data: bytes, settings: Settings) -> Preview:
    export_id = hashlib.sha256(data).hexdigest()
    try:
        origin = Origin(desk.merchant_id, desk.shop_id, export_id, name.rsplit("/", 1)[-1], desk.now, secret=desk.secret)
        found = desk.read(data, origin, Limits.of(settings))
        desk.check(found, export_id, name)
    except FileRefusedError as error:
        return _refused(desk, name, error)
    bad = found.quarantine["_row_number"].n_unique()
    receipt = desk.known_receipt(found, export_id, name) or _receipt(desk, found, export_id, name, bad)
    return Preview(receipt, None, _head(found), bad, _problems(found.quarantine), _new_names(found))


def _receipt(desk: Desk, found: Reading, export_id: str, name: str, bad: int) -> FileReceipt:
    """What can be said before a build: the layout, the rows and the days. What becomes of each row is the build's to say."""
    layout, (first, last) = found.layout, covered_dates(found.bronze)
    return FileReceipt(
        name,
        layout.platform,
        layout.kind,
        layout.name,
        "warned" if bad or any(notice.calls for notice in found.notices) else "accepted",
        rows_read=found.rows_read,
        dropped_columns=found.dropped_columns,
        new_columns=found.new_columns,
        notices=found.notices,
        first_date=first,
        last_date=last,
        export_id=export_id,
        merchant_id=desk.merchant_id,
        shop_id=desk.shop_id,
    )


def _refused(desk: Desk, name: str, error: FileRefusedError) -> Preview:
    receipt = refused(name, error, merchant_id=desk.merchant_id, shop_id=desk.shop_id)
    return Preview(receipt, error, offers=_missing_names(desk, error), can_map=error.rule in ("UNKNOWN_LAYOUT", "MISSING_COLUMN"))


def _head(found: Reading) -> pl.DataFrame:
    """The first rows by our names, in the file's order; without lineage, keys of people, and columns in which nothing was read."""
    names = dict.fromkeys(column.name for column in found.layout.columns if column.name and not column.buyer)
    return found.bronze.select(name for name in names if name in found.bronze.columns and found.bronze[name].count()).head(HEAD_ROWS)


def _problems(quarantine: pl.DataFrame) -> tuple[Problem, ...]:
    rows = quarantine.sort("_row_number").head(PROBLEMS).select("_row_number", "column_name", "cell_name", "rule_name").iter_rows()
    told = ((row_place(number), column, cell, rule, ROW_RULES[rule]) for number, column, cell, rule in rows)
    return tuple(Problem(place, column, cell, rule, f"{said.zh} / {said.en}", f"{said.step_zh} / {said.step_en}") for place, column, cell, rule, said in told)


# names that drifted
def _new_names(found: Reading) -> tuple[Offer, ...]:
    """Of a file that was read: its unknown columns, each with the layout's headers near it in which this file has nothing."""
    silent = [column for column in found.layout.columns if column.name in found.bronze.columns and not found.bronze[column.name].count()]
    absent = {column.header.strip() for column in silent if column.header.strip() not in found.dropped_columns}
    near = near_headers(found.new_columns, found.layout)
    offered = {theirs: tuple(known for known, _ in scored if known in absent) for theirs, scored in near.items()}
    return tuple(Offer(found.layout.key, theirs, known) for theirs, known in offered.items() if known)


def _missing_names(desk: Desk, error: FileRefusedError) -> tuple[Offer, ...]:
    """Of a file that was refused for missing columns: what stands near them, the other missing ones as further choices."""
    layout = _layout(desk, str(error.facts.get("looks_like", "")))
    if error.rule != "MISSING_COLUMN" or layout is None:
        return ()
    missing = str(error.facts["missing"]).split("、")
    pairs = [pair.partition("→") for pair in str(error.facts.get("nearest", "")).split("、")]
    return tuple(Offer(layout.key, theirs, (known, *(name for name in missing if name != known))) for theirs, _, known in pairs if known in missing)


def _layout(desk: Desk, key: str) -> Layout | None:
    known = [layout for source in (*platforms().values(), *desk.mapped) for layout in source.layouts]
    return next((layout for layout in known if layout.key == key), None)


def confirm_alias(viewer: Viewer, shop_id: str, layout_key: str, theirs: str, known: str) -> None:
    """Learn that in this merchant's files of this layout ``theirs`` stands for ``known``, with who and when.

    Raises ``UsageError`` when the layout has no such header, ``NotFoundError`` for a foreign shop, ``WriterBusyError``.
    """
    with _looking(viewer, shop_id) as desk:
        layout = _layout(desk, layout_key)
    if layout is None:
        raise UsageError("BAD_ALIAS", "没有这个版式", "no such layout", layout=layout_key)
    with writing(_settings(viewer)) as lake:
        mapping.save_alias(lake, _merchant(viewer), layout, theirs, known, by=viewer.name, at=steps.now())


# giving
@dataclass
class Delivery:
    """A delivery under way. It goes on when whoever asked for it looks away; ``said`` is what it is doing and has done: Chinese, English, monotonic seconds."""

    files: int
    said: list[tuple[str, str, float]] = field(default_factory=list)
    outcome: Future[Ingested] = field(default_factory=Future)

    def say(self, zh: str, en: str) -> None:
        """Note the step that begins."""
        self.said.append((zh, en, time.monotonic()))


def deliver(viewer: Viewer, shop_id: str, files: Sequence[tuple[str, bytes]]) -> Delivery:
    """Take files (name, bytes) for one of the viewer's shops, build and release, in the background; the outcome comes with the ``Delivery``.

    Its outcome raises ``WriterBusyError`` and the like; refused files and a held release are part of it. Here raises ``NotFoundError`` for a foreign
    shop and ``UsageError`` for more than ``MAX_FILES`` files or ``MAX_BYTES`` bytes.
    """
    merchant_id, settings = _merchant(viewer), _settings(viewer)
    with reading(settings) as lake:
        registry.shop(lake, merchant_id, shop_id)
    total = sum(len(data) for _, data in files)
    if not 0 < len(files) <= MAX_FILES or total > MAX_BYTES:
        step = {"step_zh": "请分几次上传", "step_en": "give them in several goes"}
        raise UsageError("TOO_MUCH", "一次上传的文件过多", "too many files, or too large, for one go", **step, files=len(files), bytes=total)
    delivery = Delivery(len(files))
    delivery.say("排队等待写入", "waiting for its turn to write")
    delivery.outcome = _TURNS.submit(_take, settings, merchant_id, shop_id, list(files), viewer.name, delivery)
    return delivery


def _take(settings: Settings, merchant_id: str, shop_id: str, files: list[tuple[str, bytes]], by: str, delivery: Delivery) -> Ingested:
    # a folder the house sweeps, should this process die; the bytes hold personal data and go with it as soon as they are landed and built
    folder = scratch_folder(settings.place)
    try:
        return steps.ingest(settings, merchant_id, shop_id, _put_down(folder, files), by=by, at=None, say=delivery.say)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _put_down(folder: Path, files: Sequence[tuple[str, bytes]]) -> list[Path]:
    """The files under their own names, each in a folder of its own: two may be called alike."""
    folder.mkdir(mode=0o700)
    paths = [folder / str(number) / _plain_name(name) for number, (name, _) in enumerate(files)]
    for path, (_, data) in zip(paths, files, strict=True):
        path.parent.mkdir()
        path.write_bytes(data)
    return paths


def _plain_name(name: str) -> str:
    """A name without folders, control characters and excess, whatever system it comes from; its end, where formats are told, is kept."""
    last = PureWindowsPath(PurePosixPath(name).name).name
    plain = "".join(character for character in last if character.isprintable()).strip(". ") or "file"
    return plain if len(plain.encode()) <= _LONGEST_NAME_BYTES else plain[:20] + plain[-40:]
