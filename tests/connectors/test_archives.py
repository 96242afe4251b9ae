"""What an archive may promise before anything of it is unpacked: up to a bound, and not one more."""

from __future__ import annotations

import io
import zipfile

import pytest

from connectors.files import archives
from connectors.files.archives import open_archive
from contracts.errors import FileRefusedError


def packed(*sizes: int) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, size in enumerate(sizes):
            archive.writestr(f"{number}.csv", bytes(size))
    return stream.getvalue()


def is_refused(data: bytes, rule: str) -> bool:
    try:
        open_archive(data)
    except FileRefusedError as error:
        assert error.rule == rule
        return True
    return False


def test_a_number_of_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MAX_PARTS", 3)
    assert [is_refused(packed(*[1] * count), "ZIP_TOO_MANY") for count in (3, 4)] == [False, True]


def test_a_size_in_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MAX_UNPACKED_BYTES", 100)
    assert [is_refused(packed(60, rest), "UNPACKED_TOO_LARGE") for rest in (40, 41)] == [False, True]


def test_a_ratio_from_a_size_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Zeros pack a thousandfold: that alone is no harm where they are few."""
    data = packed(200_000)
    monkeypatch.setattr(archives, "MAX_RATIO", 2)
    for few, refused in ((200_000, False), (199_999, True)):
        monkeypatch.setattr(archives, "RATIO_FROM_BYTES", few)
        assert is_refused(data, "ZIP_BOMB") is refused
    monkeypatch.setattr(archives, "MAX_RATIO", 200_000 / len(data))
    assert not is_refused(data, "ZIP_BOMB")
