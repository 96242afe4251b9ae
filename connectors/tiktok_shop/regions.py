"""The markets a shop can sell in: whose clock its files show, in which money, and whether the day or the
month stands first.
"""

from __future__ import annotations

from dataclasses import dataclass

from contracts.markets import ZONES


@dataclass(frozen=True)
class Region:
    """One market.

    ``day_first`` is None where no source tells how its files write dates; then only the file's own cells can
    tell.

    ``names`` are folded words of the Country column (lower case, no blanks).
    """

    code: str
    currency: str
    day_first: bool | None
    names: tuple[str, ...]

    @property
    def zone(self) -> str:
        """The clock its shops are counted by."""
        return ZONES[self.currency]


REGIONS = (
    Region("TH", "THB", True, ("thailand", "ประเทศไทย", "ไทย")),
    Region("VN", "VND", True, ("vietnam", "việtnam")),
    Region("ID", "IDR", True, ("indonesia",)),
    Region("MY", "MYR", True, ("malaysia",)),
    Region("PH", "PHP", None, ("philippines", "thephilippines")),
    Region("SG", "SGD", None, ("singapore",)),
    Region("US", "USD", False, ("unitedstates", "unitedstatesofamerica", "usa")),
    Region("GB", "GBP", None, ("unitedkingdom", "uk")),
    Region("MX", "MXN", None, ("mexico", "méxico")),
    Region("BR", "BRL", None, ("brazil", "brasil")),
    Region("JP", "JPY", None, ("japan", "日本")),
)

BY_CODE = {region.code: region for region in REGIONS}
BY_CURRENCY = {region.currency: region for region in REGIONS}
#: Folded word of a Country cell → region.
BY_NAME = {name: region for region in REGIONS for name in (region.code.lower(), *region.names)}

#: Status words say in which language the exporting account was signed in; where a file names no country, that
#: is the next best witness.
_THAI = r"[\u{0E00}-\u{0E7F}]"
LANGUAGES = ((_THAI, BY_CODE["TH"]), (r"^(Perlu dikirim|Dikirim|Selesai|Dibatalkan)$", BY_CODE["ID"]))
