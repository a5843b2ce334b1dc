"""The person's own way in: the address, the links and the route that the SSH session goes by."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from nltui.changes.world import World
from nltui.model.filter.writing import equal
from nltui.system import ssh


class Way:
    """Of one session through one network namespace, as it is now."""

    def __init__(self, world: World, ends: ssh.Connection, link: str) -> None:
        self._world = world
        self.client, self.server = ends.client, ends.server
        self.link = link
        """The link that has the server's address."""

    @cached_property
    def links(self) -> Mapping[str, str]:
        """What the session needs, in words, by name: the link, its ports, and the links that these stand on."""
        said = {one["ifname"]: one for one in (self._world.said("links", row) for row in self._world.links.values())}
        found, waiting = {self.link: f"comes in by {self.link}"}, [self.link]
        while waiting:
            name = waiting.pop()
            needed = {port: f"a port of {name}" for port, one in said.items() if one.get("master") == name}
            below = str(said.get(name, {}).get("link", ""))
            for other, what in (needed | {below: f"which {name} stands on"}).items():
                if other in said and other not in found:
                    found[other] = f"may come in by {other}, {what}"
                    waiting.append(other)
        return found

    @cached_property
    def routes(self) -> Mapping[str, list[dict[str, Any]]]:
        """By table: the routes with the longest prefix of those that lead to the client."""
        found: dict[str, list[dict[str, Any]]] = {}
        for row in self._world.rows("routes", f"dst covers {self.client}"):
            said = self._world.said("routes", row)
            found.setdefault(str(said.get("table", "main")), []).append(said)
        return {table: [one for one in rows if length(one) == max(map(length, rows))] for table, rows in found.items()}

    def may_take(self, dst: str, table: str, metric: int | None) -> bool:
        """Whether answers would go by a route to `dst` of their family in a table, were it there."""
        if not covers(dst, self.client):
            return False
        rows = self.routes.get(table, ())
        longest = max(map(length, rows), default=0)
        mine = length({"dst": dst})
        if mine != longest or not rows:
            return mine >= longest
        usual = 1024 if ":" in self.client else 0
        return (metric or usual) <= min(int(one.get("metric") or 0) for one in rows)

    @cached_property
    def nexthops(self) -> frozenset[int]:
        """Numbers of the nexthop objects that these routes use, members of groups among them."""
        used = {int(one["nhid"]) for rows in self.routes.values() for one in rows if "nhid" in one}
        for number in list(used):
            for row in self._world.rows("nexthops", equal([("id", str(number))])):
                used |= {int(one["id"]) for one in self._world.said("nexthops", row).get("group", ())}
        return frozenset(used)

    @cached_property
    def neighbours(self) -> frozenset[str]:
        """Addresses whose link-layer address counts: the client itself, and the gateways on the way to it."""
        gates = {self.client}
        for one in (one for rows in self.routes.values() for one in rows):
            for hop in (one, *one.get("nexthops", ())):
                gates.add(str(hop.get("gateway") or hop.get("via", {}).get("host", "")))
        return frozenset(gates - {""})


def way(world: World) -> Way | None:
    """None where there is no session, or it does not end in this network namespace."""
    ends = ssh.connection()
    if ends is None:
        return None
    rows = world.where("addresses", address=ends.server)
    if not rows:
        return None
    return Way(world, ends, str(world.said("addresses", rows[0]).get("ifname", "")))


def length(route: Mapping[str, Any]) -> int:
    """Bits of a route's prefix."""
    dst = str(route["dst"])
    return 0 if dst == "default" else ipaddress.ip_network(dst, strict=False).prefixlen


def covers(dst: str, address: str) -> bool:
    """Whether a destination takes in an address; `default` takes in those of both families."""
    if dst == "default":
        return True
    one, net = ipaddress.ip_address(address), ipaddress.ip_network(dst, strict=False)
    return net.version == one.version and one in net
