"""Taking many datagrams with one call: where they lie, how long they are, which were cut off."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from nltui.errors import KernelRefused, PrivilegeMissing
from nltui.netlink.receive import PLACE, SLOT, SLOTS, Overrun, Receiver
from nltui.netlink.socket import Sockets, drops, monitor

Pair = tuple[socket.socket, socket.socket]


@pytest.fixture
def pair() -> Iterator[Pair]:
    """Two ends that keep datagrams apart, as Netlink does; any process may have them."""
    here, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
    with here, there:
        yield here, there


def taken(receiver: Receiver, count: int) -> list[bytes]:
    got = receiver.datagrams(count)
    raw = got.words.tobytes()
    return [
        raw[start * 4 : start * 4 + length]
        for start, length in zip(got.start.tolist(), got.length.tolist(), strict=True)
    ]


def test_nothing_there(pair: Pair) -> None:
    assert Receiver(4).receive(pair[0]) == 0


def test_datagrams_in_order_whatever_their_lengths(pair: Pair) -> None:
    receiver = Receiver(8)
    sent = [b"a" * 20, b"b" * 37, b"", b"c" * 4096]
    for datagram in sent:
        pair[1].send(datagram)
    assert receiver.receive(pair[0]) == len(sent)
    assert taken(receiver, len(sent)) == sent
    assert receiver.receive(pair[0]) == 0


def test_more_than_fit_stay_queued(pair: Pair) -> None:
    receiver = Receiver(3)
    for number in range(5):
        pair[1].send(bytes([number]) * 8)
    assert receiver.receive(pair[0]) == 3
    assert taken(receiver, 3) == [bytes([number]) * 8 for number in range(3)]
    assert receiver.receive(pair[0]) == 2
    assert taken(receiver, 2) == [bytes([number]) * 8 for number in (3, 4)]


def test_what_came_before_is_held(pair: Pair) -> None:
    receiver = Receiver(3)
    pair[1].send(b"first")
    held = receiver.receive(pair[0])
    assert receiver.receive(pair[0], held) == held == 1
    for word in (b"second", b"third", b"fourth"):
        pair[1].send(word)
    held = receiver.receive(pair[0], held)
    assert taken(receiver, held) == [b"first", b"second", b"third"]
    assert receiver.receive(pair[0], held) == 3, "full"


def test_one_longer_than_its_place_is_whole_and_ends_what_is_taken(pair: Pair) -> None:
    receiver = Receiver(9)
    short, long = b"s" * PLACE, [bytes(range(256)) * 2, b"l" * (PLACE + 1), b"m" * 20_001]
    pair[1].send(short)
    held = receiver.receive(pair[0])
    for datagram in (*long, short):
        pair[1].send(datagram)
    held = receiver.receive(pair[0], held)
    assert taken(receiver, held) == [short, *long, short]
    pair[1].send(short)
    assert receiver.is_full
    assert receiver.receive(pair[0], held) == held, "rooms are as many as one call takes"
    held = receiver.receive(pair[0])
    assert taken(receiver, held) == [short]
    pair[1].send(short)
    assert receiver.receive(pair[0], held) == 2, "there is room behind short ones"


def test_rooms_are_used_again_by_every_call(pair: Pair) -> None:
    """More datagrams than rooms: those of a second call lie in the rooms of the first."""
    receiver, sent = Receiver(SLOTS + 2), [b"%d" % number for number in range(SLOTS)]
    held = 0
    for datagram in sent:
        pair[1].send(datagram)
        held = receiver.receive(pair[0], held)
    pair[1].send(b"l" * 5000)
    assert receiver.receive(pair[0], held) == SLOTS + 1
    assert taken(receiver, SLOTS + 1) == [*sent, b"l" * 5000]


def test_an_overrun_between_two_calls_is_told_after_what_came_before(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    receiver = Receiver(2 * SLOTS)
    call, calls = receiver._headers.call, 0

    def one_then_overrun(sock: socket.socket, first: int, last: int) -> int:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise Overrun
        return SLOTS if calls == 1 else call(sock, first, last)

    monkeypatch.setattr(receiver._headers, "call", one_then_overrun)
    assert receiver.receive(pair[0]) == SLOTS
    assert receiver.is_full
    assert receiver.receive(pair[0], SLOTS) == SLOTS
    with pytest.raises(Overrun):
        receiver.receive(pair[0])
    assert receiver.receive(pair[0]) == 0


def test_a_datagram_longer_than_its_room_is_marked(pair: Pair) -> None:
    receiver = Receiver(2)
    pair[1].send(b"x" * (SLOT + 4))
    pair[1].send(b"y" * SLOT)
    assert receiver.receive(pair[0]) == 2
    assert receiver.datagrams(2).cut.tolist() == [True, False]


def test_an_unexpected_error_is_raised(pair: Pair) -> None:
    with pytest.raises(OSError, match="Bad file descriptor"):
        Receiver(1).receive(_Gone())


class _Gone(socket.socket):
    """A socket whose descriptor is none."""

    def __init__(self) -> None:
        super().__init__(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.close()


def test_a_protocol_that_does_not_exist_is_refused_in_words() -> None:
    with pytest.raises((KernelRefused, PrivilegeMissing), match="opening a NETLINK_31 socket"):
        Sockets(None).open(31)


def test_a_group_that_does_not_exist_is_refused_and_the_socket_closed() -> None:
    with pytest.raises(KernelRefused, match="joining group 100000 of NETLINK_ROUTE"):
        monitor(Sockets(None), 0, (100_000,))


def test_a_new_socket_has_dropped_nothing() -> None:
    with Sockets(None).open(0) as sock:
        assert drops(sock) == 0
        assert not sock.getblocking()
        assert not sock.get_inheritable()
