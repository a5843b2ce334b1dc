"""`ip link set … type bridge` and `… type bridge_slave`: options of a bridge, and of a port of one."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from nltui.changes.again import joined
from nltui.changes.base import Problems, Step, asked, quoted
from nltui.changes.inputs import Choice, Mac, Number, Switch
from nltui.changes.links.common import data_of, info, inside, set_kind
from nltui.changes.links.options import Options
from nltui.changes.world import Device, World
from nltui.netlink.constants import if_link as il

_CENTISECONDS = Number(0, 0x7FFFFFFF, "hundredths of a second")
_COUNT = Number(0, 0x7FFFFFFF)
_ON = Number(0, 1)
_STATES = {"disabled": 0, "listening": 1, "learning": 2, "forwarding": 3, "blocking": 4}
_PROTOCOLS = {"802.1Q": socket.htons(0x8100), "802.1ad": socket.htons(0x88A8)}
"""As they are read in host byte order."""


@dataclass(frozen=True, kw_only=True)
class OfBridge:
    """What a bridge can be told, when it is made and later."""

    stp_state: int | None = asked(_ON, "stp_state", "spanning tree: 1 on, 0 off")
    vlan_filtering: int | None = asked(_ON, "vlan_filtering", "1: VLANs are told apart")
    vlan_default_pvid: int | None = asked(Number(0, 4094), "vlan_default_pvid", "VLAN of untagged frames on new ports")
    vlan_protocol: int | None = asked(Choice(_PROTOCOLS), "vlan_protocol", "of the tags that it tells apart")
    priority: int | None = asked(Number(0, 65535), "priority", "for the election of the root")
    forward_delay: int | None = asked(_CENTISECONDS, "forward_delay", "before a port forwards")
    hello_time: int | None = asked(_CENTISECONDS, "hello_time", "between hellos")
    max_age: int | None = asked(_CENTISECONDS, "max_age", "until a silent root is given up")
    ageing_time: int | None = asked(_CENTISECONDS, "ageing_time", "until a forwarding entry goes")
    group_fwd_mask: int | None = asked(Number(0, 0xFFFF), "group_fwd_mask", "01:80:c2:00:00:0X that it passes on, bits")
    group_address: str | None = asked(Mac(), "group_address", "where spanning tree messages go")
    mcast_snooping: int | None = asked(_ON, "mcast_snooping", "1: multicast only where somebody listens")
    mcast_router: int | None = asked(Number(0, 2), "mcast_router", "0 never, 1 if learned, 2 always")
    mcast_querier: int | None = asked(_ON, "mcast_querier", "1: it asks who listens")
    mcast_query_use_ifaddr: int | None = asked(_ON, "mcast_query_use_ifaddr", "1: it asks from its own address")
    mcast_hash_max: int | None = asked(_COUNT, "mcast_hash_max", "most groups")
    mcast_last_member_count: int | None = asked(_COUNT, "mcast_last_member_count", "questions when somebody leaves")
    mcast_startup_query_count: int | None = asked(_COUNT, "mcast_startup_query_count", "questions at its start")
    mcast_last_member_interval: int | None = asked(
        _CENTISECONDS, "mcast_last_member_interval", "between questions when somebody leaves"
    )
    mcast_membership_interval: int | None = asked(
        _CENTISECONDS, "mcast_membership_interval", "until a silent listener is forgotten"
    )
    mcast_querier_interval: int | None = asked(
        _CENTISECONDS, "mcast_querier_interval", "until another one that asks is given up"
    )
    mcast_query_interval: int | None = asked(_CENTISECONDS, "mcast_query_interval", "between questions")
    mcast_query_response_interval: int | None = asked(
        _CENTISECONDS, "mcast_query_response_interval", "in which listeners answer"
    )
    mcast_startup_query_interval: int | None = asked(
        _CENTISECONDS, "mcast_startup_query_interval", "between questions at its start"
    )
    mcast_stats_enabled: int | None = asked(_ON, "mcast_stats_enabled", "1: counters of multicast")
    mcast_igmp_version: int | None = asked(Number(2, 3), "mcast_igmp_version", "of its IPv4 questions")
    mcast_mld_version: int | None = asked(Number(1, 2), "mcast_mld_version", "of its IPv6 questions")
    vlan_stats_enabled: int | None = asked(_ON, "vlan_stats_enabled", "1: counters of each VLAN")
    vlan_stats_per_port: int | None = asked(_ON, "vlan_stats_per_port", "1: and of each port; while it has none")
    nf_call_iptables: int | None = asked(_ON, "nf_call_iptables", "1: IPv4 goes through iptables")
    nf_call_ip6tables: int | None = asked(_ON, "nf_call_ip6tables", "1: IPv6 goes through ip6tables")
    nf_call_arptables: int | None = asked(_ON, "nf_call_arptables", "1: ARP goes through arptables")


@dataclass(frozen=True, kw_only=True)
class BridgeSet(OfBridge, Options):
    """`ip link set dev X type bridge …`."""

    title: ClassVar[str] = "options of this bridge"
    numbers: ClassVar[Mapping[str, int]] = il.IFLA_BR
    kind: ClassVar[str] = "bridge"


@dataclass(frozen=True, kw_only=True)
class BridgePortSet(Options):
    """`ip link set dev X type bridge_slave …`."""

    title: ClassVar[str] = "options of this bridge port"
    numbers: ClassVar[Mapping[str, int]] = il.IFLA_BRPORT
    nest: ClassVar[int] = il.IFLA_INFO_SLAVE_DATA
    kind: ClassVar[str] = "bridge_slave"

    state: int | None = asked(Number(0, 4, named=_STATES), "state", "of the spanning tree: 3 forwards, 0 is disabled")
    cost: int | None = asked(Number(1, 65535), "cost", "of the path over it")
    priority: int | None = asked(Number(0, 63), "priority", "among the bridge's ports")
    hairpin: int | None = asked(Switch(), "hairpin", "frames may go back where they came from")
    guard: int | None = asked(Switch(), "guard", "spanning tree messages are dropped")
    root_block: int | None = asked(Switch(), "root_block", "it never leads to the root")
    fastleave: int | None = asked(
        Switch(), "fastleave", "no waiting when a listener leaves", also=("mcast_fast_leave",)
    )
    learning: int | None = asked(Switch(), "learning", "source addresses are learned")
    flood: int | None = asked(Switch(), "flood", "unknown destinations go out here")
    mcast_flood: int | None = asked(Switch(), "mcast_flood", "unknown multicast goes out here")
    bcast_flood: int | None = asked(Switch(), "bcast_flood", "broadcast goes out here")
    proxy_arp: int | None = asked(Switch(), "proxy_arp", "ARP is answered for others")
    proxy_arp_wifi: int | None = asked(Switch(), "proxy_arp_wifi", "the same, as access points need it")
    neigh_suppress: int | None = asked(Switch(), "neigh_suppress", "ARP and ND are answered, not passed on")
    isolated: int | None = asked(Switch(), "isolated", "isolated ports do not reach each other")
    locked: int | None = asked(Switch(), "locked", "only known addresses may send")
    mcast_router: int | None = asked(Number(0, 3), "mcast_router", "0 never, 1 if learned, 2 always")
    mcast_to_unicast: int | None = asked(Switch(), "mcast_to_unicast", "a copy to each listener")
    group_fwd_mask: int | None = asked(Number(0, 0xFFFF), "group_fwd_mask", "01:80:c2:00:00:0X that it passes on, bits")
    vlan_tunnel: int | None = asked(Switch(), "vlan_tunnel", "VLANs become tunnel ids")

    @classmethod
    def belongs(cls, row: bytes, world: World) -> None:
        """A port of a bridge."""
        if il.IFLA_MASTER not in inside(row) or not data_of(row, il.IFLA_INFO_SLAVE_DATA):
            raise Problems({"dev": f"{world.said('links', row)['ifname']} is no port of a bridge"})


def port_again(world: World, device: Device) -> tuple[list[Step], list[str]]:
    """What a link is set to as a port, once it is one again, and what of that does not come back."""
    row = world.link(device)
    raw, kind = data_of(row, il.IFLA_INFO_SLAVE_DATA), info(row).get(il.IFLA_INFO_SLAVE_KIND, b"").rstrip(b"\0")
    if not raw:
        return [], []
    if kind != b"bridge":
        return [], [f"settings of {device} as a port"]
    texts = BridgePortSet.filled(row, world)
    # The state is the kernel's, where it runs the spanning tree.
    kept = [name for name in BridgePortSet.numbers if name in texts and name != "state"]
    line = f"ip link set dev {quoted(device)} type bridge_slave {' '.join(f'{name} {texts[name]}' for name in kept)}"
    data = joined({BridgePortSet.numbers[name]: raw[BridgePortSet.numbers[name]] for name in kept})
    return [set_kind(device, line, "bridge", data, slave=True)], [f"VLANs of {device} as a port"]
