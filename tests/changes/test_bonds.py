"""Options of bonds, which this kernel may lack: as `ip` encodes them, on a row as the kernel would tell it."""

from __future__ import annotations

import struct

import pytest

from nltui.changes import build as b
from nltui.changes.again import attributes
from nltui.changes.base import Problems
from nltui.changes.command import parsed
from nltui.changes.links.bonds import BondSet
from nltui.changes.links.create import AddBond
from nltui.changes.world import World
from nltui.netlink.constants import if_link as il
from nltui.netlink.wire import nlmsg
from tests.changes.ground import Changing, build
from tests.kernel.netns import Netns

LINE = "ip link set dev bri0 type bond miimon 100 updelay 200 xmit_hash_policy layer3+4 lacp_rate fast primary va"
SENT = "080003006400000008000400c800000005000e00010000000500150001000000"
"""As `ip` sends it, but for the number of the port."""
THERE = b.u8(1, 1) + b.u32(3, 0) + b.u32(4, 0) + b.u32(5, 0) + b.u8(14, 0) + b.u32(18, 0) + b.u8(21, 0)


def bond(world: World, name: str) -> None:
    """Have a link be one."""
    device = world.device(name)
    inside = b.nest(il.IFLA_LINKINFO, b.text(il.IFLA_INFO_KIND, "bond"), b.nest(il.IFLA_INFO_DATA, THERE))
    row = nlmsg(il.RTM_NEWLINK, 0, 0, b.ifinfomsg(device.index) + b.text(il.IFLA_IFNAME, name) + inside)
    world.links = {**world.links, device.index: row}


def options(body: bytes) -> dict[int, bytes]:
    """What IFLA_INFO_DATA of a request holds."""
    info = attributes(attributes(body, 16)[il.IFLA_LINKINFO], 0)
    assert info[il.IFLA_INFO_KIND] == b"bond\0"
    return attributes(info[il.IFLA_INFO_DATA], 0)


def test_its_options_are_sent_as_ip_does_and_taken_back(netns: Netns) -> None:
    build(netns)
    with Changing(netns) as changing:
        world = changing.world
        port = struct.pack("=I", world.device("va").index)
        bond(world, "bri0")
        cls, texts, row = parsed(LINE, world)
        assert cls is BondSet
        change = cls.parsed(texts, world, row)
        (step,) = change.steps(world)
        (back,) = change.undo(world).steps
    assert options(step.body) == attributes(bytes.fromhex(SENT), 0) | {il.IFLA_BOND["primary"]: port}
    assert options(back.body) == {3: bytes(4), 4: bytes(4), 14: bytes(1), 21: bytes(1), 11: bytes(4)}
    assert set(step.says.split()) == set(LINE.split())
    assert back.says == "ip link set dev bri0 type bond miimon 0 updelay 0 xmit_hash_policy layer2 lacp_rate slow"


def test_a_new_one_is_asked_for_as_ip_does(netns: Netns) -> None:
    build(netns)
    told = {"name": "b0", "miimon": "100", "updelay": "200", "xmit_hash_policy": "layer3+4", "lacp_rate": "fast"}
    with Changing(netns) as changing:
        (step,) = AddBond.parsed(told, changing.world).steps(changing.world)
    assert options(step.body) == attributes(bytes.fromhex(SENT), 0)


def test_another_link_has_no_such_options(netns: Netns) -> None:
    build(netns)
    with Changing(netns) as changing, pytest.raises(Problems, match="va is no bond"):
        parsed("ip link set va type bond miimon 100", changing.world)
