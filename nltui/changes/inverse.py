"""What brings back what is there now, once a message was sent: of the message and the world, whoever made it so."""

from __future__ import annotations

from nltui.changes import build as b
from nltui.changes import hits
from nltui.changes.again import REPLACE, again, attributes, away, body_of
from nltui.changes.along import Along
from nltui.changes.base import Change, Step, Undo, quoted
from nltui.changes.links.bridges import BridgePortSet
from nltui.changes.links.common import data_of, flags_of, kind_of
from nltui.changes.links.kind_options import OPTIONS
from nltui.changes.links.remake import remade
from nltui.changes.links.settings import LinkSet
from nltui.changes.links.state import LinkDown
from nltui.changes.order import again_in_order
from nltui.changes.places import NOT_HERE, Places, index_of, table_of
from nltui.changes.risk.links import goes_down
from nltui.changes.world import World
from nltui.netlink.constants import if_ as fl
from nltui.netlink.constants import if_link as il
from nltui.netlink.constants import netlink as nl
from nltui.netlink.constants import rtnetlink as rt

UNIQUE = ("addresses", "neighbours", "nexthops")
"""Tables where a row is alone under its key."""


def taken_along(step: Step, world: World) -> Undo | None:
    """What brings back all that a message takes along, of those that take anything along."""
    if step.type == il.RTM_DELLINK and index_of(step) in world.links:
        return remade(world, world.named(index_of(step)))
    if goes_down(step) and flags_of(world.links.get(index_of(step), bytes(32))) & fl.IFF_UP:
        return LinkDown(dev=world.named(index_of(step))).undo(world)
    if step.type in (rt.RTM_DELADDR, rt.RTM_DELNEXTHOP):
        rows = Places(world).rows(table_of(step.message()), step.message())
        take = Along(world).address if step.type == rt.RTM_DELADDR else Along(world).nexthop
        return take(rows[0]) if rows else None
    return None


def settings(step: Step, world: World) -> Change | None:
    """The change that a message about a link that is there would be."""
    if step.type != il.RTM_NEWLINK or step.flags & nl.NLM_F_CREATE or index_of(step) not in world.links:
        return None
    info = attributes(attributes(step.body, 16).get(il.IFLA_LINKINFO, b""), 0)
    row = world.links[index_of(step)]
    for options in OPTIONS:
        if options.nest in info and (options is BridgePortSet or kind_of(row) == options.kind):
            # Of a link that has none now, there is nothing to bring back.
            return options.said_by(step, world) if data_of(row, options.nest) else None
    return LinkSet.said_by(step, world)


def inverse(step: Step, world: World, places: Places) -> Undo:
    """Of any message that is a step back."""
    found = settings(step, world)
    if found is not None:
        return found.undo(world)
    more = taken_along(step, world)
    if more is not None:
        return more
    if step.type == il.RTM_NEWLINK and not step.flags & nl.NLM_F_CREATE:
        return Undo()
    if step.type == il.RTM_NEWLINK:
        name = attributes(step.body, 16).get(il.IFLA_IFNAME, b"").rstrip(b"\0").decode("utf-8", "surrogateescape")
        body = b.ifinfomsg(index_of(step)) + b.text(il.IFLA_IFNAME, name)
        return Undo((Step(il.RTM_DELLINK, 0, body, f"ip link del dev {quoted(name)}"),))
    if step.type in (il.RTM_NEWLINKPROP, il.RTM_DELLINKPROP):
        flags = 0 if step.flags else nl.NLM_F_CREATE | nl.NLM_F_EXCL | nl.NLM_F_APPEND
        verbs = (" add ", " del ") if step.flags else (" del ", " add ")
        return Undo((Step(step.type ^ 1, flags, step.body, step.says.replace(*verbs, 1)),))
    table = table_of(step.message())
    return Undo() if table in NOT_HERE else _row(step, world, table, places.rows(table, step.message()))


def _row(step: Step, world: World, table: str, rows: list[bytes]) -> Undo:
    if step.deletes:
        if table == "routes":
            row = hits.route(world, step.body, is_there=True)
            made, lost = again_in_order(world, [row] if row is not None else [])
            return Undo(tuple(made), tuple(lost))
        row = hits.rule(world, step.body) if table == "rules" else next(iter(rows), None)
        return Undo((again(world, table, row),)) if row is not None else Undo()
    if rows and (table in UNIQUE or step.flags & nl.NLM_F_REPLACE):
        return Undo((again(world, table, rows[0], REPLACE),))
    if any(body_of(table, row) == step.body for row in rows):
        return Undo()
    return Undo((away(world, table, step.message()),))
