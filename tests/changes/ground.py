"""A small namespace to change, the same each time it is made, and a picture of all that `ip` tells of one."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from typing import Any, Self

from nltui.changes.base import Step
from nltui.changes.execute import Done, Executor
from nltui.changes.links.state import LinkDown
from nltui.changes.preview import Preview, of
from nltui.changes.registry import CHANGES
from nltui.changes.send import Sender
from nltui.changes.stack import Changes
from nltui.changes.world import World
from nltui.netlink.socket import Sockets
from nltui.system.namespaces import resolve
from tests.kernel.followed import Followed, comes_true
from tests.kernel.netns import Netns

GROUND = """
link add va address 02:00:00:00:00:01 type veth peer name vb address 02:00:00:00:00:02
link add vc address 02:00:00:00:00:03 type veth peer name vd address 02:00:00:00:00:04
link set va addrgenmode none
link set vb addrgenmode none
link set vc addrgenmode none
link set vd addrgenmode none
link add bri0 address 02:00:00:00:00:05 type bridge
link set bri0 addrgenmode none
link set vd master bri0
link property add dev va altname one-more
link set vb alias plain
link set va up
link set vb up
link set vc up
link set vd up
link set bri0 up
address add 10.0.0.1/24 dev va
address add 10.0.0.2/24 dev va
address add 10.1.0.1/24 dev vc
address add fd00::1/64 dev va nodad
address add fd01::1/64 dev vc nodad
nexthop add id 1 via 10.0.0.9 dev va
nexthop add id 2 via 10.1.0.9 dev vc
nexthop add id 3 via fd00::9 dev va
nexthop add id 10 group 1/2
route add 10.20.0.0/16 via 10.0.0.9
route add 10.21.0.0/16 via 10.0.0.9 metric 5
route append 10.21.0.0/16 via 10.0.0.8 metric 5
route append 10.21.0.0/16 via 10.0.0.7 metric 5
route add 10.22.0.0/16 nexthop via 10.0.0.9 weight 2 nexthop via 10.1.0.9
route add 10.23.0.0/16 via 10.0.0.9 table 100 proto static mtu 1400 advmss 1360
route add 10.24.0.0/16 nhid 10
route add blackhole 10.25.0.0/16
route add 10.26.0.0/16 dev va src 10.0.0.2
route add fd20::/16 via fd00::9
route add fd21::/16 via fd00::9 metric 77 pref high
route add unreachable fd22::/16
neighbour add 10.0.0.9 lladdr 02:00:00:00:00:99 dev va nud permanent
neighbour add 10.0.0.8 lladdr 02:00:00:00:00:98 dev va nud stale
neighbour add fd00::9 lladdr 02:00:00:00:00:99 dev va nud permanent
neighbour add proxy 10.0.0.77 dev va
rule add from 10.0.0.0/24 lookup 100 priority 1000
rule add fwmark 7/0xff iif va lookup 100 priority 1001
"""

SEEN = {
    "links": ["link show"],
    "addresses": ["address show"],
    "routes": ["-4 route show table all", "-6 route show table all"],
    "neighbours": ["neighbour show nud all", "neighbour show proxy"],
    "rules": ["-4 rule show", "-6 rule show"],
    "nexthops": ["nexthop show"],
}
MOVING = frozenset(
    ("used", "confirmed", "updated", "probes", "valid_life_time", "preferred_life_time", "expires", "tentative",
     "hello_timer", "tcn_timer", "topology_change_timer", "gc_timer", "hold_timer", "message_age_timer",
     "forward_delay_timer", "stats64", "stats", "flags", "operstate", "carrier_changes", "link_index", "ifindex",
     "designated_cost", "state", "topology_change_ack", "topology_change", "topology_change_detected", "config_pending",
     "qdisc", "carrier_up_count", "carrier_down_count", "root_path_cost", "link_pointtopoint", "linkmode",
     "num_tx_queues", "num_rx_queues", "promiscuity", "allmulti")
)  # fmt: skip
"""What time, the carrier or chance decides; of flags and states the lasting part is kept below."""


def build(ns: Netns) -> None:
    """The same each time."""
    for line in GROUND.strip().splitlines():
        ns.ip(line)


def picture(ns: Netns, *, indexes: bool = False) -> dict[str, list[str]]:
    """By table: every row of `ip -j -d`, without what moves by itself; `indexes`: with each link's."""
    out: dict[str, list[str]] = {}
    for name, listed in SEEN.items():
        rows = [row for one in listed for row in ns.ip_json(f"-d {one}") if row]
        if name == "addresses":
            rows = [{**one, "ifname": link["ifname"]} for link in rows for one in link.get("addr_info", [])]
        if name == "neighbours":
            rows = [row for row in rows if _lasts(row)]
        kept = [_steady(row, indexes and name == "links") for row in rows if not _chance(name, row)]
        out[name] = sorted(json.dumps(row, sort_keys=True) for row in kept)
    return out


