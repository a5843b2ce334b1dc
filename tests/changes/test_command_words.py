"""What `ip` takes in several spellings, orders or units: the dialog does the same, says the same, and takes it back."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping

import pytest

from nltui.changes.base import Problems
from nltui.changes.command import is_change, parsed
from nltui.changes.links.kind_options import VxlanSet
from nltui.changes.links.settings import LinkSet
from nltui.changes.preview import of
from nltui.changes.routes import RouteReplace
from nltui.changes.rules import RuleDelete
from nltui.errors import UsageError
from nltui.model.ip_line.line import read
from nltui.model.ip_line.shows import shown
from nltui.netlink.constants.netlink import NLM_F_REPLACE
from tests.changes.ground import Changing, Desk, build, difference, picture, run
from tests.kernel.netns import Netns

MAC, PEER = "address 02:00:00:00:01:01", "peer v2 address 02:00:00:00:01:02"
LINES = (
    # what stands around a line
    "$ ip -br -s -d -j route add 10.30.0.0/16 via 10.0.0.9",
    "# ip -f inet6 route add fd30::/16 via fd00::9  # a comment",
    "sudo -E /sbin/ip -4 route add default via 10.0.0.9",
    "sudo -n /usr/sbin/ip -family inet6 r a default dev va",
    "root@gw:~# ip -o --color=never addr add 10.9.0.1/24 dev va",
    # links
    "ip link set va down mtu 1400",
    "ip link set mtu 1400 dev va down alias 'a # b; c'",
    "ip link set down mtu 1300 vc txqlen 7",
    "ip link set dev va addr 02:00:00:00:00:77 mtu 1400",
    "ip link set va group 7 gso_max_size 40000 gso_max_segs 30",
    "ip link set vc addrgenmode eui64 mtu 1400",
    "ip link set vd addrgenmode eui64",
    "ip link set vc gro_max_size 30000 promisc on",
    f"ip link add v1 numtxqueues 2 numrxqueues 3 index 77 group 5 {MAC} master bri0 type veth {PEER} mtu 1300",
    f"ip link add dev v1 {MAC} mtu 1300 up type veth {PEER}",
    f"ip link add link va m1 {MAC} type macvlan mode passthru nopromisc",
    f"ip link add x1 {MAC} type vxlan id 7 group 239.1.1.1 dev va dstport 4789 srcport 10000 20000 tos 0x10 ttl 9",
    f"ip link add x1 {MAC} type vxlan id 7 df set noudpcsum gbp l2miss l3miss rsc proxy udp6zerocsumrx dstport 4789",
    f"ip link add x1 {MAC} type vxlan vni 7 learning udpcsum ttl auto dstport 4789",
    f"ip link add x1 {MAC} type vxlan external dstport 4789",
    "ip link delete dev bri0 type bridge",
    "ip tuntap add mode tun u1",
    "ip tuntap add u1 mode tun user root group 5 multi_queue",
    "ip link property del va altname one-more",
    # addresses
    "ip a a 10.9.0.1/24 brd + dev va",
    "ip addr add 10.9.0.1/24 broadcast - dev va scope link",
    "ip addr add 10.9.0.1/31 brd + dev va",
    "ip addr add dev va local 10.9.0.1 remote 10.9.0.2/24 brd +",
    "ip addr add 10.9.0.1/24 peer 10.9.0.2/30 dev va",
    "ip addr add 10.9.0.1/32 peer 10.9.0.2/32 dev va",
    "ip addr add fd09::1/64 peer fd09::2 dev va nodad",
    "ip addr add 10.9/16 dev va",
    "ip addr add 10.9.0.1 dev va scope site",
    "ip addr change 10.0.0.1/24 dev va metric 9",
    "ip addr replace fd00::1/64 dev va valid_lft forever preferr 60",
    "ip addr del 10.0.0.2 dev va",
    "ip addr del 10.0.0.2/24 dev va scope global label va",
    "ip addr flush dev va scope global",
    "ip -6 addr flush dev va",
    "ip -4 addr flush dev va",
    "ip addr flush dev va to 10.0.0.2/32",
    "ip addr flush dev va label va",
    "ip addr flush dev va secondary",
    "ip addr flush to 10.0.0.0/8",
    "ip -6 addr flush scope global",
    "ip addr flush va scope global",
    # routes
    "ip route add 10.30/16 via 10.0.0.9",
    "ip route add 11/8 via 10.0.0.9",
    "ip route add 0/0 via 10.0.0.9",
    "ip -6 route add ::/0 via fd00::9",
    "ip route add all via 10.0.0.9 metric 5",
    "ip route add dev va metric 5 to 10.30.0.0/16",
    "ip route add metric 5 to blackhole 10.30.0.0/16",
    "ip route add ta 100 proto static 10.30.0.0/16 dev va",
    "ip route add 10.30.0.0/16 via 10.0.0.9 mtu lock 1400 rtt 200ms rttvar 100ms rto_min 300ms",
    "ip route add 10.30.0.0/16 via 10.0.0.9 rtt 203 rttvar 0.5s rto_min 1.0001ms window lock 9 hoplimit 64",
    "ip route add 10.30.0.0/16 via 10.0.0.9 congctl lock reno features ecn fastopen_no_cookie 1 quickack 1 advmss 1000",
    "ip route add local 10.30.0.1 dev va table local",
    "ip route add 10.30.0.0/16 nexthop via 10.0.0.9 dev va weight 2 nexthop via inet 10.1.0.9",
    "ip route change 10.20.0.0/16 via 10.0.0.8",
    "ip route change 10.21.0.0/16 via 10.1.0.9 metric 5",
    "ip -6 route change fd21::/16 via fd00::8 metric 77",
    "ip route del 10.21/16",
    "ip route del blackhole 10.25.0.0/16",
    "ip route del 10.23.0.0/16 table 100 mtu 1400 advmss 1360",
    "ip route del 10.22.0.0/16 nexthop via 10.0.0.9 weight 2 nexthop via 10.1.0.9",
    "ip route del fd21::/16 via fd00::9",
    "ip route del 10.26.0.0/16 dev va src 10.0.0.2",
    "ip route flush table 100",
    "ip route flush dev vc",
    "ip route flush root 10.20.0.0/14",
    "ip route flush match 10.23.1.0/24 table 100",
    "ip route flush exact 10.20.0.0/16",
    "ip route flush 10.21.0.0/16",
    "ip route flush proto static table all",
    "ip route flush via 10.0.0.8",
    "ip route flush type blackhole",
    "ip route flush scope link",
    "ip -6 route flush dev va proto boot",
    "ip -6 route flush root fd20::/14",
    # headers that packets get
    "ip route add 10.30/16 encap ip id 7 src 10.0.0.1 dst 10.0.0.9 ttl 9 tos 8 key csum via 10.0.0.9",
    "ip route add 10.30/16 encap ip6 id 7 dst fd00::9 hoplimit 9 tc 8 seq via 10.0.0.9 src 10.0.0.2",
    "ip -6 route add fd30::/16 encap seg6 mode encap segs fd01::1,fd01::2 via fd00::9",
    "ip -6 route add fd30::/16 encap seg6 mode inline segs fd01::1 dev va table 100",
    "ip route add 10.30/16 encap seg6 mode l2encap segs fd01::1 dev va",
    "ip -6 route add fd30::1 encap seg6local action End dev va",
    "ip -6 route add fd30::1 encap seg6local action End.X nh6 fd00::9 dev va",
    "ip -6 route add fd30::1 encap seg6local action End.DT6 table 100 dev va table 7",
    "ip -6 route add fd30::1 encap seg6local action End.DX4 nh4 10.0.0.9 dev va",
    "ip -6 route add fd30::1 encap seg6local action End.DX2 oif vc dev va",
    "ip -6 route add fd30::1 encap seg6local action End.B6.Encaps srh segs fd01::1,fd01::2 dev va",
    "ip -6 route add fd30::1 encap seg6local action End.B6 srh segs fd01::1,fd01::2 dev va",
    "ip route add 10.30/16 nexthop encap ip id 7 dst 1.1.1.1 via 10.0.0.9 weight 2 nexthop via 10.1.0.9",
    "ip -6 route add fd30::/16 nexthop encap seg6 mode encap segs fd01::1 via fd00::9 nexthop via fd01::9",
    "ip nexthop add id 20 encap ip id 7 dst 1.1.1.1 tos 8 via 10.0.0.9 dev va",
    "ip nexthop add id 20 encap seg6 mode encap segs fd01::1 via fd00::9 dev va",
    "ip route replace 10.20.0.0/16 encap ip id 7 dst 1.1.1.1 via 10.0.0.9",
    # neighbours
    "ip neigh add lladdr 02:00:00:00:00:50 dev va to 10.0.0.50 proto static",
    "ip neigh change 10.0.0.9 lladdr 02:00:00:00:00:50 dev va",
    "ip neigh del 10.0.0.9 lladdr 02:00:00:00:00:99 dev va nud permanent",
    "ip neigh del proxy 10.0.0.77 dev va",
    "ip neigh add dev va proxy 10.0.0.78",
    "ip neigh flush dev va nud permanent",
    "ip neigh flush to 10.0.0.0/24 nud all",
    "ip neigh flush all nud permanent",
    # rules
    "ip rule add from 10.5/16",
    "ip rule add blackhole pref 500",
    "ip rule add type prohibit from 10.5.0.0/16 pref 500",
    "ip rule add goto 1000 pref 500",
    "ip rule add from any to all nop pref 500",
    "ip rule add from default table 7 pref 500",
    "ip rule add from 0/0 table 7 pref 500",
    "ip -6 rule add from all iif va lookup 7 pref 500",
    "ip -6 rule add from ::/0 lookup 7 pref 500",
    "ip rule add l3mdev pref 500",
    "ip rule add tun_id 5 table 8 pref 500",
    "ip rule add not tos 8 suppress_prefixlength 0 table main pref 500",
    "ip rule del pref 1000",
    "ip rule del from 10.0.0.0/24",
    "ip rule del table 100",
    "ip rule del fwmark 7/0xff",
    "ip rule add from 10.5/16 realms 3/4 table 7 pref 500",
    "ip rule add realms 4 pref 500",
    "ip rule flush",
    "ip -6 rule flush",
    "ip rule flush table 100",
    "ip rule flush from 10.0.0.0/24",
    "ip rule flush pref 1001",
    # nexthops
    "ip nexthop add id 20 via 10.0.0.8 dev va onlink",
    "ip -6 nexthop add id 20 dev va",
    "ip nexthop delete id 2",
    "ip nexthop flush",
    "ip -4 nexthop flush",
    "ip -6 nexthop flush",
    "ip nexthop flush dev va",
    "ip nexthop flush groups",
    "ip nexthop flush id 3",
)


@pytest.mark.parametrize("line", LINES)
def test_it_does_what_ip_does_says_so_and_is_undone(line: str, netns: Netns) -> None:
    does_as_ip(line, "", netns)


@pytest.mark.parametrize(
    "line",
    [
        "ip route del fd31::/16 via fd00::9",
        "ip route del fd31::/16 via fd00::8 dev va metric 1024",
        "ip route del fd31::/16 dev va",
        "ip route del fd31::/16",
        "ip route del fd32::/16 via fd00::8",
        "ip route del fd32::/16 nexthop via fd00::9 nexthop via fd00::7",
        # Of a nexthop object nothing else is compared.
        "ip -6 route del fd33::/16 via fd00::9",
        "ip -6 route del fd33::/16 via fd00::5 dev va",
    ],
)
def test_of_an_ipv6_route_a_gateway_tells_one_leg(line: str, netns: Netns) -> None:
    legs = "nexthop via fd00::9 dev va weight 3 nexthop via fd00::8 dev va"
    more = f"ip route add fd31::/16 {legs}\nip route add fd32::/16 {legs} nexthop via fd00::7 dev va weight 2"
    more += "\nip nexthop add id 4 via fd01::9 dev vc\nip nexthop add id 11 group 3/4"
    more += "\nip -6 route add fd33::/16 nhid 11"
    does_as_ip(line, more, netns)


def does_as_ip(line: str, more: str, netns: Netns) -> None:
    """In the ground, with `more` of it."""
    assert is_change(line)
    with Netns() as other, Netns() as third:
        for ns in (netns, other, third):
            build(ns)
            run(ns, more)
        before, plain = picture(netns, indexes=True), picture(netns)
        run(other, "ip " + line.partition("ip ")[2])
        with Desk(netns) as desk:
            world = desk.world
            cls, texts, row = parsed(line, world)
            seen = of(world, [cls.parsed(texts, world, row)])
            done = desk.changes.apply(seen)
            desk.changes.remember()
            changed, compared = picture(netns), [("ip", other)]
            if "…" not in seen.line:
                run(third, seen.line)
                compared.append(("the preview", third))
            for name, one in compared:
                told = difference(changed, picture(one))
                assert not told, "\n".join([f"not as {name}: {seen.line}", *told])
            assert changed != plain, "nothing was changed"
            assert desk.changes.undo(desk.changes.back()).startswith("undone: ")
        left = difference(before, picture(netns, indexes=True))
        assert not left or done.undo.lost, "\n".join([*left, *(step.says for step in done.undo.steps)])


@pytest.mark.parametrize(
    ("line", "selector"),
    [
        ("ip rule add dscp 10 table 7 pref 500", "dscp AF11"),
        ("ip rule add dscp 8/0x38 table 7 pref 500", "dscp 0x8/0x38"),
        ("ip -6 rule add flowlabel 0x12345 table 7 pref 500", "flowlabel 0x12345"),
        ("ip -6 rule add flowlabel 5/0xff table 7 pref 500", "flowlabel 0x5/0xff"),
        ("ip rule add ipproto tcp sport 80/0xff dport 0x0/1 table 7 pref 500", ""),
        ("ip rule add ipproto tcp sport 80/0xf0 dport 443 table 7 pref 500", "ipproto tcp sport 80/0xf0 dport 443"),
    ],
)
def test_what_only_a_newer_ip_says_of_rules(line: str, selector: str, netns: Netns) -> None:
    """Read back from the kernel, since `ip` may be too old to."""
    build(netns)
    before = picture(netns)
    with Changing(netns) as changing:
        world = changing.world
        cls, texts, row = parsed(line, world)
        if not selector:
            with pytest.raises(Problems, match="dport"):
                cls.parsed(texts, world, row)
            return
        done = changing.executor.apply([cls.parsed(texts, world, row)], [])
        found = changing.row("rules", "priority == 500")
        assert found is not None
        assert changing.world.text("rules", "selector", found).removeprefix("from all ") == selector
        gone = changing.executor.apply([RuleDelete.parsed({}, changing.world, found)], [])
        assert changing.executor.revert(gone.undo.steps) == []
        assert changing.row("rules", "priority == 500") is not None
        assert changing.executor.revert(done.undo.steps) == []
        assert changing.row("rules", "priority == 500") is None
    assert difference(before, picture(netns)) == []


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("ip route change 10.99.0.0/16 via 10.0.0.9", "no such route to change"),
        ("ip route change 10.20.0.0/16 via 10.0.0.9 metric 9", "no such route to change"),
        ("ip -6 route change fd99::/16 via fd00::9", "no such route to change"),
        ("ip neigh change 10.0.0.99 lladdr 02:00:00:00:00:50 dev va", "no such neighbour to change"),
        ("ip addr change 10.0.0.99/24 dev va", "has no address 10.0.0.99/24 to change"),
        ("ip addr change 10.0.0.1/16 dev va", "has no address 10.0.0.1/16 to change"),
    ],
)
def test_what_is_not_there_is_not_changed(line: str, said: str, netns: Netns) -> None:
    build(netns)
    with Changing(netns) as changing:
        cls, texts, row = parsed(line, changing.world)
        with pytest.raises(Problems, match=said):
            cls.parsed(texts, changing.world, row)


@pytest.mark.parametrize(
    "line",
    [
        "ip route change 10.20.0.0/16 via 10.0.0.8",
        "ip neigh change 10.0.0.9 lladdr 02:00:00:00:00:50 dev va",
        "ip addr change 10.0.0.1/24 dev va metric 9",
    ],
)
def test_a_change_asks_the_kernel_to_create_nothing(line: str, netns: Netns) -> None:
    build(netns)
    with Changing(netns) as changing:
        world = changing.world
        cls, texts, row = parsed(line, world)
        seen = of(world, [cls.parsed(texts, world, row)])
        assert " change " in seen.line
        assert [step.flags for step in seen.steps] == [NLM_F_REPLACE]


@pytest.mark.parametrize(
    "line",
    [
        "ip route add 10.30.0.0/16 via 10.0.0.9 rto_min 300ms mtu lock 1400 congctl lock reno window lock 9",
        "ip neigh add 10.0.0.50 dev va nud none",
        "ip neigh add 10.0.0.50 lladdr 02:00:00:00:00:50 dev va nud stale extern_learn proto static",
        "ip neigh add proxy 10.0.0.78 dev va proto static",
        "ip link set va gso_max_size 40000 gso_max_segs 30 up",
        f"ip link add v1 numtxqueues 2 numrxqueues 3 {MAC} type veth {PEER} mtu 1300",
    ],
)
def test_what_json_or_a_picture_leaves_out(line: str, netns: Netns) -> None:
    shows = ("-d -4 route show table all", "neigh show nud all dev va", "neigh show proxy", "-d link show type veth")
    with Netns() as other:
        for ns in (netns, other):
            build(ns)
        run(other, line)
        with Changing(netns) as changing:
            world = changing.world
            cls, texts, row = parsed(line, world)
            changing.executor.apply([cls.parsed(texts, world, row)], [])
            for show in shows:
                assert lasting(netns, show) == lasting(other, show)


def lasting(ns: Netns, show: str) -> list[str]:
    """As text, without what time and chance decide, and a proxy without a link, which is another namespace's."""
    done = subprocess.run(["ip", "-n", ns.name, *show.split()], capture_output=True, text=True, check=True)
    lines = [
        line for line in done.stdout.splitlines() if "brd" not in line and "fe80" not in line and "ff02" not in line
    ]
    if show == "neigh show proxy":
        lines = [line for line in lines if " dev " in line]
    return sorted(line.partition(" state ")[0] for line in lines)


