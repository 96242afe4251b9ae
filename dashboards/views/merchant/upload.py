"""Giving files: drop them, see what each would be taken for, answer what only a person knows, confirm, and read the receipts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from contracts.codes import PLATFORM
from dashboards.parts.failure import TellFailure, show_empty
from dashboards.parts.frame import show_heading
from dashboards.parts.mapping_form import Sheet, show_mapping
from dashboards.parts.menu import Card
from dashboards.parts.receipts import show_outcome, show_progress
from dashboards.parts.renamed import show_learned, show_offers
from dashboards.parts.verdicts import show_preview
from dashboards.parts.words import plain, visible
from metrics.access import Viewer
from pipeline import counter
from pipeline.counter import Delivery, Preview, Shop

CARD = Card("upload", "上传", "Upload", ":material/upload_file:", 3)

ENDINGS = ["csv", "xls", "xlsx", "zip", "txt"]
_KEY = "upload"


@dataclass
class Counter:
    """What this session has on the counter. ``round`` names the uploader: a new one is empty. Previews by shop and uploaded file."""

    round: int = 0
    previews: dict[tuple[str, str], list[Preview]] = field(default_factory=dict)
    sheet: Sheet | None = None
    delivery: Delivery | None = None
    said: str = ""

    def clear(self) -> None:
        """Let go of the files."""
        self.round, self.sheet = self.round + 1, None
        self.previews.clear()


def show(viewer: Viewer) -> None:
    """The counter as it stands: a delivery under way or done, or the files that lie on it."""
    shops = counter.shops(viewer)
    desk: Counter = st.session_state.setdefault(_KEY, Counter())
    if desk.delivery is not None:
        _show_delivery(viewer, desk, desk.delivery)
        return
    show_heading("上传文件", "Upload")
    if not shops:
        show_empty("**还没有登记店铺。** 请管理员先登记店铺,再来上传。", "No shop is registered yet; ask your operator.", icon=":material/storefront:")
        return
    shop = st.selectbox("文件属于哪个店铺 Which shop", shops, format_func=_shop_name)
    files = st.file_uploader(
        "平台后台导出的原始文件,可一次放多个 Original export files, several at once", type=ENDINGS, accept_multiple_files=True, key=f"files_{desk.round}"
    )
    if desk.said:
        st.success(desk.said, icon=":material/check_circle:")
        desk.said = ""
    if not files:
        _show_hints(viewer, shop.shop_id)
    elif len(files) > counter.MAX_FILES or sum(file.size for file in files) > counter.MAX_BYTES:
        limit = f"{counter.MAX_FILES} 个文件、{counter.MAX_BYTES >> 20} MB"
        st.error(f"一次最多 {limit},请分几次上传。  \n:small[Too many files, or too large, for one go.]", icon=":material/error:")
    else:
        _show_files(viewer, desk, shop.shop_id, files)


def _shop_name(shop: Shop) -> str:
    return f"{visible(shop.shop_name, 40)} · {PLATFORM.zh(shop.platform_code)}"


def _show_hints(viewer: Viewer, shop_id: str) -> None:
    show_empty(
        "**把文件拖到上面。** 先看清楚每个文件会怎样读,确认以后才导入。收件人、手机、地址等个人信息列不保存。",
        "Drop files above. You see how each would be read before anything is taken; personal columns are dropped.",
        icon=":material/upload_file:",
    )
    if show_learned(viewer, shop_id):
        st.rerun()


# a delivery
def _show_delivery(viewer: Viewer, desk: Counter, delivery: Delivery) -> None:
    if not delivery.outcome.done():
        show_heading("正在导入", "Importing")
        show_progress(delivery)
        return
    show_heading("导入结果", "Result")
    with TellFailure("导入结果"):
        show_outcome(viewer, delivery.outcome.result())
    if st.button("继续上传 Upload more", icon=":material/upload_file:", type="primary"):
        desk.delivery = None
        st.rerun()


# files on the counter
def _show_files(viewer: Viewer, desk: Counter, shop_id: str, files: Sequence[UploadedFile]) -> None:
    if desk.sheet is not None:
        _show_mapping(viewer, desk, shop_id, desk.sheet)
        return
    previews = _previewed(viewer, desk, shop_id, files)
    good = [file for file in files if any(item.error is None for item in previews[file.file_id])]
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="confirm_row"):
        is_sent = st.button(f"确认导入 {len(good)} 个文件 Import", type="primary", icon=":material/check:", disabled=not good, key="confirm", width="content")
        refused = sum(item.error is not None for each in previews.values() for item in each)
        st.markdown(f":red[{refused} 个不能导入] :gray[:small[refused files change nothing]]" if refused else ":gray[确认之前什么都不会改变]")
    if is_sent:
        desk.delivery = counter.deliver(viewer, shop_id, [(file.name, file.getvalue()) for file in good])
        desk.clear()
        st.rerun()
    for number, item in enumerate(item for file in files for item in previews[file.file_id]):
        with st.container(border=True, gap="xsmall"):
            _show_one(viewer, desk, shop_id, item, str(number))


def _previewed(viewer: Viewer, desk: Counter, shop_id: str, files: Sequence[UploadedFile]) -> dict[str, list[Preview]]:
    """File id → its previews, each made once; the bar tells which is being read."""
    new = [file for file in files if (shop_id, file.file_id) not in desk.previews]
    place = st.empty()
    for number, file in enumerate(new):
        place.progress(number / len(new), text=f"正在识别 {number + 1}/{len(new)}:{plain(file.name, 80)} :gray[:small[recognising]]")
        desk.previews[shop_id, file.file_id] = counter.preview(viewer, shop_id, file.name, file.getvalue())
    place.empty()
    return {file.file_id: desk.previews[shop_id, file.file_id] for file in files}


def _show_one(viewer: Viewer, desk: Counter, shop_id: str, item: Preview, key: str) -> None:
    show_preview(item)
    with TellFailure("改名"):
        if item.offers and (names := show_offers(viewer, shop_id, item.offers, key)):
            desk.said = "已记住:" + "、".join(plain(offer.theirs) for offer in names)
            desk.previews.clear()
            st.rerun()
    if item.can_map:
        if not item.offers:
            st.markdown("**不认识这个版式:去映射。** :gray[:small[We do not know this layout: map it.]]")
        label = "不是改名,当作别的表格映射 Map it" if item.offers else "映射这个表格 Map it"
        if st.button(label, icon=":material/table_edit:", key=f"map_{key}", type="tertiary" if item.offers else "secondary"):
            desk.sheet = Sheet(item.receipt.name, item.unread)
            st.rerun()


def _show_mapping(viewer: Viewer, desk: Counter, shop_id: str, sheet: Sheet) -> None:
    is_saved = False
    if st.button("返回文件 Back", icon=":material/arrow_back:", type="tertiary"):
        desk.sheet = None
        st.rerun()
    with TellFailure("映射"):
        is_saved = show_mapping(viewer, shop_id, sheet)
    if is_saved:
        desk.sheet, desk.said = None, "映射已保存,这样的文件以后直接导入。 Saved: such files are taken from now on."
        desk.previews.clear()
        st.rerun()
