"""CAN controllers: IFLA_CAN_* of linux/can/netlink.h, as iproute2's ip/iplink_can.c prints them.

Bit rates in bit/s, time quanta in nanoseconds, the clock in Hz. Timings are of no meaning where the bit rate is fixed.
"""

from __future__ import annotations

import struct

from nltui import text as door
from nltui.errors import MalformedMessage
from nltui.model.types import Context, Json
from nltui.netlink.fields import U16, U32
from nltui.tables.kinds.detail import Item, Nest, Part, Payloads, split
from nltui.tables.kinds.read import bits, named, number, u16, u32

STATES = ("ERROR-ACTIVE", "ERROR-WARNING", "ERROR-PASSIVE", "BUS-OFF", "STOPPED", "SLEEPING")
"""enum can_state."""

MODES = {
    0x1: "LOOPBACK",
    0x2: "LISTEN-ONLY",
    0x4: "TRIPLE-SAMPLING",
    0x8: "ONE-SHOT",
    0x10: "BERR-REPORTING",
    0x20: "FD",
    0x40: "PRESUME-ACK",
    0x80: "FD-NON-ISO",
    0x100: "CC-LEN8-DLC",
    0x200: "TDC-AUTO",
    0x400: "TDC-MANUAL",
}
"""CAN_CTRLMODE_*."""

_TIMING = ("bitrate", "sample_point", "tq", "prop_seg", "phase_seg1", "phase_seg2", "sjw", "brp")
_TIMING_CONST = struct.Struct("=16s8I")


def _timing(payload: bytes) -> dict[str, Json]:
    """struct can_bittiming: eight u32, the sample point in tenths of a percent."""
    if len(payload) != 4 * len(_TIMING):
        raise MalformedMessage(f"bittiming has {len(payload)} bytes, expected 32")
    out: dict[str, Json] = dict(zip(_TIMING, struct.unpack("=8I", payload), strict=True))
    out["sample_point"] = f"{out['sample_point'] / 1000:.3f}"
    return out


def _limits(payload: bytes) -> dict[str, Json]:
    """struct can_bittiming_const: char name[16], eight u32."""
    if len(payload) != _TIMING_CONST.size:
        raise MalformedMessage(f"bittiming_const has {len(payload)} bytes, expected {_TIMING_CONST.size}")
    name, a, b, c, d, sjw, low, high, step = _TIMING_CONST.unpack(payload)
    return {
        "name": door.plain(name.split(b"\0", 1)[0]),
        "tseg1": {"min": a, "max": b},
        "tseg2": {"min": c, "max": d},
        "sjw": {"min": 1, "max": sjw},
        "brp": {"min": low, "max": high},
        "brp_inc": step,
    }


def _numbers(payload: bytes, size: int) -> list[int]:
    return [int.from_bytes(payload[at : at + size], "little") for at in range(0, len(payload) - size + 1, size)]


def _delay(payload: bytes) -> tuple[dict[str, Json], dict[str, Json]]:
    """IFLA_CAN_TDC_*: transmitter delay compensation in clock periods, and its limits."""
    inner = {attribute: number(value, U32) for attribute, value in split(payload)[0].items()}
    now = {key: inner[at] for at, key in ((7, "tdcv"), (8, "tdco"), (9, "tdcf")) if at in inner}
    limits = {
        key: {"min": inner[at], "max": inner[at + 1]}
        for at, key in ((1, "tdcv"), (3, "tdco"), (5, "tdcf"))
        if at in inner and at + 1 in inner
    }
    return now, limits


def _modes(payloads: Payloads, context: Context) -> dict[str, Json]:
    """struct can_ctrlmode: u32 mask, u32 flags; IFLA_CAN_CTRLMODE_EXT says which ones can be changed."""
    if 5 not in payloads:
        return {}
    flags = number(payloads[5][4:], U32)
    out: dict[str, Json] = {"ctrlmode": bits(flags, MODES)} if flags else {}
    supported = split(payloads.get(17, b""))[0].get(1)
    if supported is not None:
        changeable = number(supported, U32)
        out["ctrlmode_supported"] = bits(changeable, MODES)
        out["ctrlmode_static"] = bits(flags & ~changeable, MODES)
    return out


def _arbitration(payloads: Payloads, context: Context) -> dict[str, Json]:
    out: dict[str, Json] = {}
    timing, limits, rates, highest = (payloads.get(at) for at in (1, 2, 13, 15))
    if rates is not None:
        out["bittiming_bitrate"] = _timing(timing)["bitrate"] if timing else 0
        out["bitrate_const"] = _numbers(rates, 4)
    else:
        out |= {"bittiming": _timing(timing)} if timing else {}
        out |= {"bittiming_const": _limits(limits)} if limits else {}
    if highest is not None:
        out["bitrate_max"] = number(highest, U32)
    return out


def _data_phase(payloads: Payloads, context: Context) -> dict[str, Json]:
    timing, limits, rates, delay = (payloads.get(at) for at in (9, 10, 14, 16))
    if rates is not None:
        return {
            "data_bittiming_bitrate": _timing(timing)["bitrate"] if timing else 0,
            "data_bitrate_const": _numbers(rates, 4),
        }
    now, ranges = _delay(delay) if delay else ({}, {})
    out: dict[str, Json] = {}
    if timing:
        out["data_bittiming"] = _timing(timing) | ({"tdc": now} if now else {})
    if limits:
        out["data_bittiming_const"] = _limits(limits) | ({"tdc": ranges} if delay else {})
    return out


def _errors(payload: bytes, context: Context) -> Json:
    """struct can_berr_counter: u16 tx, u16 rx."""
    return {"tx": number(payload[:2], U16), "rx": number(payload[2:], U16)}


CAN = Nest(
    "can",
    (
        Part((5, 17), _modes),
        Item(4, "state", named(U32, STATES)),
        Item(8, "berr_counter", _errors),
        Item(6, "restart_ms", u32),
        Part((1, 2, 13, 15), _arbitration),
        Part((9, 10, 14, 16), _data_phase),
        Item(11, "termination", u16),
        Item(12, "termination_const", lambda payload, context: _numbers(payload, 2)),
        Item(3, "clock", u32),
    ),
    silent=frozenset({7}),
)
