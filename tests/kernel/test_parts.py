"""Parts of tables that are read apart, and rows that are asked for one by one: the kernel's own filters and answers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial

import pytest

from nltui.model import single
from nltui.model.sync import Phase, State
from nltui.model.table import Dump, Table
from nltui.netlink import wire
from nltui.netlink.dump import DumpReader, Scratch
from nltui.netlink.request import Requests
from nltui.netlink.socket import Sockets
from nltui.system.namespaces import resolve
from nltui.tables.addresses import ADDRESSES
from nltui.tables.links import LINKS
from nltui.tables.neighbours import NEIGHBOURS
from nltui.tables.nexthops import NEXTHOPS
from nltui.tables.routes import NEXTHOP_ID, ROUTES
from nltui.worker import reader
from nltui.worker.asking import Asking
from tests.kernel.churn import Churn, feed, ground
from tests.kernel.followed import Followed, comes_true, equal_to_a_new_dump, lasting
from tests.kernel.netns import Netns

WITHIN = 5.0


@dataclass
class Peer:
    """Dumps and requests in one namespace."""

    sockets: Sockets
    asked: dict[int, Requests] = field(default_factory=dict)

    def requests(self, table: Table) -> Requests:
        """One socket a protocol."""
        return self.asked.setdefault(table.protocol, Requests(self.sockets, table.protocol))

    def close(self) -> None:
        """All sockets."""
        for requests in self.asked.values():
            requests.close()
        self.sockets.close()

    def dump(self, table: Table, *dumps: Dump) -> list[bytes]:
        """Every row that the dumps show and the table takes."""
        out: list[bytes] = []
        scratch = Scratch()
        for wanted in dumps:
            asked = DumpReader(self.sockets, table.protocol, wanted.type, wanted.body, wanted.strict)
            while not asked.ended:
                chunk = asked.messages(scratch.words, asked.receive(scratch.packers[0], scratch.words, 0))
                for start, size in zip(chunk.start.tolist(), chunk.size.tolist(), strict=True):
                    out.append(scratch.words[start : start + (size + 3) // 4].tobytes()[:size])
            asked.close()
            assert asked.error == 0 or asked.error in wanted.empty
        return [message for message in out if single.matches(table, table.accepts, message)]


@pytest.fixture
def busy(netns: Netns) -> Iterator[tuple[Netns, Peer]]:
    """A namespace with some of everything, links up."""
    ground(netns)
    feed(netns, Churn(11).lines(600))
    feed(netns, [f"link set {device} up" for device in ("d0", "d1", "v0", "v1", "d2")])
    legs = "nexthop via 10.0.0.2 dev d0 nexthop via 10.0.1.2 dev d1"
    feed(netns, [f"route add 10.77.0.0/16 {legs}"])
    feed(netns, [f"neigh add 10.0.0.{n} lladdr 02:00:00:00:00:0{n} dev v0" for n in range(2, 7)])
    feed(netns, ["neigh add proxy 10.0.0.9 dev v0"])
    with resolve(netns.path) as namespace:
        peer = Peer(Sockets(namespace))
        yield netns, peer
        peer.close()


def comparable(table: Table, messages: list[bytes]) -> set[bytes]:
    """What rows say, without nlmsghdr, counters and timers; without routes of nexthop objects (see Part.unless)."""
    steady = [m for m in messages if table is not ROUTES or single.value(table, NEXTHOP_ID, m) is None]
    return {
        m[16 : table.body]
        + b"".join(
            m[one.offset : one.offset + one.length]
            for one in wire.attributes(m, table.body)
            if one.type not in table.volatile
        )
        for m in steady
    }


@pytest.mark.parametrize("table", [ADDRESSES, ROUTES, NEIGHBOURS], ids=lambda table: table.name)
def test_a_part_is_exactly_the_rows_that_its_conditions_cover(busy: tuple[Netns, Peer], table: Table) -> None:
    ns, peer = busy
    numbers = [row["ifindex"] for row in ns.ip_json("link show")]
    values = {"dev": [*numbers, max(numbers) + 1000], "family": [2, 10]}
    for name, part in table.parts.items():
        shown = 0
        for value in values[name]:
            dumps, sizes = part.dumps(value), [0]

            def equal(dumps: tuple[Dump, ...] = dumps, sizes: list[int] = sizes) -> bool:
                """The kernel may make and age neighbours between the two looks."""
                every = peer.dump(table, *table.dumps)
                wanted = [m for m in every if any(single.matches(table, dump.covers, m) for dump in dumps)]
                got = comparable(table, peer.dump(table, *dumps))
                sizes.append(len(got))
                return got == comparable(table, wanted)

            assert comes_true(equal, WITHIN), (name, value)
            shown += sizes[-1]
        # Some IPv4 routes go out by no link.
        assert shown > len(comparable(table, peer.dump(table, *table.dumps))) * 0.7


@pytest.mark.parametrize("table", [LINKS, NEIGHBOURS, NEXTHOPS], ids=lambda table: table.name)
def test_a_row_that_is_asked_for_is_answered_as_a_dump_shows_it(busy: tuple[Netns, Peer], table: Table) -> None:
    _, peer = busy
    assert table.ask is not None
    assert table.key is not None
    rows = peer.dump(table, *table.dumps)
    assert len(rows) > 2
    for row in rows:
        wanted = table.ask(row)
        answer = peer.requests(table).get(wanted.type, wanted.body)
        for part in table.key.fields:
            assert single.value(table, part, answer) == single.value(table, part, row)


@pytest.mark.parametrize("table", [LINKS, NEIGHBOURS, NEXTHOPS], ids=lambda table: table.name)
def test_unconfirmed_rows_are_settled_by_asking(busy: tuple[Netns, Peer], table: Table) -> None:
    """The session is stopped first, so that nothing but the answers can tell what is gone."""
    ns, peer = busy
    with Followed(ns) as followed:
        session = followed.session
        follower = session.crew.readers[0].followers[table.name]
        kept = len(followed.messages(table))
        gone = {LINKS: "link del v0", NEIGHBOURS: "neigh flush dev v0 nud permanent", NEXTHOPS: "nexthop flush"}[table]
        session.stop()
        ns.ip(gone)
        store = follower.store
        store.mark(store.live(), True)
        asking = Asking(follower)
        asking.ask(peer.requests(table))
        left, changed = asking.settle()
        assert left == 0
        assert changed >= 2
        assert 0 < kept - len(followed.messages(table)) <= changed
    with Followed(ns) as fresh:
        now, there = lasting(followed.groups(table)), lasting(fresh.groups(table))
        assert now.keys() == there.keys()


def settled_since(state: State, resyncs: int) -> bool:
    return state.resyncs > resyncs and state.phase is Phase.FRESH


def test_a_link_that_flaps_beside_a_huge_table_costs_a_part_of_it_and_ends_equal(
    netns: Netns, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "HUGE", 5)
    ground(netns)
    netns.batch(f"route add 10.{70 + n // 200}.{n % 200}.0/24 dev v0" for n in range(400))
    netns.batch(f"route add 10.{80 + n // 200}.{n % 200}.0/24 dev d2" for n in range(300))
    legs = "nexthop via 10.0.0.2 dev d0 nexthop via 10.0.1.2 dev d1"
    netns.batch([f"route add 10.77.{n}.0/24 {legs}" for n in range(20)])
    with Followed(netns) as followed:
        state = followed.state(ROUTES)
        for command in ("link set v0 down", "link set v0 up", "link set d0 down", "link del d2"):
            resyncs = state.resyncs
            netns.ip(command)
            assert comes_true(partial(settled_since, state, resyncs))
            assert state.part is not None, command
            assert comes_true(lambda: not equal_to_a_new_dump(followed), WITHIN), equal_to_a_new_dump(followed)
        assert state.repairs == 0


def test_routes_of_nexthop_objects_are_read_as_a_whole(netns: Netns, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "HUGE", 5)
    ground(netns)
    netns.batch(["nexthop add id 1 via 10.0.0.2 dev d0", "nexthop add id 2 via 10.0.1.2 dev d1"])
    netns.batch(["nexthop add id 3 group 1/2", "route add 10.99.0.0/24 nhid 3"])
    with Followed(netns) as followed:
        state = followed.state(ROUTES)
        resyncs = state.resyncs
        netns.ip("link set d0 down")
        assert comes_true(lambda: state.resyncs > resyncs and state.phase is Phase.FRESH)
        assert state.part is None
        assert comes_true(lambda: not equal_to_a_new_dump(followed), WITHIN), equal_to_a_new_dump(followed)
