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
from dashboards.parts.entering.receipts import show_outcome, show_progress
from dashboards.parts.entering.renamed import show_learned, show_offers
from dashboards.parts.entering.verdicts import show_preview, show_twin
from dashboards.parts.page.failure import TellFailure, show_empty
from dashboards.parts.page.frame import show_heading
from dashboards.parts.page.menu import Card
from dashboards.parts.page.words import plain, visible
from metrics.query.access import Viewer
from pipeline import counter
from pipeline.counter import Delivery, Preview, Shop

CARD = Card("upload", "上传", "Upload", ":material/upload_file:", 4)

_SHOP = "upload_shop"
_LABEL = "平台后台导出的原始文件,可一次放多个 Original export files, several at once"


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
            "**还没有登记店铺。** 请管理员先登记店铺,再来上传。",
            "No shop is registered yet; ask your operator.",
            icon=":material/storefront:",
        )
        return
    if here.shop in shops:
        st.session_state.setdefault(_SHOP, here.shop)
    here.shop = shop = st.selectbox(
        "文件属于哪个店铺 Which shop", shops, format_func=_namer(shops), key=_SHOP
    )
    # of any type: what is no table is refused below in words, where the box would turn it away with a few of
    # its own
    files = st.file_uploader(_LABEL, accept_multiple_files=True, key=f"files_{here.round}")
    if here.said:
        st.success(here.said, icon=":material/check_circle:")
        here.said = ""
    if not files:
        here.sheet = None
        _show_hints(viewer, here, shop.shop_id)
    elif len(files) > counter.MAX_FILES or sum(file.size for file in files) > counter.MAX_BYTES:
        limit = f"{counter.MAX_FILES} 个文件、{counter.MAX_BYTES >> 20} MB"
        st.error(
            f"一次最多 {limit},请分几次上传。  \n:small[Too many files, or too large, for one go.]",
            icon=":material/error:",
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
    return f"{visible(shop.shop_name, 40)} · {PLATFORM.zh(shop.platform_code)}"


def _show_hints(viewer: Viewer, here: OnCounter, shop_id: str) -> None:
    zh = (
        "**把文件拖到上面。** 先看清楚每个文件会怎样读,确认以后才导入。收件人、手机、地址等个人信息列不保存。"
    )
    show_empty(
        zh,
        "Drop files above. You see how each would be read before anything is taken; personal columns are "
        "dropped.",
        icon=":material/upload_file:",
    )
    with TellFailure("撤回"):
        here.delivery = show_given(viewer, shop_id)
    if here.delivery is not None or show_learned(viewer, shop_id) or show_kept(viewer):
        st.rerun()


def _show_delivery(viewer: Viewer, here: OnCounter, delivery: Delivery) -> None:
    if not delivery.outcome.done():
        show_heading("正在导入", "Importing")
        show_progress(delivery)
        return
    show_heading("导入结果", "Result")
    with TellFailure("导入"):
        show_outcome(viewer, delivery.outcome.result())
    if st.button("继续上传 Upload more", icon=":material/upload_file:", type="primary"):
        here.delivery = None
        st.rerun()


def _show_files(viewer: Viewer, here: OnCounter, shop_id: str, files: Sequence[UploadedFile]) -> None:
    previews = previewed(viewer, here, shop_id, files)
    good = [file for file in files if any(item.error is None for item in previews[file.file_id])]
    each = [item for file in files for item in previews[file.file_id]]
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        is_sent = st.button(
            f"确认导入 {len(good)} 个文件 Import",
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
    show_preview(item)
    with TellFailure("改名"):
        if item.offers and (names := show_offers(viewer, shop_id, item.offers, key)):
            here.learn("已记住:" + "、".join(plain(offer.theirs) for offer in names))
            st.rerun()
        if item.words and show_new_words(viewer, item, key):
            here.learn(
                "已记住这些词,已导入的文件在重算后更正。 Learned: files imported before are put right by a "
                "rebuild."
            )
            st.rerun()
    if not item.can_map:
        return
    if not item.offers:
        st.markdown("**不认识这个版式:去映射。** :gray[:small[We do not know this layout: map it.]]")
    label = "不是改名,当作别的表格映射 Map it" if item.offers else "映射这个表格 Map it"
    if st.button(
        label, icon=":material/table_edit:", key=f"map_{key}", type="tertiary" if item.offers else "secondary"
    ):
        here.sheet = Sheet(shop_id, item.receipt.name, item.unread)
        st.rerun()


def _show_mapping(viewer: Viewer, here: OnCounter, sheet: Sheet) -> None:
    said = ""
    if st.button("返回文件 Back", icon=":material/arrow_back:", type="tertiary"):
        here.sheet = None
        st.rerun()
    with TellFailure("映射"):
        said = show_mapping(viewer, sheet)
    if said:
        here.learn(said)
        st.rerun()
