"""The person's own way in: the address, link and route that $SSH_CONNECTION goes by."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Iterator
from functools import cache

from nltui.changes.addresses import AddressDelete, AddressFlush
from nltui.changes.base import Change, Undo
from nltui.changes.links.settings import LinkSet
from nltui.changes.links.state import LinkDelete, LinkDown, LinkMove
from nltui.changes.risk.finding import Finding
from nltui.changes.routes import RouteDelete, RouteFlush, RouteReplace
from nltui.changes.rules import RuleAdd, RuleDelete, RuleMove
from nltui.changes.world import World


@cache
def connection() -> tuple[str, str] | None:
    """(client, server) addresses of the SSH session that this process was started in; None where there is none."""
    words = os.environ.get("SSH_CONNECTION", "").split()
    if len(words) != 4:
        return None
    try:
        client, server = (ipaddress.ip_address(word.partition("%")[0]) for word in (words[0], words[2]))
    except ValueError:
        return None
    return _plain(client), _plain(server)


def _plain(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> str:
    mapped = getattr(address, "ipv4_mapped", None)
    return str(mapped or address)


def path(world: World) -> tuple[str, str, str] | None:
    """(link, server's address, client's) where the session comes in here; None where it does not."""
    ends = connection()
    if ends is None:
        return None
    rows = world.where("addresses", address=ends[1])
    if not rows:
        return None
    return str(world.said("addresses", rows[0]).get("ifname", "")), ends[1], ends[0]


def cuts(change: Change, world: World, undo: Undo) -> Iterator[Finding]:
    """Whether the session goes by what is changed."""
    found = path(world)
    if found is None:
        return
    link, server, client = found
    told = f"your SSH session from {client}"
    if isinstance(change, LinkDown | LinkDelete | LinkMove | AddressFlush) and change.dev.name == link:
        yield Finding(f"{told} comes in by {link}", cuts=True)
    elif isinstance(change, LinkSet) and change.dev.name == link:
        yield Finding(f"{told} comes in by {link}", cuts=change.master is not None or change.address is not None)
    elif isinstance(change, AddressDelete) and change.local.partition("/")[0] == server:
        yield Finding(f"{told} is to this address", cuts=True)
    elif isinstance(change, RouteDelete | RouteReplace) and _covers(_destination(change, world), client):
        yield Finding(f"answers to {told} may take this route", cuts=True)
    elif isinstance(change, RouteFlush):
        gone = (world.said("routes", row)["dst"] for row in change.rows(world))
        if any(_covers(dst, client) for dst in gone):
            yield Finding(f"answers to {told} may take one of these routes", cuts=True)
    elif isinstance(change, RuleAdd | RuleDelete | RuleMove):
        yield Finding(f"answers to {told} go by the rules", cuts=not isinstance(change, RuleAdd))


def _destination(change: RouteDelete | RouteReplace, world: World) -> str:
    return change.dst if isinstance(change, RouteReplace) else str(world.said("routes", change.seen)["dst"])


def _covers(dst: str, address: str) -> bool:
    one = ipaddress.ip_address(address)
    if dst == "default":
        return True
    net = ipaddress.ip_network(dst, strict=False)
    return net.version == one.version and one in net
