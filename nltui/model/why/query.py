"""What is asked: a packet, in the words of `ip route get`."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nltui.errors import UsageError, did_you_mean
from nltui.text import visible

IPPROTO = {"tcp": 6, "udp": 17, "icmp": 1, "ipv6-icmp": 58, "icmpv6": 58, "sctp": 132, "dccp": 33}
USAGE = "DST [from SRC] [mark M] [iif DEV | oif DEV] [tos T] [ipproto P] [sport N] [dport N] [uid U]"


@dataclass(frozen=True, slots=True)
class Query:
    """One packet. Addresses are 4 or 16 bytes, names visible; None and 0 are what `ip route get` leaves out."""

    dst: bytes
    src: bytes | None = None
    mark: int = 0
    iif: str = ""
    oif: str = ""
    tos: int = 0
    ipproto: int = 0
    sport: int = 0
    dport: int = 0
    uid: int | None = None

    @property
    def family(self) -> int:
        """AF_INET or AF_INET6."""
        return 2 if len(self.dst) == 4 else 10

    @property
    def text(self) -> str:
        """As it would be typed."""
        words = [str(ipaddress.ip_address(self.dst))]
        if self.src is not None:
            words.append(f"from {ipaddress.ip_address(self.src)}")
        words += [f"mark {self.mark:#x}"] if self.mark else []
        words += [f"{name} {value}" for name, value in (("iif", self.iif), ("oif", self.oif)) if value]
        words += [f"tos {self.tos:#x}"] if self.tos else []
        numbers = (("ipproto", self.ipproto), ("sport", self.sport), ("dport", self.dport))
        words += [f"{name} {value}" for name, value in numbers if value]
        words += [f"uid {self.uid}"] if self.uid is not None else []
        return " ".join(words)


def parse(words: Sequence[str]) -> Query:
    """Raises UsageError."""
    left = [word for word in words if word != "to"]
    if not left:
        raise UsageError(f"why: which destination? {USAGE}")
    given: dict[str, Any] = {"dst": _address(left[0])}
    names: Mapping[str, tuple[str, Callable[[str], Any]]] = {
        "from": ("src", _address),
        "mark": ("mark", _number(0xFFFFFFFF)),
        "iif": ("iif", visible),
        "oif": ("oif", visible),
        "dev": ("oif", visible),
        "tos": ("tos", _number(255)),
        "dsfield": ("tos", _number(255)),
        "ipproto": ("ipproto", _protocol),
        "sport": ("sport", _number(65535)),
        "dport": ("dport", _number(65535)),
        "uid": ("uid", _number(0xFFFFFFFE)),
    }
    rest = iter(left[1:])
    for word in rest:
        if word not in names:
            raise UsageError(f"why: {visible(word)!r} has no meaning here{did_you_mean(word, names, ';')} {USAGE}")
        name, read = names[word]
        value = next(rest, None)
        if value is None:
            raise UsageError(f"why: a value is missing behind {word}")
        if name in given:
            raise UsageError(f"why: {word} is given twice")
        given[name] = read(value)
    query = Query(**given)
    if query.src is not None and len(query.src) != len(query.dst):
        raise UsageError("why: source and destination are of different address families")
    if query.iif and query.oif:
        raise UsageError("why: a packet that comes in by iif has no oif yet; give one of them")
    return query


def _address(word: str) -> bytes:
    try:
        return ipaddress.ip_address(word).packed
    except ValueError:
        raise UsageError(f"why: {visible(word)!r} is no address") from None


def _number(most: int) -> Callable[[str], int]:
    def read(word: str) -> int:
        try:
            found = int(word, 0)
        except ValueError:
            raise UsageError(f"why: {visible(word)!r} is no number") from None
        if not 0 <= found <= most:
            raise UsageError(f"why: {word} is not between 0 and {most}")
        return found

    return read


def _protocol(word: str) -> int:
    return IPPROTO[word] if word in IPPROTO else _number(255)(word)
