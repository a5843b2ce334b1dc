"""Random operations on everything a namespace routes with, as lines for `ip -force -batch -`. Many are refused."""

from __future__ import annotations

import random
import subprocess
from collections.abc import Callable, Iterable

from tests.kernel.netns import Netns

DEVICES = ("d0", "d1", "v0", "v1", "d2")
PREFIXES4 = ("10.1.0.0/16", "10.2.0.0/16", "10.2.1.0/24", "192.0.2.1/32", "default")
PREFIXES6 = ("fd01::/64", "fd02::/64", "fd02:1::/48", "2001:db8::1/128", "default")
GATEWAYS4 = ("10.0.0.2", "10.0.0.3", "10.0.1.2", "10.0.1.3")
GATEWAYS6 = ("fd00::2", "fd00::3", "fd00:1::2", "fd00:1::3")

GROUND = (
    "link add v0 type veth peer name v1",
    "link add d0 type veth peer name d1",
    "link add d2 type ifb",
    *(f"link set {device} up" for device in DEVICES),
    *(f"addr add 10.0.{n}.1/24 dev {device}" for n, device in enumerate(DEVICES[:3])),
    *(f"addr add fd00:{n}::1/64 dev {device} nodad" for n, device in enumerate(DEVICES[:3])),
)


def ground(ns: Netns) -> None:
    """Links and addresses that most operations need."""
    feed(ns, GROUND)


def feed(ns: Netns, lines: Iterable[str]) -> None:
    """Run them, most of them many in one process; what the kernel refuses is part of the game."""
    run: list[str] = []
    of = ""
    for line in [*lines, ""]:
        family, words = _of(line)
        if run and (family != of or not words):
            _batch(ns, of, run)
            run.clear()
        of = family
        run.append(words)
        # ip gives up on the rest of a batch where it cannot make a neighbour or find a master.
        if words.startswith("neigh") or " master " in words:
            _batch(ns, of, run)
            run.clear()


def _of(line: str) -> tuple[str, str]:
    """The option that must stand before -batch, for a line of a batch takes none, and the line without."""
    if not line.startswith(("-4 ", "-6 ")):
        return "", line
    words = line[3:]
    return ("" if line.startswith("-4 ") or (words.startswith("route") and ":" in words) else "-6"), words


def _batch(ns: Netns, family: str, lines: list[str]) -> None:
    subprocess.run(
        ["ip", *filter(None, [family]), "-n", ns.name, "-force", "-batch", "-"],
        input="\n".join(lines) + "\n",
        text=True,
        capture_output=True,
        timeout=120,
        check=False,
    )


