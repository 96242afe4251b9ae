"""What is read of every shipped sample, as it is and with odd cells, of every file of the catalogue of bad
input, and what every reader of cells makes of odd cells.
"""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from itertools import count
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
from conformance_cases import Sample, api_records, file_samples, grid, mapped, read_file, samples
from intake_catalogue import CASES
from intake_files import data, orders
from record_lines import Record, frame_lines, plain_lines, prefixed

from connectors.base import Platform, platforms
from connectors.files import cells, clocks
from connectors.files.archives import is_workbook, looks_zipped, unpack
from connectors.files.headers import split_unit
from connectors.files.plain import read_columns
from connectors.reading import Origin, Reading, read_records
from contracts.errors import BaiyunError

RECEIVED = dt.datetime(2026, 11, 24, 12, tzinfo=ZoneInfo("Asia/Shanghai"))
#: What people, spreadsheets and platforms write where one kind of thing is meant.
_ODD = tomllib.loads((Path(__file__).parent / "odd.toml").read_text(encoding="utf-8"))
_NUMBERS, _TIMES = _ODD["numbers"], _ODD["times"]
#: Of each kind of cell, what stands there now and then.
ODD: dict[str, list[str]] = _ODD["kinds"]


def read_tables(platform: Platform, reading: Reading) -> Record:
    """What a file is read as: its typed rows, what is set aside and said, and what silver is given."""
    rules = Counter(
        f"{rule} {column}" for rule, column in reading.quarantine.select("rule_name", "column_name").rows()
    )
    told = {"layout": reading.layout.key, "rows": reading.rows_read, "at": reading.observed_at}
    told |= {
        name: getattr(reading, name) for name in ("dropped_columns", "new_columns", "shop_refs", "is_dated")
    }
    told |= {f"quarantine.{name}": number for name, number in rules.items()}
    told |= {f"notice.{notice.rule}": f"{notice.count} {notice.about}" for notice in reading.notices}
    told["quarantine"] = frame_lines(reading.quarantine, _SAME)["*"]
    found = {"read": plain_lines(told), "bronze": frame_lines(reading.bronze, _SAME)}
    if reading.bronze.height:
        frames = platform.conform(reading.layout.kind, reading.bronze)
        found |= {f"silver.{name}": frame_lines(frame, _SAME) for name, frame in frames.items()}
    return found


_SAME = ("merchant_id", "shop_id", "_export_id", "platform_code", "layout_name")


def origin(name: str = "neutral") -> Origin:
    """A file of a shop, received at the record's moment."""
    return Origin("merchant", "shop", "e" * 64, name, RECEIVED, secret=b"tenant")


def tried(read: Callable[[], Record]) -> Record:
    """What is read, or the sentence that refuses it; how small a zip became is the machine's affair."""
    try:
        return read()
    except BaiyunError as error:
        return {"refused": {"*": re.sub(r"packed=\d+", "packed=…", error.sentence())}}


def read_samples() -> Record:
    """Every sample that ships with a connector or a mapping, files and answers of APIs."""
    found: Record = {}
    for sample in samples():
        read = tried(lambda sample=sample: _told_once(read_tables(sample.platform, _read(sample))))
        found |= prefixed(str(sample), read)
    return found


def _read(sample: Sample) -> Reading:
    if sample.layout in ("api", "error"):
        return read_records(sample.platform, sample.kind, api_records(sample), origin())
    return read_file(sample.data, origin(sample.name))


def read_odd_cells() -> Record:
    """Every file sample again, its rows repeated so that each column has odd cells on rows of their own."""
    found: Record = {}
    for sample in file_samples():
        table, place, changes = grid(sample), count(), {}
        for header, column in table.columns.items():
            odd = ODD[column.cell]
            changes |= {(next(place), header): odd[(len(changes) + turn) % len(odd)] for turn in range(2)}
        rows = [table.rows[number % len(table.rows)] for number in range(next(place) + 1)]
        content = replace(table, rows=rows).with_cells(changes)
        read = tried(
            lambda sample=sample, content=content: read_tables(sample.platform, read_file(content, origin()))
        )
        brief = {
            table: {"*": lines["*"]} if table.startswith("silver.") else lines
            for table, lines in read.items()
        }
        found |= prefixed(str(sample), brief)
    return found


def _told_once(record: Record) -> Record:
    """Without the columns of the typed rows that silver is given as they are."""
    given = {line for table, lines in record.items() if table.startswith("silver.") for line in lines.items()}
    bronze = {
        line: told for line, told in record["bronze"].items() if line == "*" or (line, told) not in given
    }
    return record | {"bronze": bronze}


def _brief(record: Record) -> Record:
    """Of what silver is given the rows together, without a line for each column."""
    return {
        table: {"*": lines["*"]} if table.startswith("silver.") else lines for table, lines in record.items()
    }


def read_catalogue() -> Record:
    """Every file of the catalogue of bad input, of a zip its first files: what is unlike the plain file's."""
    usual = _brief(tried(lambda: _first_read(data(orders()))))
    found: Record = {}
    for case in CASES:
        for table, lines in _brief(tried(lambda case=case: _first_read(case.make()))).items():
            unlike = {
                line: f"nothing ({value})"
                for line, value in usual.get(table, {}).items()
                if line not in lines
            }
            unlike |= {
                line: value for line, value in lines.items() if usual.get(table, {}).get(line) != value
            }
            if unlike:
                found[f"{case.id} · {table}"] = unlike
    return found


def _first_read(content: bytes) -> Record:
    files = unpack(content) if looks_zipped(content) and not is_workbook(content) else [("neutral", content)]
    found: Record = {}
    for place, (name, each) in enumerate(files[:3]):
        reading = read_file(each, origin(name))
        code = reading.layout.platform
        tables = read_tables(
            next(one for one in (*platforms().values(), *mapped()) if one.code == code), reading
        )
        found |= prefixed(name, tables) if place else tables
    return found


def read_cells() -> Record:
    """What each reader makes of each odd cell: its value, or that it is bad."""
    readers = {
        name.removeprefix("read_"): reader
        for room, names in ((cells, dir(cells)), (clocks, dir(clocks)))
        for name in names
        if name.startswith("read_") and callable(reader := getattr(room, name))
    }
    found: Record = {}
    for name, reader in readers.items():
        asked = (
            _TIMES
            if name in ("time", "time_dmy", "time_mdy", "time_serial", "date")
            else _NUMBERS + _TIMES[:6]
        )
        values, bad = reader(pl.Series("cell", [*asked, None], dtype=pl.String))
        found[name] = {
            repr(cell): "bad" if is_bad else str(value)
            for cell, value, is_bad in zip(asked, values.to_list(), bad.to_list(), strict=False)
        }
    for kind, odd in {
        **dict.fromkeys(("time", "date"), _TIMES),
        **dict.fromkeys(("yuan", "int", "id", "rate"), _NUMBERS),
    }.items():
        table = pl.DataFrame({"0": [cell for cell in odd]})
        (read,) = read_columns(table, [("0", kind)])
        found[f"plain.{kind}"] = frame_lines(pl.DataFrame({"value": read.value, "bad": read.bad}))
    found["headers"] = plain_lines({repr(cell): split_unit(cell) for cell in _ODD["headers"]})
    return found
