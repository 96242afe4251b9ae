"""What personal data look like in text: the one place both the masks of the parser and the scan of what is
stored take their patterns from.

Patterns are of the common part of Rust's and RE2's regular expressions (no looking around), over text whose
full-width digits were folded. Phones: three, four and four digits or as people group them, with any one or
two of ``-`` ``.`` ``·`` ``_`` ``)`` and blanks between.
"""

from __future__ import annotations

#: What stands for anything that was masked. Its length tells nothing.
STARS = "***********"

#: What people put between the groups of a phone number.
GAP = "[-‐-―－.．·・_)） \\t\u00a0\u3000]{0,2}"
_GROUPED = rf"\d{GAP}\d{{4}}{GAP}\d{{4}}|\d{{2}}{GAP}\d{{3}}{GAP}\d{{4}}|\d{{2}}{GAP}\d{{4}}{GAP}\d{{3}}"
MOBILE = rf"(?:(?:\+|00)?\(?86{GAP}|0)?\(?1[3-9](?:{_GROUPED})"
LANDLINE = r"0\d{2,3}-\d{7,8}"
#: A phone as platforms show it to those who may not see it.
HALF_MASKED = r"1[3-9]\d\*{4}\d{4}"
#: Region, birthday, three digits and a check digit (GB 11643-1999): 18-digit order numbers hardly ever look
#: so.
ID_CARD = (
    r"(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3])\d{4}(?:19|20)\d{2}(?:0[1-9]|"
    r"1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx]"
)
EMAIL = r"[0-9A-Za-z._%+-]+@[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)+"
WECHAT = r"wxid_[0-9A-Za-z_-]+"
ADDRESS = (
    r"(?:省|市|区|县|镇|乡)[^\x1f]{0,30}(?:路|街|道|巷|弄|里|村|小区|花园|公寓|大厦)[^\x1f]{0,"
    r"20}\d+(?:号|栋|幢|单元|室|楼|座|弄)"
)
#: Words after which whoever a parcel goes to is told: what follows is theirs, whatever it is.
CONSIGNEE = r"(?:收件人|收货人|联系人|收件地址|收货地址|详细地址)"

#: What merchants write for the public: an address in it is the merchant's own, and a number in it is often a
#: style's.
TITLES = frozenset({
    "product_name", "color_name", "size_name", "spec_text", "properties_text", "session_name", "shop_name",
    "merchant_name", "creator_name",
    "live_account_name", "host_name", "layout_name",
})  # fmt: skip


def is_masked(cell: str | None) -> bool:
    """Whether something was masked in a cell that is shown: then the file as downloaded alone holds what it
    said.
    """
    return "*" in (cell or "")
