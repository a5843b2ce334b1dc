"""vti, vti6 and xfrm interfaces: IFLA_VTI_* of linux/if_tunnel.h, IFLA_XFRM_* of linux/if_link.h.

As iproute2's ip/link_vti.c, ip/link_vti6.c and ip/link_xfrm.c print them.
"""

from __future__ import annotations

from nltui.netlink.fields import U32
from nltui.tables.kinds.detail import Item, Nest
from nltui.tables.kinds.read import device, hexadecimal, marked, present
from nltui.tables.kinds.tunnel import any_address, specified

VTI = Nest(
    "vti",
    (
        any_address(5, "remote"),
        any_address(4, "local"),
        Item(1, "link", device),
        Item(2, "ikey", specified),
        Item(3, "okey", specified),
        Item(6, "fwmark", marked(U32)),
    ),
)

XFRM = Nest("xfrm", (Item(3, "external", present), Item(1, "link", device), Item(2, "if_id", hexadecimal(U32))))
