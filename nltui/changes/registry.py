"""All changes, by the table whose rows they are about: one line a class."""

from __future__ import annotations

from collections.abc import Sequence

from nltui.changes.address_flush import AddressFlush
from nltui.changes.addresses import AddressAdd, AddressDelete, AddressReplace
from nltui.changes.base import Change
from nltui.changes.links.bonds import BondSet
from nltui.changes.links.bridges import BridgePortSet, BridgeSet
from nltui.changes.links.kind_options import MacvlanSet, VxlanSet
from nltui.changes.links.kinds import KINDS
from nltui.changes.links.settings import LinkSet
from nltui.changes.links.state import AltnameAdd, AltnameDelete, LinkDelete, LinkDown, LinkMove, LinkUp
from nltui.changes.links.tuntap import AddTuntap
from nltui.changes.neighbour_flush import NeighbourFlush
from nltui.changes.neighbours import (
    NeighbourAdd,
    NeighbourDelete,
    NeighbourProbe,
    NeighbourReplace,
    ProxyAdd,
)
from nltui.changes.nexthop_flush import NexthopFlush
from nltui.changes.nexthops import NexthopAdd, NexthopDelete, NexthopReplace
from nltui.changes.route_delete import RouteDelete
from nltui.changes.route_flush import RouteFlush
from nltui.changes.routes import RouteAdd, RouteAppend, RoutePrepend, RouteReplace
from nltui.changes.rule_flush import RuleFlush
from nltui.changes.rules import RuleAdd, RuleDelete, RuleMove

CHANGES: tuple[type[Change], ...] = (
    LinkUp, LinkDown, LinkSet, BridgeSet, BridgePortSet, BondSet, MacvlanSet, VxlanSet, AltnameAdd, AltnameDelete,
    LinkMove, LinkDelete,
    *KINDS, AddTuntap,
    AddressAdd, AddressReplace, AddressDelete, AddressFlush,
    RouteAdd, RouteReplace, RouteAppend, RoutePrepend, RouteDelete, RouteFlush,
    NeighbourAdd, ProxyAdd, NeighbourReplace, NeighbourProbe, NeighbourDelete, NeighbourFlush,
    RuleAdd, RuleMove, RuleDelete, RuleFlush,
    NexthopAdd, NexthopReplace, NexthopDelete, NexthopFlush,
)  # fmt: skip
"""In the order in which a list shows them."""


def of_table(name: str) -> Sequence[type[Change]]:
    """What can be done to rows of a table."""
    return [cls for cls in CHANGES if cls.table == name]


def keys_of(name: str) -> dict[str, list[type[Change]]]:
    """By key."""
    found: dict[str, list[type[Change]]] = {}
    for cls in of_table(name):
        found.setdefault(cls.key, []).append(cls)
    return found