SHOWS: Mapping[str, int] = {
    "ip route show dev va": -1,
    "ip -6 route show dev va": -1,
    "ip route list match 10.23.1.1 table 100": 1,
    "ip route show root 10.20/14": -1,
    "ip route show exact 10.20.0.0/16": 1,
    "ip route show 10.21.0.0/16": 3,
    "ip r s table 100": 1,
    "ip route show table all proto kernel": -1,
    "ip route show type blackhole": 1,
    "ip route show via 10.0.0.9": -1,
    "ip route show src 10.0.0.2": 1,
    "ip route show scope link": -1,
    "ip addr show dev va": -1,
    "ip -4 a s va": 2,
    "ip addr show to 10.0.0.0/24": 2,
    "ip addr show secondary": 1,
    "ip -4 addr show primary": -1,
    "ip addr show scope global": -1,
    "ip addr show label vc": -1,
    "ip link show up": -1,
    "ip link show va": 1,
    "ip link show type bridge": 1,
    "ip link show master bri0": 1,
    "ip link show nomaster": -1,
    "ip neigh show dev va": -1,
    "ip neigh show nud stale": 1,
    "ip neigh show nud permanent nud stale": -1,
    "ip neigh show 10.0.0.8": 1,
    "ip neigh show proxy dev va": 1,
    "ip rule show table 100": 2,
    "ip rule show pref 1000": 1,
    "ip -6 rule show table main": 1,
    "ip nexthop show dev va": 2,
    "ip nexthop show id 10": 1,
}
"""Line → rows; -1: as many as `ip` shows, and some."""


