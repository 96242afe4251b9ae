"""Stock at the counter: the list of goods received and counted."""

from __future__ import annotations

from functools import partial

from pipeline.list_counter import enter_list, list_problem, list_template, preview_list
from pipeline.stocking import STOCK_LIST

stock_template = partial(list_template, STOCK_LIST)
stock_problem = partial(list_problem, STOCK_LIST)
preview_stock = partial(preview_list, STOCK_LIST)
enter_stock = partial(enter_list, STOCK_LIST)
