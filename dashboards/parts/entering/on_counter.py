"""What a session has put on the counter: its files with their previews, a table being mapped, a delivery
under way.
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from dashboards.parts.entering.mapping_form import Sheet
from dashboards.parts.page.language import pick
from dashboards.parts.page.words import plain
from metrics.query.access import Viewer
from pipeline import counter
from pipeline.counter import Delivery, Preview, Shop

_KEY = "on_counter"
_SHOPS_SECONDS = 60.0


@dataclass
class OnCounter:
    """``round`` names the uploader: a new one is empty.

    ``previews`` by shop and uploaded file. ``said`` is told once.

    ``shop`` is the one chosen last: while a delivery is shown there is no box that could remember it.
    """

    round: int = 0
    previews: dict[tuple[str, str], list[Preview]] = field(default_factory=dict)
    sheet: Sheet | None = None
    delivery: Delivery | None = None
    said: str = ""
    shop: Shop | None = None
    shops: list[Shop] = field(default_factory=list)
    shops_at: float = -math.inf

    def clear(self) -> None:
        """Let go of the files: their bytes are this process's memory."""
        self.round, self.sheet = self.round + 1, None
        self.previews.clear()

    def learn(self, said: str) -> None:
        """Something is known now that was not: files are looked at anew."""
        self.sheet, self.said = None, said
        self.previews.clear()


def on_counter() -> OnCounter:
    """This session's own; gone when it signs out."""
    here: OnCounter = st.session_state.setdefault(_KEY, OnCounter())
    return here


def is_importing() -> bool:
    """Whether a delivery of this session is under way."""
    delivery = on_counter().delivery
    return delivery is not None and not delivery.outcome.done()


def shops_of(viewer: Viewer, here: OnCounter) -> list[Shop]:
    """The viewer's shops, asked anew once a minute: every click runs the page, and whatever is done with a
    shop asks again whose it is.
    """
    if time.monotonic() - here.shops_at > _SHOPS_SECONDS:
        here.shops, here.shops_at = counter.shops(viewer), time.monotonic()
    return here.shops


def previewed(
    viewer: Viewer, here: OnCounter, shop_id: str, files: Sequence[UploadedFile]
) -> dict[str, list[Preview]]:
    """File id → its previews, each made once; a bar tells which file is being read."""
    mine = {(shop_id, file.file_id) for file in files}
    here.previews = {key: value for key, value in here.previews.items() if key in mine}
    new = [file for file in files if (shop_id, file.file_id) not in here.previews]
    place = st.empty()
    found = (
        counter.preview_each(viewer, shop_id, ((file.name, file.getvalue()) for file in new))
        if new
        else iter(())
    )
    for number, file in enumerate(new):
        which, name = f"{number + 1}/{len(new)}", plain(file.name, 80)
        place.progress(
            number / len(new), text=pick(f"正在识别 {which}：{name}", f"Recognising {which}: {name}")
        )
        here.previews[shop_id, file.file_id] = next(found)
    place.empty()
    return {file.file_id: here.previews[shop_id, file.file_id] for file in files}


def with_twins(previews: Sequence[Preview]) -> list[tuple[Preview, str]]:
    """Each file with the name of an earlier one of the very same bytes on the counter.

    With no name where it is the first.
    """
    first: dict[str, str] = {}
    met = []
    for item in previews:
        met.append((item, first.get(item.receipt.export_id, "")))
        if item.receipt.export_id:
            first.setdefault(item.receipt.export_id, item.receipt.name)
    return met


def summary(previews: Sequence[Preview]) -> str:
    """What confirming would do, in a line beside the button."""
    verdicts = [item.receipt.verdict for item in previews]
    if "refused" in verdicts:
        count = verdicts.count("refused")
        return f":red[{pick(f'{count} 个不能导入', f'{count} refused, which change nothing')}]"
    if set(verdicts) == {"duplicate"}:
        zh, en = "都导入过，再导入不会改变数字", "all given before: to import them again changes nothing"
        return f":gray[{pick(zh, en)}]"
    return f":gray[{pick('确认之前什么都不会改变', 'nothing changes before you confirm')}]"