@pytest.fixture(scope="module")
def shown_ground() -> Iterator[tuple[Netns, Changing]]:
    with Netns() as ns:
        build(ns)
        with Changing(ns) as changing:
            yield ns, changing


@pytest.mark.parametrize("line", SHOWS)
def test_a_line_that_shows_opens_the_same_rows(line: str, shown_ground: tuple[Netns, Changing]) -> None:
    ns, changing = shown_ground
    table, where = shown(read(line))
    mine = len(changing.world.rows(table, where))
    rows = [row for row in ns.ip_json(line.removeprefix("ip ")) if row]
    theirs = sum(bool(one) for row in rows for one in row["addr_info"]) if table == "addresses" else len(rows)
    assert mine == theirs, where
    assert SHOWS[line] in (mine, -1)
    assert mine


@pytest.mark.parametrize(
    ("line", "table", "where"),
    [
        ("ip", "", ""),
        ("ip -br a", "addresses", ""),
        ("ip -6 r", "routes", "family == inet6"),
        ("ip -6 link", "links", ""),
        ("ip rule", "rules", ""),
        ("ip route get 1.1.1.1 from 10.0.0.1 mark 7 iif va", "why", "1.1.1.1 from 10.0.0.1 mark 7 iif va"),
        ("ip neigh get 10.0.0.9 dev va", "neighbours", None),
        ("ip tuntap show", "links", "kind == tun"),
    ],
)
def test_what_is_opened(line: str, table: str, where: str | None) -> None:
    if not table:
        with pytest.raises(UsageError, match="an object is needed"):
            read(line)
        return
    found = shown(read(line))
    assert found[0] == table
    assert where is None or found[1] == where


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("ip route show bogus", "`bogus` is no address"),
        ("ip route show dev va dev vb", "`dev` is said twice"),
        ("ip route show dev", "behind `dev` something is missing"),
        ("ip route show cache", "`cache` is no table here"),
        ("ip -4 route show fd00::/64", "not of the family inet"),
        ("ip addr show up", "`up` is about links"),
        ("ip rule show bogus", "`bogus` is no word of `ip rule show`"),
        ("ip nexthop show bogus", "`bogus` is no word of `ip nexthop show`"),
        ("ip route get", "needs more"),
        ("ip neigh show nud bogus", "`nud bogus`"),
    ],
)
def test_what_cannot_be_shown_is_told(line: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        shown(read(line))


def test_a_vrf_is_a_master(netns: Netns) -> None:
    build(netns)
    with Changing(netns) as changing:
        cls, texts, _ = parsed("ip link set vc vrf bri0 up", changing.world)
        assert (cls, texts["master"], texts["state"]) == (LinkSet, "bri0", "up")


def test_the_other_end_goes_elsewhere_and_comes_back(netns: Netns) -> None:
    build(netns)
    before = picture(netns)
    with Netns() as other, Changing(netns) as changing:
        world = changing.world
        cls, texts, row = parsed(f"ip link add v1 {MAC} type veth peer name eth0 netns {other.name}", world)
        done = changing.executor.apply([cls.parsed(texts, world, row)], [])
        assert [one["ifname"] for one in other.ip_json("link show type veth")] == ["eth0"]
        assert "v1" in str(picture(netns))
        assert changing.executor.revert(done.undo.steps) == []
        assert other.ip_json("link show type veth") == []
    assert difference(before, picture(netns)) == []


@pytest.mark.parametrize(
    ("line", "comes_back"),
    [
        (f"ip link add m1 {MAC} link va netns {{}} type macvlan mode bridge", False),
        (f"ip link add i1 {MAC} mtu 1300 netns {{}} up type ifb", False),
        (f"ip link add v1 {MAC} netns {{}} type veth {PEER}", True),
    ],
)
def test_a_link_is_made_elsewhere(line: str, comes_back: bool, netns: Netns) -> None:
    build(netns)
    before = picture(netns)
    with Netns() as other, Netns() as third:
        with Changing(netns) as changing:
            world = changing.world
            cls, texts, row = parsed(line.format(other.name), world)
            seen = of(world, [cls.parsed(texts, world, row)])
            assert f"in the network namespace {other.name}" in seen.sentence
            done = changing.executor.apply(seen.changes, seen.subjects)
            assert bool(done.undo.lost) == (not comes_back)
            made = other.ip_json("-d link show")
            assert len(made) == 2
            if comes_back:
                assert changing.executor.revert(done.undo.steps) == []
                assert len(other.ip_json("link show")) == 1
        assert difference(before, picture(netns)) == []
        run(netns, line.format(third.name))
        kept = ("ifname", "address", "mtu", "linkinfo")
        assert [[one.get(key) for key in kept] for one in made] == [
            [one.get(key) for key in kept] for one in third.ip_json("-d link show")
        ]


def test_a_port_is_not_made_elsewhere(netns: Netns) -> None:
    build(netns)
    with Changing(netns) as changing:
        cls, texts, row = parsed(f"ip link add i1 netns {netns.name} master bri0 type ifb", changing.world)
        with pytest.raises(Problems, match="master: is in this network namespace"):
            cls.parsed(texts, changing.world, row)


@pytest.mark.parametrize("line", ["ip link set va down mtu 1400", "ip link set up mtu 1400 dev spare"])
def test_up_and_down_with_settings_are_taken_back(line: str, netns: Netns) -> None:
    """With routes, addresses, neighbours and nexthops, which go along."""
    build(netns)
    netns.ip("link add spare address 02:00:00:00:09:09 type ifb")
    before = picture(netns, indexes=True)
    with Changing(netns) as changing:
        world = changing.world
        cls, texts, row = parsed(line, world)
        assert cls is LinkSet
        done = changing.executor.apply([cls.parsed(texts, world, row)], [])
        assert difference(before, picture(netns, indexes=True))
        assert changing.executor.revert(done.undo.steps) == []
    assert difference(before, picture(netns, indexes=True)) == []


def test_a_tun_is_deleted(netns: Netns) -> None:
    build(netns)
    netns.ip("tuntap add dev u1 mode tun")
    with Changing(netns) as changing:
        world = changing.world
        cls, texts, row = parsed("ip tuntap del u1 mode tun", world)
        changing.executor.apply([cls.parsed(texts, world, row)], [])
    assert "u1" not in [row["ifname"] for row in netns.ip_json("link show")]


@pytest.mark.parametrize(
    ("made", "line"),
    [
        ("link add x1 address 02:00:00:00:01:01 type vxlan id 7 dstport 4789", "ip link set x1 protodown on"),
        ("tuntap add dev x1 mode tun", "ip link set x1 up carrier off"),
    ],
)
def test_what_only_some_links_take(made: str, line: str, netns: Netns) -> None:
    keys = ("proto_down", "flags", "operstate")

    def told(ns: Netns) -> list[object]:
        (row,) = ns.ip_json("-d link show x1")
        return [row.get(key) for key in keys]

    with Netns() as other:
        for ns in (netns, other):
            build(ns)
            ns.ip(made)
        before = told(netns)
        run(other, line)
        with Changing(netns) as changing:
            world = changing.world
            cls, texts, row = parsed(line, world)
            done = changing.executor.apply([cls.parsed(texts, world, row)], [])
            assert told(netns) == told(other) != before
            assert changing.executor.revert(done.undo.steps) == []
        assert told(netns) == before


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ("ip route add 10.\u0663\u0660/16 dev va", "dst"),
        ("ip route add 10.30.0.0/16 dev va rtt \u0661ms", "metrics"),
        ("ip route add 10.30.0.0/16 dev va realms \u0661", "realms"),
        ("ip route add fd30::/16 dev va expires forever", "expires"),
        ("ip route add 10.30.1.0/16 dev va", "dst"),
        ("ip rule add fwmark \u0661 table 7", "fwmark"),
        ("ip rule add sport \u0661 table 7", "sport"),
        ("ip rule add sport 1/0x10000 table 7", "sport"),
        ("ip rule add dscp 64 table 7", "dscp"),
        ("ip rule add dscp 5 tos 8 table 7", "dscp"),
        ("ip rule add flowlabel 5 table 7", "flowlabel"),
        ("ip -6 rule add realms 5 table 7", "realms"),
        ("ip nexthop add id 5 group \u0661", "group"),
        ("ip route add 10.30.0.0/16 dev va hoplimit 256", "metrics"),
        ("ip route add 10.30.0.0/16 dev va features magic", "metrics"),
    ],
)
def test_a_value_that_ip_would_not_take_is_told_at_its_field(line: str, field: str, netns: Netns) -> None:
    build(netns)
    with Changing(netns) as changing:
        world = changing.world
        cls, texts, row = parsed(line, world)
        with pytest.raises(Problems) as told:
            cls.parsed(texts, world, row)
        assert list(told.value.sentences) == [field]


