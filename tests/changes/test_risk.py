"""What may cut the person off is known before it is sent."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from nltui.changes.base import Tier
from nltui.changes.command import parsed
from nltui.changes.preview import of
from nltui.system import ssh
from tests.changes.ground import Changing, build
from tests.kernel.conftest import namespace
from tests.kernel.netns import Netns

MORE = """
link add low address 02:00:00:00:01:01 type veth peer name far address 02:00:00:00:01:02
link add over link low type macvlan
link set low up
link set far up
link set over up
link add spare type ifb
address add 192.0.2.7/24 dev spare
address add fe80::77/64 dev vc nodad
address add fe80::77/64 dev va nodad
address add 10.9.0.1/24 dev over
address add 10.7.0.1/24 dev bri0
address add 10.7.0.2/24 dev bri0
nexthop add id 20 via 10.1.0.9 dev vc
nexthop add id 21 group 20/2
route add 172.16.0.0/12 nhid 21
route add 172.16.0.0/12 via 10.0.0.9 metric 50
route add default via 10.0.0.9
rule add from 10.5.0.0/16 lookup 100 priority 1002
"""
ON_LINK, BY_BRIDGE, BY_MACVLAN = "10.0.0.5 10.0.0.1", "10.7.0.9 10.7.0.2", "10.9.0.9 10.9.0.1"
ELSEWHERE, ZONED = "10.0.0.5 10.1.0.1", "fe80::5%va fe80::77%va"
BY_NEXTHOP, BY_DEFAULT, IPV6 = "172.16.1.1 10.1.0.1", "192.0.2.1 10.0.0.1", "fd20::5 fd00::1"


@pytest.fixture(scope="module")
def desk() -> Iterator[Changing]:
    for ns in namespace():
        build(ns)
        for line in MORE.strip().splitlines():
            ns.ip(line)
        with Changing(ns) as changing:
            yield changing


@pytest.mark.parametrize(
    ("session", "line", "says"),
    [
        (ON_LINK, "ip link set va down", "comes in by va"),
        (ON_LINK, "ip link set vb down", "may come in by vb, which va stands on"),
        (ON_LINK, "ip link set va mtu 900", "comes in by va"),
        (ON_LINK, "ip address del 10.0.0.1/24 dev va", "an address that goes"),
        (ON_LINK, "ip address flush dev va", "an address that goes"),
        (ON_LINK, "ip route add 10.0.0.5/32 via 10.1.0.9", "may take a route"),
        (ON_LINK, "ip route add blackhole 10.0.0.0/28", "may take a route"),
        (ON_LINK, "ip route del 10.0.0.0/24 dev va", "may take a route"),
        (ON_LINK, "ip rule add from all lookup 100 priority 5", "may go by this rule"),
        (ON_LINK, "ip rule del from 10.0.0.0/24 lookup 100 priority 1000", "may go by this rule"),
        (ON_LINK, "ip rule add not from 10.5.0.0/16 blackhole priority 6", "may go by this rule"),
        (ON_LINK, "ip neighbour replace 10.0.0.5 lladdr 02:00:00:00:00:77 dev va", "goes by this neighbour"),
        ("::ffff:10.0.0.5 ::ffff:10.0.0.1", "ip link set va down", "comes in by va"),
        (BY_BRIDGE, "ip link set vd down", "may come in by vd, a port of bri0"),
        (BY_BRIDGE, "ip link set vc down", "may come in by vc, which vd stands on"),
        (BY_BRIDGE, "ip link set vd nomaster", "may come in by vd, a port of bri0"),
        (BY_BRIDGE, "ip link del bri0", "comes in by bri0"),
        # The kernel takes a secondary address along with the first of its network.
        (BY_BRIDGE, "ip address del 10.7.0.1/24 dev bri0", "an address that goes"),
        (BY_BRIDGE, "ip link set bri0 type bridge vlan_filtering 1", "comes in by bri0"),
        (BY_MACVLAN, "ip link set low down", "may come in by low, which over stands on"),
        (BY_MACVLAN, "ip link set far down", "may come in by far, which low stands on"),
        (BY_NEXTHOP, "ip nexthop del id 20", "may go by this nexthop"),
        (BY_NEXTHOP, "ip nexthop replace id 21 blackhole", "may go by this nexthop"),
        (BY_NEXTHOP, "ip neighbour add 10.1.0.9 lladdr 02:00:00:00:00:77 dev vc", ""),
        (BY_DEFAULT, "ip route del default via 10.0.0.9", "may take a route"),
        (BY_DEFAULT, "ip route replace default via 10.1.0.9", "may take a route"),
        (BY_DEFAULT, "ip neighbour replace 10.0.0.9 lladdr 02:00:00:00:00:77 dev va", "goes by this neighbour"),
        (BY_DEFAULT, "ip address add 192.0.2.9/24 dev vc", "may go by the network"),
        (BY_DEFAULT, "ip address add 192.0.2.1/32 dev vc", "may go by the network"),
        (ON_LINK, "ip address replace 10.0.0.1/24 dev va valid_lft 5 preferred_lft 5", "an address that goes"),
        (ON_LINK, "ip address add 10.0.0.5/24 dev va", "may go by the network"),
        (ON_LINK, "ip address replace 10.0.0.1/24 dev va metric 5000", "may go by the network"),
        (ON_LINK, "ip route del local 10.0.0.1 table local", "may not come in"),
        (ON_LINK, "ip rule add priority 5 iif va prohibit", "may not come in"),
        (ON_LINK, "ip rule add priority 5 to 10.0.0.1/32 blackhole", "may not come in"),
        (ELSEWHERE, "ip link set va down", "is answered by va"),
        (ELSEWHERE, "ip link set va mtu 900", "is answered by va"),
        (ZONED, "ip link set va down", "comes in by va"),
        (BY_DEFAULT, "ip neighbour del 10.0.0.9 dev va", "goes by this neighbour"),
        (BY_DEFAULT, "ip link set spare up", "may go by a network of this link"),
        (IPV6, "ip route replace fd20::/16 via fd00::8", "may take a route"),
        (IPV6, "ip address del fd00::1/64 dev va", "an address that goes"),
    ],
)  # fmt: skip
def test_what_cuts(session: str, line: str, says: str, desk: Changing, monkeypatch: pytest.MonkeyPatch) -> None:
    found = told(session, line, desk, monkeypatch)
    if not says:
        return
    assert [text for text, cuts in found if cuts and says in text], found


@pytest.mark.parametrize(
    ("session", "line"),
    [
        (ON_LINK, "ip link set va alias mine"),
        (ON_LINK, "ip link set low down"),
        (ON_LINK, "ip address add 10.0.0.77/24 dev va"),
        (BY_DEFAULT, "ip address add 198.51.100.9/24 dev vc"),
        (ON_LINK, "ip address del 10.0.0.2/24 dev va"),
        (ON_LINK, "ip route del default via 10.0.0.9"),
        (ON_LINK, "ip route add 10.0.0.0/24 via 10.1.0.9 metric 9"),
        (ON_LINK, "ip route replace fd20::/16 via fd00::8"),
        (ON_LINK, "ip rule add to 192.0.2.0/24 lookup 100 priority 5"),
        (ON_LINK, "ip rule add iif va lookup 100 priority 5"),
        (ON_LINK, "ip -6 rule add from all lookup 100 priority 5"),
        (ON_LINK, "ip rule add fwmark 9 lookup 100 priority 5"),
        (BY_NEXTHOP, "ip nexthop del id 1"),
        (BY_DEFAULT, "ip link set vb alias peer"),
        (BY_MACVLAN, "ip address flush dev bri0"),
        (IPV6, "ip route del default via 10.0.0.9"),
        ("10.0.0.5 203.0.113.7", "ip link set va down"),
        (ON_LINK, "ip link set spare up"),
        (ON_LINK, "ip rule add priority 5 iif vc prohibit"),
        (ON_LINK, "ip route add local 10.44.0.1 dev va table local"),
        (ON_LINK, "ip address replace 10.0.0.2/24 dev va valid_lft 5 preferred_lft 5"),
        (ZONED, "ip link set vc alias x"),
    ],
)
def test_what_does_not(session: str, line: str, desk: Changing, monkeypatch: pytest.MonkeyPatch) -> None:
    assert [text for text, cuts in told(session, line, desk, monkeypatch) if cuts] == []


@pytest.mark.parametrize(
    ("line", "family"),
    [
        ("ip rule flush", "IPv4"),
        ("ip -6 rule flush", "IPv6"),
        ("ip rule del pref 32766", "IPv4"),
        ("ip rule flush table 100", ""),
        ("ip rule del pref 1000", ""),
        ("ip rule add from 10.5.0.0/16 lookup main", ""),
    ],
)
def test_that_the_main_table_is_not_asked_any_more_is_told(line: str, family: str, desk: Changing) -> None:
    world = desk.world
    cls, texts, row = parsed(line, world)
    found = [one.text for one in of(world, [cls.parsed(texts, world, row)]).findings if "main table" in one.text]
    said = f"no rule leads all {family} packets to the main table any more: its routes go unused"
    assert found == ([said] if family else [])


def told(session: str, line: str, desk: Changing, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, bool]]:
    """Findings about the session, and whether each cuts; nothing is sent."""
    client, server = session.split()
    monkeypatch.setenv("SSH_CONNECTION", f"{client} 50000 {server} 22")
    world = desk.world
    cls, texts, row = parsed(line, world)
    seen = of(world, [cls.parsed(texts, world, row)])
    found = [(one.text, one.cuts) for one in seen.findings if "your SSH session" in one.text]
    assert (seen.tier == Tier.CUTTING) or not any(cuts for _, cuts in found)
    return found


ASKS = "from nltui.system import ssh; print(ssh.connection())"


@pytest.mark.parametrize("between", [["env", "-u", "SSH_CONNECTION"], ["env", "-i"]])
def test_it_is_found_behind_sudo(between: list[str]) -> None:
    """A process further up has it: the one that `env` runs in here stands for `sudo`."""
    script = f"{' '.join(between)} {sys.executable} -c '{ASKS}'; true"
    environment = {**os.environ, "SSH_CONNECTION": "2001:db8::2 50000 2001:db8::1%va 22"}
    root = Path(ssh.__file__).parents[2]
    done = subprocess.run(["sh", "-c", script], cwd=root, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == str(ssh.Connection(client="2001:db8::2", server="2001:db8::1", zone="va"))


@pytest.mark.parametrize("value", ["", "1 2 3", "a 1 b 2", "10.0.0.1 1 10.0.0.2 2 3"])
def test_what_is_none(value: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SSH_CONNECTION", value)
    assert ssh.connection(tmp_path) is None


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("", "1 route goes along, of which the kernel will not tell"),
        ("-6 route add fd50::/16 dev v1", "2 routes go along, 1 of them IPv4, of which the kernel will not tell"),
    ],
)
def test_routes_that_go_without_a_word(more: str, said: str, netns: Netns) -> None:
    for line in (
        "link add v1 type veth peer name v2",
        "link set v2 up",
        "link set v1 up",
        "route add 10.5.0.0/16 dev v1",
    ):
        netns.ip(line)
    if more:
        netns.ip(more)
    with Changing(netns) as changing:
        cls, texts, row = parsed("ip link set v1 down", changing.world)
        seen = of(changing.world, [cls.parsed(texts, changing.world, row)])
        assert said in [finding.text for finding in seen.findings]


@pytest.mark.parametrize(
    ("count", "line", "said"),
    [
        (1, "ip link set v1 mtu 1400", ["the smaller MTU is also that of m0"]),
        (5, "ip link set v1 mtu 1400", ["the smaller MTU is also that of m0, m1, m2 and 2 more"]),
        (1, "ip link set v1 mtu 1480", []),
        (1, "ip link set v1 alias x", []),
    ],
)
def test_links_on_top_get_no_larger_mtu(count: int, line: str, said: list[str], netns: Netns) -> None:
    netns.ip("link add v1 type veth peer name v2")
    for number in range(count):
        netns.ip(f"link add m{number} link v1 mtu 1450 type macvlan mode bridge")
    with Changing(netns) as changing:
        cls, texts, row = parsed(line, changing.world)
        seen = of(changing.world, [cls.parsed(texts, changing.world, row)])
        assert [finding.text for finding in seen.findings] == said
