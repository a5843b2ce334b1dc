"""Links: every network interface of a namespace, with the details of its kind. Same as `ip -d link show`.

Source: linux/if_link.h, linux/rtnetlink.h (struct ifinfomsg), linux/if.h.
"""

from __future__ import annotations

import struct

from nltui.model.relation import Relation
from nltui.model.table import Column, Doubt, Dump, Feed, Key, Table, Where
from nltui.model.types import Computed, Context, Device, Enumerated, Json, Number, Text, Tone, Type
from nltui.netlink import wire
from nltui.netlink.constants import if_link as ifla
from nltui.netlink.constants.if_ import IFF_LOWER_UP, IFF_RUNNING, IFF_UP
from nltui.netlink.constants.if_arp import HARDWARE_TYPES
from nltui.netlink.constants.netlink import NETLINK_ROUTE, RTNLGRP_LINK
from nltui.netlink.fields import S32, U8, U16, U32, U64, Field, Format, Head, Slice, attr
from nltui.system import names
from nltui.tables.kinds.link_types import (
    Broadcast,
    Hardware,
    LinkFlags,
    LinkKind,
    Lower,
    Names,
    Permanent,
    Rate,
    State,
)
from nltui.tables.kinds.show import Details, Nested, line
from nltui.tables.kinds.statistics import COUNTERS, REFRESH, Nonzero
from nltui.tables.kinds.vf import functions
from nltui.tables.kinds.volatile import COUNTED, COUNTED_KEYS, DUMPS_ONLY, EVENTS_ONLY, GIVEN, PATHS
from nltui.tables.kinds.xdp import XDP

AF_BRIDGE = 7
AF_INET6 = 10

# struct ifinfomsg
FAMILY = Head(16, U8)
HARDWARE = Head(18, U16)
INDEX = Head(20, S32)
FLAGS = Head(24, U32)
CHANGE = Head(28, U32)
"""Which flags an event is about; 0 in a dump."""

KIND = attr(ifla.IFLA_LINKINFO, ifla.IFLA_INFO_KIND)
DATA = attr(ifla.IFLA_LINKINFO, ifla.IFLA_INFO_DATA)
SLAVE_KIND = attr(ifla.IFLA_LINKINFO, ifla.IFLA_INFO_SLAVE_KIND)
SLAVE_DATA = attr(ifla.IFLA_LINKINFO, ifla.IFLA_INFO_SLAVE_DATA)
ADDRESS = attr(ifla.IFLA_ADDRESS)
IPV6 = (ifla.IFLA_AF_SPEC, AF_INET6)


class Truth(Type):
    """u8: `yes` or nothing; JSON true, left out where false."""

    def text(self, value: int, context: Context) -> str | None:
        """Word."""
        return "yes" if value else None

    def json(self, value: int, context: Context) -> Json:
        """True or None."""
        return True if value else None


def _indexed(name: str, known: dict[int, str], tones: dict[str, Tone] | None = None) -> Computed:
    """A number's name under `name`, or the number under `name_index`; to be merged into the row."""
    return Computed(
        lambda value, context: known.get(value, str(value)),
        lambda value, context: {name: known[value]} if value in known else {f"{name}_index": value},
        lambda value, context: (tones or {}).get(known.get(value, ""), Tone.PLAIN),
    )


def _functions_text(value: bytes, context: Context) -> str:
    return line({"vf": functions(value, context)})


def _own(name: str, path: Field, type_: Type, json: str | None, help_: str, priority: int = 7) -> Column:
    """A column that is not in the panel from the start."""
    return Column(name=name, fields=(path,), type=type_, json=json, help=help_, shown=False, priority=priority)


def _number(name: str, attribute: int, help_: str, format_: Format = U32) -> Column:
    return _own(name, attr(attribute, format=format_), Number(), name, help_, priority=9)


