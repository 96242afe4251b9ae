"""``python -m demo.district``: the demo's merchants join the association, which releases and briefs every
month that their files of the past hold whole.
"""

from __future__ import annotations

from demo import market
from warehouse.settings import Settings

if __name__ == "__main__":
    market.release_district(Settings())
