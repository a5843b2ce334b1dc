"""What the kernel takes along silently when a link, an address or a nexthop goes: captured before, to be made again."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence

from nltui.changes.again import REPLACE, again, attributes, away
from nltui.changes.base import Step, Undo
from nltui.changes.build import AF_INET, AF_INET6
from nltui.changes.links.common import kind_of
from nltui.changes.links.standing import carried, master
from nltui.changes.order import again_in_order
from nltui.changes.world import Device, World
from nltui.netlink.constants import if_addr as ia
from nltui.netlink.constants import neighbour as nd
from nltui.netlink.constants import nexthop as nh
from nltui.netlink.constants import rtnetlink as rt

PROTOCOL = 21
"""Where rtm_protocol is in a message."""


class Along:
    """Captures from one world. Steps come in the order in which the kernel can take them."""

    def __init__(self, world: World) -> None:
        self._world = world

    def addresses(self, device: Device, rows: Sequence[bytes]) -> Undo:
        """With some addresses of a link: secondary IPv4 ones of their networks, routes that have them as their source.

        With the last IPv4 address of a link all its IPv4 routes and neighbours; an IPv6 route stays, without source.
        """
        second = [one for row in rows for one in self._second(device, row) if one not in rows]
        # Where the kernel promotes a secondary address instead, the first would come back behind it.
        steps = [away(self._world, "addresses", one) for one in second]
        gone = [*rows, *second]
        steps += self._again("addresses", sorted(gone, key=_is_second))
        four = [row for row in gone if row[16] == AF_INET]
        is_last = bool(four) and len(four) == len(self._addresses(device, AF_INET))
        mine = self._routes(device, AF_INET) if is_last else []
        sourced = [one for row in four for one in self._sourced(device, row)]
        made, lost = again_in_order(self._world, dict.fromkeys(mine + sourced))
        steps += made
        six = [one for row in gone if row[16] == AF_INET6 for one in self._sourced(device, row)]
        steps += self._again("routes", dict.fromkeys(six), REPLACE)
        if is_last:
            steps += self._again("neighbours", (one for one in self._neighbours(device) if one[16] == AF_INET))
        return Undo(tuple(steps), tuple(lost))

    def address(self, row: bytes) -> Undo:
        """With one of them."""
        return self.addresses(self._world.named(int.from_bytes(row[20:24], sys.byteorder)), [row])

    def device(self, *devices: Device, every: bool = True) -> Undo:
        """With links that go down, or (`every`) away: their addresses, nexthops, routes, lasting neighbours.

        And the nexthops of links that lose their carrier by it; VLANs on them go down too.
        """
        others = [other for one in devices for other in carried(self._world, one)]
        down = [*devices, *(one for one in others if kind_of(self._world.links[one.index]) == "vlan")]
        down, with_hops = list(dict.fromkeys(down)), dict.fromkeys([*devices, *others])
        hops = [row for one in with_hops for row in self._world.where("nexthops", dev=one.name)]
        gone = {_number(row) for row in hops}
        groups = [row for row in self._world.rows("nexthops", "group ~ .") if self._members(row) & gone]
        named = gone | {_number(row) for row in groups}
        routes = [row for one in down for row in self._routes(one)] + self._using(named)
        made, lost = again_in_order(self._world, dict.fromkeys(routes), in_part=True)
        family = 0 if every else AF_INET6
        steps = (
            *(step for one in down for step in self._again("addresses", self._addresses(one, family))),
            *self._again("nexthops", hops),
            *self._again("nexthops", groups, REPLACE),
            *made,
            *(step for one in down for step in self.neighbours(one)),
        )
        return Undo(steps, tuple(lost))

    def neighbours(self, device: Device) -> tuple[Step, ...]:
        """Lasting ones of a link that are flushed though it stays."""
        return tuple(self._again("neighbours", self._neighbours(device)))

    def nexthop(self, *rows: bytes) -> Undo:
        """With nexthop objects: the groups they are in, and the routes that use them or a group of them alone."""
        mine = {_number(row) for row in rows}
        groups = [one for one in self._world.rows("nexthops", "group ~ .") if self._members(one) & mine]
        gone = dict.fromkeys([*rows, *groups])
        # A group needs its members to be there.
        steps = self._again("nexthops", sorted(gone, key=lambda row: bool(self._members(row))), REPLACE)
        routes, lost = again_in_order(self._world, self._using({_number(row) for row in gone}))
        return Undo((*steps, *routes), tuple(lost))

    # -- rows

    def _members(self, row: bytes) -> set[bytes]:
        raw = attributes(row, 24).get(nh.NHA_GROUP, b"")
        return {raw[at : at + 4] for at in range(0, len(raw) - 7, 8)}

    def _using(self, ids: set[bytes]) -> list[bytes]:
        wanted = [str(int.from_bytes(one, sys.byteorder)) for one in ids if one]
        return self._world.rows("routes", f"nhid in {{{', '.join(wanted)}}}") if wanted else []

    def _addresses(self, device: Device, family: int = 0) -> list[bytes]:
        # The first of a network becomes its primary one.
        rows = sorted(self._world.where("addresses", dev=device.name), key=_is_second)
        return [row for row in rows if family in (0, row[16])]

    def _second(self, device: Device, row: bytes) -> list[bytes]:
        """Of a primary IPv4 address: the secondary ones of its network, which go with it."""
        if row[16] != AF_INET or row[18] & ia.IFA_F_SECONDARY:
            return []
        rows = self._addresses(device, AF_INET)
        return [one for one in rows if one[18] & ia.IFA_F_SECONDARY and _network(one) == _network(row)]

    def _sourced(self, device: Device, row: bytes) -> list[bytes]:
        """Routes that have an address as their source, as far as the kernel looks for them.

        IPv4 in the main table or that of the link's VRF, IPv6 by the same link.
        """
        six = row[16] == AF_INET6
        local = attributes(row, 24).get(ia.IFA_LOCAL) or attributes(row, 24).get(ia.IFA_ADDRESS, b"")
        said = str(self._world.said("addresses", row)["local"])
        where = {"prefsrc": said, "dev": device.name} if six else {"prefsrc": said}
        if not six and not self._is_in_vrf(device):
            where["table"] = "main"
        return [
            one for one in self._world.where("routes", **where)
            if one[PROTOCOL] != rt.RTPROT_KERNEL and attributes(one, 28).get(rt.RTA_PREFSRC) == local
        ]  # fmt: skip

    def _is_in_vrf(self, device: Device) -> bool:
        link = self._world.links.get(device.index)
        above = self._world.links.get(master(link)) if link is not None else None
        return above is not None and kind_of(above) == "vrf"

    def _routes(self, device: Device, family: int = 0) -> list[bytes]:
        """All of the link that somebody else than the kernel made."""
        link = self._world.links.get(device.index)
        rows = self._world.about("links", link, "r") if link is not None else []
        return [row for row in rows if family in (0, row[16]) and row[PROTOCOL] != rt.RTPROT_KERNEL]

    def _neighbours(self, device: Device) -> list[bytes]:
        return [row for row in self._world.where("neighbours", dev=device.name) if _lasts(row)]

    # -- steps

    def _again(self, table: str, rows: Iterable[bytes], flags: int | None = None) -> list[Step]:
        return [again(self._world, table, row, flags) for row in rows]


def _lasts(row: bytes) -> bool:
    """Whether somebody set it: a proxy, one that is permanent, kept resolved, or learned by a program.

    What the kernel makes without asking anybody, groups and broadcasts, it makes again.
    """
    if row[26] & (nd.NTF_PROXY | nd.NTF_EXT_LEARNED) or row[24] & nd.NUD_PERMANENT:
        return True
    found = attributes(row, 28)
    if int.from_bytes(found.get(nd.NDA_FLAGS_EXT, b""), sys.byteorder) & nd.NTF_EXT_MANAGED:
        return True
    hardware = found.get(nd.NDA_LLADDR, b"")
    return bool(row[24] & nd.NUD_NOARP and any(hardware) and not hardware[0] & 1)


def _number(row: bytes) -> bytes:
    """Of a nexthop."""
    return attributes(row, 24).get(nh.NHA_ID, b"")


def _is_second(row: bytes) -> bool:
    return bool(row[16] == AF_INET and row[18] & ia.IFA_F_SECONDARY)


def _network(row: bytes) -> tuple[int, int]:
    """Of an IPv4 address: prefix length and the bits before it, those of the peer where it has one."""
    bits = row[17]
    return bits, int.from_bytes(attributes(row, 24).get(ia.IFA_ADDRESS, bytes(4)), "big") >> (32 - bits)