PANEL = (
    Column(
        name="name",
        fields=(attr(ifla.IFLA_IFNAME),),
        type=Text(),
        json="ifname",
        help="Name of the interface (IFLA_IFNAME).",
        priority=1,
    ),
    Column(
        name="state",
        fields=(FLAGS, attr(ifla.IFLA_OPERSTATE, format=U8)),
        type=State(),
        help="UP, DOWN (by an administrator), NO-CARRIER or what else it waits for (IFF_UP, IFF_RUNNING, operstate).",
        priority=2,
    ),
    Column(
        name="kind",
        fields=(KIND, HARDWARE),
        type=LinkKind(),
        json="linkinfo.info_kind",
        help="Type of a virtual link: bridge, veth, vlan …; `phys` where it has none (IFLA_INFO_KIND).",
        priority=4,
    ),
    Column(
        name="mtu",
        fields=(attr(ifla.IFLA_MTU, format=U32),),
        type=Number(),
        json="mtu",
        help="Largest packet it sends, in bytes, without the link-layer header (IFLA_MTU).",
        priority=4,
    ),
    Column(
        name="rx/s",
        fields=(Slice((ifla.IFLA_STATS64,), 16, U64),),
        type=Rate(),
        help="Bytes received a second.",
        volatile=True,
        priority=3,
        rate_of="rx_bytes",
    ),
    Column(
        name="tx/s",
        fields=(Slice((ifla.IFLA_STATS64,), 24, U64),),
        type=Rate(),
        help="Bytes sent a second.",
        volatile=True,
        priority=3,
        rate_of="tx_bytes",
    ),
    Column(
        name="master",
        fields=(attr(ifla.IFLA_MASTER, format=U32),),
        type=Device(),
        json="master",
        help="The bridge, bond or VRF it belongs to (IFLA_MASTER).",
        priority=5,
    ),
)

IDENTITY = (
    _own("index", INDEX, Number(), "ifindex", "Number of the interface in its namespace (ifi_index).", 5),
    Column(
        name="mac",
        fields=(ADDRESS, HARDWARE),
        type=Hardware(),
        json="address",
        help="Link-layer address in use (IFLA_ADDRESS).",
        shown=False,
        priority=5,
    ),
    Column(
        name="broadcast",
        fields=(attr(ifla.IFLA_BROADCAST), HARDWARE, FLAGS),
        type=Broadcast(),
        json="**",
        help="Link-layer broadcast address, or the peer's on a point-to-point link (IFLA_BROADCAST).",
        shown=False,
        priority=9,
    ),
    Column(
        name="permaddr",
        fields=(attr(ifla.IFLA_PERM_ADDRESS), HARDWARE, ADDRESS),
        type=Permanent(),
        json="permaddr",
        help="The hardware's own address, where another one is in use (IFLA_PERM_ADDRESS).",
        shown=False,
    ),
    _own("alias", attr(ifla.IFLA_IFALIAS), Text(), "ifalias", "Description set by somebody (IFLA_IFALIAS).", 6),
    _own("altnames", attr(ifla.IFLA_PROP_LIST), Names(), "altnames", "Further names it answers to (IFLA_ALT_IFNAME)."),
    Column(
        name="link",
        fields=(attr(ifla.IFLA_LINK, format=U32), attr(ifla.IFLA_LINK_NETNSID, format=S32)),
        type=Lower(),
        json="**",
        help="The link it is stacked on, or its other end (IFLA_LINK); `if7` when that is in another namespace.",
        shown=False,
        priority=6,
    ),
    _own(
        "netnsid",
        attr(ifla.IFLA_LINK_NETNSID, format=S32),
        Number(),
        "link_netnsid",
        "Local number of the namespace that `link` is in, -1 unknown (IFLA_LINK_NETNSID).",
    ),
    _own(
        "type",
        HARDWARE,
        Enumerated(lambda number: HARDWARE_TYPES.get(number, f"[{number}]")),
        "link_type",
        "Kind of hardware: ether, loopback, ppp … (ifi_type, ARPHRD_*).",
    ),
    _own("bus", attr(ifla.IFLA_PARENT_DEV_BUS_NAME), Text(), "parentbus", "Bus of its hardware: pci, virtio, usb …"),
    _own("parent", attr(ifla.IFLA_PARENT_DEV_NAME), Text(), "parentdev", "Its hardware's name on that bus."),
    _own("port", attr(ifla.IFLA_PHYS_PORT_NAME), Text(), "phys_port_name", "Name of the port on the switch chip."),
    _own("port_id", attr(ifla.IFLA_PHYS_PORT_ID), Computed(lambda v, c: v.hex()), "phys_port_id", "The port's number."),
    _own(
        "switch_id",
        attr(ifla.IFLA_PHYS_SWITCH_ID),
        Computed(lambda value, context: value.hex()),
        "phys_switch_id",
        "The switch chip it is a port of (IFLA_PHYS_SWITCH_ID).",
    ),
)

