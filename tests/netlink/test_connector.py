"""Process events of the connector: as a kernel sent them, made up, and cut."""

from __future__ import annotations

import struct

import pytest

from nltui.netlink import wire
from nltui.netlink.connector import ProcessEvent, event, request
from nltui.netlink.constants.connector import (
    PROC_CN_MCAST_LISTEN,
    PROC_EVENT_EXEC,
    PROC_EVENT_EXIT,
    PROC_EVENT_FORK,
    PROC_EVENT_NONE,
)

COMM = 0x200


def datagram(what: int, *words: int, index: int = 1, ack: int = 0) -> bytes:
    body = struct.pack("=IIQ", what, 1, 5_000) + struct.pack(f"={len(words)}I", *words)
    body = body.ljust(40, b"\0")
    return wire.nlmsg(3, 0, 9, struct.pack("=IIIIHH", index, 1, 9, ack, len(body), 0) + body)


def test_events() -> None:
    fork = event(datagram(PROC_EVENT_FORK, 10, 11, 12, 12))
    assert fork == ProcessEvent(PROC_EVENT_FORK, 5_000, 12, 12, 11)
    assert fork.is_process
    assert event(datagram(PROC_EVENT_EXEC, 12, 12)) == ProcessEvent(PROC_EVENT_EXEC, 5_000, 12, 12)
    ended = event(datagram(PROC_EVENT_EXIT, 13, 12, 0, 17))
    assert ended is not None
    assert not ended.is_process, "one thread of it"


def test_the_answer_to_a_request() -> None:
    answer = event(datagram(PROC_EVENT_NONE, ack=8))
    assert answer is not None
    assert answer.acknowledged == 8


@pytest.mark.parametrize("length", range(0, 68, 4))
def test_cut_datagrams_tell_nothing(length: int) -> None:
    assert event(datagram(PROC_EVENT_FORK, 10, 11, 12, 12)[:length]) is None


def test_other_events_and_other_users_of_the_connector_tell_nothing() -> None:
    assert event(datagram(COMM, 12, 12)) is None
    assert event(datagram(PROC_EVENT_FORK, 10, 11, 12, 12, index=3)) is None


def test_requests_with_and_without_a_choice() -> None:
    assert len(request(PROC_CN_MCAST_LISTEN, 7, is_choosy=True)) == 16 + 20 + 8
    assert request(PROC_CN_MCAST_LISTEN, 7, is_choosy=False)[36:] == struct.pack("=I", 1)
