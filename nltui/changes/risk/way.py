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
        found = {self.link: f"comes in by {self.link}"}
        found |= {name: f"is answered by {name}" for name in self._out if name in said and name != self.link}
        waiting = list(found)
        while waiting:
            name = waiting.pop()
            needed = {port: f"a port of {name}" for port, one in said.items() if one.get("master") == name}
            below = str(said.get(name, {}).get("link", ""))
            for other, what in (needed | {below: f"which {name} stands on"}).items():
                if other in said and other not in found:
                    found[other] = f"may come in by {other}, {what}"
                    waiting.append(other)
        return found

    @property
    def _out(self) -> set[str]:
        """Links by which answers go, of the main table."""
        if ipaddress.ip_address(self.client).is_link_local:
            return set()
        legs = (leg for one in self.routes.get("main", ()) for leg in (one, *one.get("nexthops", ())))
        return {str(leg["dev"]) for leg in legs if "dev" in leg}

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
    names = [str(world.said("addresses", row).get("ifname", "")) for row in rows]
    if not names:
        return None
    # Of link-local addresses several links may have the same.
    return Way(world, ends, ends.zone if ends.zone in names else names[0])


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
