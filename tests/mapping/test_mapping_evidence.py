"""What amounts prove of themselves, beside plain loops over the same rows."""

from __future__ import annotations

import itertools
import random
from collections.abc import Sequence

import polars as pl
import pytest

from connectors.mapping.amounts import (
    Meaning,
    Spread,
    comes_to,
    contradicting,
    not_adding_up,
    over_parts,
    parts_of,
    proven,
    spread_of,
)
from connectors.mapping.judged import Judged, lines_beside, per_piece, price_among
from connectors.mapping.questions import found_amount

Amount = int | None


def numbers(values: Sequence[Amount]) -> pl.Series:
    return pl.Series(values, dtype=pl.Int64)


def words(values: Sequence[str | None]) -> pl.Series:
    return pl.Series(values, dtype=pl.String)


def orders_of(whole: Sequence[str | None], *columns: Sequence[Amount]) -> dict[str, list[tuple[Amount, ...]]]:
    """The rows of each whole, in the order of the table; rows of none are left out."""
    found: dict[str, list[tuple[Amount, ...]]] = {}
    for name, *cells in zip(whole, *columns, strict=True):
        if name is not None:
            found.setdefault(name, []).append(tuple(cells))
    return found


def some_amounts(rng: random.Random, rows: int) -> list[Amount]:
    one = rng.choice([0, 100, 250])
    shapes: list[list[Amount]] = [
        [one] * rows,
        [one, *[rng.choice([0, None])] * (rows - 1)],
        [*[None] * (rows - 1), one],
        [rng.choice([100, 250, 0, None, -30]) for _ in range(rows)],
        [100 + 50 * (place // 2) for place in range(rows)],
        [100 * place for place in range(1, rows + 1)],
    ]
    return rng.choice(shapes)


def table(seed: int, count: int, longest: int = 5) -> tuple[list[str | None], list[Amount]]:
    rng = random.Random(seed)
    whole: list[str | None] = []
    amounts: list[Amount] = []
    for number in range(count):
        rows = rng.randint(1, longest)
        whole += [None if rng.random() < 0.05 else f"O{number}"] * rows
        amounts += some_amounts(rng, rows)
    return whole, amounts


def _spread(whole: Sequence[str | None], amounts: Sequence[Amount]) -> dict[str, int]:
    counts = dict.fromkeys(("alike", "first", "later", "partly", "differing", "long", "runs"), 0)
    for cells in orders_of(whole, amounts).values():
        rows = [amount or 0 for (amount,) in cells if (amount or 0) >= 0]
        given = [amount for amount in rows if amount]
        if len(rows) < 2 or not given:
            continue
        different = len(set(given))
        if different > 1:
            counts["differing"] += 1
            if len(given) > 2:
                counts["long"] += 1
                runs = len([amount for amount, _ in itertools.groupby(given)])
                counts["runs"] += runs == different < len(given)
        elif len(given) == len(rows):
            counts["alike"] += 1
        elif len(given) > 1:
            counts["partly"] += 1
        else:
            counts["first" if rows[0] else "later"] += 1
    return counts


@pytest.mark.parametrize("seed", range(12))
def test_how_amounts_lie_on_the_rows_of_an_order(seed: int) -> None:
    whole, amounts = table(seed, 40)
    found = spread_of(words(whole), numbers(amounts))
    assert {name: getattr(found, name) for name in _spread(whole, amounts)} == _spread(whole, amounts)
    assert found.several == sum(
        _spread(whole, amounts)[name] for name in ("alike", "first", "later", "partly", "differing")
    )


def test_the_example_is_a_repeated_amount_of_the_longest_order_else_another() -> None:
    whole = words(["A", "A", "B", "B", "B", "C", "C", "C", "D"])
    cells = words(["1.00", "1.00", "2.00", "2", "2", "3", "4", "5", "9"])
    amounts = numbers([100, 100, 200, 200, 200, 300, 400, 500, 900])
    shown = spread_of(whole, amounts, cells)
    assert (shown.example, shown.example_rows, shown.example_cell) == ("B", 3, "2.00")
    others = spread_of(whole[5:], amounts[5:], cells[5:])
    assert (others.example, others.example_rows, others.example_cell) == ("C", 3, "3")
    assert spread_of(whole[8:], amounts[8:]) == Spread()


@pytest.mark.parametrize(
    ("spread", "own", "meaning"),
    [
        (Spread(), ("once", False), ("once", False)),
        (Spread(alike=1), ("once", False), ("once", False)),
        (Spread(partly=1, later=9), ("once", False), ("once", False)),
        (Spread(first=3), ("once", True), ("once", True)),
        (Spread(first=3, later=1), ("each", True), ("each", True)),
        (Spread(differing=1, alike=4), ("each", True), ("each", True)),
        (Spread(differing=1, alike=3, partly=2), ("once", False), ("once", False)),
        (Spread(differing=9, long=3, runs=1), ("each", True), ("each", True)),
        (Spread(differing=9, long=2, runs=1), ("each", True), ("once", False)),
        (Spread(differing=9, long=0, runs=0), ("each", True), ("each", True)),
    ],
)
def test_what_a_pattern_speaks_for(spread: Spread, own: tuple[str, bool], meaning: tuple[str, bool]) -> None:
    """One in five differing is enough for those alike to be lines of one price."""
    assert (spread.own, spread.meaning) == (own, meaning)


def _comes_to(whole: Sequence[str | None], amounts: Sequence[Amount], parts: Sequence[Amount]) -> str | None:
    each, once, told = True, True, False
    for cells in orders_of(whole, amounts, parts).values():
        given = [amount for amount, _ in cells if amount]
        known = [part for _, part in cells if part is not None]
        if len(cells) < 2 or not given or len(known) < len(cells):
            continue
        told = True
        each &= all((amount or 0) == part for amount, part in cells)
        once &= len(set(given)) == 1 and sum(known) == given[0]
    return None if not told or each == once else "each" if each else "once"


@pytest.mark.parametrize("seed", range(150))
def test_what_a_second_opinion_proves(seed: int) -> None:
    """Parts that are the amounts, or add up to them, or are spoilt in one cell of one order."""
    rng = random.Random(seed)
    whole, amounts = table(seed, rng.randint(1, 4), 3)
    sums = {
        name: [amount for (amount,) in cells if amount] for name, cells in orders_of(whole, amounts).items()
    }
    first = {name: whole.index(name) for name in sums}
    once = [
        (sums[name][0] if sums[name] else 0) if name and place == first[name] else 0
        for place, name in enumerate(whole)
    ]
    parts: list[Amount] = rng.choice([[amount or 0 for amount in amounts], once])[:]
    if rng.random() < 0.5:
        parts[rng.randrange(len(parts))] = rng.choice([None, 7])
    found = comes_to(words(whole), numbers(amounts), numbers(parts))
    assert found == _comes_to(whole, amounts, parts)


def test_second_opinions_of_each_kind_are_met() -> None:
    pair = words(["A", "A", "B", "B"])
    assert comes_to(pair, numbers([3, 4, 3, 4]), numbers([3, 4, 3, 5])) is None
    assert comes_to(pair, numbers([3, 4, 3, 4]), numbers([3, 4, 3, 4])) == "each"
    assert comes_to(pair, numbers([7, 7, 9, None]), numbers([3, 4, 4, 5])) == "once"
    assert comes_to(pair, numbers([7, 7, 9, None]), numbers([3, 4, 4, 6])) is None
    assert comes_to(words(["A", "B"]), numbers([3, 4]), numbers([3, 4])) is None


def test_price_and_quantity_prove_with_discounts_or_without() -> None:
    pair, price, qty = words(["A", "A", "B", "B"]), numbers([10, 20, 10, 20]), numbers([1, 2, 3, 1])
    both = {"unit_price_fen": price, "line_qty": qty}
    less = {**both, "discount_total_fen": numbers([1, None, -2, 0])}
    named = ("unit_price_fen", "line_qty")
    assert proven(pair, numbers([10, 40, 30, 20]), both) == ("each", named)
    assert proven(pair, numbers([50, 50, 50, 50]), less) == ("once", named)
    assert proven(pair, numbers([9, 40, 28, 20]), less) == ("each", (*named, "discount_total_fen"))
    assert proven(pair, numbers([9, 40, 28, 21]), less) is None
    assert proven(pair, numbers([10, 40, 30, 20]), {"line_qty": qty}) is None


@pytest.mark.parametrize("seed", range(12))
def test_wholes_that_can_have_but_one_amount_and_have_several(seed: int) -> None:
    whole, amounts = table(seed + 50, 25)
    odd = set()
    for name, cells in orders_of(whole, amounts).items():
        sold, back = ({amount for (amount,) in cells if (amount or 0) * sign > 0} for sign in (1, -1))
        odd |= {name} if len(sold) > 1 or len(back) > 1 else set()
    assert contradicting(words(whole), numbers(amounts)).to_list() == [name in odd for name in whole]


@pytest.mark.parametrize("seed", range(60))
def test_wholes_that_are_not_what_their_rows_add_up_to(seed: int) -> None:
    rng = random.Random(seed)
    whole, parts = table(seed + 90, 8, 3)
    freight: list[Amount] = [rng.choice([None, 0, 0, 8, 8, 12]) for _ in whole]
    rest = {name: rng.choice([0, 0, 8, 16, 12, 3]) for name in whole if name}
    sums = {
        name: sum(part or 0 for (part,) in cells if (part or 0) >= 0)
        for name, cells in orders_of(whole, parts).items()
    }
    amounts: list[Amount] = [sums[name] + rest[name] if name else 5 for name in whole]
    odd = []
    for name, cells in orders_of(whole, amounts, parts, freight).items():
        rows = [(amount or 0, part or 0, sent or 0) for amount, part, sent in cells if (part or 0) >= 0]
        if not rows:
            continue
        left = next((amount for amount, _, _ in rows if amount > 0), 0) - sum(part for _, part, _ in rows)
        if left not in (0, max(sent for *_, sent in rows), sum(sent for *_, sent in rows)):
            odd.append(name)
    found = not_adding_up(words(whole), numbers(amounts), numbers(parts), numbers(freight))
    assert found.to_list() == odd
    without = not_adding_up(words(whole), numbers(amounts), numbers(parts)).to_list()
    assert set(odd) <= set(without)


def test_an_amount_repeats_by_the_erps_own_order_last_told() -> None:
    whole = words(["A", "A", "A", "B", "B", None, "C"])
    own = words([None, "1", None, "2", "3", "4", None])
    assert parts_of(whole, own).to_list() == ["A", "1", "1", "2", "3", None, "C"]
    among = over_parts(
        words(["A", "A", "A", "A", "B", "B"]),
        words(["1", "1", "2", "2", "3", "4"]),
        numbers([0, 5, 7, 7, 6, 6]),
    )
    assert (among.differing, among.alike, among.several) == (1, 1, 2)


HEAD = {"order_id": "单号", "line_qty": "数量", "paid_fen": "实付"}


def sheet(*rows: tuple[str, str, str, str], other: str = "别的") -> dict[str, pl.Series]:
    cells = zip(*rows, strict=True)
    return dict(zip(("单号", "数量", "实付", other), map(words, cells), strict=True))


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ([("1", "2", "10", "20"), ("2", "1", "5", "5")], ("paid_fen", "实付", "别的")),
        ([("1", "2", "10", "20"), ("2", "1", "5", "6")], None),
        ([("1", "1", "10", "10"), ("2", "1", "5", "5")], None),
        ([("1", "2", "10", "20")], None),
        ([("1", "2", "10", "20"), ("2", "1", "5", "")], None),
        ([("1", "2", "0", "0"), ("2", "3", "5", "15")], None),
    ],
)
def test_a_price_is_what_times_the_quantity_is_another_column(
    rows: list[tuple[str, str, str, str]], found: tuple[str, str, str] | None
) -> None:
    assert price_among("orders", HEAD, sheet(*rows)) == found


