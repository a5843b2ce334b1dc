"""Programs on a link's earliest receive path: IFLA_XDP_* of linux/if_link.h, as iproute2's ip/iplink_xdp.c."""

from __future__ import annotations

from nltui.model.types import Context, Json
from nltui.netlink.fields import U8, U32
from nltui.tables.kinds.detail import Nest, Part, Payloads
from nltui.tables.kinds.read import number

XDP_ATTACHED_MULTI = 4

_BY_MODE = ((6, 2), (5, 1), (7, 3))
"""IFLA_XDP_SKB_PROG_ID, _DRV_, _HW_ → XDP_ATTACHED_SKB, _DRV, _HW, in the order in which `ip` prints them."""


def _attached(payloads: Payloads, context: Context) -> dict[str, Json]:
    """Numbers only: a program's name would need bpf(2)."""
    mode = number(payloads[2], U8) if 2 in payloads else 0
    if not mode:
        return {}
    program = _program(payloads, 4)
    found: list[Json] = [{"mode": its, **_program(payloads, at)} for at, its in _BY_MODE if at in payloads]
    if not found and mode != XDP_ATTACHED_MULTI:
        found = [{"mode": mode, **program}]
    return {"mode": mode, **program, "attached": found}


def _program(payloads: Payloads, attribute: int) -> dict[str, Json]:
    return {"prog": {"id": number(payloads[attribute], U32)}} if attribute in payloads else {}


XDP = Nest("xdp", (Part((2, 4, 5, 6, 7), _attached),), silent=frozenset({1, 3, 8}))
