"""Several nexthops of one route: `via 10.0.0.1 dev eth0 weight 2 / via 10.0.0.2 dev eth1` (RTA_MULTIPATH)."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nltui.changes import build as b
from nltui.changes.again import attributes
from nltui.changes.encap import Encap, packed, taken, told
from nltui.changes.inputs import Address, Dev, Input, Number
from nltui.changes.world import World
from nltui.errors import UsageError
from nltui.netlink.constants import rtnetlink as rt
from nltui.netlink.wire import align, nlattr
from nltui.text import visible

_WEIGHTS = Number(1, 256)


def _legs(text: str) -> list[list[str]]:
    """Between them stands ` / `, or `nexthop`, which also may begin the first."""
    legs: list[list[str]] = [[]]
    for word in text.split():
        if word not in ("/", "nexthop"):
            legs[-1].append(word)
        elif word == "/" or legs[-1]:
            legs.append([])
    return legs


def _read(words: Sequence[str], world: World) -> dict[str, Any]:
    """One leg. Raises UsageError."""
    found: dict[str, Any] = {"weight": 1}
    left = [word for word in words if word not in ("inet", "inet6")]
    while left:
        word = left.pop(0)
        if word == "onlink":
            found["onlink"] = True
            continue
        if word == "encap" and word not in found:
            found[word] = Encap().parse(" ".join(taken(left)), world)
            continue
        if word not in ("via", "dev", "weight") or not left:
            raise UsageError(
                f"`{visible(word, limit=40)}`: each nexthop is `encap … via ADDRESS dev LINK weight N onlink`"
            )
        if word in found and word != "weight":
            raise UsageError(f"`{word}` is said twice of one nexthop")
        value = left.pop(0)
        kinds: Mapping[str, Input] = {"via": Address(), "dev": Dev(), "weight": _WEIGHTS}
        found[word] = kinds[word].parse(value, world)
    if "via" not in found and "dev" not in found:
        raise UsageError("each nexthop needs `via` or `dev`")
    return found


class Hops(Input):
    """Nexthops, separated by ` / `."""

    hint = "via A dev X weight N / via B dev Y …"

    def parse(self, text: str, world: World) -> str:
        """As it is usually written."""
        legs = [" ".join(words) for words in _legs(text)]
        if len(legs) < 2:
            raise UsageError("at least two, with ` / ` between them; one is said by via and dev")
        for words in _legs(text):
            _read(words, world)
        return " / ".join(legs)

    @staticmethod
    def spoken(text: str | None, six: bool = False) -> list[str]:
        """As `ip` takes them; `six`: of an IPv6 route, where gateways need not be said to be of that family."""
        out: list[str] = []
        for words in _legs(text) if text else ():
            out.append("nexthop")
            for word in words:
                out += ["inet6", word] if out[-1] == "via" and ":" in word and not six else [word]
        return out


def hops_told(legs: Sequence[Mapping[str, Any]], raw: bytes, world: World) -> str:
    """From a row's JSON and its RTA_MULTIPATH. Raises Unrepeatable for what has no words."""
    out = []
    for leg, found in zip(legs, legs_of(raw), strict=True):
        header = told(found.attributes, world, rt.RTA_ENCAP, rt.RTA_ENCAP_TYPE)
        words = [f"encap {header}"] if header else []
        words += [f"via {leg['gateway']}"] if "gateway" in leg else []
        words += [f"via {leg['via']['host']}"] if "via" in leg else []
        words += [f"dev {leg['dev']}"] if "dev" in leg else []
        words += [f"weight {leg['weight']}"] if leg.get("weight", 1) != 1 else []
        words += ["onlink"] if "onlink" in leg.get("flags", ()) else []
        out.append(" ".join(words))
    return " / ".join(out)


def multipath(text: str, world: World, six: bool) -> bytes:
    """RTA_MULTIPATH: a struct rtnexthop and attributes a leg."""
    body = b""
    for words in _legs(text):
        leg = _read(words, world)
        inside, via = b"", leg.get("via")
        if via is not None and (":" in via) == six:
            inside = b.ip(rt.RTA_GATEWAY, via)
        elif via is not None:
            inside = nlattr(rt.RTA_VIA, struct.pack("=H", b.family_of(via)) + b.packed(via))
        inside += packed(leg.get("encap"), world, rt.RTA_ENCAP, rt.RTA_ENCAP_TYPE)
        flags = rt.RTNH_F_ONLINK if leg.get("onlink") else 0
        index = leg["dev"].index if "dev" in leg else 0
        body += struct.pack("=HBBi", 8 + len(inside), flags, leg["weight"] - 1, index) + inside
    return nlattr(rt.RTA_MULTIPATH, body)


@dataclass(frozen=True, slots=True)
class Leg:
    """One of RTA_MULTIPATH."""

    index: int
    """Of its link; 0: not said."""
    attributes: Mapping[int, bytes]


def legs_of(raw: bytes) -> Iterator[Leg]:
    """Those of RTA_MULTIPATH, as far as it is whole."""
    offset = 0
    while len(raw) - offset >= 8:
        length, _, _, index = struct.unpack_from("=HBBi", raw, offset)
        if not 8 <= length <= len(raw) - offset:
            return
        yield Leg(index, attributes(raw[offset : offset + length], 8))
        offset += align(length)
