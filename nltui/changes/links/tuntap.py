"""`ip tuntap add`: no Netlink request makes these, but ioctls of /dev/net/tun (linux/if_tun.h)."""

from __future__ import annotations

import fcntl
import os
import struct
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from nltui.changes import build as b
from nltui.changes.base import Change, Problems, Step, Undo, asked, quoted
from nltui.changes.inputs import Choice, Flag, Name, Number
from nltui.changes.links.common import data_of
from nltui.changes.world import Device, World
from nltui.errors import KernelRefused
from nltui.netlink.constants import if_link as il

TUNSETIFF, TUNSETPERSIST, TUNSETOWNER, TUNSETGROUP = 0x400454CA, 0x400454CB, 0x400454CC, 0x400454CE
TUNSETIFINDEX = 0x400454DA
IFF_TUN, IFF_TAP, IFF_NO_PI, IFF_MULTI_QUEUE, IFF_VNET_HDR, IFF_TUN_EXCL = 1, 2, 0x1000, 0x100, 0x4000, 0x8000
DEVICE = "/dev/net/tun"


class TunStep(Step):
    """Makes a persistent link; sent by ioctl in the namespace, not as a message."""

    name: str = ""
    mode: int = IFF_TUN
    owner: int = -1
    group: int = -1
    index: int = 0
    """The number that it is to have; 0: any."""

    def perform(self) -> None:
        """In the network namespace that the thread is in. Raises KernelRefused."""
        try:
            descriptor = os.open(DEVICE, os.O_RDWR | os.O_CLOEXEC)
            try:
                if self.index:
                    fcntl.ioctl(descriptor, TUNSETIFINDEX, struct.pack("=I", self.index))
                request = struct.pack("=16sH22x", os.fsencode(self.name), self.mode | IFF_TUN_EXCL)
                fcntl.ioctl(descriptor, TUNSETIFF, request)
                if self.owner >= 0:
                    fcntl.ioctl(descriptor, TUNSETOWNER, self.owner)
                if self.group >= 0:
                    fcntl.ioctl(descriptor, TUNSETGROUP, self.group)
                fcntl.ioctl(descriptor, TUNSETPERSIST, 1)
            finally:
                os.close(descriptor)
        except OSError as error:
            raise KernelRefused(self.says, error.errno or 5) from error


def again(device: Device, row: bytes) -> TunStep | None:
    """What makes one that lasts as it is; None of one that goes with the program that opened it."""
    told = {number: int.from_bytes(raw, sys.byteorder) for number, raw in data_of(row).items()}
    if not told.get(il.IFLA_TUN["persist"]):
        return None
    mode = told[il.IFLA_TUN["type"]] | (0 if told.get(il.IFLA_TUN["pi"]) else IFF_NO_PI)
    words = ["tap" if mode & IFF_TAP else "tun"]
    for word, flag in (("vnet_hdr", IFF_VNET_HDR), ("multi_queue", IFF_MULTI_QUEUE)):
        if told.get(il.IFLA_TUN[word]):
            mode |= flag
            words.append(word)
    words += [] if mode & IFF_NO_PI else ["pi"]
    owner, group = (told.get(il.IFLA_TUN[word], -1) for word in ("owner", "group"))
    words += [f"{word} {number}" for word, number in (("user", owner), ("group", group)) if number >= 0]
    line = f"ip tuntap add dev {quoted(device)} mode {' '.join(words)}"
    return TunStep(0, 0, b"", line, name=device.name, mode=mode, owner=owner, group=group, index=device.index)


@dataclass(frozen=True, kw_only=True)
class AddTuntap(Change):
    """`ip tuntap add`."""

    table: ClassVar[str] = "links"
    title: ClassVar[str] = "add a tun or tap"
    help: ClassVar[str] = "A link whose packets (tun) or frames (tap) a program reads and writes."
    key: ClassVar[str] = "a"
    command: ClassVar[tuple[str, ...]] = ("tuntap", "add")
    needs_row: ClassVar[bool] = False

    name: str = asked(Name(), "dev", "its name", required=True, also=("name",))
    mode: int = asked(Choice({"tun": IFF_TUN, "tap": IFF_TAP}), "mode", "packets or frames", required=True)
    user: int | None = asked(Number(0, 0xFFFFFFFE), "user", "who may open it, by number")
    group: int | None = asked(Number(0, 0xFFFFFFFE), "group", "members of which group may, by number")
    multi_queue: bool | None = asked(Flag(), "multi_queue", "several programs, or threads, at once")

    def check(self, world: World) -> None:
        """The name must be free."""
        if any(device.name == self.name for device in world.devices):
            raise Problems({"name": f"there is a link {self.name} already"})

    def sentence(self, world: World) -> str:
        """In words."""
        return f"a {'tun' if self.mode == IFF_TUN else 'tap'} {self.name} is made, for a program to open"

    def steps(self, world: World) -> Sequence[Step]:
        """TUNSETIFF and TUNSETPERSIST."""
        mode = self.mode | IFF_NO_PI | (IFF_MULTI_QUEUE if self.multi_queue else 0)
        owner, group = (-1 if one is None else one for one in (self.user, self.group))
        return [TunStep(0, 0, b"", self.line, name=self.name, mode=mode, owner=owner, group=group)]

    def undo(self, world: World) -> Undo:
        """Delete it, by its name."""
        body = b.ifinfomsg(0) + b.text(il.IFLA_IFNAME, self.name)
        return Undo((Step(il.RTM_DELLINK, 0, body, f"ip link del dev {quoted(self.name)}"),))