BEHAVIOUR = (
    _own("flags", FLAGS, LinkFlags(), "flags", "IFF_* flags as `ip` prints them (ifi_flags).", 6),
    _own(
        "operstate",
        attr(ifla.IFLA_OPERSTATE, format=U8),
        _indexed("operstate", ifla.OPERATIONAL_STATES, {"UP": Tone.OK, "DOWN": Tone.BAD}),
        "**",
        "State as RFC 2863 sees it (IFLA_OPERSTATE).",
    ),
    _own(
        "linkmode", attr(ifla.IFLA_LINKMODE, format=U8), _indexed("linkmode", ifla.LINK_MODES), "**", "IFLA_LINKMODE."
    ),
    _own("qdisc", attr(ifla.IFLA_QDISC), Text(), "qdisc", "Queueing discipline at its root (IFLA_QDISC).", 6),
    _own("group", attr(ifla.IFLA_GROUP, format=U32), Enumerated(names.group), "group", "Group it is in (IFLA_GROUP)."),
    _own(
        "txqlen", attr(ifla.IFLA_TXQLEN, format=U32), Nonzero(), "txqlen", "Packets its queue may hold (IFLA_TXQLEN)."
    ),
    _own(
        "carrier", attr(ifla.IFLA_CARRIER, format=U8), Truth(), "carrier", "Whether a signal is there (IFLA_CARRIER)."
    ),
    _own("protodown", attr(ifla.IFLA_PROTO_DOWN, format=U8), Truth(), "proto_down", "Held down by a program."),
    _own(
        "protodown_reason",
        attr(ifla.IFLA_PROTO_DOWN_REASON, 2, format=U32),
        Computed(
            lambda value, context: ",".join(str(bit) for bit in range(32) if value >> bit & 1) or None,
            lambda value, context: [str(bit) for bit in range(32) if value >> bit & 1] or None,
        ),
        "proto_down_reason",
        "Numbers of the reasons why it is held down (IFLA_PROTO_DOWN_REASON_VALUE).",
    ),
    _own("xdp", attr(ifla.IFLA_XDP), Nested(XDP), "xdp", "eBPF programs on its receive path (IFLA_XDP)."),
    _own(
        "addrgenmode",
        attr(*IPV6, ifla.IFLA_INET6_ADDR_GEN_MODE, format=U8),
        Enumerated(lambda number: ifla.ADDR_GEN_MODES.get(number, f"{number:#04x}")),
        "inet6_addr_gen_mode",
        "How its own IPv6 addresses are made: eui64, none, stable_secret, random.",
    ),
    _own(
        "immutable",
        attr(ifla.IFLA_NETNS_IMMUTABLE, format=U8),
        Truth(),
        "netns-immutable",
        "Cannot be moved to another namespace (IFLA_NETNS_IMMUTABLE).",
    ),
)

DETAILS = (
    Column(
        name="details",
        fields=(KIND, DATA),
        type=Details(),
        json="linkinfo.info_data",
        help="Settings of its kind, as `ip -d` prints them (IFLA_INFO_DATA).",
        volatile_keys=COUNTED_KEYS,
        shown=False,
        priority=8,
    ),
    _own(
        "member_kind",
        SLAVE_KIND,
        Text(),
        "linkinfo.info_slave_kind",
        "What it is a member of: bridge, bond, vrf … (IFLA_INFO_SLAVE_KIND).",
    ),
    Column(
        name="member",
        fields=(SLAVE_KIND, SLAVE_DATA),
        type=Details(slave=True),
        json="linkinfo.info_slave_data",
        help="Its settings as a member: a bridge port's, a bond slave's … (IFLA_INFO_SLAVE_DATA).",
        volatile_keys=COUNTED_KEYS,
        shown=False,
        priority=8,
    ),
    _own(
        "vfs",
        attr(ifla.IFLA_VFINFO_LIST),
        Computed(_functions_text, functions),
        "vfinfo_list",
        "Virtual functions of an SR-IOV device (IFLA_VFINFO_LIST).",
    ),
)

LIMITS = (
    _number("promiscuity", ifla.IFLA_PROMISCUITY, "How many want every packet (IFLA_PROMISCUITY)."),
    _number("allmulti", ifla.IFLA_ALLMULTI, "How many want every multicast packet (IFLA_ALLMULTI)."),
    _number("min_mtu", ifla.IFLA_MIN_MTU, "Smallest MTU the driver takes, in bytes (IFLA_MIN_MTU)."),
    _number("max_mtu", ifla.IFLA_MAX_MTU, "Largest MTU the driver takes, in bytes, 0 unlimited (IFLA_MAX_MTU)."),
    _number("num_tx_queues", ifla.IFLA_NUM_TX_QUEUES, "Transmit queues (IFLA_NUM_TX_QUEUES)."),
    _number("num_rx_queues", ifla.IFLA_NUM_RX_QUEUES, "Receive queues (IFLA_NUM_RX_QUEUES)."),
    _number("gso_max_size", ifla.IFLA_GSO_MAX_SIZE, "Largest packet to be segmented late, in bytes."),
    _number("gso_max_segs", ifla.IFLA_GSO_MAX_SEGS, "Most segments of such a packet."),
    _number("tso_max_size", ifla.IFLA_TSO_MAX_SIZE, "Largest packet the hardware segments, in bytes."),
    _number("tso_max_segs", ifla.IFLA_TSO_MAX_SEGS, "Most segments of such a packet."),
    _number("gro_max_size", ifla.IFLA_GRO_MAX_SIZE, "Largest packet put together on receive, in bytes."),
    _number("gso_ipv4_max_size", ifla.IFLA_GSO_IPV4_MAX_SIZE, "gso_max_size of IPv4, in bytes."),
    _number("gro_ipv4_max_size", ifla.IFLA_GRO_IPV4_MAX_SIZE, "gro_max_size of IPv4, in bytes."),
    _number("max_pacing_offload_horizon", ifla.IFLA_MAX_PACING_OFFLOAD_HORIZON, "Furthest paced send, nanoseconds."),
    _number("headroom", ifla.IFLA_HEADROOM, "Bytes kept free before a packet (IFLA_HEADROOM).", U16),
    _number("tailroom", ifla.IFLA_TAILROOM, "Bytes kept free after a packet (IFLA_TAILROOM).", U16),
)

