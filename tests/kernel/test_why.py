"""The decision held against the kernel's own, over a maze of rules and tables."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable
from ipaddress import ip_address, ip_network
from typing import Any

import pytest

from nltui.model.why.decide import is_assumed
from nltui.model.why.facts import Trace
from nltui.model.why.query import Query, parse
from nltui.tables import TABLES
from nltui.worker.why import NEEDED, Explainer
from tests.kernel.followed import Followed
from tests.kernel.netns import CommandFailed, Netns

RULES, TABLES_USED, QUERIES = 30, 10, 500
USED = tuple(table for table in TABLES if table.name in NEEDED)


class Maze:
    """Rules and routes by chance, of one family."""

    def __init__(self, netns: Netns, family: int, seed: int) -> None:
        self.netns, self.family, self.chance = netns, family, random.Random(seed)
        self.four = family == 4
        for number in range(4):
            netns.ip(f"link add d{number} type veth peer name e{number}")
            netns.ip(f"link set d{number} up")
            netns.ip(f"link set e{number} up")
            netns.ip(f"link set d{number} group {number}")
            address = f"10.{number}.0.1/16" if self.four else f"fd00:{number}::1/32"
            netns.ip(f"address add {address} dev d{number}" + ("" if self.four else " nodad"))
        if self.four:
            for name in ("all", *(f"d{n}" for n in range(4))):
                netns.sysctl(f"net.ipv4.conf.{name}.rp_filter", 0)
            netns.sysctl("net.ipv4.ip_forward", 1)
        else:
            netns.sysctl("net.ipv6.conf.all.forwarding", 1)
        for _ in range(120):
            self.route()
        for number in range(RULES):
            self.rule(1000 + 10 * number)

    def prefix(self) -> str:
        length = self.chance.choice([0, 4, 8, 12, 16, 20, 24, 32] if self.four else [0, 16, 32, 40, 48, 64, 128])
        return str(ip_network(f"{self.address()}/{length}", strict=False))

    def address(self) -> str:
        few = self.chance.choice([0, 1, 2, 3, 7])
        rest = self.chance.choice([1, 2, 9, 200])
        if self.four:
            return f"10.{few}.{self.chance.choice([0, 1, 16])}.{rest}"
        return str(ip_address(f"fd00:{few}:{self.chance.choice([0, 1, 0x100])}::{rest:x}"))

    def gateway(self, number: int) -> str:
        return (
            f"10.{number}.0.{self.chance.randrange(2, 250)}"
            if self.four
            else f"fd00:{number}::{self.chance.randrange(2, 250):x}"
        )

    def route(self) -> None:
        table = self.chance.choice(["main", *(str(100 + n) for n in range(TABLES_USED))])
        number = self.chance.randrange(4)
        metric = self.chance.choice([0, 0, 10, 20])
        kind = self.chance.random()
        words = f"{self.prefix()} table {table}" + (f" metric {metric}" if metric else "")
        if kind < 0.12:
            words = f"{self.chance.choice(['blackhole', 'unreachable', 'prohibit', 'throw'])} {words}"
        elif kind < 0.22:
            others = [number, (number + 1) % 4]
            words += "".join(f" nexthop via {self.gateway(n)} dev d{n} weight {n + 1}" for n in others)
        else:
            if self.four and self.chance.random() < 0.2:
                words += " tos 0x10"
            words += f" via {self.gateway(number)} dev d{number}" if kind < 0.8 else f" dev d{number}"
        self.try_ip(f"route append {words}")

    def rule(self, priority: int) -> None:
        chance, words = self.chance, [f"pref {priority}"]
        if chance.random() < 0.15:
            words.insert(0, "not")
        options: list[Callable[[], str]] = [
            lambda: f"from {self.prefix()}", lambda: f"to {self.prefix()}", lambda: f"to {self.prefix()}",
            lambda: f"fwmark {chance.choice(['0x1', '0x2', '0x1/0xf'])}",
            lambda: f"iif {chance.choice(['lo', 'd0', 'd1'])}",
            lambda: f"oif d{chance.randrange(3)}", lambda: "ipproto tcp dport 443", lambda: "ipproto udp sport 50-60",
            lambda: "uidrange 0-10", lambda: "tos 0x10",
        ]  # fmt: skip
        words += [option() for option in chance.sample(options, chance.choice([0, 1, 1, 2]))]
        table = chance.choice(["main", *(str(100 + n) for n in range(TABLES_USED))])
        kind = chance.random()
        if kind < 0.08:
            words.append(f"goto {priority + 10 * chance.choice([1, 2, 5])}")
        elif kind < 0.13:
            words.append("nop")
        elif kind < 0.2:
            words.append(chance.choice(["unreachable", "prohibit", "blackhole"]))
        else:
            words.append(f"table {table}")
            if chance.random() < 0.3:
                words.append(f"suppress_prefixlength {chance.choice([0, 8, 16])}")
            elif chance.random() < 0.2:
                words.append(f"suppress_ifgroup {chance.randrange(4)}")
        self.try_ip(f"rule add {' '.join(words)}")

    def try_ip(self, words: str) -> None:
        try:
            self.netns.ip(f"-{self.family} {words}")
        except CommandFailed:
            return

    def query(self) -> str:
        chance, words = self.chance, [self.address()]
        if chance.random() < 0.3:
            words.append(f"from {self.own()}")
        if chance.random() < 0.3:
            words.append(f"mark {chance.choice([1, 2, 0x11])}")
        if chance.random() < 0.2:
            words.append(f"oif d{chance.randrange(4)}")
        if chance.random() < 0.3:
            words.append(chance.choice(["ipproto tcp dport 443", "ipproto udp sport 55", "ipproto udp dport 53"]))
        if chance.random() < 0.2:
            words.append("tos 0x10")
        if chance.random() < 0.2:
            words.append(f"uid {chance.choice([5, 50])}")
        return " ".join(words)

    def own(self) -> str:
        number = self.chance.randrange(4)
        return f"10.{number}.0.1" if self.four else f"fd00:{number}::1"


@pytest.mark.parametrize("family", [4, 6])
@pytest.mark.parametrize("seed", [1, 2])
def test_the_same_route_as_the_kernel(netns: Netns, family: int, seed: int, capsys: pytest.CaptureFixture[str]) -> None:
    maze = Maze(netns, family, seed)
    seen: Counter[str] = Counter()
    wrong: list[str] = []
    with Followed(netns, USED) as followed:
        explainer = Explainer(followed.session, followed.namespace)
        for _ in range(QUERIES):
            words = maze.query()
            query = parse(words.split())
            trace = explainer.explain(query)
            theirs = fibmatch(netns, family, words)
            ours = told(trace)
            difference = differs(query, ours, theirs)
            seen["refused" if isinstance(theirs, str) else "routed"] += 1
            if difference:
                wrong.append(f"{words}: {difference}\n  ours {ours}\n  theirs {theirs}")
        explainer.close()
    with capsys.disabled():
        print(f"\n  IPv{family}, seed {seed}: {dict(seen)}, different: {len(wrong)}", end="", flush=True)
    assert seen["routed"] > QUERIES // 5
    assert not wrong, "\n".join(wrong[:10])


def fibmatch(netns: Netns, family: int, words: str) -> dict[str, Any] | str:
    """`ip route get fibmatch`: the entry, or what the kernel says."""
    done = netns.run(["ip", f"-{family}", "-j", "-d", "route", "get", "fibmatch", *words.split()])
    if done.returncode:
        return done.stderr.strip().removeprefix("RTNETLINK answers: ")
    found: dict[str, Any] = json.loads(done.stdout)[0]
    return found


def told(trace: Trace) -> dict[str, Any] | str:
    if trace.errno or trace.route is None:
        return trace.errno
    route = trace.route
    return {
        "dst": route.dst,
        "table": route.table,
        "metric": route.metric,
        "gateways": sorted(hop.gateway for hop in route.hops),
        "type": route.type,
    }


SAID = {
    "ENETUNREACH": {"Network is unreachable", "No route to host"},
    "EHOSTUNREACH": {"No route to host", "Network is unreachable"},
    "EACCES": {"Permission denied"},
    "EINVAL": {"Invalid argument"},
}


def differs(query: Query, ours: dict[str, Any] | str, theirs: dict[str, Any] | str) -> str:
    """What is not the same; empty where all is."""
    if isinstance(theirs, str) or isinstance(ours, str):
        if isinstance(theirs, str) and isinstance(ours, str):
            # A packet that is sent on link for want of a route has no entry to match.
            assumed = is_assumed(query) and theirs == "No route to host"
            return "" if assumed or theirs in SAID[ours] else "another refusal"
        return "one refuses"
    bits = 32 if query.family == 2 else 128
    shown = theirs["dst"]
    prefix = ip_network(("0.0.0.0/0" if bits == 32 else "::/0") if shown == "default" else shown)
    named = str(theirs.get("table", "main"))
    table = {"main": 254, "local": 255, "default": 253}.get(named) or int(named)
    hops = theirs.get("nexthops", [theirs])
    same = (
        (int(prefix.network_address), prefix.prefixlen) == (ours["dst"].address, ours["dst"].length)
        and table == ours["table"]
        and sorted(hop.get("gateway", "") for hop in hops) == ours["gateways"]
        and theirs.get("metric", 0) == ours["metric"]
    )
    return "" if same else "another entry"
