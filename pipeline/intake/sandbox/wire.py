"""How the house and its reader speak: length-prefixed JSON and blobs over pipes.

Never pickle: what comes back is data whatever the reader has become.
"""

from __future__ import annotations

import fcntl
import json
import os
import selectors
import struct
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import IO

_HEAD = struct.Struct("!II")
_CHUNK = 1 << 20


class Patient:
    """Bytes from a pipe until a deadline.

    Raises ``TimeoutError`` then, ``EOFError`` when the other side is gone.
    """

    def __init__(self, pipe: IO[bytes], deadline: float) -> None:
        self._file, self._deadline = pipe.fileno(), deadline

    def read(self, size: int) -> bytes:
        """Exactly ``size`` bytes."""
        whole, place = memoryview(bytearray(size)), 0
        with selectors.DefaultSelector() as waiting:
            waiting.register(self._file, selectors.EVENT_READ)
            while place < size:
                if not waiting.select(max(0.0, self._deadline - time.monotonic())):
                    raise TimeoutError
                got = os.readv(self._file, [whole[place : place + _CHUNK]])
                if not got:
                    raise EOFError
                place += got
        return bytes(whole)


def widen(pipe: IO[bytes]) -> None:
    """Let a pipe hold a mebibyte, where the system allows it: a file's table is some of them, and each turn
    of reader and writer costs.
    """
    if hasattr(fcntl, "F_SETPIPE_SZ"):
        with suppress(OSError):
            fcntl.fcntl(pipe.fileno(), fcntl.F_SETPIPE_SZ, _CHUNK)


def send(stream: IO[bytes], said: dict[str, object], blobs: Sequence[bytes]) -> None:
    """Write one message and have it gone."""
    head = json.dumps(said | {"sizes": [len(blob) for blob in blobs]}).encode()
    stream.write(_HEAD.pack(len(head), len(blobs)) + head)
    for blob in blobs:
        stream.write(blob)
    stream.flush()


def receive(stream: Patient | IO[bytes]) -> tuple[dict[str, object], list[bytes]]:
    """One message: what was said and its blobs. Raises ``EOFError`` when the other side has hung up."""
    first = stream.read(_HEAD.size)
    if len(first) < _HEAD.size:
        raise EOFError
    size, _ = _HEAD.unpack(first)
    said: dict[str, object] = json.loads(stream.read(size))
    sizes = said.pop("sizes")
    assert isinstance(sizes, list)  # noqa: S101
    return said, [stream.read(int(item)) for item in sizes]
