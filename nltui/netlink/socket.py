"""The only file that opens a Netlink socket or enters a network namespace.

Socket options: linux/netlink.h. A namespace is entered by a short-lived thread that opens a socket and ends; later
sockets find the namespace through SIOCGSKNS on an open one, so nothing else pins it.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import socket
import struct
from collections.abc import Callable

from nltui.config import DEFAULTS
from nltui.errors import KernelRefused, PrivilegeMissing
from nltui.netlink.broker import Broker, Offer
from nltui.netlink.constants.netlink import NLM_F_DUMP, NLM_F_REQUEST, PROTOCOL_NAMES
from nltui.netlink.gate import GatedSocket
from nltui.netlink.wire import nlmsg
from nltui.system.namespaces import Namespace, run_in

SOL_NETLINK = 270
ADD_MEMBERSHIP, EXT_ACK, STRICT_CHK, CAP_ACK = 1, 11, 12, 10
SO_RCVBUFFORCE, SO_MEMINFO, MEMINFO_DROPS = 33, 55, 8
SIOCGSKNS = 0x894C
MONITOR_BUFFER = DEFAULTS.monitor_buffer
"""Bytes asked for with SO_RCVBUFFORCE: holds about 20,000 route notifications."""


class Sockets:
    """Opens Netlink sockets in one namespace. `namespace` None: the one this process is in."""

    def __init__(self, namespace: Namespace | None) -> None:
        self._namespace = None if namespace is not None and namespace.is_entered else namespace
        self._anchor: socket.socket | None = None

    def close(self) -> None:
        """Let go of the namespace; what was opened stays open."""
        if self._anchor is not None:
            self._anchor.close()
            self._anchor = None

    def inside(self, work: Callable[[], None]) -> None:
        """Do something in the namespace, in a thread of its own: what makes links by ioctl."""
        if self._namespace is None:
            work()
        else:
            run_in(self._namespace.fd, work)

    def open(self, protocol: int) -> socket.socket:
        """A bound, non-blocking socket. Raises PrivilegeMissing or KernelRefused."""
        try:
            if self._namespace is None:
                return _make(protocol)
            if self._anchor is None or self._anchor.fileno() < 0:
                self._anchor = run_in(self._namespace.fd, lambda: _make(protocol))
                return self._anchor
            fd = fcntl.ioctl(self._anchor.fileno(), SIOCGSKNS)
            try:
                return run_in(fd, lambda: _make(protocol))
            finally:
                os.close(fd)
        except OSError as error:
            raise _refused(f"opening a NETLINK_{PROTOCOL_NAMES.get(protocol, protocol)} socket", error) from error


_prepared: dict[int, list[socket.socket]] = {}
"""Sockets made while there were privileges, by protocol."""


def prepare(protocol: int, buffer: int, count: int) -> None:
    """Make sockets with large receive buffers for monitor(), before the privilege to make such is given up."""
    for _ in range(count):
        made = _make(protocol)
        _enlarge(made, buffer)
        _prepared.setdefault(protocol, []).append(made)


class _Helped:
    broker: Broker | None = None


def be_helped(broker: Broker) -> None:
    """From now on, what it offers is asked of it."""
    _Helped.broker = broker


def opened_for(offer: Offer, sequence: int, buffer: int) -> socket.socket:
    """What the helping process answers with: a socket that hears groups, or one on which a dump was begun."""
    made = _with(_make(offer.protocol), EXT_ACK)
    if offer.groups:
        _enlarge(made, buffer)
        for group in offer.groups:
            made.setsockopt(SOL_NETLINK, ADD_MEMBERSHIP, group)
    else:
        made.send(nlmsg(offer.type, NLM_F_REQUEST | NLM_F_DUMP, sequence, offer.body))
    return made


def begin_dump(sockets: Sockets, protocol: int, type_: int, body: bytes, strict: bool) -> tuple[socket.socket, int]:
    """A fresh socket on which one dump was asked for, and the sequence number of its answer.

    Raises PrivilegeMissing or KernelRefused.
    """
    helped = _asked(Offer(protocol, (), type_, body))
    if helped is not None:
        return helped
    made = dump_socket(sockets, protocol, strict)
    sequence = int.from_bytes(os.urandom(4)) >> 1 | 1
    made.send(nlmsg(type_, NLM_F_REQUEST | NLM_F_DUMP, sequence, body))
    return made, sequence


def _asked(offer: Offer) -> tuple[socket.socket, int] | None:
    if _Helped.broker is None or not _Helped.broker.has(offer):
        return None
    descriptor, sequence = _Helped.broker.ask(offer)
    return GatedSocket(fileno=descriptor), sequence


def _enlarge(made: socket.socket, buffer: int) -> None:
    try:
        made.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, buffer)
    except OSError:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)


def _make(protocol: int) -> socket.socket:
    made = GatedSocket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC, protocol)
    made.bind((0, 0))
    return made


def _refused(tried: str, error: OSError) -> Exception:
    number = error.errno or errno.EIO
    if number in (errno.EPERM, errno.EACCES):
        return PrivilegeMissing(f"{tried}: the kernel wants a privilege that this process lacks")
    return KernelRefused(tried, number)


def dump_socket(sockets: Sockets, protocol: int, strict: bool) -> socket.socket:
    """A fresh socket for one dump."""
    return _with(sockets.open(protocol), *((EXT_ACK, STRICT_CHK) if strict else (EXT_ACK,)))


def request_socket(sockets: Sockets, protocol: int) -> socket.socket:
    """A socket for single requests: errors come with the kernel's words and without a copy of the request."""
    return _with(sockets.open(protocol), EXT_ACK, CAP_ACK)


def _with(made: socket.socket, *options: int) -> socket.socket:
    for option in options:
        with contextlib.suppress(OSError):  # older kernels lack them: all works without
            made.setsockopt(SOL_NETLINK, option, 1)
    return made


def monitor(sockets: Sockets, protocol: int, groups: tuple[int, ...], buffer: int = MONITOR_BUFFER) -> socket.socket:
    """A socket that has joined `groups` (numbers, not masks) with the largest receive buffer it may have."""
    helped = _asked(Offer(protocol, groups))
    if helped is not None:
        return helped[0]
    waiting = _prepared.get(protocol)
    if waiting:
        made = waiting.pop()
    else:
        made = sockets.open(protocol)
        _enlarge(made, buffer)
    with contextlib.suppress(OSError):
        made.setsockopt(SOL_NETLINK, EXT_ACK, 1)
    for group in groups:
        try:
            made.setsockopt(SOL_NETLINK, ADD_MEMBERSHIP, group)
        except OSError as error:
            made.close()
            raise _refused(
                f"joining group {group} of NETLINK_{PROTOCOL_NAMES.get(protocol, protocol)}", error
            ) from error
    return made


def drops(sock: socket.socket) -> int:
    """Messages the kernel dropped on this socket so far, modulo 2³²; exact where ENOBUFS is told only once."""
    raw = sock.getsockopt(socket.SOL_SOCKET, SO_MEMINFO, 36)
    return int(struct.unpack("=9I", raw)[MEMINFO_DROPS]) if len(raw) >= 36 else 0
