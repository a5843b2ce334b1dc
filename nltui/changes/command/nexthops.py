"""`ip nexthop …`."""

from __future__ import annotations

from collections.abc import Mapping

from nltui.changes import nexthops
from nltui.changes.base import Change
from nltui.changes.command.words import Asked, Special, header, in_family, read, via
from nltui.changes.nexthop_flush import NexthopFlush
from nltui.changes.world import World
from nltui.errors import UsageError
from nltui.model.ip_line.line import Line
from nltui.model.ip_line.of_others import of_nexthops

_CLASSES: Mapping[str, type[Change]] = {
    "add": nexthops.NexthopAdd, "replace": nexthops.NexthopReplace, "delete": nexthops.NexthopDelete,
}  # fmt: skip
_SPECIAL: Mapping[str, Special] = {"via": via, "encap": header}


def asked(line: Line, world: World) -> Asked:
    """Raises UsageError."""
    if line.verb == "flush":
        if line.words[:1] == ("id",):
            return nexthops.NexthopDelete, read(nexthops.NexthopDelete, line.words), None
        return NexthopFlush, {"where": of_nexthops(line.words, line.family) or "id > 0"}, None
    cls = _CLASSES.get(line.verb)
    if cls is None:
        raise UsageError(f"`ip nexthop {line.verb}` is not known here")
    return cls, in_family(cls, line, read(cls, line.words, special=_SPECIAL)), None
