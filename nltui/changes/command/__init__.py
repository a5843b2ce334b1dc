"""An `ip …` line as changes: what was pasted or typed fills the dialog of the change that it is. A file an object."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from nltui.changes.command import addresses, links, neighbours, nexthops, routes, rules, tuntap
from nltui.changes.command.words import Asked
from nltui.changes.world import World
from nltui.errors import UsageError
from nltui.model.ip_line.line import SHOWING, Line, cut, read

_OBJECTS: Mapping[str, Callable[[Line, World], Asked]] = {
    "link": links.asked,
    "address": addresses.asked,
    "route": routes.asked,
    "neighbour": neighbours.asked,
    "rule": rules.asked,
    "nexthop": nexthops.asked,
    "tuntap": tuntap.asked,
}


def is_change(line: str) -> bool:
    """Whether a line is one of `ip` that asks for a change; else it only shows something, or is none of `ip`."""
    try:
        return read(line).verb not in SHOWING
    except UsageError:
        return False


def parsed(line: str, world: World, namespace: str = "") -> Asked:
    """Of one line; `namespace`: what the one that is looked at is called. Raises UsageError with what is wrong."""
    found = read(line)
    found.here(namespace)
    if found.verb in SHOWING:
        raise UsageError(f"`{cut(line)}` changes nothing")
    return _OBJECTS[found.object](found, world)
