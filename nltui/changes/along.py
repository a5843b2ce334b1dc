"""What the kernel takes along silently when a link, an address or a nexthop goes: captured before, to be made again."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from nltui.changes.again import again, attributes, away
from nltui.changes.base import Step, Undo
from nltui.changes.build import AF_INET, AF_INET6
from nltui.changes.world import Device, World
from nltui.netlink.constants import if_addr as ia
from nltui.netlink.constants import neighbour as nd
from nltui.netlink.constants import nexthop as nh
from nltui.netlink.constants import rtnetlink as rt
from nltui.netlink.constants.netlink import NLM_F_CREATE, NLM_F_REPLACE

PROTOCOL = 21
"""Where rtm_protocol is in a message."""


class Along:
    """Captures from one world. Steps come in the order in which the kernel can take them."""

    def __init__(self, world: World) -> None:
        self._world = world

    def address(self, row: bytes) -> Undo:
        """With one address: secondary ones of its network, and routes that have it as their source or need its link."""
        device = self._world.named(int.from_bytes(row[20:24], sys.byteorder))
        local = attributes(row, 24).get(ia.IFA_LOCAL) or attributes(row, 24).get(ia.IFA_ADDRESS, b"")
        second = self._second(device, row)
        # Where the kernel promotes a secondary address instead, the first would come back behind it.
        gone = [away(self._world, "addresses", one) for one in second]
        near = [one for one in self._neighbours(device) if one[16] == row[16]]
        routes = self._routes(device, row[16])
        routes += [
            one
            for one in self._world.rows("routes", f"family == {'inet6' if row[16] == AF_INET6 else 'inet'}")
            if one not in routes and one[PROTOCOL] != rt.RTPROT_KERNEL
            and attributes(one, 28).get(rt.RTA_PREFSRC) == local
        ]  # fmt: skip
        mine = self._again("addresses", [row, *second])
        return Undo((*gone, *mine, *self._ordered(routes), *self._again("neighbours", near)))

    def addresses(self, device: Device) -> Undo:
        """With all addresses of a link."""
        routes = self._routes(device, AF_INET) + self._routes(device, AF_INET6)
        near = self._again("neighbours", self._neighbours(device))
        return Undo((*self._again("addresses", self._addresses(device)), *self._ordered(routes), *near))

    def device(self, device: Device, *, every: bool = True) -> tuple[Step, ...]:
        """With a link that goes down, or (`every`) away: its addresses, nexthops, routes, lasting neighbours."""
        addresses = self._addresses(device, 0 if every else AF_INET6)
        hops = self._world.where("nexthops", dev=device.name)
        gone = {attributes(row, 24).get(nh.NHA_ID, b"") for row in hops}
        groups = [row for row in self._world.rows("nexthops", "group ~ .") if self._members(row) & gone]
        named = gone | {attributes(row, 24).get(nh.NHA_ID, b"") for row in groups}
        routes = self._routes(device)
        routes += [row for row in self._using(named) if row not in routes]
        return (
            *self._again("addresses", addresses),
            *self._again("nexthops", hops),
            *self._again("nexthops", groups, replacing=True),
            *self._ordered(routes),
            *self._again("neighbours", self._neighbours(device)),
        )

    def neighbours(self, device: Device) -> tuple[Step, ...]:
        """Lasting ones of a link that are flushed though it stays."""
        return tuple(self._again("neighbours", self._neighbours(device)))

    def nexthop(self, row: bytes) -> Undo:
        """With a nexthop object: the groups it is in, and the routes that use it or a group of it alone."""
        mine = attributes(row, 24).get(nh.NHA_ID, b"")
        groups = [one for one in self._world.rows("nexthops", "group ~ .") if mine in self._members(one)]
        named = {mine, *(attributes(one, 24).get(nh.NHA_ID, b"") for one in groups)}
        steps = self._again("nexthops", [row, *groups], replacing=True)
        return Undo((*steps, *self._ordered(self._using(named))))

    # -- rows

    def _members(self, row: bytes) -> set[bytes]:
        raw = attributes(row, 24).get(nh.NHA_GROUP, b"")
        return {raw[at : at + 4] for at in range(0, len(raw) - 7, 8)}

    def _using(self, ids: set[bytes]) -> list[bytes]:
        wanted = [str(int.from_bytes(one, sys.byteorder)) for one in ids if one]
        return self._world.rows("routes", f"nhid in {{{', '.join(wanted)}}}") if wanted else []

    def _addresses(self, device: Device, family: int = 0) -> list[bytes]:
        rows = self._world.where("addresses", dev=device.name)
        return [row for row in rows if family in (0, row[16])]

    def _second(self, device: Device, row: bytes) -> list[bytes]:
        """Of a primary IPv4 address: the secondary ones of its network, which go with it."""
        if row[16] != AF_INET or row[18] & ia.IFA_F_SECONDARY:
            return []
        rows = self._addresses(device, AF_INET)
        return [one for one in rows if one[18] & ia.IFA_F_SECONDARY and _network(one) == _network(row)]

    def _routes(self, device: Device, family: int = 0) -> list[bytes]:
        """All of the link that somebody else than the kernel made."""
        link = self._world.links.get(device.index)
        rows = self._world.about("links", link, "r") if link is not None else []
        return [row for row in rows if family in (0, row[16]) and row[PROTOCOL] != rt.RTPROT_KERNEL]

    def _neighbours(self, device: Device) -> list[bytes]:
        rows = self._world.where("neighbours", dev=device.name)
        return [row for row in rows if row[24] & nd.NUD_PERMANENT or row[26] & nd.NTF_PROXY]

    # -- steps

    def _again(self, table: str, rows: Iterable[bytes], replacing: bool = False) -> list[Step]:
        flags = NLM_F_CREATE | NLM_F_REPLACE if replacing else None
        return [again(self._world, table, row, flags) for row in rows]

    def _ordered(self, rows: list[bytes]) -> list[Step]:
        """Routes on a link before those through gateways, which must be reachable; those of one prefix as they were."""
        near = [row for row in rows if not self._has_gateway(row)]
        far = [row for row in rows if self._has_gateway(row)]
        return [again(self._world, "routes", row) for row in near + far]

    def _has_gateway(self, row: bytes) -> bool:
        found = attributes(row, 28)
        return any(type_ in found for type_ in (rt.RTA_GATEWAY, rt.RTA_VIA, rt.RTA_MULTIPATH, rt.RTA_NH_ID))


def _network(row: bytes) -> tuple[int, int]:
    """Of an IPv4 address: prefix length and the bits before it, those of the peer where it has one."""
    bits = row[17]
    return bits, int.from_bytes(attributes(row, 24).get(ia.IFA_ADDRESS, bytes(4)), "big") >> (32 - bits)
