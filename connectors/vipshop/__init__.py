"""Vipshop (唯品会): the supplier's bill lines as an order system takes them over.

README.md says what that is good for and what nobody tells.
"""

from __future__ import annotations

from pathlib import Path

from connectors.base import Platform
from connectors.vipshop import exports
from connectors.vipshop.conform import conform

PLATFORM = Platform(code="vipshop", folder=Path(__file__).parent, conform=conform, clean=exports.clean)
