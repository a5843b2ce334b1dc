"""What stood where a step back would go, right after a change was applied, and whether somebody changed it since.

For the guardian: nothing but the standard library. A step of a journal may have a `look`: `ask`, an encoded request;
`body`, where a reply's attributes begin; `head` (offset, bytes) and `key` (paths, bytes), which tell the row; `kept`
(paths, name, kind), values that only persons and programs set, shown and compared by kind; `apart`, whether the step
can do without one of them; `number`, what of the reply names the row for good; `only`, that without the row the kernel
would take another. Paths are alternatives, the first that is there counts. Whatever cannot be told is taken to be as it
was: nobody is to stay cut off for it.
"""

from __future__ import annotations

import contextlib
import errno
import itertools
import os
import select
import socket
import struct
import time
import zlib
from collections.abc import Iterator, Sequence
from typing import Any

SECONDS = 2.0
"""For all looks together."""
LONGEST = 256
"""Bytes of a value that are compared."""
NLMSG_ERROR, NLMSG_DONE, NLM_F_DUMP = 2, 3, 0x300
RTA_OIF, RTA_GATEWAY, RTA_MULTIPATH, RTA_VIA, RTA_NH_ID = 4, 5, 9, 18, 30
ENTRY = {"nexthops": 5, "members": 8}
"""Bytes of one in what is compared of several: see _nexthop(); struct nexthop_grp of linux/nexthop.h."""
ABSENT = frozenset({errno.ENOENT, errno.ESRCH, errno.ENODEV})
TROUBLE = (OSError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError, struct.error)
"""What a look may end with where the kernel does not answer, or the journal is damaged."""

Step = dict[str, Any]
Path = Sequence[int]
_sequences = itertools.count(1)


def answers(sock: socket.socket, message: bytes, until: float) -> Iterator[tuple[int, bytes]]:
    """What the kernel says to one request: type and message each, until a time (monotonic). Raises OSError."""
    sequence = next(_sequences)
    sock.send(message[:8] + struct.pack("=II", sequence, 0) + message[16:])
    while (left := until - time.monotonic()) > 0 and select.select([sock], [], [], left)[0]:
        datagram, offset = sock.recv(1 << 16), 0
        while offset + 16 <= len(datagram):
            size, kind, _, number, _ = struct.unpack_from("=IHHII", datagram, offset)
            if number == sequence:
                yield kind, datagram[offset : offset + size]
            offset += max(16, size + 3 & ~3)


def error_of(message: bytes) -> int:
    """The errno in an acknowledgement, or in the end of a dump."""
    return -int(struct.unpack_from("=i", message, 16)[0])


def remember(sock: socket.socket, steps: Sequence[Step]) -> None:
    """Right after a change was applied: what each step back would overwrite, and the numbers of what is new."""
    seen = _Rows(sock)
    for step in steps:
        look = step.get("look")
        with contextlib.suppress(*TROUBLE):
            if look and (row := seen.found(look)) is not None:
                if look.get("number"):
                    _number(step, look, row)
                values = (_worth(row, look["body"], paths, kind) for paths, _, kind in look["kept"])
                step["left"] = [None if one is None else one.hex() for one in values]


def standing(sock: socket.socket, steps: Sequence[Step], *, anyway: bool) -> tuple[list[Step], list[str]]:
    """The steps that are still to be done, and of what somebody changed, which stays so, a sentence each.

    `anyway`: a person knows of that, and wants all of it back.
    """
    seen, todo, told = _Rows(sock), [], []
    for step in steps:
        left: Step | None = step
        with contextlib.suppress(*TROUBLE):
            if look := step.get("look"):
                left, said = _weighed(step, look, seen.found(look), anyway)
                told += [f"{one} ({step['says']})" for one in said]
        todo += [left] if left is not None else []
    return todo, told


def came_of(refused: Sequence[str], kept: Sequence[str]) -> str:
    """What is to be said of a rollback behind that it was done; empty where all went."""
    said = f"; {len(refused)} step{'s' * (len(refused) > 1)} refused: {refused[0]}" if refused else ""
    more = f", and {len(kept) - 1} more" if len(kept) > 1 else ""
    return said + (f"; left: {kept[0]}{more}" if kept else "")


