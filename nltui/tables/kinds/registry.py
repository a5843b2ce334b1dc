"""Which file describes a kind; it is imported when the first link of the kind is shown.

Kinds without details of their own (dummy, ifb, veth, wireguard, nlmon, vcan …) need no line: whatever their kernel
sends is shown as unknown attributes.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module

from nltui.tables.kinds.detail import Nest

_WHERE = {
    "amt": "amt.AMT",
    "bareudp": "bareudp.BAREUDP",
    "bond": "bond.BOND",
    "bond_slave": "bond.BOND_SLAVE",
    "bridge": "bridge.BRIDGE",
    "bridge_slave": "bridge_slave.BRIDGE_SLAVE",
    "can": "can.CAN",
    "erspan": "gre.GRE",
    "geneve": "geneve.GENEVE",
    "gre": "gre.GRE",
    "gretap": "gre.GRE",
    "gtp": "gtp.GTP",
    "hsr": "hsr.HSR",
    "ip6erspan": "gre.IP6GRE",
    "ip6gre": "gre.IP6GRE",
    "ip6gretap": "gre.IP6GRE",
    "ip6tnl": "iptunnel.IP6TNL",
    "ipip": "iptunnel.IPIP",
    "ipoib": "ipoib.IPOIB",
    "ipvlan": "ipvlan.IPVLAN",
    "ipvtap": "ipvlan.IPVLAN",
    "macsec": "macsec.MACSEC",
    "macvlan": "macvlan.MACVLAN",
    "macvtap": "macvlan.MACVLAN",
    "netkit": "netkit.NETKIT",
    "rmnet": "rmnet.RMNET",
    "sit": "iptunnel.IPIP",
    "tun": "tun.TUN",
    "vlan": "vlan.VLAN",
    "vrf": "vrf.VRF",
    "vrf_slave": "vrf.VRF_SLAVE",
    "vti": "vti.VTI",
    "vti6": "vti.VTI",
    "vxlan": "vxlan.VXLAN",
    "xfrm": "vti.XFRM",
}
"""rtnl_link_ops.kind, or `KIND_slave` for a member's part → file and name."""

KINDS = frozenset(_WHERE)
"""Every kind with a schema."""

UNKNOWN = Nest("", ())


@cache
def _load(kind: str) -> Nest:
    file, name = _WHERE[kind].split(".")
    nest = getattr(import_module(f"nltui.tables.kinds.{file}"), name)
    assert isinstance(nest, Nest)
    return nest


def nest(kind: str) -> Nest:
    """The schema of a kind; UNKNOWN, which names no attribute, where there is none."""
    return _load(kind) if kind in _WHERE else UNKNOWN