class Churn:
    """Makes lines from a seed."""

    def __init__(self, seed: int | str) -> None:
        self._chance = random.Random(seed)
        self._makers: tuple[tuple[int, Callable[[], str]], ...] = (
            (3, self._link),
            (5, self._address),
            (24, lambda: self._route(6 if self._chance.random() < 0.4 else 4)),
            (6, self._rule),
            (8, self._neighbour),
            (6, self._nexthop),
        )

    def lines(self, count: int) -> list[str]:
        """So many operations."""
        weights, makers = zip(*self._makers, strict=True)
        return [make() for make in self._chance.choices(makers, weights, k=count)]

    def _one(self, *choices: str) -> str:
        return self._chance.choice(choices)

    def _link(self) -> str:
        number = self._chance.randrange(4)
        return self._one(
            f"link set {self._one(*DEVICES)} {self._one('up', 'down', 'up')}",
            f"link set {self._one(*DEVICES)} mtu {1300 + number}",
            f"link set {self._one(*DEVICES)} alias words-{number}",
            f"link add x{number} type {self._one('ifb', 'bridge', 'vrf table 77')}",
            f"link del x{number}",
            f"link set x{number} up",
            f"link set x{number} name y{number}",
            f"link del y{number}",
            f"link set v1 {self._one('nomaster', f'master x{number}')}",
        )

    def _address(self) -> str:
        number, device = self._chance.randrange(4), self._one(*DEVICES)
        verb = self._one("add", "del", "replace", "add")
        if self._chance.random() < 0.4:
            return f"addr {verb} fd00:{number}::{number + 1}/64 dev {device} nodad"
        return self._one(
            f"addr {verb} 10.0.{number}.1/24 dev {device}",
            f"addr {verb} 10.0.{number}.{number + 5}/24 dev {device}",
            f"addr {verb} 10.9.0.1 peer 10.9.0.{number}/32 dev {device}",
        )

    def _route(self, version: int) -> str:
        verb = self._one("add", "append", "prepend", "replace", "replace", "del", "del")
        destination = self._one(*(PREFIXES4 if version == 4 else PREFIXES6))
        if verb == "del" and self._chance.random() < 0.4:
            return f"-{version} route del {destination}"
        kind = self._chance.random()
        if kind < 0.1:
            return f"-{version} route {verb} {self._one('blackhole', 'unreachable')} {destination}" + self._details(
                version
            )
        if kind < 0.25:
            return f"-{version} route {verb} {destination} nhid {self._chance.randrange(1, 8)}" + self._details(version)
        if kind < 0.45:
            legs = " ".join(f"nexthop {self._via(version)} weight {w}" for w in range(1, self._chance.randrange(2, 4)))
            return f"-{version} route {verb} {destination}{self._details(version)} {legs}"
        return f"-{version} route {verb} {destination} {self._via(version)}" + self._details(version)

    def _via(self, version: int) -> str:
        gateway, device = self._one(*(GATEWAYS4 if version == 4 else GATEWAYS6)), self._one(*DEVICES)
        return self._one(f"via {gateway}", f"dev {device}", f"via {gateway} dev {device} onlink")

    def _details(self, version: int) -> str:
        words = ""
        if self._chance.random() < 0.4:
            words += f" metric {self._chance.randrange(1, 3)}"
        if self._chance.random() < 0.2:
            words += f" mtu {self._chance.randrange(1300, 1303)}"
        if self._chance.random() < 0.2:
            words += f" proto {self._chance.randrange(180, 183)}"
        if self._chance.random() < 0.15:
            words += " table 100"
        if version == 4 and self._chance.random() < 0.1:
            words += " tos 0x10"
        return words

    def _rule(self) -> str:
        number = self._chance.randrange(3)
        return self._one("rule", "-6 rule") + self._one(
            f" add fwmark {number} lookup 100 priority {500 + number}",
            f" add iif {self._one(*DEVICES, 'x1')} lookup main priority {600 + number}",
            f" add oif {self._one('d0', 'x2')} goto {700 + number} priority {500 + number}",
            f" add lookup main suppress_prefixlength {number} priority {700 + number}",
            f" del priority {500 + number}",
            f" del priority {600 + number}",
            f" del priority {700 + number}",
        )

    def _neighbour(self) -> str:
        number, device = self._chance.randrange(2, 6), self._one(*DEVICES)
        where = self._one(f"10.0.0.{number}", f"10.0.1.{number}", f"fd00::{number}")
        state = self._one("permanent", "stale", "noarp", "permanent")
        return self._one(
            f"neigh add {where} lladdr 02:00:00:00:00:0{number} dev {device} nud {state}",
            f"neigh replace {where} lladdr 02:00:00:00:01:0{number} dev {device} nud {state}",
            f"neigh del {where} dev {device}",
            f"neigh add proxy {where} dev {device}",
            f"neigh del proxy {where} dev {device}",
        )

    def _nexthop(self) -> str:
        number = self._chance.randrange(1, 6)
        verb = self._one("add", "replace")
        return self._one(
            f"nexthop {verb} id {number} via {self._one(*GATEWAYS4)} dev {self._one(*DEVICES)}",
            f"nexthop {verb} id {number} via {self._one(*GATEWAYS6)} dev {self._one(*DEVICES)}",
            f"nexthop {verb} id {number} blackhole",
            f"nexthop {verb} id {self._chance.randrange(6, 8)} group {number}/{number % 5 + 1}",
            f"nexthop del id {self._chance.randrange(1, 8)}",
        )
