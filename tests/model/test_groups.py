"""Groups of several routes: what an event proves about a group, and what only a dump can tell."""

from __future__ import annotations

import struct

import pytest

from nltui.model.history import Kind
from nltui.netlink import wire
from nltui.netlink.constants import rtnetlink as rt
from nltui.netlink.constants.netlink import NLM_F_APPEND, NLM_F_REPLACE
from nltui.tables.routes import ROUTES
from tests.model.follower import Fed

NLM_F_CREATE = 0x400
AF_INET, AF_INET6 = 2, 10


def route(*gateways: int, flags: int = NLM_F_CREATE, type_: int = rt.RTM_NEWROUTE, metric: int = 0) -> bytes:
    """An IPv6 route to fd01::/64 over these gateways; over none it is a device's own."""
    body = struct.pack("=BBBBBBBBI", AF_INET6, 64, 0, 0, 254, 186, 0, 1, 0)
    body += wire.nlattr(rt.RTA_DST, bytes.fromhex("fd01") + bytes(14)) + wire.nlattr(rt.RTA_PRIORITY, _u32(1024))
    if metric:
        body += wire.nlattr(rt.RTA_METRICS, wire.nlattr(2, _u32(metric)))
    hops = [wire.nlattr(rt.RTA_GATEWAY, bytes.fromhex("fd00") + bytes(13) + bytes([one])) for one in gateways]
    if len(hops) > 1:
        legs = (struct.pack("=HBBi", 8 + len(hop), 0, 0, 3) + hop for hop in hops)
        body += wire.nlattr(rt.RTA_MULTIPATH, b"".join(legs))
    else:
        body += b"".join(hops) + wire.nlattr(rt.RTA_OIF, _u32(3))
    return wire.nlmsg(type_, flags, 7, body)


def _u32(number: int) -> bytes:
    return struct.pack("=I", number)


def contents(fed: Fed) -> list[bytes]:
    return [message[16:] for group in fed.groups() for message in group]


@pytest.mark.parametrize(
    ("held", "event", "doubted"),
    [
        (route(2), route(3, flags=NLM_F_REPLACE), False),
        (route(2), route(flags=NLM_F_REPLACE), False),
        (route(2), route(3, 4, flags=NLM_F_REPLACE), False),
        (route(2, 3), route(4, 5, 6, flags=NLM_F_REPLACE), False),
        (route(2, 3), route(2, 3, 4), False),
        (route(2, 3), route(4, flags=NLM_F_REPLACE), True),
        (route(2, 3), route(2, 3, 4, flags=NLM_F_CREATE | NLM_F_APPEND), True),
    ],
)
def test_an_ipv6_route_that_stands_alone_is_replaced_exactly(held: bytes, event: bytes, doubted: bool) -> None:
    fed = Fed(ROUTES)
    fed.load([held])
    fed.hear([event])
    assert contents(fed) == [event[16:]]
    assert fed.doubted == doubted
    assert [change.kind for change in fed.changes()] == [Kind.CHANGED]


def test_many_replacements_in_one_batch_are_all_told_and_cast_no_doubt() -> None:
    fed = Fed(ROUTES)
    fed.load([route(1)])
    events = [route(2 + n % 9, flags=NLM_F_REPLACE) for n in range(50)]
    fed.hear(events)
    assert not fed.doubted
    assert [(change.old[16:], change.new[16:]) for change in fed.changes()] == [
        (old[16:], new[16:]) for old, new in zip([route(1), *events], events, strict=False)
    ]
    fed.hear([route(1, flags=NLM_F_REPLACE), route(1, type_=rt.RTM_DELROUTE, flags=0)])
    assert contents(fed) == []
    assert not fed.doubted
    fed.check()


def test_a_leg_that_goes_is_doubtful() -> None:
    fed = Fed(ROUTES)
    fed.load([route(2, 3)])
    fed.hear([route(3, type_=rt.RTM_DELROUTE, flags=0)])
    assert contents(fed) == [route(2, 3)[16:]]
    assert fed.doubted
