"""Giving files: drop them, see what each would be taken for, answer what only a person knows, confirm, and
read the receipts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from contracts.codes import PLATFORM
from dashboards.parts.entering.given import show_given
from dashboards.parts.entering.kept import show_kept
from dashboards.parts.entering.mapping_form import Sheet, show_mapping
from dashboards.parts.entering.new_words import show_new_words
from dashboards.parts.entering.on_counter import (
    OnCounter,
    on_counter,
    previewed,
    shops_of,
    summary,
    with_twins,
)
from dashboards.parts.entering.receipts import MEANWHILE, show_outcome
from dashboards.parts.entering.renamed import show_learned, show_offers
from dashboards.parts.entering.verdicts import show_preview, show_twin
from dashboards.parts.page.failure import TellFailure, show_empty
from dashboards.parts.page.frame import show_heading
from dashboards.parts.page.language import label, listed, pick
from dashboards.parts.page.menu import Card
from dashboards.parts.page.progress import show_progress
from dashboards.parts.page.words import plain, visible
from metrics.query.access import Viewer
from pipeline import counter
from pipeline.counter import Delivery, Preview, Shop

CARD = Card("upload", "上传", "Upload", ":material/upload_file:", 4)

_SHOP = "upload_shop"
_LABEL = ("平台后台导出的原始文件，可一次放多个", "Original export files of the platforms, several at once")


def show(viewer: Viewer) -> None:
    """The counter as it stands: a delivery under way or done, or the files that lie on it."""
    here = on_counter()
    shops = shops_of(viewer, here)
    if here.delivery is not None:
        _show_delivery(viewer, here, here.delivery)
        return
    show_heading("上传文件", "Upload")
    if not shops:
        show_empty(
            "**还没有登记店铺。** 请管理员先登记店铺，再来上传。",
            "No shop is registered yet; ask your operator.",
            icon=":material/storefront:",
        )
        return
    if here.shop in shops:
        st.session_state.setdefault(_SHOP, here.shop)
    here.shop = shop = st.selectbox(
        pick("文件属于哪个店铺", "Whose files: which shop"), shops, format_func=_namer(shops), key=_SHOP
    )
    # of any type: what is no table is refused below in words, where the box would turn it away with a few of
    # its own
    files = st.file_uploader(pick(*_LABEL), accept_multiple_files=True, key=f"files_{here.round}")
    if here.said:
        st.success(here.said, icon=":material/check_circle:")
        here.said = ""
    if not files:
        here.sheet = None
        _show_hints(viewer, here, shop.shop_id)
    elif len(files) > counter.MAX_FILES or sum(file.size for file in files) > counter.MAX_BYTES:
        most, size = counter.MAX_FILES, f"{counter.MAX_BYTES >> 20} MB"
        zh = f"一次最多 {most} 个文件、{size}，请分几次上传。"
        st.error(
            pick(zh, f"At most {most} files and {size} at once: upload in parts."), icon=":material/error:"
        )
    elif here.sheet is not None and here.sheet.shop_id == shop.shop_id:
        _show_mapping(viewer, here, here.sheet)
    else:
        _show_files(viewer, here, shop.shop_id, files)


def _namer(shops: Sequence[Shop]) -> Callable[[Shop], str]:
    """Names of shops for a list: two that are called alike are told apart, for Streamlit knows an option by
    its words.
    """
    names = [_shop_name(shop) for shop in shops]
    return lambda shop: name if names.count(name := _shop_name(shop)) == 1 else f"{name} ({shop.shop_id})"


def _shop_name(shop: Shop) -> str:
    return f"{visible(shop.shop_name, 40)} · {label(PLATFORM, shop.platform_code)}"


def _show_hints(viewer: Viewer, here: OnCounter, shop_id: str) -> None:
    zh = (
        "**把文件拖到上面。** 先看清楚每个文件会怎样读，确认以后才导入。收件人、手机、"
        "地址等个人信息列不保存。"
    )
    show_empty(
        zh,
        "**Drop files above.** You see how each would be read before anything is taken. Personal columns "
        "(recipient, phone, address …) are not kept.",
        icon=":material/upload_file:",
    )
    with TellFailure(pick("撤回", "Taking back")):
        here.delivery = show_given(viewer, shop_id)
    if here.delivery is not None or show_learned(viewer, shop_id) or show_kept(viewer):
        st.rerun()


def _show_delivery(viewer: Viewer, here: OnCounter, delivery: Delivery) -> None:
    if not delivery.outcome.done():
        show_heading("正在导入", "Importing")
        show_progress(delivery, MEANWHILE)
        return
    show_heading("导入结果", "Result")
    with TellFailure(pick("导入", "Import")):
        show_outcome(viewer, delivery.outcome.result())
    if st.button(pick("继续上传", "Upload more"), icon=":material/upload_file:", type="primary"):
        here.delivery = None
        st.rerun()


def _show_files(viewer: Viewer, here: OnCounter, shop_id: str, files: Sequence[UploadedFile]) -> None:
    previews = previewed(viewer, here, shop_id, files)
    good = [file for file in files if any(item.error is None for item in previews[file.file_id])]
    each = [item for file in files for item in previews[file.file_id]]
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        is_sent = st.button(
            pick(f"确认导入 {len(good)} 个文件", f"Import {len(good)} file{'' if len(good) == 1 else 's'}"),
            type="primary",
            icon=":material/check:",
            disabled=not good,
            key="confirm",
        )
        st.markdown(summary(each))
    if is_sent:
        here.delivery = counter.deliver(viewer, shop_id, [(file.name, file.getvalue()) for file in good])
        here.clear()
        st.rerun()
    for number, (item, twin) in enumerate(with_twins(each)):
        with st.container(border=True, gap="xsmall"):
            if twin:
                show_twin(item, twin)
            else:
                _show_one(viewer, here, shop_id, item, str(number))


def _show_one(viewer: Viewer, here: OnCounter, shop_id: str, item: Preview, key: str) -> None:
    show_preview(viewer, item, key)
    with TellFailure(pick("改名", "Renamed columns")):
        if item.offers and (names := show_offers(viewer, shop_id, item.offers, key)):
            here.learn(pick("已记住：", "Learned: ") + listed(plain(offer.theirs) for offer in names))
            st.rerun()
        if item.words and show_new_words(viewer, item, key):
            here.learn(
                pick(
                    "已记住这些词，已导入的文件在重算后更正。",
                    "These words are learned; files imported before are put right by a rebuild.",
                )
            )
            st.rerun()
    if not item.can_map:
        return
    if not item.offers:
        st.markdown(
            pick("**不认识这个版式：去映射。**", "**This layout is unknown: say what its columns are.**")
        )
    name = (
        pick("不是改名，当作别的表格映射", "Not renamed: another kind of table")
        if item.offers
        else pick("映射这个表格", "Say what its columns are")
    )
    if st.button(
        name, icon=":material/table_edit:", key=f"map_{key}", type="tertiary" if item.offers else "secondary"
    ):
        here.sheet = Sheet(shop_id, item.receipt.name, item.unread)
        st.rerun()


def _show_mapping(viewer: Viewer, here: OnCounter, sheet: Sheet) -> None:
    said = ""
    if st.button(pick("返回文件", "Back to the files"), icon=":material/arrow_back:", type="tertiary"):
        here.sheet = None
        st.rerun()
    with TellFailure(pick("映射", "Matching columns")):
        said = show_mapping(viewer, sheet)
    if said:
        here.learn(said)
        st.rerun()
