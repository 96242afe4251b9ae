"""``python -m demo.history``: what the demo's merchants have in hand, taken as ``baiyun scan`` does it: the
files of the past make a release that each of them looks at; then come the files of the last days.

A file that waits for a person is part of the story and no failure.
"""

from __future__ import annotations

from collections.abc import Sequence

from demo import market
from demo.home import DemoHome
from pipeline import steps
from warehouse.settings import Settings


def main() -> None:
    """Do it in the home the environment names."""
    settings = Settings()
    home = DemoHome.of(settings)
    market.fill_inbox(settings, home, "history")
    with steps.scanned(settings) as (receipts, known):
        _tell(receipts)
        steps.build_and_release(settings, run_name="history", known=known)
    market.look_once(settings)
    market.fill_inbox(settings, home, "later")
    _tell(steps.scan_inbox(settings))


def _tell(receipts: Sequence[steps.FileReceipt]) -> None:
    for receipt in receipts:
        print(receipt.verdict, receipt.merchant_id, receipt.shop_id, receipt.name, flush=True)


if __name__ == "__main__":
    main()
