"""A kernel of three small tables behind sockets that lose, cut, forge and delay: what a reader is held against.

Everything above the system calls is the real thing: Reader, followers, dumps and their framing.
"""

from __future__ import annotations

import errno
import socket
import struct
from collections import deque
from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np

from nltui.errors import KernelRefused
from nltui.model.table import Doubt, Dump, Grouping, Table
from nltui.netlink import wire
from nltui.netlink.columns import Words
from nltui.netlink.constants.netlink import NLM_F_DUMP, NLM_F_DUMP_INTR, NLM_F_REQUEST, NLMSG_DONE
from nltui.netlink.receive import MSG_TRUNC, PLACE, Overrun, Packer, Receiver, _Headers
from nltui.record import replace
from tests.model import small
from tests.model.small import Kernel, KernelDump, Row

PORT = 5555
SPOOFER = 4711
FORGED = 3
"""The number of rows that only other processes tell of."""
QUEUE = 6
"""Datagrams that the monitor socket's buffer holds."""
STEP = 10
"""Between the message types of one table and those of the next."""
GROUPINGS = {"unique": Grouping.UNIQUE, "multiset": Grouping.MULTISET, "chain": Grouping.CHAIN}


def tables() -> list[Table]:
    """One of each grouping. What happens to `chain` may change `unique` without a word."""
    out: list[Table] = []
    for number, (name, grouping) in enumerate(GROUPINGS.items()):
        shift = number * STEP
        doubts = (Doubt(frozenset({small.NEW + shift, small.DEL + shift}), ("unique",)),) if name == "chain" else ()
        out.append(
            replace(
                small.table(grouping, 256),
                name=name,
                groups=(number + 1,),
                sets=frozenset({small.NEW + shift}),
                removes=frozenset({small.DEL + shift}),
                dumps=(Dump(small.GET + shift, bytes(4)),),
                silent_misses=name != "unique",
                ask=ask if name == "unique" else None,
                doubts=doubts,
                # Found by no audit: what is wrong must have been doubted.
                capacity=256,
            )
        )
    return out


def ask(message: bytes) -> Dump:
    """For one row of `unique`, which is told apart by its group."""
    return Dump(small.GET, message[16:20])


@dataclass
class Datagram:
    """What one recv gives."""

    raw: bytes
    sender: int = 0
    cut: bool = False


@dataclass
class Faults:
    """What goes wrong in the dumps to come; each happens once."""

    interrupt: int = 0
    """Parts that carry NLM_F_DUMP_INTR, and leave out a row."""
    miss: int = 0
    """Parts that leave out a row of a table whose dumps may do so, if anything changed meanwhile."""
    twice: int = 0
    """Parts that come twice."""
    error: int = 0
    """Dumps that end before they have shown all, with an error in DONE."""
    cut: int = 0
    """Datagrams longer than the buffer."""
    foreign: int = 0
    """Datagrams of another process in the dump's socket."""
    silence: int = 0
    """Dumps that are never answered."""

    def take(self, name: str) -> bool:
        """Whether it happens now."""
        left = getattr(self, name)
        setattr(self, name, max(0, left - 1))
        return bool(left)


@dataclass
class World:
    """The kernel, its clock, and the reader's sockets."""

    kernels: dict[str, Kernel] = field(default_factory=lambda: {n: Kernel(g) for n, g in GROUPINGS.items()})
    queue: deque[Datagram] = field(default_factory=deque)
    dropped: int = 0
    congested: bool = False
    told_overrun: bool = True
    now: float = 10_000.0
    faults: Faults = field(default_factory=Faults)
    versions: dict[str, int] = field(default_factory=lambda: dict.fromkeys(GROUPINGS, 0))

    # -- the kernel's side --

    def add(self, name: str, row: Row, flags: int = 0, *, heard: bool = True) -> None:
        """A row comes to a table; what the kernel says about it is queued, unless not `heard` at all."""
        self.kernels[name].add(row, flags)
        self._say(name, heard)

    def delete(self, name: str, group: int, choose: int, *, heard: bool = True) -> None:
        """A row goes."""
        self.kernels[name].delete(group, choose)
        self._say(name, heard)

    def _say(self, name: str, heard: bool) -> None:
        for message in self.kernels[name].heard():
            self.versions[name] += 1
            if heard:
                self.tell(Datagram(self.typed(name, message)))

    @staticmethod
    def typed(name: str, message: bytes) -> bytes:
        """With the message type of this table."""
        shift = STEP * list(GROUPINGS).index(name)
        (type_,) = struct.unpack_from("=H", message, 4)
        return message[:4] + struct.pack("=H", type_ + shift) + message[6:]

    def tell(self, datagram: Datagram) -> None:
        """Queue for the monitor socket, or drop; ENOBUFS is told once until the queue has been empty."""
        if self.congested or len(self.queue) >= QUEUE:
            if not self.congested:
                self.told_overrun = False
            self.congested = True
            self.dropped += datagram.sender == 0
            return
        self.queue.append(datagram)

    # -- the reader's side --

    def monotonic(self) -> float:
        """Seconds."""
        return self.now

    def time_ns(self) -> int:
        """Nanoseconds."""
        return int(self.now * 1e9)

    def drops(self, sock: object) -> int:
        """SO_MEMINFO."""
        del sock
        return self.dropped

    def begin_dump(self, sockets: Any, protocol: int, type_: int, body: bytes, strict: bool) -> tuple[Any, int]:
        """One dump, and the sequence number of its answer."""
        del sockets, protocol, strict
        made = DumpSocket(self)
        made.send(wire.nlmsg(type_, NLM_F_REQUEST | NLM_F_DUMP, 1, body))
        return made, 1

    def get(self, type_: int, body: bytes) -> bytes:
        """One row of `unique`."""
        del type_
        for row in self.kernels["unique"].rows():
            if row.group == body[1]:
                return row.message()
        raise KernelRefused("asking", errno.ENOENT)

    def close(self) -> None:
        """As Requests."""


