"""One dump as its reader sees it. The kernel is a function from a request to datagrams; a socket pair carries them."""

from __future__ import annotations

import errno
import socket
import struct
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import cast

import numpy as np
import pytest

from nltui.netlink import wire
from nltui.netlink.arena import reserve
from nltui.netlink.dump import BURST, ROOM, Burst, DumpReader
from nltui.netlink.receive import Packer
from nltui.netlink.socket import Sockets

PORT, OTHER_PORT = 4242, 4243
NLM_F_DUMP_INTR, NLMSG_ERROR, NLMSG_DONE, NEWROUTE, GETROUTE = 0x10, 2, 3, 24, 26

Answers = Callable[[wire.Header], Sequence[bytes]]


class Socket:
    """What a DumpReader does with a socket."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers
        self.here, self.there = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)

    def fileno(self) -> int:
        return self.here.fileno()

    def getsockname(self) -> tuple[int, int]:
        return PORT, 0

    def setsockopt(self, *options: int) -> None:
        raise OSError(errno.ENOPROTOOPT, "an old kernel")

    def send(self, request: bytes) -> None:
        head = wire.header(request)
        assert (head.length, head.type, head.flags) == (len(request), GETROUTE, 0x301)
        for datagram in self._answers(head):
            self.there.send(datagram)

    def close(self) -> None:
        self.here.close()
        self.there.close()


class Play:
    """A dump that was asked for; read() goes on until it has ended or nothing is there."""

    def __init__(self, answers: Answers) -> None:
        self.socket = Socket(answers)
        self.reader = DumpReader(cast(Sockets, self), 0, GETROUTE, bytes(12), True)
        self.interrupted = False
        self.packer = Packer(BURST)
        self.words = np.frombuffer(reserve(ROOM), np.uint32)

    def open(self, protocol: int) -> Socket:
        """As Sockets.open."""
        assert protocol == 0
        return self.socket

    def read(self) -> list[bytes]:
        out: list[bytes] = []
        while not self.reader.ended:
            taken = self.reader.receive(self.packer, self.words, 0)
            if not len(taken.start):
                break
            chunk = self.reader.messages(self.words, taken)
            self.interrupted |= chunk.interrupted
            raw = self.words[: taken.end // 4].tobytes()
            out += [raw[a * 4 : a * 4 + n] for a, n in zip(chunk.start.tolist(), chunk.size.tolist(), strict=True)]
        return out


plays: list[Play] = []


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    yield
    while plays:
        plays.pop().reader.close()


def play(answers: Answers) -> Play:
    plays.append(Play(answers))
    return plays[-1]


def row(head: wire.Header, number: int, flags: int = 2, port: int = PORT, sequence: int = 0) -> bytes:
    return wire.nlmsg(NEWROUTE, flags, sequence or head.sequence, bytes([2, number]) + bytes(10), port)


def done(head: wire.Header, number: int = 0) -> bytes:
    return wire.nlmsg(NLMSG_DONE, 2, head.sequence, struct.pack("=i", -number), PORT)


def refused(head: wire.Header, number: int) -> bytes:
    request = struct.pack("=IHHII", head.length, head.type, head.flags, head.sequence, head.port_id)
    return wire.nlmsg(NLMSG_ERROR, 0, head.sequence, struct.pack("=i", -number) + request, PORT)


def numbers(messages: list[bytes]) -> list[int]:
    return [message[17] for message in messages]


def test_rows_of_several_datagrams_until_done() -> None:
    dump = play(lambda head: [row(head, 1) + row(head, 2), row(head, 3), done(head)])
    assert numbers(dump.read()) == [1, 2, 3]
    assert (dump.reader.ended, dump.reader.error, dump.reader.problem, dump.interrupted) == (True, 0, "", False)


def test_done_at_the_end_of_a_datagram_of_rows() -> None:
    dump = play(lambda head: [row(head, 1) + done(head)])
    assert numbers(dump.read()) == [1]
    assert dump.reader.ended


def test_a_dump_goes_on_where_it_stopped() -> None:
    dump = play(lambda head: [row(head, 1)])
    assert numbers(dump.read()) == [1]
    assert not dump.reader.ended
    dump.socket.there.send(row(wire.Header(0, 0, 0, dump.reader._sequence, 0), 2))
    assert numbers(dump.read()) == [2]


def test_an_interruption_is_told_by_any_header() -> None:
    dump = play(lambda head: [row(head, 1) + row(head, 2, 2 | NLM_F_DUMP_INTR) + row(head, 3), done(head)])
    assert numbers(dump.read()) == [1, 2, 3]
    assert dump.interrupted


@pytest.mark.parametrize("number", [errno.EPERM, errno.EOPNOTSUPP])
def test_a_refusal(number: int) -> None:
    dump = play(lambda head: [refused(head, number)])
    assert dump.read() == []
    assert (dump.reader.ended, dump.reader.error) == (True, number)


def test_done_carries_an_errno() -> None:
    dump = play(lambda head: [row(head, 1), done(head, errno.ENOBUFS)])
    assert numbers(dump.read()) == [1]
    assert dump.reader.error == errno.ENOBUFS


def test_replies_to_others_are_none() -> None:
    dump = play(
        lambda head: [
            row(head, 1, sequence=head.sequence ^ 1) + row(head, 2, port=OTHER_PORT) + row(head, 3),
            wire.nlmsg(NLMSG_DONE, 2, head.sequence ^ 1, bytes(4), PORT),
            row(head, 4),
            done(head),
        ]
    )
    assert numbers(dump.read()) == [3, 4]


def test_malformed_bytes_are_told_and_prove_nothing() -> None:
    dump = play(lambda head: [row(head, 1) + b"\xff" * 20, done(head)])
    assert numbers(dump.read()) == [1]
    assert dump.interrupted
    assert "message at 28 says" in dump.reader.problem


def test_an_answer_too_long_ends_the_dump() -> None:
    dump = play(lambda head: [wire.nlmsg(NEWROUTE, 2, head.sequence, bytes(70_000), PORT), done(head)])
    assert dump.read() == []
    assert (dump.reader.ended, dump.reader.error) == (True, errno.EMSGSIZE)


def test_a_closed_socket_is_an_error_and_no_exception() -> None:
    dump = play(lambda head: [])
    dump.socket.close()
    assert dump.read() == []
    assert dump.reader.error == errno.EBADF


def test_where_no_thread_can_be_had_a_burst_is_received_when_it_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    asked = play(lambda head: [row(head, 1) + row(head, 2), done(head)])
    burst = Burst(asked.reader, asked.packer, asked.words, 0)
    monkeypatch.setattr(threading.Thread, "start", refuse)
    burst.start()
    assert len(burst.finish().start) == 2