def test_or_what_is_called_one() -> None:
    rows = sheet(("1", "2", "10", "x"), ("2", "1", "5", "y"))
    for header, is_price in (
        ("单价", True),
        ("商品价格", True),
        ("总价格", False),
        ("实付", False),
        ("Price", True),
        ("unit price", True),
    ):
        named = {(header if name == "实付" else name): cells for name, cells in rows.items()}
        found = price_among("orders", {**HEAD, "paid_fen": header}, named)
        assert found == (("paid_fen", header, "") if is_price else None), header
    assert price_among("funds", HEAD, rows) is None


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ([("1", "1", "10", "A"), ("2", "3", "10", "A")], [("实付", "10", "3")]),
        ([("1", "1", "10", "A"), ("2", "3", "30", "A")], []),
        ([("1", "1", "10", "A"), ("2", "3", "10", "B")], []),
        ([("1", "1", "10", "A"), ("2", "3", "10", "A"), ("3", "2", "20", "A")], []),
        ([("1", "1", "10", "A"), ("2", "3", "10", "A"), ("2", "1", "9", "A")], []),
        ([("1", "1", "10", "A"), ("2", "2", "0", "A")], []),
    ],
)
def test_a_row_of_several_pieces_with_what_one_piece_has(
    rows: list[tuple[str, str, str, str]], found: list[tuple[str, str, str]]
) -> None:
    assert per_piece("orders", {**HEAD, "sku_code": "编码"}, sheet(*rows, other="编码")) == found
    assert per_piece("orders", {"paid_fen": "实付"}, sheet(*rows, other="编码")) == []


