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
        ("ip route add 10.0.0.0/8 encap rpl segs fd00::1 dev va", "`encap rpl`: one of mpls, ip"),
        ("ip route add 10.0.0.0/8 encap", "behind `encap` something is missing"),
        ("ip route add 10.0.0.0/8 encap ip id", "behind `id` something is missing"),
        ("ip route add 10.0.0.0/8 dev va ttl-propagate enabled", "`ttl-propagate` has no field here"),
        ("ip route add 10.0.0.0/8 via 10.0.0.9 mtu 1400 mtu 1300", "`mtu` is said twice"),
        ("ip route add 10.0.0.0/8 via 10.0.0.9 rtt lock", "behind `rtt` something is missing"),
        ("ip route add 10.0.0.0/8 via inet6", "behind `via` something is missing"),
        ("ip route add 10.0.0.0/8 pr static via 10.0.0.9", "`pr` could be"),
        ("ip route add 10.0.0.0/8 10.1.0.0/16 dev va", "`10.1.0.0/16` is not understood"),
        ("ip route flush cache", "`cache` is no table here"),
        ("ip route flush", "needs more"),
        ("ip route flush dev va iif vb", "`iif` is nothing"),
        ("ip route flush bogus", "`bogus` is no address"),
        ("ip route test 10.0.0.0/8", "`ip route test` is not known"),
        ("ip route add 10.0.0.0/8 dev va && ip link set va up", "`&&` is for a shell"),
        ("ip route add 10.0.0.0/8 dev va; reboot", "`;` is for a shell"),
        ("ip route add 10.0.0.0/8 dev $DEV", "is for a shell"),
        ("ip route add 10.0.0.0/8 dev va\nip link set va up", "one line of `ip` at a time"),
        ("ip -batch file", "`-batch` is for many lines"),
        ("ip -x route add 10.0.0.0/8 dev va", "the option `-x` is not known"),
        ("ip -f mpls route add 100 dev va", "the family mpls"),
        ("ip -n blue link set va up", "`:ns blue` switches"),
        ("ip netns exec blue ip link set va up", "`:ns blue` switches"),
        ("ip link set va up down", "`up` and `down` exclude"),
        ("ip link set va xdp off", "`xdp` of a link that is there has no field"),
        ("ip link set va mtu", "behind `mtu` something is missing"),
        ("ip link set va bogus 5", "`bogus` is not understood"),
        ("ip link set va netns blue mtu 1400", "`netns` stands in a line of its own"),
        ("ip link set va type vxlan ttl 5", "va is no vxlan"),
        ("ip link set va type veth mtu 5", "no dialog sets options of a veth"),
        ("ip link set bri0 type bridge dev va", "`dev` is not understood"),
        ("ip link set bri0 type bridge 5", "`5` is not understood"),
        ("ip link set mtu 1400", "there is no link|a link is needed"),
        ("ip link set", "a link is needed"),
        ("ip link del group 5", "`group` deletes many"),
        ("ip link add v1 netns", "`type KIND` is needed"),
        ("ip link add v1 type veth peer name", "behind `name` something is missing"),
        ("ip link add v1 type veth mtu 1300", "`mtu` is not understood here: `peer"),
        ("ip link add x1 type vxlan id 5 srcport 10000", "behind `srcport` something is missing: two ports"),
        ("ip tuntap add u1 mode tun vnet_hdr", "`vnet_hdr` of a tun has no field"),
        ("ip tuntap add u1 mode tun user no-such-user", "there is no user no-such-user"),
        ("ip tuntap del va mode tun", "va is no tun"),
        ("ip addr del 10.0.0.99 dev va", "va has no address 10.0.0.99"),
        ("ip addr flush", "needs more"),
        ("ip -4 addr flush", "needs more"),
        ("ip addr flush dev va up", "`up` is about links"),
        ("ip -4 addr add fd09::1/64 dev va", "is not of the family inet"),
        ("ip -6 route add 10/8 dev va", "`10.0.0.0/8` is not of the family inet6"),
        ("ip -6 route add 0/0 dev va", "is not of the family inet6"),
        ("ip -4 route del fd20::/16", "`fd20::/16` is not of the family inet"),
        ("ip -6 rule add from 10.0.0.0/8 lookup 100", "`10.0.0.0/8` is not of the family inet6"),
        ("ip -6 neigh add 10.0.0.50 lladdr 02:00:00:00:00:50 dev va", "`10.0.0.50` is not of the family inet6"),
        ("ip addr add brd + dev va", "needs an address"),
        ("ip neigh flush", "needs more"),
        ("ip neigh flush dev va nud bogus", "`nud bogus`"),
        ("ip neigh change proxy 10.0.0.77 dev va", "`proxy` there is nothing to change"),
        ("ip rule add nat 10.0.0.1", "`nat` is deprecated"),
        ("ip rule add unicast", "`unicast` is no action"),
        ("ip rule del", "which rule"),
        ("ip rule flush bogus", "`bogus` is no word of `ip rule show` or `flush`"),
        ("ip nexthop flush bogus", "`bogus` is no word of `ip nexthop show` or `flush`"),
        ("ip route show", "changes nothing"),
        ("ip link add foo", "`type KIND` is needed"),
        ("ip link add foo type wireguard", "no dialog makes a wireguard"),
        ("ip route del 192.0.2.0/24", "there is no such route"),
        ("ip link set nosuch up", "there is no link"),
        ("ip route 'add", "quotation"),
        ("ip route add 10.0.0.0/8 dev va mertic 5", "`mertic` is not understood here; did you mean `metric`"),
        ("ip link set va mut 1400", "`mut` is not understood here; did you mean `mtu`"),
        ("ip link set vaa up", "there is no link 'vaa' here; did you mean `va`"),
        ("ip link add x1 type vxaln id 5", "no dialog makes a vxaln; did you mean `vxlan`"),
        ("ip address dlete 10.0.0.1 dev va", "`ip address dlete` is not known here; did you mean `delete`"),
    ],
)
def test_a_line_that_cannot_be_used(line: str, said: str, netns: Netns) -> None:
    build(netns)
    with Changing(netns) as changing, pytest.raises(UsageError, match=said):
        parsed(line, changing.world)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("ip link add i1 bogus 2 type ifb", "`bogus` is not understood"),
        ("ip link add i1 alias foo type ifb", "`alias` is told to a link that is there"),
        ("ip link add v1 type veth peer name v2 bogus 1300", "`bogus` of the other end"),
        ("ip link del va garbage", "`garbage` is not understood"),
        ("ip link property add dev va altname foo altname bar", "said twice"),
        ("ip route del 10.21.0.0/16 mtu 1400", "there is no such route"),
        ("ip rule del pref 1000 from 10.0.0.0/25", "there is no such rule"),
        ("ip rule del fwmark 7", "there is no such rule"),
    ],
)
def test_what_it_does_not_know_it_refuses(line: str, said: str, netns: Netns) -> None:
    """Rather than do something else."""
    build(netns)
    with Changing(netns) as changing, pytest.raises(UsageError, match=said):
        parsed(line, changing.world)