def test_a_route_with_all_metrics_fills_its_dialog_and_stays_as_it_is(netns: Netns) -> None:
    """What the edit dialog shows, sent again, changes nothing: neither a lock nor a unit gets lost."""
    build(netns)
    metrics = "mtu lock 1400 advmss 1300 rtt 203 rttvar 100ms rto_min 300ms window lock 9 congctl lock reno quickack 1"
    netns.ip(f"route add 10.30.0.0/16 via 10.0.0.9 {metrics} features ecn fastopen_no_cookie 1")
    with Changing(netns) as changing:
        row = changing.row("routes", "dst == 10.30.0.0/16")
        assert row is not None
        world = changing.world
        texts = RouteReplace.filled(row, world)
        changing.executor.apply([RouteReplace.parsed(texts, world, row)], [])
        again = changing.row("routes", "dst == 10.30.0.0/16")
    assert again is not None
    assert again[16:] == row[16:]


def test_a_metric_stands_in_one_field_only(netns: Netns) -> None:
    build(netns)
    with Changing(netns) as changing, pytest.raises(Problems, match="mtu: `mtu` stands among the metrics too"):
        RouteReplace.parsed(
            {"dst": "10.30.0.0/16", "dev": "va", "mtu": "1400", "metrics": "mtu lock 1400"}, changing.world
        )