def test_lines_that_add_up_to_the_orders_amount_beside_it() -> None:
    """Every order has to agree, two of several rows at least, and the lines have to differ somewhere."""
    rows = [("1", "1", "30", "10"), ("1", "1", "30", "20"), ("2", "1", "7", "3"), ("2", "1", "7", "4")]
    assert lines_beside("orders", HEAD, sheet(*rows)) == {"paid_fen": ("别的", "实付")}
    turned = [(number, qty, lines, order) for number, qty, order, lines in rows]
    assert lines_beside("orders", HEAD, sheet(*turned)) == {"paid_fen": ("实付", "别的")}
    assert lines_beside("orders", HEAD, sheet(*rows[:2])) == {}
    assert lines_beside("orders", HEAD, sheet(*rows[:3], ("2", "1", "7", "5"))) == {}
    assert lines_beside("orders", HEAD, sheet(*rows[:3], ("2", "1", "7", ""))) == {}
    alike = [("1", "1", "20", "10"), ("1", "1", "20", "10"), ("2", "1", "6", "3"), ("2", "1", "6", "3")]
    assert lines_beside("orders", HEAD, sheet(*alike)) == {}


@pytest.mark.parametrize(
    ("spread", "meaning", "by", "words"),
    [
        (
            Spread(differing=3, later=2, alike=4),
            "each",
            (),
            ("9 个多行", "5 个的几行金额不同", "within 5 of 9 "),
        ),
        (Spread(differing=1), "each", (), ("1 个多行", "1 个的几行金额不同", "within 1 of 1 ")),
        (Spread(first=7), "once", (), ("7 个多行", "只在第一行有金额", "all 7 ")),
        (Spread(), "once", (), ("没有带金额的多行", "nothing shows whose it is")),
        (
            Spread(alike=2),
            "once",
            ("单价", "数量"),
            ("与单价、数量逐", "核对相符", "agrees with 单价、数量 in every"),
        ),
    ],
)
def test_a_finding_tells_how_many_orders_speak_for_it(
    spread: Spread, meaning: Meaning, by: tuple[str, ...], words: tuple[str, ...]
) -> None:
    found = found_amount(Judged("paid_fen", "实付", spread, meaning, True, by), "orders")
    assert found.header == "实付"
    assert [word for word in words if word not in found.zh + found.en] == []
