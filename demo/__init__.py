"""The demo: simulator, Airflow and dashboards under one supervisor, from nothing to a released number.

Not here: anything a house without a demo needs.
"""

from demo.cleaning import clean
from demo.run import LINES, run_demo

__all__ = ["LINES", "clean", "run_demo"]
