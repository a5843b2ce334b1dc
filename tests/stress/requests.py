"""Random requests as rtnetlink messages, for one long-lived socket: what ip never sends, identical rules, wild devices.

Layouts: linux/rtnetlink.h, linux/if_addr.h, linux/neighbour.h, linux/nexthop.h, linux/fib_rules.h.
"""

from __future__ import annotations

import random
import socket
import struct
from collections.abc import Callable, Iterator

from nltui.netlink import wire
from nltui.netlink.constants import rtnetlink as rt
from tests.kernel.churn import GATEWAYS4, GATEWAYS6, PREFIXES4, PREFIXES6

REQUEST, ACK, REPLACE, EXCL, CREATE, APPEND = 1, 4, 0x100, 0x200, 0x400, 0x800
NEW = (CREATE | EXCL, CREATE | APPEND, CREATE, CREATE | REPLACE, CREATE | REPLACE, REPLACE)
"""add, append, prepend, replace, and change."""
RTM_NEWRULE, RTM_DELRULE, RTM_SETLINK = 32, 33, 19
IFF_UP, NUD_STATES, NTF_PROXY, NTF_EXT_LEARNED = 1, (0, 1, 2, 4, 0x40, 0x80), 8, 0x10
INDEXES = 14
"""Devices are picked among the first so many indexes, there or not."""

Made = tuple[int, int, bytes]
"""Message type, flags, body."""


class Requests:
    """Makes messages from a seed."""

    def __init__(self, seed: str) -> None:
        self._chance = random.Random(seed)
        self._sequence = 0
        self._makers: tuple[tuple[int, Callable[[], Made]], ...] = (
            (30, self._route),
            (4, self._rule),
            (8, self._neighbour),
            (4, self._address),
            (5, self._nexthop),
            (1, self._link),
        )

    def __iter__(self) -> Iterator[bytes]:
        weights, makers = zip(*self._makers, strict=True)
        while True:
            type_, flags, body = self._chance.choices(makers, weights)[0]()
            self._sequence += 1
            yield wire.nlmsg(type_, flags | REQUEST | ACK, self._sequence, body)

    def _number(self, most: int) -> int:
        return self._chance.randrange(most)

    def _family(self) -> int:
        return socket.AF_INET6 if self._chance.random() < 0.4 else socket.AF_INET

    def _route(self) -> Made:
        family, chance = self._family(), self._chance.random
        prefix = self._chance.choice(PREFIXES4 if family == socket.AF_INET else PREFIXES6)
        network, _, length = prefix.partition("/")
        kind = 6 if chance() < 0.1 else 1
        head = (family, int(length or 0), 0, 0, 254, self._chance.choice((4, 180, 186)), 0, kind, 0)
        body = struct.pack("=BBBBBBBBI", *head)
        if network != "default":
            body += wire.nlattr(rt.RTA_DST, socket.inet_pton(family, network))
        if chance() < 0.5:
            body += wire.nlattr(rt.RTA_PRIORITY, self._u32(self._number(3)))
        if chance() < 0.1:
            body += wire.nlattr(rt.RTA_METRICS, wire.nlattr(2, self._u32(1300 + self._number(3))))
        if chance() < 0.15:
            body += wire.nlattr(rt.RTA_TABLE, self._u32(100))
        if kind == 1:
            body += self._way(family)
        if chance() < 0.35:
            return rt.RTM_DELROUTE, 0, body
        return rt.RTM_NEWROUTE, self._chance.choice(NEW), body

    def _way(self, family: int) -> bytes:
        what = self._chance.random()
        if what < 0.15:
            return wire.nlattr(rt.RTA_NH_ID, self._u32(1 + self._number(7)))
        if what < 0.4:
            legs = (self._gateway(family) for _ in range(1 + self._number(3)))
            return wire.nlattr(
                rt.RTA_MULTIPATH,
                b"".join(struct.pack("=HBBi", 8 + len(leg), 0, self._number(2), 0) + leg for leg in legs),
            )
        if what < 0.6:
            return wire.nlattr(rt.RTA_OIF, self._device())
        return self._gateway(family)

    def _gateway(self, family: int) -> bytes:
        gateways = GATEWAYS4 if family == socket.AF_INET else GATEWAYS6
        return wire.nlattr(rt.RTA_GATEWAY, socket.inet_pton(family, self._chance.choice(gateways)))

    def _u32(self, number: int) -> bytes:
        return struct.pack("=I", number)

    def _device(self) -> bytes:
        return self._u32(1 + self._number(INDEXES))

    def _rule(self) -> Made:
        # Without NLM_F_EXCL the kernel takes a rule that it has already.
        body = struct.pack("=BBBBBBBBI", self._family(), 0, 0, 0, 100, 0, 0, 1, 0)
        body += wire.nlattr(6, self._u32(900 + self._number(3)))
        if self._chance.random() < 0.3:
            body += wire.nlattr(10, self._u32(self._number(2)))
        return (RTM_DELRULE, 0, body) if self._chance.random() < 0.55 else (RTM_NEWRULE, CREATE, body)

    def _neighbour(self) -> Made:
        family, chance = self._family(), self._chance
        flags = chance.choice((0, 0, 0, NTF_PROXY, NTF_EXT_LEARNED))
        state = chance.choice(NUD_STATES)
        body = struct.pack("=BBHiHBB", family, 0, 0, 1 + self._number(INDEXES), state, flags, 0)
        where = f"10.0.0.{2 + self._number(5)}" if family == socket.AF_INET else f"fd00::{2 + self._number(5)}"
        body += wire.nlattr(1, socket.inet_pton(family, where))
        if chance.random() < 0.8 and not flags & NTF_PROXY:
            body += wire.nlattr(2, bytes((2, 0, 0, 0, 2, self._number(3))))
        return (rt.RTM_DELNEIGH, 0, body) if chance.random() < 0.4 else (rt.RTM_NEWNEIGH, chance.choice(NEW), body)

    def _address(self) -> Made:
        family = self._family()
        where = f"10.8.{self._number(2)}.1" if family == socket.AF_INET else f"fd08:{self._number(2)}::1"
        address = socket.inet_pton(family, where)
        length = self._chance.choice((16, 24, 32, 64))
        body = struct.pack("=BBBBI", family, length, 0, 0, 1 + self._number(INDEXES))
        body += wire.nlattr(2, address) + wire.nlattr(1, address)
        return (rt.RTM_DELADDR, 0, body) if self._chance.random() < 0.5 else (rt.RTM_NEWADDR, CREATE | REPLACE, body)

    def _nexthop(self) -> Made:
        family, number = self._family(), self._number(7) + 1
        body = struct.pack("=BBBBI", family, 0, 4, 0, 0)
        if self._chance.random() < 0.3:
            return rt.RTM_DELNEXTHOP, 0, struct.pack("=BBBBI", 0, 0, 0, 0, 0) + wire.nlattr(1, self._u32(number))
        gateway = self._chance.choice(GATEWAYS4 if family == socket.AF_INET else GATEWAYS6)
        body += wire.nlattr(1, self._u32(number)) + wire.nlattr(5, self._device())
        body += wire.nlattr(6, socket.inet_pton(family, gateway))
        return rt.RTM_NEWNEXTHOP, CREATE | REPLACE, body

    def _link(self) -> Made:
        up = self._chance.choice((IFF_UP, IFF_UP, 0))
        return RTM_SETLINK, 0, struct.pack("=BBHiII", 0, 0, 0, 2 + self._number(INDEXES), up, IFF_UP)
