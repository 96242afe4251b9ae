"""The markets a shop can sell in: whose clock its files show, in which money, and whether the day or the month stands first."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Region:
    """One market. ``day_first`` is None where no source tells how its files write dates; then only the file's own cells can tell.

    ``names`` are folded words of the Country column (lower case, no blanks).
    """

    code: str
    zone: str
    currency: str
    day_first: bool | None
    names: tuple[str, ...]


REGIONS = (
    Region("TH", "Asia/Bangkok", "THB", True, ("thailand", "ประเทศไทย", "ไทย")),
    Region("VN", "Asia/Ho_Chi_Minh", "VND", True, ("vietnam", "việtnam")),
    Region("ID", "Asia/Jakarta", "IDR", True, ("indonesia",)),
    Region("MY", "Asia/Kuala_Lumpur", "MYR", True, ("malaysia",)),
    Region("PH", "Asia/Manila", "PHP", None, ("philippines", "thephilippines")),
    Region("SG", "Asia/Singapore", "SGD", None, ("singapore",)),
    # file names of US shops say UTC-7, which is the west coast in summer; winter's offset is UNVERIFIED
    Region("US", "America/Los_Angeles", "USD", False, ("unitedstates", "unitedstatesofamerica", "usa")),
    Region("GB", "Europe/London", "GBP", None, ("unitedkingdom", "uk")),
    Region("MX", "America/Mexico_City", "MXN", None, ("mexico", "méxico")),
    Region("BR", "America/Sao_Paulo", "BRL", None, ("brazil", "brasil")),
    Region("JP", "Asia/Tokyo", "JPY", None, ("japan", "日本")),
)

BY_CODE = {region.code: region for region in REGIONS}
BY_CURRENCY = {region.currency: region for region in REGIONS}
#: Folded word of a Country cell → region.
BY_NAME = {name: region for region in REGIONS for name in (region.code.lower(), *region.names)}

#: Status words say in which language the exporting account was signed in; where a file names no country, that is the next best witness.
_THAI = r"[\u{0E00}-\u{0E7F}]"
LANGUAGES = ((_THAI, BY_CODE["TH"]), (r"^(Perlu dikirim|Dikirim|Selesai|Dibatalkan)$", BY_CODE["ID"]))