WITH_FUNCTIONS = wire.nlattr(ifla.IFLA_EXT_MASK, struct.pack("=I", ifla.RTEXT_FILTER_VF))
"""Virtual functions too."""

LINKS = Table(
    name="links",
    title="Links",
    singular="link",
    help=(
        "Network interfaces: hardware ports and virtual links such as bridges, VLANs and tunnels. Zoom one for "
        "everything the kernel says about it, with the settings of its kind."
    ),
    command="ip -d -s link show",
    feed=Feed.FOLLOWED,
    columns=(*PANEL, *IDENTITY, *BEHAVIOUR, *DETAILS, *LIMITS, *COUNTERS),
    line=("name", "kind", "state", "mtu:mtu", "master:master"),
    label="name",
    protocol=NETLINK_ROUTE,
    groups=(RTNLGRP_LINK,),
    header=16,
    sets=frozenset({ifla.RTM_NEWLINK}),
    removes=frozenset({ifla.RTM_DELLINK}),
    key=Key((INDEX,)),
    # What a bridge says about its ports travels as links of AF_BRIDGE; a port leaving is no link deleted.
    accepts=(Where(FAMILY, without=frozenset({AF_BRIDGE})),),
    dumps=(Dump(ifla.RTM_GETLINK, bytes(16) + WITH_FUNCTIONS),),
    # Same as `ip link show DEVICE`.
    ask=lambda message: Dump(ifla.RTM_GETLINK, bytes(4) + message[20:24] + bytes(8) + WITH_FUNCTIONS),
    volatile=COUNTED | EVENTS_ONLY | DUMPS_ONLY,
    volatile_paths=PATHS,
    volatile_given=GIVEN,
    volatile_heads=(CHANGE,),
    doubts=(
        Doubt(
            frozenset({ifla.RTM_NEWLINK}),
            ("addresses", "routes", "neighbours", "rules", "nexthops"),
            flips=(FLAGS, IFF_UP | IFF_RUNNING | IFF_LOWER_UP),
            part=("dev", INDEX),
        ),
        # What the kernel does to other links meanwhile it does not say: a veth's peer, a bridge's ports and limits.
        Doubt(frozenset({ifla.RTM_NEWLINK}), ("links",)),
        Doubt(frozenset({ifla.RTM_NEWLINK, ifla.RTM_DELLINK}), ("links",), rejected=True),
        Doubt(
            frozenset({ifla.RTM_DELLINK}),
            ("addresses", "routes", "neighbours", "rules", "nexthops"),
            part=("dev", INDEX),
        ),
    ),
    refresh=REFRESH,
    # Silent: alias, group, alternative names and limits of a link that is down; its root qdisc; what sysctls set. With
    # 20 % more by chance, and the dump, it is below the five seconds promised.
    audit=4.0,
    anonymous=True,
    sort="index",
    resync=1,
    related=(
        Relation("o", "this link", "links", "index == {ifindex}"),
        Relation("a", "addresses", "addresses", "dev == {ifname}"),
        Relation("r", "routes by it", "routes", 'dev == {ifname} or nexthops ~ "dev {ifname:re}( |,|$)"'),
        Relation("n", "neighbours", "neighbours", "dev == {ifname}"),
        Relation("t", "rules with it", "rules", 'selector ~ "[io]if {ifname:re}( |$)"'),
        Relation("x", "nexthops", "nexthops", "dev == {ifname}"),
        Relation("p", "peer or lower link", "links", "name == {link}"),
        Relation("m", "master", "links", "name == {master}"),
        Relation("c", "ports, and what has it below", "links", "master == {ifname} or link == {ifname}"),
        Relation("u", "uevents", "uevents", 'device ~ "^net/{ifname:re}(/|$)"'),
    ),
    aliases=("link", "l", "interfaces"),
)
