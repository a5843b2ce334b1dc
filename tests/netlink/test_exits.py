"""What the kernel says of processes that ended: made up, cut, and for real."""

from __future__ import annotations

import os
import struct
import subprocess

import pytest

from nltui.errors import MalformedMessage
from nltui.netlink import exits, wire
from nltui.netlink.exits import Exit
from nltui.netlink.socket import Sockets
from tests.kernel.followed import comes_true


def message(pid: int, comm: bytes) -> bytes:
    """As net/core's taskstats of version 16 sends it: a pid, padding, then the structure."""
    stats = struct.pack("=H", 16).ljust(80, b"\0") + comm.ljust(32, b"\0") + bytes(8)
    stats += struct.pack("=5I", 7, 8, pid, 5, 1_700_000_000)
    inside = wire.nlattr(1, struct.pack("=I", pid)) + wire.nlattr(6) + wire.nlattr(3, stats)
    return wire.nlmsg(31, 0, 0, struct.pack("=BBH", 2, 1, 0) + wire.nlattr(4, inside))


def test_an_end() -> None:
    assert exits.read(message(77, b"ip")) == Exit(77, b"ip", 7, 5, 1_700_000_000)


@pytest.mark.parametrize("length", range(24, 180, 4))
def test_cut_messages_are_malformed(length: int) -> None:
    with pytest.raises(MalformedMessage, match="bytes"):
        exits.read(message(77, b"ip")[:length])


def test_a_message_without_attributes_tells_nothing() -> None:
    assert exits.read(message(77, b"ip")[:20]) is None


def test_a_structure_that_is_too_short_tells_nothing() -> None:
    inside = wire.nlattr(3, bytes(100))
    assert exits.read(wire.nlmsg(31, 0, 0, bytes(4) + wire.nlattr(4, inside))) is None


def test_a_real_end() -> None:
    listening = exits.listen(Sockets(None))
    if listening is None:
        pytest.skip("needs taskstats, CAP_NET_ADMIN and the first namespaces")
    try:
        child = subprocess.Popen(["true"])
        child.wait()
        found: dict[int, Exit] = {}

        def told() -> bool:
            found.update((end.pid, end) for end in listening.take())
            return child.pid in found

        assert comes_true(told)
        end = found[child.pid]
        assert (end.comm, end.uid, end.parent) == (b"true", os.getuid(), os.getpid())
    finally:
        listening.close()
