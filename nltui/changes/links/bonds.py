"""`ip link set … type bond`: options of a bond, many of which it takes only while it is down or has no ports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from nltui.changes.base import asked
from nltui.changes.inputs import Choice, Dev, Number
from nltui.changes.links.options import Options
from nltui.changes.world import Device
from nltui.netlink.constants import if_link as il

_MODES = {"balance-rr": 0, "active-backup": 1, "balance-xor": 2, "broadcast": 3, "802.3ad": 4, "balance-tlb": 5,
          "balance-alb": 6}  # fmt: skip
_HASHES = {"layer2": 0, "layer3+4": 1, "layer2+3": 2, "encap2+3": 3, "encap3+4": 4, "vlan+srcmac": 5}
_MILLISECONDS = Number(0, 0x7FFFFFFF, "ms")


@dataclass(frozen=True, kw_only=True)
class OfBond:
    """What a bond can be told, when it is made and later."""

    mode: int | None = asked(Choice(_MODES), "mode", "balance-rr unless told")
    miimon: int | None = asked(_MILLISECONDS, "miimon", "between looks at the carrier")
    updelay: int | None = asked(_MILLISECONDS, "updelay", "before a port counts as up")
    downdelay: int | None = asked(_MILLISECONDS, "downdelay", "before a port counts as down")
    xmit_hash_policy: int | None = asked(Choice(_HASHES), "xmit_hash_policy", "which frames stay together")
    min_links: int | None = asked(Number(0, 0x7FFFFFFF), "min_links", "ports needed for the carrier")
    lacp_rate: int | None = asked(Choice({"slow": 0, "fast": 1}), "lacp_rate", "802.3ad: how often ports talk")
    lacp_active: int | None = asked(Choice({"off": 0, "on": 1}), "lacp_active", "802.3ad: whether it talks first")
    ad_select: int | None = asked(
        Choice({"stable": 0, "bandwidth": 1, "count": 2}), "ad_select", "802.3ad: which ports are used"
    )
    arp_interval: int | None = asked(_MILLISECONDS, "arp_interval", "between looks by ARP")
    fail_over_mac: int | None = asked(
        Choice({"none": 0, "active": 1, "follow": 2}), "fail_over_mac", "active-backup: whose link-layer address it has"
    )
    primary_reselect: int | None = asked(
        Choice({"always": 0, "better": 1, "failure": 2}), "primary_reselect", "when the preferred port is used again"
    )
    num_grat_arp: int | None = asked(
        Number(0, 255), "num_grat_arp", "announcements when another port is used", also=("num_unsol_na",)
    )
    resend_igmp: int | None = asked(Number(0, 255), "resend_igmp", "reports of groups when another port is used")
    all_slaves_active: int | None = asked(Number(0, 1), "all_slaves_active", "1: ports that wait receive, too")


@dataclass(frozen=True, kw_only=True)
class BondSet(OfBond, Options):
    """`ip link set dev X type bond …`."""

    title: ClassVar[str] = "options of this bond"
    numbers: ClassVar[Mapping[str, int]] = il.IFLA_BOND
    kind: ClassVar[str] = "bond"

    primary: Device | None = asked(Dev(), "primary", "the port that is preferred")
    active_slave: Device | None = asked(Dev(), "active_slave", "the port that is used now")

    @classmethod
    def raw(cls, row: bytes) -> dict[str, bytes]:
        """Of ports that are not chosen the kernel tells nothing."""
        return {"primary": b"", "active_slave": b"", **super().raw(row)}
