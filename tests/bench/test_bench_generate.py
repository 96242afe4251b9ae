"""Generated exports: the same every time, in the platforms' layouts, with the promised share of repeats and
of broken rows.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from bench_cases import fen, is_good, rows_of

from bench.generate import Made, generate
from connectors.reading import recognise

Exports = tuple[Path, dict[str, Made]]


def _fingerprint(root: Path) -> dict[str, str]:
    return {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in root.rglob("*")
        if path.is_file()
    }


def _order_rows(root: Path) -> list[tuple[str, dict[str, str]]]:
    """Every row of every order or item file with its line's id, in order of download."""
    paths = sorted(
        (path for pattern in ("1*_*.csv", "ExportOrderDetailList*") for path in root.glob(f"*/*/{pattern}")),
        key=lambda path: path.name,
    )
    return [(f"{path.parts[-2]}:{row['子订单编号']}", row) for path in paths for row in rows_of(path)]


def test_the_same_seed_gives_the_same_bytes_and_another_one_others(exports: Exports, tmp_path: Path) -> None:
    again = generate(tmp_path / "again", 6_000, seed=3, days=4, shops=4)
    generate(tmp_path / "other", 6_000, seed=4, days=4, shops=4)
    assert (_fingerprint(tmp_path / "again"), again) == (_fingerprint(exports[0]), exports[1])
    other = _fingerprint(tmp_path / "other")
    assert not {
        name
        for name, digest in _fingerprint(exports[0]).items()
        if name.endswith(".csv") and "直播" not in name and other.get(name) == digest
    }


def test_every_file_is_in_a_layout_the_connectors_know(exports: Exports) -> None:
    layouts = {
        (found.platform, found.kind, found.name)
        for path in exports[0].glob("*/*/*/*.csv")
        for found in [recognise(path.read_bytes()).layout]
    }
    assert layouts == {
        ("douyin", "orders", "2025_75"),
        ("douyin", "orders", "2023_74"),
        ("douyin", "after_sales", "50"),
        ("douyin", "live_sessions", "55"),
        ("douyin", "live_sessions", "54"),
        ("taobao", "orders", "2022"),
        ("taobao", "order_items", "2022"),
    }


def test_files_have_the_platforms_quirks(exports: Exports) -> None:
    douyin = next(exports[0].glob("base/*/*douyin*/1*_*.csv")).read_bytes()
    assert douyin.startswith(b"\xef\xbb\xbf")
    assert b'\n"\t69' in douyin
    assert any(b',"1,' in path.read_bytes() for path in exports[0].glob("base/*/*douyin*/1*_*.csv"))
    taobao = next(exports[0].glob("base/*/*taobao*/ExportOrderList*")).read_bytes()
    assert b'\r\n="41' in taobao
    with pytest.raises(UnicodeDecodeError):
        taobao.decode("utf-8")


def test_the_counts_are_those_of_the_files(exports: Exports) -> None:
    out, made = exports
    for tree in ("base", "next"):
        files = [path for path in (out / tree).rglob("*.csv")]
        assert (made[tree].files, made[tree].bytes) == (
            len(files),
            sum(path.stat().st_size for path in files),
        )
        assert made[tree].order_rows == len(_order_rows(out / tree))
        assert made[tree].refund_rows == sum(
            len(rows_of(path)) for path in files if path.name.startswith("售后单")
        )
    assert abs(made["base"].order_rows - 6_000) < 200


def test_three_rows_in_a_hundred_come_again_and_only_move_forward(exports: Exports) -> None:
    first: dict[str, dict[str, str]] = {}
    again = changed = 0
    rows = _order_rows(exports[0] / "base")
    for key, row in rows:
        before = first.setdefault(key, row)
        if before is not row:
            again += 1
            changed += before != row
            paid = next(name for name in row if name in ("支付完成时间", "订单付款时间"))
            assert before[paid] == row[paid]
    assert 0.02 < again / len(rows) < 0.045
    assert changed > again * 0.5


def test_one_row_in_two_hundred_cannot_be_read(exports: Exports) -> None:
    times, amounts = {"订单提交时间", "订单创建时间"}, {"商品金额", "商品单价", "价格"}
    rows = [row for _, row in _order_rows(exports[0] / "base")]
    bad = [row for row in rows if not is_good(row, sorted(times & row.keys()), sorted(amounts & row.keys()))]
    assert 0.002 < len(bad) / len(rows) < 0.01
    assert fen("1,234.50") == 123_450
