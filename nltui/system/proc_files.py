"""Reading small files of /proc at once, in a program of several busy threads.

Each call of os.open() or os.read() lets go of Python's lock, and gets it back only when the thread that took it
meanwhile gives it up: five milliseconds a call while the screen is drawn, in which an `ip` has come and gone. These
calls keep it: they ask the kernel for what it has in memory, and take microseconds.
"""

from __future__ import annotations

import ctypes
import os
from functools import cache

_LONGEST = 4096


@cache
def _libc() -> ctypes.PyDLL:
    libc = ctypes.PyDLL(None)
    libc.openat.argtypes = (ctypes.c_int, ctypes.c_char_p, ctypes.c_int)
    libc.read.argtypes = (ctypes.c_int, ctypes.c_void_p, ctypes.c_size_t)
    libc.read.restype = ctypes.c_ssize_t
    libc.readlinkat.argtypes = (ctypes.c_int, ctypes.c_char_p, ctypes.c_void_p, ctypes.c_size_t)
    libc.readlinkat.restype = ctypes.c_ssize_t
    libc.close.argtypes = (ctypes.c_int,)
    return libc


def open_directory(path: str) -> int | None:
    """A descriptor of a directory, to be closed by close(); None where it cannot be opened."""
    fd: int = _libc().openat(-100, os.fsencode(path), os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    return None if fd < 0 else fd


def close(fd: int) -> None:
    """Close a descriptor."""
    _libc().close(fd)


def read(directory: int, file: str) -> bytes:
    """The first 4 KiB of a file in a directory; nothing where it cannot be read."""
    libc = _libc()
    fd = libc.openat(directory, os.fsencode(file), os.O_RDONLY | os.O_CLOEXEC)
    if fd < 0:
        return b""
    buffer = ctypes.create_string_buffer(_LONGEST)
    size = libc.read(fd, buffer, _LONGEST)
    libc.close(fd)
    return buffer.raw[:size] if size > 0 else b""


def link(directory: int, file: str) -> bytes:
    """Where a symbolic link in a directory leads; nothing where it cannot be read."""
    buffer = ctypes.create_string_buffer(256)
    size = _libc().readlinkat(directory, os.fsencode(file), buffer, 256)
    return buffer.raw[:size] if size > 0 else b""
