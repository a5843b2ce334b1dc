"""`ip neighbour …`, proxies included."""

from __future__ import annotations

from collections.abc import Mapping

from nltui.changes import neighbours
from nltui.changes.base import Change
from nltui.changes.command.words import Asked, in_family, read
from nltui.changes.neighbour_flush import NeighbourFlush
from nltui.changes.world import World
from nltui.errors import UsageError
from nltui.model.ip_line.line import Line
from nltui.model.ip_line.of_others import of_neighbours

_CLASSES: Mapping[str, type[Change]] = {
    "add": neighbours.NeighbourAdd, "replace": neighbours.NeighbourReplace, "change": neighbours.NeighbourChange,
    "delete": neighbours.NeighbourDelete,
}  # fmt: skip


def asked(line: Line, world: World) -> Asked:
    """Raises UsageError."""
    if line.verb == "flush":
        if not line.words:
            raise UsageError("`ip neighbour flush` needs more: dev LINK, nud STATE, a prefix or all")
        return NeighbourFlush, {"where": of_neighbours(line.words, line.family, flushing=True)}, None
    cls = _CLASSES[line.verb]
    words = list(line.words)
    if "proxy" in words and line.verb != "delete":
        if line.verb == "change":
            raise UsageError("of a `proxy` there is nothing to change: it is added or deleted")
        words.remove("proxy")
        return neighbours.ProxyAdd, in_family(neighbours.ProxyAdd, line, read(neighbours.ProxyAdd, words)), None
    if line.verb == "delete":
        # `ip` takes all that could be said of one that comes; only its address and its link tell it apart.
        flag = {"proxy": "yes"} if "proxy" in words else {}
        told = in_family(cls, line, read(neighbours.NeighbourAdd, [word for word in words if word != "proxy"]))
        return cls, {name: told[name] for name in ("dst", "dev") if name in told} | flag, None
    return cls, in_family(cls, line, read(cls, words)), None
