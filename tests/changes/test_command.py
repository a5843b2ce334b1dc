"""`ip` lines fill dialogs; the line of the preview says the same again."""

from __future__ import annotations

import pytest

from nltui.changes.command import is_change, parsed
from nltui.changes.preview import of
from nltui.errors import UsageError
from tests.changes.ground import Changing, build, difference, picture, run
from tests.kernel.netns import Netns

LINES = (
    "ip route add 10.30.0.0/16 via 10.0.0.9 dev va metric 7 proto static table 100 mtu 1400 window 9",
    "ip r a 10.30.0.0/16 nexthop via 10.0.0.9 weight 2 nexthop via 10.1.0.9 dev vc",
    "ip route replace default via 10.0.0.9",
    "ip route add blackhole 10.30.0.0/16",
    "sudo ip -6 route add default dev va",
    "ip route add 10.30.0.0/16 via inet6 fd00::9 dev va",
    "ip route del 10.20.0.0/16",
    "ip route del 10.21.0.0/16 via 10.0.0.8",
    "ip route append 10.20.0.0/16 via 10.0.0.8",
    "ip addr add 10.9.0.1/24 brd 10.9.0.255 dev va label va:x",
    "ip a del 10.0.0.2/24 dev va",
    "ip address flush dev vc",
    "ip neigh add 10.0.0.50 lladdr 02:00:00:00:00:50 dev va nud permanent",
    "ip neigh del 10.0.0.9 dev va",
    "ip neigh add proxy fd00::77 dev va",
    "ip rule add from 10.5.0.0/16 to 10.6.0.0/16 fwmark 0x10/0xff lookup 100 pref 500",
    "ip rule add not from all iif va prohibit pref 501",
    "ip rule del from 10.0.0.0/24 lookup 100 priority 1000",
    "ip rule del pref 1001",
    "ip nexthop add id 20 via 10.0.0.8 dev va",
    "ip nexthop replace id 10 group 1,5/2",
    "ip nexthop del id 3",
    "ip link set dev va mtu 1400 alias foo",
    "ip link set vd nomaster",
    "ip link set vc master bri0",
    "ip link set va down",
    "ip l s down dev va",
    "ip link set mtu 1400 dev va",
    "ip route add 10.30.0.0/16 via 10.0.0.9 realms 3/7",
    "ip -6 route add fd30::/16 from fd00::/64 via fd00::9",
    "ip link set bri0 type bridge stp_state 1 ageing_time 9000",
    "ip link set dev vd type bridge_slave cost 77 hairpin on",
    "ip link add v1 address 02:00:00:00:01:01 type veth peer name v2 address 02:00:00:00:01:02",
    "ip link add link va name m1 address 02:00:00:00:01:01 type macvlan mode bridge",
    "ip link add name x1 address 02:00:00:00:01:01 type vxlan id 42 remote 10.0.0.9 dstport 4789",
    "ip link del bri0",
    "ip tuntap add dev u1 mode tun user 1000",
    "ip link property add dev va altname another-name",
    "ip link property del dev va altname one-more",
)


@pytest.mark.parametrize("line", LINES)
def test_a_line_does_what_ip_makes_of_it(line: str, netns: Netns) -> None:
    assert is_change(line)
    with Netns() as other:
        for ns in (netns, other):
            build(ns)
        run(other, line.removeprefix("sudo "))
        with Changing(netns) as changing:
            world = changing.world
            cls, texts, row = parsed(line, world)
            seen = of(world, [cls.parsed(texts, world, row)])
            changing.executor.apply(seen.changes, seen.subjects)
        told = difference(picture(netns), picture(other))
        assert not told, "\n".join([seen.line, *told])


@pytest.mark.parametrize(
    "line", ["ip route", "ip -4 route show table all", "ip a", "ip link show va", "routes", "ip foo add"]
)
def test_a_line_that_only_shows_something(line: str) -> None:
    assert not is_change(line)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("ip route add 10.0.0.0/8 via", "something is missing"),
        ("ip route add 10.0.0.0/8 encap mpls 100 via 10.0.0.9", "`encap` is not understood"),
        ("ip link add foo", "`type KIND` is needed"),
        ("ip link add foo type wireguard", "no dialog makes a wireguard"),
        ("ip route del 192.0.2.0/24", "there is no such route"),
        ("ip link set nosuch up", "there is no link"),
        ("ip route 'add", "quotation"),
    ],
)
def test_a_line_that_cannot_be_used(line: str, said: str, netns: Netns) -> None:
    build(netns)
    with Changing(netns) as changing, pytest.raises(UsageError, match=said):
        parsed(line, changing.world)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("ip link add i1 numtxqueues 2 type ifb", "`numtxqueues` is not understood"),
        ("ip link add i1 alias foo type ifb", "`alias` is not understood"),
        ("ip link add v1 type veth peer name v2 mtu 1300", "`mtu` of the other end"),
        ("ip link del va garbage", "`garbage` is not understood"),
        ("ip link property add dev va altname foo altname bar", "said twice"),
        ("ip -6 addr flush dev va", "a flush of one family"),
        ("ip route del 10.21.0.0/16 mtu 1400", "deleting by mtu"),
        ("ip rule del pref 1000 from 10.0.0.0/25", "there is no such rule"),
        ("ip rule del fwmark 7", "there is no such rule"),
    ],
)
def test_what_it_does_not_know_it_refuses(line: str, said: str, netns: Netns) -> None:
    """Rather than do something else."""
    build(netns)
    with Changing(netns) as changing, pytest.raises(UsageError, match=said):
        parsed(line, changing.world)
