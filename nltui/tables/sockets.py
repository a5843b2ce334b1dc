"""TCP and UDP sockets (struct inet_diag_msg, linux/inet_diag.h). Same as `ss -tuan`.

The kernel tells of none as they come and go, so they are read again and again.
"""

from __future__ import annotations

import struct
from functools import lru_cache
from typing import Any

from nltui.model.relation import Relation
from nltui.model.table import Column, Dump, Feed, Key, Table
from nltui.model.types import Align, Computed, Context, Device, Enumerated, Json, Meaning, Number, Text, Tone, ip_text
from nltui.netlink.constants.netlink import NETLINK_SOCK_DIAG
from nltui.netlink.fields import BE16, BE32, BLOB, U8, U32, U64, Head, attr

SOCK_DIAG_BY_FAMILY = 20
AF_INET, AF_INET6 = 2, 10
TCP, UDP = 6, 17
INET_DIAG_CONG = 4
"""Congestion control, asked for because only TCP has it: an answer does not say which protocol it is about."""
EVERY_STATE = 0xFFFFFFFF
STATES = {
    1: "ESTAB", 2: "SYN-SENT", 3: "SYN-RECV", 4: "FIN-WAIT-1", 5: "FIN-WAIT-2", 6: "TIME-WAIT", 7: "UNCONN",
    8: "CLOSE-WAIT", 9: "LAST-ACK", 10: "LISTEN", 11: "CLOSING", 12: "NEW-SYN-RECV",
}  # fmt: skip
"""TCP_* (net/tcp_states.h), as `ss` says them."""
ONLY_TCP = frozenset({2, 3, 4, 5, 6, 8, 9, 10, 11, 12})

FAMILY, STATE = Head(16, U8), Head(17, U8)
CONG = attr(INET_DIAG_CONG, format=BLOB)
FROM = (FAMILY, *(Head(24 + 4 * word, BE32) for word in range(4)), Head(20, BE16))
TO = (FAMILY, *(Head(40 + 4 * word, BE32) for word in range(4)), Head(22, BE16))
RECEIVING, SENDING, EXPIRES = Head(72, U32), Head(76, U32), Head(68, U32)


def address(value: Any) -> str:
    """Of an end, as text."""
    return _address(*value[:5])


@lru_cache(1024)
def _address(family: int, *words: int | None) -> str:
    raw = struct.pack("!4I", *(word or 0 for word in words))
    return ip_text(raw if family == AF_INET6 else raw[:4])


def _end(value: Any, context: Context) -> str:
    family, one, two, three, four, port = value
    shown = _address(family, one, two, three, four)
    return f"[{shown}]:{port or '*'}" if family == AF_INET6 else f"{shown}:{port or '*'}"


def _peer(value: Any, context: Context) -> str | None:
    return _end(value, context) if value[5] else None


def protocol(value: Any) -> str:
    """tcp or udp; of what the kernel does not say, it is told by what only TCP has."""
    state, congestion = value
    return "tcp" if congestion is not None or state in ONLY_TCP else "udp"


def _user(value: Any, context: Context) -> str:
    # Not before the first paint: nobody sees a socket then.
    from nltui.system import users

    return users.name(value or 0)


def _number(value: Any, context: Context) -> Json:
    return value or 0


def _request(family: int, protocol: int) -> Dump:
    body = struct.pack("=BBBBI", family, protocol, 1 << (INET_DIAG_CONG - 1), 0, EVERY_STATE) + bytes(48)
    return Dump(SOCK_DIAG_BY_FAMILY, body, strict=False, family=family)


COLUMNS = (
    Column(
        name="proto",
        fields=(STATE, CONG),
        type=Computed(lambda value, context: protocol(value)),
        json="protocol",
        help="tcp or udp.",
        priority=1,
    ),
    Column(
        name="state",
        fields=(STATE,),
        type=Enumerated(STATES, {"LISTEN": Tone.OK, "TIME-WAIT": Tone.DIM, "UNCONN": Tone.DIM}),
        json="state",
        help="Of the connection; UDP has ESTAB where it is connected, else UNCONN (idiag_state).",
        priority=1,
    ),
    Column(name="local", fields=FROM, type=Computed(_end), json="local", help="This end (idiag_src, idiag_sport).",
           priority=1),
    Column(name="peer", fields=TO, type=Computed(_peer), json="peer", help="The other end (idiag_dst, idiag_dport).",
           priority=1),
    Column(name="dev", fields=(Head(56, U32),), type=Device(), json="dev", help="The link it is bound to (idiag_if).",
           priority=3),
    Column(
        name="user",
        fields=(Head(80, U32),),
        type=Computed(_user, _number, meaning=Meaning.TEXT),
        json="uid",
        help="Whose it is (idiag_uid).",
        priority=2,
    ),
    Column(name="recvq", fields=(RECEIVING,), type=Number(), json="rqueue", volatile=True, priority=3,
           help="Bytes received and not yet taken; of a listener, connections that wait (idiag_rqueue)."),
    Column(name="sendq", fields=(SENDING,), type=Number(), json="wqueue", volatile=True, priority=3,
           help="Bytes sent and not yet acknowledged; of a listener, most that may wait (idiag_wqueue)."),
    Column(name="cong", fields=(CONG,), type=Text(), json="cong_algo", shown=False,
           help="How TCP avoids congestion (INET_DIAG_CONG)."),
    Column(name="inode", fields=(Head(84, U32),), type=Number(), json="inode", priority=5,
           help="Of the socket, as in /proc/PID/fd (idiag_inode)."),
    Column(name="family", fields=(FAMILY,), type=Enumerated({AF_INET: "inet", AF_INET6: "inet6"}), json="family",
           shown=False, help="Protocol family (idiag_family)."),
    Column(
        name="cookie",
        fields=(Head(60, U64),),
        type=Computed(lambda value, context: f"{value or 0:x}", align=Align.RIGHT),
        json="cookie",
        shown=False,
        help="The number that no other socket of this machine has or had (idiag_cookie).",
    ),
)  # fmt: skip

SOCKETS = Table(
    name="sockets",
    title="Sockets",
    singular="socket",
    help="TCP and UDP sockets. The kernel does not tell when they come and go: they are read every few seconds.",
    command="ss -tuan",
    feed=Feed.SAMPLED,
    columns=COLUMNS,
    line=("proto", "state", "local", "peer"),
    protocol=NETLINK_SOCK_DIAG,
    header=72,
    sets=frozenset({SOCK_DIAG_BY_FAMILY}),
    key=Key((Head(60, U64),)),
    family=FAMILY,
    dumps=tuple(_request(family, kind) for kind in (TCP, UDP) for family in (AF_INET, AF_INET6)),
    volatile_heads=(EXPIRES, RECEIVING, SENDING),
    interval=15.0,
    sort="local",
    capacity=1 << 18,
    related=(Relation("l", "link", "links", "name == {dev}"),),
    aliases=("socket", "ss"),
)
