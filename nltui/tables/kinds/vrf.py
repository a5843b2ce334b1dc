"""A VRF and its members: IFLA_VRF_TABLE, IFLA_VRF_PORT_TABLE of linux/if_link.h, as iproute2's ip/iplink_vrf.c."""

from __future__ import annotations

from nltui.tables.kinds.detail import Item, Nest
from nltui.tables.kinds.read import u32

VRF = Nest("vrf", (Item(1, "table", u32),))
VRF_SLAVE = Nest("vrf_slave", (Item(1, "table", u32),))
