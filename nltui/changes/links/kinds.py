"""All kinds of links that can be made."""

from __future__ import annotations

from nltui.changes.links.create import (
    AddBond,
    AddBridge,
    AddDummy,
    AddIfb,
    AddMacvlan,
    AddMacvtap,
    AddVeth,
    AddVlan,
    AddVrf,
    LinkAdd,
)
from nltui.changes.links.vxlan import AddVxlan

KINDS: tuple[type[LinkAdd], ...] = (
    AddVeth, AddBridge, AddVlan, AddMacvlan, AddMacvtap, AddVxlan, AddBond, AddVrf, AddDummy, AddIfb,
)  # fmt: skip
