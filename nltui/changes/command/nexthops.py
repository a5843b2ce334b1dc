"""`ip nexthop …`."""

from __future__ import annotations

from collections.abc import Mapping

from nltui.changes import nexthops
from nltui.changes.base import Change
from nltui.changes.command.words import Asked, Special, in_family, read, unknown, via
from nltui.changes.world import World
from nltui.errors import UsageError
from nltui.model.ip_line.line import Line

_CLASSES: Mapping[str, type[Change]] = {
    "add": nexthops.NexthopAdd, "replace": nexthops.NexthopReplace, "delete": nexthops.NexthopDelete,
}  # fmt: skip
_SPECIAL: Mapping[str, Special] = {
    "via": via,
    "encap": unknown("(a header that packets get on their way) has no field here: use `ip` itself"),
}


def asked(line: Line, world: World) -> Asked:
    """Raises UsageError."""
    cls = _CLASSES.get(line.verb)
    if cls is None:
        raise UsageError(
            f"`ip nexthop {line.verb}` is not known here: nexthops are deleted one by one, or those marked"
        )
    return cls, in_family(cls, line, read(cls, line.words, special=_SPECIAL)), None