KINDS = (
    ("link add x1 link va type macvlan mode bridge", "ip link set x1 type macvlan mode private"),
    ("link add x1 link va type macvlan mode bridge", "ip link set x1 type macvlan mode vepa bcqueuelen 2000"),
    ("link add x1 type vxlan id 7 dstport 4789", "ip link set x1 type vxlan remote 10.0.0.9 local 10.0.0.1"),
    ("link add x1 type vxlan id 7 dstport 4789 remote fd00::9", "ip link set x1 type vxlan remote fd00::8"),
    ("link add x1 type vxlan id 7 dstport 4789 remote 10.0.0.9", "ip link set x1 type vxlan remote 10.0.0.8 dev va"),
    ("link add x1 type vxlan id 7 dstport 4789 dev va", "ip link set x1 type vxlan dev vc group 239.1.1.1"),
    (
        "link add x1 type vxlan id 7 dstport 4789 dev va group 239.1.1.1",
        "ip link set x1 type vxlan group 239.1.1.2 dev va",
    ),
    ("link add x1 type vxlan id 7 dstport 4789 ttl 9", "ip link set x1 type vxlan ttl auto tos 8 df set ageing 50"),
    ("link add x1 type vxlan id 7 dstport 4789", "ip link set x1 type vxlan nolearning"),
    ("link add x1 type vxlan id 7 dstport 4789 nolearning", "ip link set x1 type vxlan learning ttl 7"),
)


