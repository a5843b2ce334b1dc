"""Device events of the kernel (lib/kobject_uevent.c). Same as `udevadm monitor --kernel --property`."""

from __future__ import annotations

from typing import Any

from nltui import text as door
from nltui.model.relation import Relation
from nltui.model.table import Column, Feed, Framing, Table
from nltui.model.types import Clock, Computed, Context, Json, Meaning, Text, Tone
from nltui.netlink.constants.netlink import NETLINK_KOBJECT_UEVENT
from nltui.netlink.fields import Property, Received

KERNEL_GROUP = 1
"""Events as the kernel sends them; group 2 carries udev's, after its rules ran."""

TONES = {
    "add": Tone.OK,
    "bind": Tone.OK,
    "online": Tone.OK,
    "remove": Tone.BAD,
    "unbind": Tone.BAD,
    "offline": Tone.BAD,
    "change": Tone.CHANGED,
    "move": Tone.ACCENT,
}


class _Device(Computed):
    def dim_from(self, text: str) -> int:
        """What a device was called before, and its driver, stand back."""
        return text.find("  ")


def _word(value: Any, context: Context) -> str:
    return door.visible(value)


def _action_tone(value: Any, context: Context) -> Tone:
    return TONES.get(door.visible(value), Tone.PLAIN)


def short(devpath: str, subsystem: str) -> str:
    """A device's path as people say it: `net/veth13`, `net/veth13/queues/rx-0`, `pci/0000:01:00.0`."""
    parts = [part for part in devpath.split("/") if part]
    if parts[:2] == ["devices", "virtual"]:
        return "/".join(parts[2:])
    if parts[:1] != ["devices"]:
        return "/".join(parts)
    for place in range(len(parts) - 1, 0, -1):
        if parts[place] == subsystem:
            # A queue is told by the link that it belongs to.
            return "/".join(parts[place - 2 if subsystem == "queues" and place > 2 else place :])
    return f"{subsystem}/{parts[-1]}" if subsystem else "/".join(parts[1:])


def _device(value: Any, context: Context) -> str | None:
    devpath, before, subsystem, driver = value
    if devpath is None:
        return None
    kind = door.plain(subsystem or b"")
    shown = short(door.plain(devpath), kind)
    if before:
        shown += f"  was {short(door.plain(before), kind)}"
    elif driver:
        shown += f"  driver {door.plain(driver)}"
    return door.visible(shown)


def _device_json(value: Any, context: Context) -> Json:
    return door.plain(value[0]) if value[0] is not None else None


def _pairs(raw: bytes) -> list[tuple[str, str]]:
    lines = (line.partition(b"=") for line in raw.split(b"\0") if line)
    return [(door.plain(key), door.plain(value)) for key, _, value in lines]


def _properties(value: Any, context: Context) -> str:
    return door.visible(" ".join(f"{key}={text}" for key, text in _pairs(value)), limit=1024)


def _properties_json(value: Any, context: Context) -> Json:
    return dict(_pairs(value))


def _number(value: Any, context: Context) -> Json:
    return int(value) if value.isdigit() and len(value) <= 20 else door.plain(value)


COLUMNS = (
    Column(
        name="time",
        fields=(Received(),),
        type=Clock(),
        json="time",
        help="When the event arrived here, in local time.",
        priority=1,
    ),
    Column(
        name="action",
        fields=(Property("@action"),),
        type=Computed(_word, lambda value, context: door.plain(value), _action_tone),
        json="action",
        help="What happened to the device: add, remove, change, move, bind, unbind, online, offline (ACTION).",
        priority=1,
    ),
    Column(
        name="device",
        fields=(Property("@devpath"), Property("DEVPATH_OLD"), Property("SUBSYSTEM"), Property("DRIVER")),
        type=_Device(_device, _device_json),
        json="devpath",
        help="Device, without the way to it through buses; its former name after a move (DEVPATH, DEVPATH_OLD).",
        priority=1,
    ),
    Column(
        name="subsystem",
        fields=(Property("SUBSYSTEM"),),
        type=Text(),
        json="subsystem",
        help="Kind of device: net, block, pci and so on (SUBSYSTEM).",
        priority=4,
    ),
    Column(
        name="driver",
        fields=(Property("DRIVER"),),
        type=Text(),
        json="driver",
        help="Driver that the device is bound to (DRIVER).",
        shown=False,
    ),
    Column(
        name="seqnum",
        fields=(Property("SEQNUM"),),
        type=Computed(_word, _number, meaning=Meaning.NUMBER),
        json="seqnum",
        help="The kernel's running number of the event; gaps are events of other namespaces or lost ones (SEQNUM).",
        shown=False,
    ),
    Column(
        name="properties",
        fields=(Property("@all"),),
        type=Computed(_properties, _properties_json),
        json="properties",
        help="Every KEY=value of the event.",
        shown=False,
    ),
)

UEVENTS = Table(
    name="uevents",
    title="Uevents",
    singular="uevent",
    help="Devices that come, go and change, as the kernel tells udev; network devices only in their namespace.",
    command="udevadm monitor --kernel --property",
    feed=Feed.LOG,
    columns=COLUMNS,
    line=("action", "device"),
    protocol=NETLINK_KOBJECT_UEVENT,
    groups=(KERNEL_GROUP,),
    framing=Framing.UEVENT,
    capacity=1 << 14,
    related=(Relation("l", "link", "links", "name == {properties.INTERFACE}"),),
    aliases=("uevent", "ue", "udev"),
)
