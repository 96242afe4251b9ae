"""Being nobody special for a while, also where the tests run as root, to whom every file is readable."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager

#: capabilities(7): version 3 of the header; CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH are the second and third
#: bit.
_VERSION, _DAC = 0x20080522, 0b110


@contextmanager
def files_modes_count() -> Iterator[None]:
    """Inside, in this thread, a file's mode binds its owner even if that is root."""
    libc = ctypes.CDLL(None, use_errno=True)
    header, held = (ctypes.c_uint32 * 2)(_VERSION, 0), (ctypes.c_uint32 * 6)()
    assert libc.capget(header, held) == 0
    less = (ctypes.c_uint32 * 6)(*held)
    less[0] &= ~_DAC
    assert libc.capset(header, less) == 0
    try:
        yield
    finally:
        assert libc.capset(header, held) == 0