@pytest.mark.parametrize(("made", "line"), KINDS, ids=[line for _, line in KINDS])
def test_options_of_a_kind_are_set_and_taken_back(made: str, line: str, netns: Netns) -> None:
    with Netns() as other, Netns() as third:
        for ns in (netns, other, third):
            build(ns)
            ns.ip(made.replace("x1", "x1 address 02:00:00:00:01:01"))
        before = picture(netns, indexes=True)
        run(other, line)
        with Changing(netns) as changing:
            world = changing.world
            cls, texts, row = parsed(line, world)
            seen = of(world, [cls.parsed(texts, world, row)])
            done = changing.executor.apply(seen.changes, seen.subjects)
            run(third, seen.line)
            assert difference(picture(netns), picture(other)) == difference(picture(netns), picture(third)) == []
            assert difference(before, picture(netns, indexes=True))
            assert changing.executor.revert(done.undo.steps) == []
            # A link that was not named has no words.
            said = "\n".join(step.says for step in done.undo.steps if step.says.startswith("ip "))
        assert not difference(before, picture(netns, indexes=True)) or done.undo.lost
        run(third, said)
        assert "dev" in line or difference(picture(netns), picture(third)) == []


@pytest.mark.parametrize("below", ["dev va", ""])
def test_a_group_goes_by_a_link(below: str, netns: Netns) -> None:
    build(netns)
    netns.ip(f"link add x1 type vxlan id 7 dstport 4789 {below}")
    with Changing(netns) as changing:
        world = changing.world
        texts = {"dev": "x1", "remote": "239.1.1.1"}
        if not below:
            with pytest.raises(Problems, match="lower: must be given with a multicast group"):
                VxlanSet.parsed(texts, world)
            return
        assert VxlanSet.parsed(texts, world).line == "ip link set dev x1 type vxlan group 239.1.1.1 dev va"


def test_a_tunnel_that_was_bound_to_no_link_stays_bound_and_that_is_told(netns: Netns) -> None:
    build(netns)
    netns.ip("link add x1 type vxlan id 7 dstport 4789")
    with Desk(netns) as desk:
        world = desk.world
        cls, texts, row = parsed("ip link set x1 type vxlan dev va ttl 9", world)
        seen = of(world, [cls.parsed(texts, world, row)])
        assert "that dev of x1 was not set" in seen.undo.lost
        desk.changes.apply(seen)
        desk.changes.undo(desk.changes.back())
    data = netns.ip_json("-d link show x1")[0]["linkinfo"]["info_data"]
    assert (data["link"], data["ttl"]) == ("va", 0)


def test_what_only_its_making_decides_of_a_tunnel_has_no_field(netns: Netns) -> None:
    build(netns)
    netns.ip("link add x1 type vxlan id 7 dstport 4789")
    with Changing(netns) as changing:
        for word in ("id 5", "dstport 9", "proxy"):
            with pytest.raises(UsageError, match="is not understood here"):
                parsed(f"ip link set x1 type vxlan {word}", changing.world)