class _Rows:
    """What is there, each question asked once."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock, self._until = sock, time.monotonic() + SECONDS
        self._known: dict[str, list[bytes]] = {}
        self._places: dict[str, dict[tuple[bytes, ...], bytes]] = {}

    def found(self, look: dict[str, Any]) -> bytes | None:
        """The first row that a look is about. Raises one of TROUBLE."""
        if time.monotonic() > self._until:
            raise TimeoutError
        ask = look["ask"]
        if ask not in self._known:
            self._known[ask] = self._asked(bytes.fromhex(ask))
        # Of many rows each is read once for all looks that tell rows apart by the same.
        heads, keys = [(at, len(raw) // 2) for at, raw in look["head"]], [paths for paths, _ in look["key"]]
        alike = repr((ask, look["body"], heads, keys, look.get("states")))
        if alike not in self._places:
            self._places[alike] = {}
            for row in self._known[ask]:
                if not look.get("states") or row[24] & look["states"]:
                    values = (_plain(_value(row, look["body"], paths)) for paths in keys)
                    self._places[alike].setdefault((*(row[at : at + size] for at, size in heads), *values), row)
        wanted = (bytes.fromhex(raw) for _, raw in look["head"])
        return self._places[alike].get((*wanted, *(_plain(bytes.fromhex(raw)) for _, raw in look["key"])))

    def _asked(self, ask: bytes) -> list[bytes]:
        found: list[bytes] = []
        for kind, message in answers(self._sock, ask, self._until):
            if kind == NLMSG_ERROR:
                if (number := error_of(message)) in ABSENT:
                    return []
                raise OSError(number, os.strerror(number))
            if kind == NLMSG_DONE:
                return found
            found.append(message)
            if not struct.unpack_from("=H", ask, 6)[0] & NLM_F_DUMP:
                return found
        raise TimeoutError


def _weighed(step: Step, look: dict[str, Any], row: bytes | None, anyway: bool) -> tuple[Step | None, list[str]]:
    """The step, or as much of it as overwrites nothing that somebody set; and what that is."""
    message = bytes.fromhex(step["message"])
    if row is None:
        # Where the kernel would take another row for one that is gone, there is nothing to take back.
        return (None if look.get("only") else step), []
    if anyway or "left" not in step:
        return step, []
    deletes, body = struct.unpack_from("=H", message, 4)[0] & 3 == 1, look["body"]
    changed: list[Path] = []
    said = []
    for (paths, name, kind), then in zip(look["kept"], step["left"], strict=True):
        now, before = _worth(row, body, paths, kind), None if then is None else bytes.fromhex(then)
        is_left = now is None or _plain(now) == _plain(before) or _lost_some(now, before or b"", kind)
        if not is_left and (deletes or _plain(now) != _plain(_worth(message, body, paths, kind))):
            changed += paths
            said.append(f"{name} is {_shown(now or b'', kind)} by now")
    if not changed:
        return step, []
    if not look.get("apart"):
        return None, said
    rest = message[16:body] + _without(message[body:], changed)
    flags = struct.unpack_from("=I", rest, 12)[0]
    if len(rest) == body - 16 and not flags:
        return None, said
    return step | {"message": (struct.pack("=I", 16 + len(rest)) + message[4:16] + rest).hex()}, said


def _number(step: Step, look: dict[str, Any], row: bytes) -> None:
    """Name what is new by what the kernel gave it: another may look the same later."""
    message = bytes.fromhex(step["message"])
    at, attribute = look["number"]
    if attribute:
        given = _value(row, look["body"], [[attribute]]) or bytes(4)
        message += struct.pack("=HH", 4 + len(given), attribute) + given
        look["key"] = [*look["key"], [[[attribute]], given.hex()]]
    else:
        message = message[:at] + row[at : at + 4] + message[at + 4 :]
        step["fine"] = [*step["fine"], errno.ENODEV]
    step["message"] = (struct.pack("=I", len(message)) + message[4:]).hex()


# -- attributes


def _attributes(raw: bytes, start: int = 0) -> Iterator[tuple[int, bytes]]:
    """Type, with its flag bits, and payload."""
    while len(raw) - start >= 4:
        length, type_ = struct.unpack_from("=HH", raw, start)
        if not 4 <= length <= len(raw) - start:
            raise ValueError
        yield type_, raw[start + 4 : start + length]
        start += length + 3 & ~3


def _by_type(raw: bytes) -> dict[int, bytes]:
    return {type_ & 0x3FFF: payload for type_, payload in _attributes(raw)}


def _value(row: bytes, body: int, paths: Sequence[Path]) -> bytes | None:
    """Of the first path that is there; of an empty one all attributes."""
    for path in paths:
        raw: bytes | None = row[body:]
        for number in path:
            raw = _by_type(raw or b"").get(number)
        if raw is not None:
            return raw[:LONGEST]
    return None


def _worth(row: bytes, body: int, paths: Sequence[Path], kind: str) -> bytes | None:
    """What is compared of a setting; of the nexthops of a route each, without what the kernel sets of them."""
    if kind != "nexthops":
        return _value(row, body, paths)
    told = _by_type(row[body:])
    if RTA_NH_ID in told:
        # All else of a nexthop object follows from it.
        return _nexthop(told, told[RTA_NH_ID], 0)
    found, raw = [], told.get(RTA_MULTIPATH, b"")
    while len(raw) >= 8:
        length, _, hops, link = struct.unpack_from("=HBB4s", raw)
        if not 8 <= length <= len(raw):
            raise ValueError
        found.append(_nexthop(_by_type(raw[8:length]), link, hops))
        raw = raw[length + 3 & ~3 :]
    return b"".join(sorted(found or [_nexthop(told, told.get(RTA_OIF, b""), 0)]))[:LONGEST]


def _nexthop(told: dict[int, bytes], leads: bytes, hops: int) -> bytes:
    """4 bytes of what it leads to, a link or an object, and by whom; and one of its weight (rtnh_hops)."""
    via = told.get(RTA_GATEWAY) or told.get(RTA_VIA, b"")[2:]
    return struct.pack("=IB", zlib.crc32(leads + via), hops)


def _lost_some(now: bytes, then: bytes, kind: str) -> bool:
    """Whether the kernel may have taken some out, as it does with those whose link goes: nobody has set what is left.

    Of a nexthop that is left alone it tells no weight. Where there may be more than are compared, it may have.
    """
    size = ENTRY.get(kind)
    if size is None:
        return False
    here, there = ({raw[at : at + size] for at in range(0, len(raw), size)} for raw in (now, then))
    if len(here) == 1 and kind == "nexthops":
        here, there = {one[:4] for one in here}, {one[:4] for one in there}
    return here <= there or max(len(now), len(then)) + size > LONGEST


def _plain(raw: bytes | None) -> bytes:
    """The kernel tells nothing of what is zero or empty, and ends a text with a zero."""
    return (raw or b"").rstrip(b"\0")


def _without(raw: bytes, paths: Sequence[Path]) -> bytes:
    """Attributes without those at some paths, and without nests that are empty then."""
    out = b""
    for type_, payload in _attributes(raw):
        mine = [path[1:] for path in paths if path[0] == type_ & 0x3FFF]
        rest = _without(payload, mine) if mine and all(mine) else payload
        if not mine or (all(mine) and rest):
            out += struct.pack("=HH", 4 + len(rest), type_) + rest + bytes(-len(rest) % 4)
    return out


def _shown(raw: bytes, kind: str) -> str:
    if kind == "number" and len(raw) in (1, 2, 4, 8):
        return str(struct.unpack({1: "=B", 2: "=H", 4: "=I", 8: "=Q"}[len(raw)], raw)[0])
    if kind == "mac":
        return raw.hex(":")
    if kind == "ip" and len(raw) in (4, 16):
        return socket.inet_ntop(socket.AF_INET if len(raw) == 4 else socket.AF_INET6, raw)
    if kind == "text":
        return _plain(raw).decode("utf-8", "replace") or "empty"
    return "another"
