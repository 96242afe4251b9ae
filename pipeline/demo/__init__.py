"""The demo: simulator, Airflow and dashboards under one supervisor, from nothing to a released number."""

from pipeline.demo.cleaning import clean
from pipeline.demo.run import run_demo

__all__ = ["clean", "run_demo"]
