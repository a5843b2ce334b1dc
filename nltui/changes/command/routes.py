"""`ip route …`: the type before the destination, several nexthops, `via inet6`, metrics without a field."""

from __future__ import annotations

from collections.abc import Mapping

from nltui.changes import route_delete, routes
from nltui.changes.base import Change
from nltui.changes.command import route_flush
from nltui.changes.command.words import FAMILIES, Asked, Special, header, in_family, read, unknown, via
from nltui.changes.route_metrics import METRICS
from nltui.changes.world import World
from nltui.errors import UsageError
from nltui.model.ip_line.conditions import spread
from nltui.model.ip_line.line import Line
from nltui.netlink.constants import rtnetlink as rt

_CLASSES: Mapping[str, type[Change]] = {
    "add": routes.RouteAdd, "replace": routes.RouteReplace, "change": routes.RouteChange,
    "append": routes.RouteAppend, "prepend": routes.RoutePrepend,
}  # fmt: skip
_TYPES = frozenset(rt.ROUTE_TYPES.values())
_EMPTY = {"0.0.0.0/0": "inet", "::/0": "inet6"}
"""What `default` is by number: the family that it tells."""


def _type(word: str, left: list[str], found: dict[str, str]) -> None:
    found["type"] = word


def _to(word: str, left: list[str], found: dict[str, str]) -> None:
    """A type may stand between it and the destination."""
    if left[:1] and left[0] in _TYPES:
        found["type"] = left.pop(0)
    if not left:
        raise UsageError("behind `to` something is missing: a destination")
    if "dst" in found:
        raise UsageError("the destination is said twice")
    found["dst"] = left.pop(0)


def _metric(word: str, left: list[str], found: dict[str, str]) -> None:
    """Into the field of its own, or, where it is locked or has none, among the others."""
    size = 2 if left[:1] == ["lock"] else 1
    if len(left) < size:
        raise UsageError(f"behind `{word}` something is missing")
    said = [left.pop(0) for _ in range(size)]
    if size == 1 and word in ("mtu", "advmss"):
        found[word] = said[0]
    else:
        found["metrics"] = " ".join([*found.get("metrics", "").split(), word, *said])


def _hops(word: str, left: list[str], found: dict[str, str]) -> None:
    """`ip` takes nothing of the whole route behind its nexthops."""
    legs = " ".join(one for one in left if one not in FAMILIES).split("nexthop")
    found["hops"] = " / ".join(leg.strip() for leg in legs)
    left.clear()


_SPECIAL: dict[str, Special] = {
    **dict.fromkeys(_TYPES, _type),
    "to": _to,
    **dict.fromkeys(METRICS, _metric),
    "via": via,
    "nexthop": _hops,
    "encap": header,
    "ttl-propagate": unknown("has no field here: it is for MPLS"),
    "as": unknown("has no field here: it is for MPLS"),
}


def asked(line: Line, world: World) -> Asked:
    """Raises UsageError."""
    if line.verb == "flush":
        return route_flush.asked(line)
    cls = routes.RouteAdd if line.verb == "delete" else _CLASSES.get(line.verb)
    if cls is None:
        raise UsageError(f"`ip route {line.verb}` is not known here")
    texts = read(cls, line.words, special=_SPECIAL)
    for name in ("dst", "source"):
        texts |= {name: spread(texts[name])} if name in texts else {}
    if texts.get("dst") in _EMPTY:
        texts |= {"family": _EMPTY[texts["dst"]], "dst": "default"}
    texts = in_family(cls, line, texts)
    if line.verb != "delete":
        return cls, texts, None
    row = route_delete.described(texts, world)
    if row is None:
        raise UsageError("there is no such route")
    return route_delete.RouteDelete, {}, row
