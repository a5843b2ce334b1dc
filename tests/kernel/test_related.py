"""What rows have to do with each other, over a namespace with some of everything."""

from __future__ import annotations

import json

from nltui.model.activity import ActivityView
from nltui.model.bulk import JsonWriter
from nltui.model.filter.columnar import among, chooser
from nltui.model.filter.parsed import filter_of
from nltui.model.history import Kind
from nltui.model.related import related, values
from nltui.tables import TABLES, find
from tests.kernel import world
from tests.kernel.followed import Followed, comes_true
from tests.kernel.netns import Netns

NAMED_BY = {
    "links": "ifname",
    "addresses": "local",
    "neighbours": "dst",
    "routes": "dst",
    "rules": "table",
    "nexthops": "id",
}
ALL = tuple(table for table in TABLES if table.related)


def test_every_relation_of_every_row_is_a_filter_and_a_row_finds_itself(netns: Netns, peer: Netns) -> None:
    world.build(netns, peer)
    seen: set[tuple[str, str]] = set()
    with Followed(netns) as followed:
        session = followed.session
        for table in followed.tables:
            store = session.store(table.name)
            own = chooser(store, session.context)
            for slot in store.live().tolist():
                message = store.message(slot)
                found = related(table, message, session.context)
                for letter, (relation, text) in found.items():
                    filter_of(text, find(relation.table))
                    seen.add((table.name, letter))
                assert "o" in found, values(table, message, session.context)
                assert slot in among(own, filter_of(found["o"][1], table).node, store.live()).tolist(), found["o"][1]
    wanted = {(table.name, relation.letter) for table in followed.tables for relation in table.related}
    assert seen == wanted, "a relation that no row of the world has"


def test_relations_lead_to_what_ip_tells(netns: Netns) -> None:
    netns.ip("link add br0 type bridge")
    netns.ip("link add v0 type veth peer name v1")
    netns.ip("link set v1 master br0")
    for name in ("br0", "v0", "v1"):
        netns.ip(f"link set {name} up")
    netns.ip("address add 10.0.0.1/24 dev v0")
    netns.ip("neighbour add 10.0.0.9 lladdr 02:00:00:00:00:09 dev v0")
    netns.ip("nexthop add id 7 via 10.0.0.9 dev v0")
    netns.ip("route add 10.1.0.0/16 via 10.0.0.9")
    netns.ip("route add 10.2.0.0/16 nhid 7")
    netns.ip("route add 10.3.0.0/16 nexthop via 10.0.0.9 nexthop via 10.0.0.8")
    netns.ip("route add 10.4.0.0/16 via 10.0.0.9 table 77")
    netns.ip("rule add iif v0 table 77")

    def reached(table: str, row: str, letter: str) -> list[str]:
        """Labels of the rows that a relation of the first row that matches leads to."""
        store = followed.session.store(table)
        context = followed.session.context
        slots = among(chooser(store, context), filter_of(row, find(table)).node, store.live())
        relation, text = related(find(table), store.message(int(slots[0])), context)[letter]
        other = followed.session.store(relation.table)
        found = among(chooser(other, context), filter_of(text, find(relation.table)).node, other.live())
        rows = [json.loads(one) for chunk in JsonWriter(other, context).objects(found) for one in chunk]
        return sorted(str(one[NAMED_BY[relation.table]]) for one in rows)

    with Followed(netns) as followed:
        assert "10.0.0.1" in reached("links", "name == v0", "a")
        assert {"10.1.0.0/16", "10.3.0.0/16", "10.4.0.0/16"} <= set(reached("links", "name == v0", "r"))
        assert reached("links", "name == v0", "p") == ["v1"]
        assert reached("links", "name == v1", "m") == ["br0"]
        assert reached("links", "name == br0", "c") == ["v1"]
        assert reached("links", "name == v0", "t") == ["77"]
        assert reached("links", "name == v0", "x") == ["7"]
        assert reached("routes", "dst == 10.1.0.0/16", "n") == ["10.0.0.9"]
        assert reached("routes", "dst == 10.3.0.0/16", "n") == ["10.0.0.9"]
        assert reached("routes", "dst == 10.2.0.0/16", "x") == ["7"]
        assert reached("routes", "dst == 10.4.0.0/16", "t") == ["77"]
        assert reached("routes", "dst == 10.1.0.0/16", "l") == ["v0"]
        assert reached("neighbours", "address == 10.0.0.9", "r") == [f"10.{n}.0.0/16" for n in (1, 2, 3, 4)]
        assert reached("nexthops", "id == 7", "r") == ["10.2.0.0/16"]
        assert reached("rules", "table == 77", "r") == ["10.4.0.0/16"]
        assert reached("addresses", "address == 10.0.0.1", "l") == ["v0"]
        assert followed.session.count("routes", "table == 77") == 1


def test_the_history_of_one_object(netns: Netns) -> None:
    netns.ip("link add v0 type veth peer name v1")
    activity = find("activity")
    with Followed(netns, (*ALL, activity)) as followed:
        session = followed.session
        view = session.rows("activity")
        assert isinstance(view, ActivityView)
        for mtu in (1400, 1300):
            netns.ip(f"link set v0 mtu {mtu}")
            netns.ip(f"link set v1 mtu {mtu}")
        netns.ip("link del v0")
        store = session.store("links")
        assert comes_true(lambda: len(store.live()) == 1)
        removed = next(c for c in session.history.since(0)[0] if c.kind is Kind.REMOVED and b"v0\0" in c.old)
        told = view.past(find("links"), removed.old, 10)
        assert [change.kind for change, _ in told] == [Kind.REMOVED, Kind.CHANGED, Kind.CHANGED]
        assert [cells["what"].text for _, cells in told][1:] == ["mtu 1400→1300", "mtu 1500→1400"]
        assert [change.number for change, _ in view.past(find("links"), removed.old, 1)] == [told[0][0].number]
