"""The moment all simulator tests stand at."""

import datetime as dt

from simulator.history.clock import ZONE

NOW = dt.datetime(2026, 7, 20, 9, 30, tzinfo=ZONE)
