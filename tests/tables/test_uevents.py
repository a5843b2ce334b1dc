"""The uevents table: what its columns make of a datagram, and of one that is no uevent."""

from __future__ import annotations

import pytest

from nltui.model.types import Clock, Tone
from nltui.tables.uevents import UEVENTS, short
from tests.tables.look import Look, Names


def uevent(action: str, devpath: str, **properties: str) -> Look:
    pairs = {"ACTION": action, "DEVPATH": devpath, **properties, "SEQNUM": "4711"}
    text = "\0".join([f"{action}@{devpath}", *(f"{key}={value}" for key, value in pairs.items())])
    return Look(UEVENTS, text.encode() + b"\0")


def test_a_new_link() -> None:
    look = uevent("add", "/devices/virtual/net/veth13", SUBSYSTEM="net", INTERFACE="veth13", IFINDEX="7")
    assert (look.text("action"), look.tone("action")) == ("add", Tone.OK)
    assert look.line() == "add net/veth13"
    assert look.text("subsystem") == "net"
    assert look.json() == {
        "action": "add",
        "devpath": "/devices/virtual/net/veth13",
        "subsystem": "net",
        "seqnum": 4711,
        "properties": {
            "ACTION": "add",
            "DEVPATH": "/devices/virtual/net/veth13",
            "SUBSYSTEM": "net",
            "INTERFACE": "veth13",
            "IFINDEX": "7",
            "SEQNUM": "4711",
        },
    }


@pytest.mark.parametrize(
    ("devpath", "subsystem", "shown"),
    [
        ("/devices/virtual/net/veth13/queues/rx-0", "queues", "net/veth13/queues/rx-0"),
        ("/devices/pci0000:00/0000:00:1c.0/0000:01:00.0", "pci", "pci/0000:01:00.0"),
        ("/devices/pci0000:00/0000:01:00.0/net/eth0", "net", "net/eth0"),
        ("/devices/pci0000:00/0000:01:00.0/net/eth0/queues/tx-1", "queues", "net/eth0/queues/tx-1"),
        ("/devices/LNXSYSTM:00/PNP0A08:00/power_supply/AC", "power_supply", "power_supply/AC"),
        ("/devices/system/cpu/cpu1", "cpu", "cpu/cpu1"),
        ("/module/veth", "module", "module/veth"),
        ("/devices/odd", "", "odd"),
        ("/", "", ""),
    ],
)
def test_short_forms(devpath: str, subsystem: str, shown: str) -> None:
    assert short(devpath, subsystem) == shown


def test_a_move_tells_the_former_name_in_the_background() -> None:
    look = uevent("move", "/devices/virtual/net/eth0", SUBSYSTEM="net", DEVPATH_OLD="/devices/virtual/net/enp1s0")
    text = look.text("device")
    assert text == "net/eth0  was net/enp1s0"
    assert text[look.table.column("device").type.dim_from(text) :] == "  was net/enp1s0"
    assert look.tone("action") is Tone.ACCENT


def test_a_driver_is_told_beside_the_device() -> None:
    look = uevent("bind", "/devices/pci0000:00/0000:01:00.0", SUBSYSTEM="pci", DRIVER="e1000e")
    assert look.text("device") == "pci/0000:01:00.0  driver e1000e"


@pytest.mark.parametrize("datagram", [b"", b"add@", b"add@/devices/x", b"libudev\0\xfe\xed", b"\0\0\0", b"@/x\0A=B\0"])
def test_what_is_no_uevent_has_no_values(datagram: bytes) -> None:
    look = Look(UEVENTS, datagram)
    assert look.json() == {}
    assert [look.text(column.name) for column in UEVENTS.columns] == [""] * len(UEVENTS.columns)


def test_hostile_values_become_harmless() -> None:
    look = uevent("change", "/devices/virtual/net/x", SUBSYSTEM="net", KEY="\x1b]0;title\x07")
    assert "\x1b" not in look.text("properties")
    assert look.json()["properties"]["KEY"] == "\x1b]0;title\x07"


def test_a_number_that_is_none_stays_text() -> None:
    look = Look(UEVENTS, b"add@/devices/x\0SEQNUM=\xd9\xa3\0")
    assert look.json()["seqnum"] == "\u0663"


def test_time_is_shown_to_the_millisecond() -> None:
    clock = Clock()
    text = clock.text(1_700_000_000_118_999_999, Names())
    assert text.endswith(":20.118")
    assert clock.json(1_700_000_000_118_999_999, Names()).partition("+")[0].endswith("20.118999")
