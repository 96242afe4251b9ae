"""The parameters a release is held to. Those of the concentration rules are secrets of the operator."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import asdict, dataclass, field
from fractions import Fraction


@dataclass(frozen=True)
class Policy:
    """What a cell must satisfy before it is shown.

    ``minimum_owners`` holdings and ``minimum_platforms`` platforms contribute at least. ``p`` percent: nobody
    may come closer than this to another's value, even if ``coalition`` members pool their own figures.
    ``largest_share`` bounds one holding's part of a cell. ``waivers``: holdings that consented to being
    shown; their figures count as known to everybody. ``nothing_is_a_figure``: that nobody in a cell had any
    refunds, say, is something about each (but that nobody's were corrected is not).
    """

    minimum_owners: int = 5
    p: float = field(default=15.0, repr=False)
    largest_share: float = field(default=0.40, repr=False)
    minimum_platforms: int = 2
    coalition: int = field(default=2, repr=False)
    waivers: frozenset[str] = frozenset()
    nothing_is_a_figure: bool = True

    @property
    def p_fraction(self) -> Fraction:
        """``p`` / 100, exactly as it is written."""
        return Fraction(str(self.p)) / 100

    @property
    def share_fraction(self) -> Fraction:
        """``largest_share``, exactly as it is written."""
        return Fraction(str(self.largest_share))

    def digest(self, secret: bytes) -> str:
        """Keyed hash of all parameters: equal for equal parameters, and of no use for guessing them.

        A plain hash of a few small numbers would give them away to anybody who tries some thousands.
        """
        words = sorted(
            (name, sorted(value) if name == "waivers" else value) for name, value in asdict(self).items()
        )
        return hmac.new(secret, repr(words).encode(), hashlib.sha256).hexdigest()
