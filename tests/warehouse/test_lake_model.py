"""Random histories against a dictionary: the gate for every DuckDB or DuckLake upgrade (ducklake #1084 #1094
#1215 #1472).
"""

from __future__ import annotations

import datetime as dt
import random

import polars as pl
import pytest
from warehouse_cases import SALES

from warehouse import lake as lake_module
from warehouse.lake import Lake
from warehouse.place import Place

DAYS = [dt.date(2026, 3, day) for day in range(1, 7)]
Rows = dict[tuple[str, str], tuple[dt.date, int]]


class Oracle:
    """What the table must hold now, and what it held at each remembered snapshot."""

    def __init__(self, seed: int) -> None:
        self.chance, self.rows, self.past, self.serial = random.Random(seed), Rows(), dict[int, Rows](), 0

    def fresh(self, day: dt.date | None = None, merchant: str | None = None) -> Rows:
        made: Rows = {}
        for _ in range(self.chance.randint(1, 12)):
            self.serial += 1
            made[merchant or self.merchant(), f"l{self.serial}"] = (
                day or self.day(),
                self.chance.randint(0, 10**12),
            )
        return made

    def merchant(self) -> str:
        return f"m{self.chance.randint(1, 3)}"

    def day(self) -> dt.date:
        return self.chance.choice(DAYS)


def frame(rows: Rows) -> pl.DataFrame:
    columns = ["merchant_id", "order_line_id", "business_date", "paid_fen"]
    return SALES.shape(
        pl.DataFrame(
            [(*key, *value) for key, value in rows.items()],
            schema={name: SALES.dtypes[name] for name in columns},
            orient="row",
        )
    )


def stored(lake: Lake) -> Rows:
    found = lake.read(SALES, columns=["merchant_id", "order_line_id", "business_date", "paid_fen"]).rows()
    rows = {(merchant, line): (day, fen) for merchant, line, day, fen in found}
    assert len(rows) == len(found), "a row came back twice"
    return rows


def append(lake: Lake, oracle: Oracle) -> None:
    made = oracle.fresh()
    lake.append(SALES, frame(made))
    oracle.rows |= made


def upsert(lake: Lake, oracle: Oracle) -> None:
    old = oracle.chance.sample(sorted(oracle.rows), min(len(oracle.rows), 8))
    made = {key: (oracle.day(), oracle.chance.randint(0, 10**12)) for key in old} | oracle.fresh()
    lake.replace(SALES, frame(made).select("merchant_id", "order_line_id"), frame(made))
    oracle.rows |= made


def replace_slice(lake: Lake, oracle: Oracle) -> None:
    day, merchant = oracle.day(), oracle.merchant()
    made = oracle.fresh(day, merchant) if oracle.chance.random() < 0.8 else {}
    lake.replace(SALES, pl.DataFrame({"merchant_id": [merchant], "business_date": [day]}), frame(made))
    oracle.rows = {
        key: value for key, value in oracle.rows.items() if (key[0], value[0]) != (merchant, day)
    } | made


def delete(lake: Lake, oracle: Oracle) -> None:
    gone = set(oracle.chance.sample(sorted(oracle.rows), min(len(oracle.rows), 5)))
    lake.delete(SALES, frame({key: oracle.rows[key] for key in gone}).select("merchant_id", "order_line_id"))
    oracle.rows = {key: value for key, value in oracle.rows.items() if key not in gone}


CHANGES = (append, upsert, replace_slice, delete)


def several(lake: Lake, oracle: Oracle) -> None:
    with lake.transaction():
        for change in oracle.chance.choices(CHANGES, k=4):
            change(lake, oracle)
        assert stored(lake) == oracle.rows


def roll_back(lake: Lake, oracle: Oracle) -> None:
    before = dict(oracle.rows)
    with pytest.raises(KeyboardInterrupt), lake.transaction():
        for change in oracle.chance.choices(CHANGES, k=3):
            change(lake, oracle)
        raise KeyboardInterrupt
    oracle.rows = before


def remember(lake: Lake, oracle: Oracle) -> None:
    oracle.past[lake.snapshot()] = dict(oracle.rows)


def maintain(lake: Lake, oracle: Oracle) -> None:
    for number in sorted(oracle.past)[:-4]:
        del oracle.past[number]
    lake.maintain(lake.snapshot(), keep=list(oracle.past), grace=dt.timedelta(0))


def look_back(lake: Lake, oracle: Oracle) -> None:
    if oracle.past:
        number = oracle.chance.choice(sorted(oracle.past))
        with Lake.open(lake.place, snapshot=number) as past:
            assert stored(past) == oracle.past[number]


STEPS = (
    append,
    upsert,
    upsert,
    replace_slice,
    replace_slice,
    delete,
    several,
    roll_back,
    remember,
    maintain,
    look_back,
)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("seed", "small_bytes"), [(1, lake_module.SMALL_BYTES), (2, -1)], ids=["small", "large"]
)
def test_the_lake_agrees_with_a_dictionary(
    place: Place, seed: int, small_bytes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A small table is read whole and picked from, a large one is asked for its rows: both ways are tried."""
    monkeypatch.setattr(lake_module, "SMALL_BYTES", small_bytes)
    oracle = Oracle(seed)
    with Lake.open(place, write=True) as lake:
        lake.ensure([SALES])
        for number in range(100):
            step = oracle.chance.choice(STEPS)
            step(lake, oracle)
            assert stored(lake) == oracle.rows, f"step {number}: {step.__name__}"
    with Lake.open(place) as reader:
        assert stored(reader) == oracle.rows
