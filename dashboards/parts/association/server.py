"""What whoever runs the server could technically see, told plainly to the association."""

from __future__ import annotations

import streamlit as st

from dashboards.parts.page.language import pick

_TOLD = (
    "签名、规则和账号管得住**从页面进来的人**，管不住拿着服务器的人：有服务器管理权限的人，和任何软件一样，"
    "技术上做得到下面这些。\n"
    "- **看每一家**：每家商家的订单、商品、金额；发布每个月用的各家贡献。这些没有加密。\n"
    "- **看原始文件**：商家交来的文件加密保存，但密钥也在服务器上；文件里有买家的个人信息。\n"
    "- **看规则的参数**：页面上保密的那几个，知道了就能把公开的数算得更近。\n"
    "- **代人动手**：改掉任何账号的密码再登录；用签名的密钥签一份假的发布，连同两个人的批准。"
    "密码本身看不到，只存着验证用的摘要。\n"
    "\n"
    "所以：请定下**一位**管服务器的人并告诉成员是谁，签保密协议；备份和密钥分开放。"
)
_TOLD_EN = (
    "Signatures, rules and accounts hold back **whoever comes by the pages**, not whoever holds the server. "
    "As with any software, a person with the server's administrator rights is technically able to:\n"
    "- **See each member**: every merchant's orders, styles and amounts, and each member's contributions "
    "behind a released month. These are not encrypted.\n"
    "- **See the original files**: what merchants handed in is kept encrypted, but its keys are on the "
    "server, too; the files hold buyers' personal data.\n"
    "- **See the rules' parameters** that pages keep secret; whoever knows them comes closer from what is "
    "public.\n"
    "- **Act as somebody**: set any account's password anew and sign in as it, or sign a false release with "
    "the signing key, two people's approvals included. Passwords themselves cannot be read: only digests to "
    "check them by are kept.\n"
    "\n"
    "So name **one person** who runs the server, tell members who it is, and have a confidentiality "
    "agreement; keep backups and keys apart."
)


def show_server() -> None:
    """A closed section, with the same words whatever has been released."""
    with st.expander(
        pick("管服务器的人能看到什么", "What whoever runs the server could see"), icon=":material/dns:"
    ):
        st.markdown(pick(_TOLD, _TOLD_EN))
