"""What the pure parts come to where the world reaches them rarely: a small triangle foretold, hand-entered
lists cell by cell, their templates.
"""

from __future__ import annotations

import datetime as dt
import re
import zipfile
from io import BytesIO
from random import Random

import polars as pl
from mapping_cases import table
from record_lines import Record, digest, frame_lines, prefixed, text
from record_reading import ODD

from connectors.files.tabular import open_sheets
from contracts.errors import BaiyunError
from pipeline.entries.declaration import EntryList, Given
from pipeline.entries.found import entry_lists
from pipeline.entries.judging import judge
from pipeline.entries.template import template
from transforms.maturity.calendar import last_year
from transforms.maturity.cohorts import LEVELS, Promotion, make_cohorts, segment_lines
from transforms.maturity.factors import credible_factors, factors, weigh
from transforms.maturity.interval import bounds
from transforms.maturity.outlook import project
from transforms.maturity.rehearsal import rehearse, rehearsed_weeks, stretch
from transforms.maturity.tails import tails
from transforms.maturity.triangle import make_triangle

KNOWN = dt.date(2026, 7, 31)
_SHOPS = [("s", "douyin"), ("t", "taobao")]
_CELLS = (
    *ODD["id"],
    *ODD["yuan"],
    *ODD["int"],
    *ODD["date"],
    "撤销",
    "剔除",
    "每件",
    "USD",
    "s1",
    "x" * 90,
    "7.12345678",
)


def history() -> tuple[pl.DataFrame, pl.DataFrame]:
    """A merchant's lines and refunds of 130 days, made from one number: some undated, some before payment,
    some long after, some before shipment, categories thick and thin.
    """
    rng, lines, back = Random(7), [], []
    for number in range(2_600):
        shop, platform = _SHOPS[number % 5 == 0]
        key = {"merchant_id": "m", "shop_id": shop, "platform_code": platform, "order_line_id": f"l{number}"}
        paid, day = (
            rng.choice((0, 4_900, 12_900, 25_900, 59_900)),
            KNOWN - dt.timedelta(days=rng.randrange(130)),
        )
        fen = rng.choice((0, 0, paid, paid // 2)) if rng.random() < 0.8 else 0
        undated = fen if fen and rng.random() < 0.1 else 0
        lines.append(key | {
            "order_id": f"o{number // 2}", "channel_code": rng.choice(("own_live", "creator_live")),
            "paid_date": day if number % 50 else None, "paid_fen": paid, "cohort_refund_fen": fen,
            "refund_undated_fen": undated, "unit_price_fen": paid if number % 3 else None,
            "category_name": rng.choice(("裙", "裙", "裙", "裤", None)),
        })  # fmt: skip
        if fen:
            age = rng.choice((-1, 0, 1, 2, 3, 5, 8, 13, 21, 34, 44, 45, 46, 60))
            back.append(key | {
                "refund_date": None if undated else day + dt.timedelta(days=age), "refund_fen": fen,
                "refund_stage_code": rng.choice(("before_shipment", "after_shipment", None)),
            })  # fmt: skip
    return pl.DataFrame(lines, infer_schema_length=None), pl.DataFrame(back, infer_schema_length=None)


def foretell() -> Record:
    """The history by every step from lines to what will stay, its interval and its rehearsal."""
    lines, back = history()
    known = pl.DataFrame(
        [
            {
                "merchant_id": "m",
                "shop_id": shop,
                "platform_code": platform,
                "known_date": KNOWN - dt.timedelta(days=days),
            }
            for days, (shop, platform) in enumerate(_SHOPS)
        ]
    )
    sales = (Promotion("618", dt.date(2026, 6, 10), dt.date(2026, 6, 20)),
             Promotion("own", dt.date(2026, 5, 1), dt.date(2026, 5, 3), "taobao"))  # fmt: skip
    segmented = segment_lines(lines, known, sales)
    cohorts, refunds = make_cohorts(segmented, back)
    triangle = make_triangle(cohorts, refunds, [*LEVELS[-1], "paid_date"])
    weighed = weigh(triangle.with_columns(known_date=pl.lit(KNOWN)), 30.0)
    few = cohorts.filter(pl.col("paid_date") > KNOWN - dt.timedelta(days=12))
    credible = credible_factors(weighed, [[*level] for level in LEVELS])
    rehearsed = rehearse(cohorts, refunds)
    steps = {
        "segmented": segmented, "cohorts": cohorts, "refunds": refunds, "triangle": triangle,
        "weighed": weighed, "factors": factors(weighed, ["is_promotion"]),
        "pooled": factors(weighed, [], is_pooled=True),
        "credible": credible, "tails": tails(credible, LEVELS[-1]), "projected": project(cohorts, refunds),
        "even": project(cohorts, refunds, None), "few": project(few, refunds), "rehearsed": rehearsed,
        "weeks": rehearsed_weeks(rehearsed), "bounds": _bounds(),
    }  # fmt: skip
    found = {name: frame_lines(frame) for name, frame in steps.items()}
    days = [dt.date(2025, 1, 1) + dt.timedelta(days=9 * number) for number in range(160)]
    found["calendar"] = {f"{day}": text(last_year(day, day + dt.timedelta(days=6))) for day in days}
    return found | {"stretch": {"*": text(stretch(rehearsed))}}


def _bounds() -> pl.DataFrame:
    grid = pl.DataFrame(
        [
            (kept, kept * share, kept * spread)
            for kept in (0.0, 1.0, 100.0, 10_000.0)
            for share in (0.0, 0.01, 0.3, 0.9, 0.99, 1.0)
            for spread in (0.0, 0.01, 1.0, 100.0, 10_000.0)
        ],
        schema=["kept", "matured", "variance"],
        orient="row",
    )
    low, high = bounds(pl.col("kept"), pl.col("matured"), pl.col("variance"))
    return grid.with_columns(low=low, high=high)


def judge_lists() -> Record:
    """Each hand-entered list: its examples with every cell changed in turn, and its templates."""
    found: Record = {}
    for item in entry_lists():
        found |= prefixed(item.code, _judged(item))
    return found


def _judged(item: EntryList) -> Record:
    given = Given.of({"s1": "s1", "一店": "s1", "s2": "s2"})
    examples = [item.filled(row) for row in item.examples]
    rows = [[*row] for row in examples]
    for place in range(len(item.columns)):
        for turn, odd in enumerate(_CELLS):
            rows.append([*examples[turn % len(examples)]])
            rows[-1][place] = odd
    found: Record = {}
    for name, given_rows in {"as it is": examples, "changed": rows}.items():
        data = table("|".join(item.labels), *("|".join(row) for row in given_rows))
        try:
            judged = judge(item, "list.csv", data, given)
        except BaiyunError as error:
            found[name] = {"refused": error.sentence()}
            continue
        problems = {f"row {each.row} {each.rule} {each.column}": each.cell for each in judged.problems}
        parts = [frame_lines(part) for part in judged.parts]
        found[name] = problems | {"unfilled": f"{judged.unfilled}"}
        found |= {f"{name} {place}": lines for place, lines in enumerate(parts)}
    (sheet, *_), book = open_sheets(template(item, "xlsx")), zipfile.ZipFile(BytesIO(template(item, "xlsx")))
    widths = re.findall(r"<col [^>]*>", book.read("xl/worksheets/sheet1.xml").decode())
    csv = template(item, "csv").decode("utf-8-sig")
    return found | {"template": {"csv": digest([csv]), "head": text(sheet.head), "widths": text(widths)}}