class MonitorSocket:
    """Gives what is queued."""

    def __init__(self, world: World) -> None:
        self.world = world

    def take(self) -> Datagram | None:
        """Raises Overrun once after messages were lost."""
        world = self.world
        if not world.told_overrun:
            world.told_overrun = True
            raise Overrun
        if not world.queue:
            world.congested = False
            return None
        return world.queue.popleft()

    def close(self) -> None:
        """Nothing is held."""


class DumpSocket:
    """Answers one request part by part, each made when the one before was read."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._request = b""
        self._dump: KernelDump | None = None
        self._again: Datagram | None = None
        self._done = False
        self._silent = False

    def getsockname(self) -> tuple[int, int]:
        """Port id and groups."""
        return PORT, 0

    def fileno(self) -> int:
        """None: nobody waits."""
        return -1

    def close(self) -> None:
        """Nothing is held."""

    def send(self, request: bytes) -> None:
        """Begin."""
        self._request = request
        self._name = list(GROUPINGS)[(wire.header(request).type - small.GET) // STEP]
        self._dump = KernelDump(self.world.kernels[self._name], 2)
        self._version = self.world.versions[self._name]
        self._silent = self.world.faults.take("silence")

    def take(self) -> Datagram | None:
        """The next part, or what went wrong."""
        faults = self.world.faults
        if self._silent or self._done:
            return None
        if faults.take("foreign"):
            return Datagram(self._whole([Row(99, FORGED, b"forged").message()]), SPOOFER)
        if faults.take("cut"):
            return Datagram(bytes(64), cut=True)
        if self._again is not None:
            again, self._again = self._again, None
            return again
        assert self._dump is not None
        if faults.take("error"):
            return self._ends(errno.EBUSY)
        part = self._dump.read()
        if part is None:
            return self._ends(0)
        flags = 0
        if faults.take("interrupt"):
            part, flags = part[1:], NLM_F_DUMP_INTR
        elif self._name != "unique" and self.world.versions[self._name] != self._version and faults.take("miss"):
            part = part[:-1]
        made = Datagram(self._whole(part, flags) or self._headed(wire.nlmsg(3, flags, 0, b"")))
        # The same row shown twice is one row, but where rows can be alike the kernel never does that.
        if self._name == "unique" and faults.take("twice"):
            self._again = made
        return made

    def _ends(self, number: int) -> Datagram:
        self._done = True
        return Datagram(self._headed(wire.nlmsg(NLMSG_DONE, 2, 0, struct.pack("=i", -number))))

    def _whole(self, rows: list[bytes], flags: int = 0) -> bytes:
        return b"".join(self._headed(World.typed(self._name, row), flags) for row in rows)

    def _headed(self, message: bytes, flags: int = 0) -> bytes:
        head = wire.header(message)
        body = message[16:]
        padded = wire.nlmsg(head.type, head.flags | flags | 2, wire.header(self._request).sequence, body, PORT)
        return padded + bytes(-len(padded) % 4)


class Wire(Receiver):
    """recvmmsg of notifications, out of a queue."""

    def receive(self, sock: socket.socket, held: int = 0) -> int:
        """As Receiver.receive."""
        source = cast(MonitorSocket, sock)
        self._is_full = self._is_full and held > 0
        while not self._is_full:
            try:
                got = source.take()
            except Overrun:
                if held:
                    source.world.told_overrun = False
                    return held
                raise
            if got is None:
                break
            is_long = len(got.raw) > PLACE
            self._start[held] = (self._room if is_long else self._places)[held]
            _put(self._headers, self.words, int(self._start[held]), held, got)
            self._time[held] = source.world.time_ns()
            held += 1
            self._is_full = is_long or held == self.slots
        return held


class Parts(Packer):
    """recvmmsg of a dump, one part a call."""

    def receive(self, sock: socket.socket, words: Words, begin: int, stride: int, most: int) -> int:
        """As Packer.receive."""
        got = cast(DumpSocket, sock).take()
        if got is None:
            return 0
        _put(self._headers, words, begin // 4, 0, got)
        return 1


def _put(headers: _Headers, words: Words, at: int, place: int, got: Datagram) -> None:
    padded = got.raw + bytes(-len(got.raw) % 4)
    words[at : at + len(padded) // 4] = np.frombuffer(padded, np.uint32)
    headers._length[place], headers._names[place, 1] = len(got.raw), got.sender
    headers._flags[place] = MSG_TRUNC if got.cut else 0
