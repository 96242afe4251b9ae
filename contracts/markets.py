"""Markets abroad, by the money a shop there sells in: whose clock its back office counts days by."""

from __future__ import annotations

#: Currency → IANA time zone. A shop in a currency that is not here counts by Beijing's clock.
ZONES: dict[str, str] = {
    "THB": "Asia/Bangkok",
    "VND": "Asia/Ho_Chi_Minh",
    "IDR": "Asia/Jakarta",
    "MYR": "Asia/Kuala_Lumpur",
    "PHP": "Asia/Manila",
    "SGD": "Asia/Singapore",
    # file names of US shops say UTC-7, which is the west coast in summer; winter's offset is UNVERIFIED
    "USD": "America/Los_Angeles",
    "GBP": "Europe/London",
    "MXN": "America/Mexico_City",
    "BRL": "America/Sao_Paulo",
    "JPY": "Asia/Tokyo",
}

#: Currency → how many of its units make a yuan, in round figures: for bounds on what is plausible, never for
#: converting.
UNITS_PER_YUAN: dict[str, int] = {
    "THB": 5,
    "VND": 3_500,
    "IDR": 2_300,
    "PHP": 8,
    "MXN": 3,
    "JPY": 22,
    "KRW": 200,
    "TWD": 5,
    "INR": 12,
    "RUB": 15,
}

_OTHERS = ("CNY", "EUR", "HKD", "CAD", "AUD", "NZD")
#: Currencies whose codes and signs in a file are told apart from ours.
CURRENCIES: tuple[str, ...] = tuple(dict.fromkeys((*_OTHERS, *ZONES, *UNITS_PER_YUAN)))