def _lasts(row: dict[str, Any]) -> bool:
    """Set by hand; a proxy without a link is another namespace's."""
    return "dev" in row and "proxy" in row if "state" not in row else row["state"] == ["PERMANENT"]


def _chance(name: str, row: dict[str, Any]) -> bool:
    """IPv6 link-local things of links whose address is drawn by chance, multicast."""
    told = str(row.get("dst", "")) + str(row.get("local", ""))
    return name in ("routes", "addresses") and ("ff00::" in told or "fe80::" in told)


def _steady(value: Any, indexes: bool) -> Any:
    if isinstance(value, list):
        return [_steady(one, indexes) for one in value]
    if not isinstance(value, dict):
        return value
    kept = {key: _steady(one, indexes) for key, one in value.items() if key not in MOVING}
    flags = [flag for flag in value.get("flags") or [] if flag in ("UP", "NOARP", "PROMISC", "MULTICAST", "onlink")]
    if indexes and "ifindex" in value:
        kept["ifindex"] = value["ifindex"]
    return kept | {"lasting": flags}


def difference(before: dict[str, list[str]], after: dict[str, list[str]]) -> list[str]:
    """Rows that only one has, `-` the first, `+` the second."""
    out = []
    for name, rows in before.items():
        out += [f"- {name} {row}" for row in rows if row not in after[name]]
        out += [f"+ {name} {row}" for row in after[name] if row not in rows]
    return out


class Changing:
    """A session of a namespace and what changes it."""

    def __init__(self, ns: Netns, *, names: bool = False) -> None:
        """`names`: requesters are named."""
        self._followed = Followed(ns, names=names)
        self._namespace = resolve(ns.name)
        self.sender = Sender(Sockets(self._namespace))

    def __enter__(self) -> Self:
        self.session = self._followed.__enter__().session
        self.executor = Executor(self.session, self.sender)
        return self

    def __exit__(self, *told: object) -> None:
        self.sender.close()
        self._namespace.close()
        self._followed.__exit__(None, None, None)

    @property
    def world(self) -> World:
        """Now."""
        self.session.reread([table.name for table in self.session.tables if table.protocol == 0 and table.dumps], 5)
        return World(self.session)

    def row(self, table: str, where: str) -> bytes | None:
        """The first row that fulfils a filter."""
        return next(iter(self.world.rows(table, where)), None) if where else None

    def apply(self, name: str, where: str, texts: dict[str, str]) -> Done:
        """As its dialog would: opened on a row, some fields typed over."""
        cls = next(one for one in CHANGES if one.__name__ == name)
        world, row = self.world, self.row(cls.table, where)
        filled = cls.filled(row, world) if row is not None else {}
        change = cls.parsed(filled | texts, world, row)
        return self.executor.apply([change], change.subjects(world))


class Desk(Changing):
    """With what the interface applies changes by."""

    def __enter__(self) -> Self:
        super().__enter__()
        self.changes = Changes(self.session, "here")
        return self

    def __exit__(self, *told: object) -> None:
        self.changes.close()
        super().__exit__(*told)

    def ended(self) -> str:
        """How what is pending ended by itself, in a sentence."""
        said: list[str] = []

        def is_told() -> bool:
            said.append(self.changes.look())
            return bool(said[-1])

        assert comes_true(is_told)
        return said[-1]

    def down(self, name: str = "va") -> Preview:
        """A link that goes down, with all that the kernel takes along."""
        world = self.world
        return of(world, [LinkDown.parsed({"dev": name}, world)])


def run(ns: Netns, lines: str) -> None:
    """`ip` lines as a shell would take them."""
    for line in lines.splitlines():
        said = _shell(ns, line)
        assert said is None, f"{line}: {said}"


def undo(ns: Netns, steps: Sequence[Step]) -> None:
    """What steps say, as `ip` lines; what may be so already may be refused, and is tried again at the end."""
    waiting = list(steps)
    for last in (False, True):
        again = []
        for step in waiting:
            for line in step.says.splitlines():
                assert line.startswith("ip "), f"no line: {line}"
                said = _shell(ns, line)
                if said is not None:
                    assert not last or step.fine, f"{line}: {said}"
                    again.append(step)
        # What was gone already is not to go once more.
        waiting = [step for step in again if " del " not in step.says]


def _shell(ns: Netns, line: str) -> str | None:
    """What is wrong with a line; None where it is done."""
    done = subprocess.run(
        ["sh", "-c", line.replace("ip ", f"ip -n {ns.name} ", 1)], capture_output=True, text=True, check=False
    )
    return done.stderr if done.returncode else None
