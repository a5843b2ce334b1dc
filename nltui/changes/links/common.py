"""What changes of links share: reading a link's row, and the request that sets something of it."""

from __future__ import annotations

import struct

from nltui.changes import build as b
from nltui.changes.again import attributes
from nltui.changes.base import Step, quoted
from nltui.changes.world import Device
from nltui.netlink.constants import if_link as il
from nltui.netlink.fields import NLMSG_HDRLEN

IFINFOMSG = 16
BODY = NLMSG_HDRLEN + IFINFOMSG


def flags_of(row: bytes) -> int:
    """ifi_flags."""
    return int(struct.unpack_from("=I", row, 24)[0])


def inside(row: bytes) -> dict[int, bytes]:
    """Attributes of a link's row."""
    return attributes(row, BODY)


def info(row: bytes) -> dict[int, bytes]:
    """What IFLA_LINKINFO holds."""
    return attributes(inside(row).get(il.IFLA_LINKINFO, b""), 0)


def kind_of(row: bytes) -> str:
    """`bridge`, `veth` …; empty for a device."""
    return info(row).get(il.IFLA_INFO_KIND, b"").rstrip(b"\0").decode("utf-8", "replace")


def data_of(row: bytes, number: int = il.IFLA_INFO_DATA) -> dict[int, bytes]:
    """Settings of its kind, or (IFLA_INFO_SLAVE_DATA) of it as a port."""
    return attributes(info(row).get(number, b""), 0)


def set_step(device: Device, says: str, *parts: bytes, flags: int = 0, change: int = 0) -> Step:
    """RTM_NEWLINK of a link that is there."""
    return Step(il.RTM_NEWLINK, 0, b.ifinfomsg(device.index, flags, change) + b"".join(parts), says)


def generation_mode(row: bytes) -> int | None:
    """How the link's IPv6 addresses are made (IN6_ADDR_GEN_MODE_*); None where it has no IPv6."""
    found = attributes(attributes(inside(row).get(il.IFLA_AF_SPEC, b""), 0).get(b.AF_INET6, b""), 0)
    mode = found.get(il.IFLA_INET6_ADDR_GEN_MODE)
    return mode[0] if mode else None


def generation_set(mode: int) -> bytes:
    """What asks for it."""
    return b.nest(il.IFLA_AF_SPEC, b.nest(b.AF_INET6, b.u8(il.IFLA_INET6_ADDR_GEN_MODE, mode)))


def generation(device: Device, row: bytes) -> list[Step]:
    """How the link's IPv6 addresses are made, as it was; nothing where it has no IPv6."""
    mode = generation_mode(row)
    if mode is None:
        return []
    line = f"ip link set dev {quoted(device)} addrgenmode {il.ADDR_GEN_MODES.get(mode, str(mode))}"
    return [set_step(device, line, generation_set(mode))]


def set_kind(device: Device, says: str, kind: str, data: bytes, slave: bool = False) -> Step:
    """RTM_NEWLINK with settings of its kind; of a port those are its master's."""
    names = (il.IFLA_INFO_SLAVE_KIND, il.IFLA_INFO_SLAVE_DATA) if slave else (il.IFLA_INFO_KIND, il.IFLA_INFO_DATA)
    nest = b.nest(il.IFLA_LINKINFO, b.text(names[0], kind), b.nest(names[1], data))
    return set_step(device, says, nest)
