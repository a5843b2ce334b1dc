"""Undo and redo look before they send: at what others did meanwhile, and at what goes along by now."""

from __future__ import annotations

from contextlib import suppress
from types import SimpleNamespace
from typing import cast

import pytest

from nltui.changes.base import Problems, Tier
from nltui.changes.execute import Changed
from nltui.changes.journals import entries
from nltui.changes.links.settings import LinkSet
from nltui.changes.preview import Preview, of, previewed
from nltui.changes.registry import CHANGES
from nltui.changes.restore import RestoreNeighbour
from nltui.changes.route_delete import RouteDelete
from nltui.changes.world import World
from nltui.errors import UsageError
from nltui.ui import changing
from nltui.ui.actions import Actions
from tests.changes.ground import Desk, build, difference, picture
from tests.kernel.followed import comes_true
from tests.kernel.netns import Netns

pytestmark = pytest.mark.usefixtures("soon")

VETH = {"name": "v1", "peer": "v2", "address": "02:00:00:00:01:01", "peer_address": "02:00:00:00:01:02", "up": "yes"}
Case = tuple[str, str, dict[str, str]]


def made(desk: Desk, name: str, where: str, texts: dict[str, str]) -> None:
    """Applied as by its dialog."""
    cls = next(one for one in CHANGES if one.__name__ == name)
    row = desk.row(cls.table, where)
    filled = cls.filled(row, desk.world) if row is not None else {}
    desk.changes.apply(previewed(desk.session, cls, filled | texts, [row] if row is not None else []))
    desk.changes.remember()


def texts(preview: Preview) -> str:
    return "; ".join(one.text for one in preview.findings)


MEANWHILE: tuple[tuple[Case, str, str], ...] = (
    (("LinkSet", "name == va", {"mtu": "1400"}), "link set va mtu 9000", "mtu 1400 → 9000"),
    (("LinkUp", "name == low", {}), "link set low down", "state up → down"),
    (("BridgeSet", "name == bri0", {"priority": "7"}), "link set bri0 type bridge priority 8", "priority 7 → 8"),
    (("RouteReplace", "dst == 10.20.0.0/16", {"via": "10.0.0.8"}), "route replace 10.20.0.0/16 via 10.0.0.7",
     "the route: gateway 10.0.0.8 → 10.0.0.7"),
    (("RouteDelete", "dst == 10.20.0.0/16", {}), "route add 10.20.0.0/16 via 10.0.0.7",
     "there is another route in its place"),
    (("AddressAdd", "", {"local": "10.9.0.1/24", "dev": "va"}), "address replace 10.9.0.1/24 dev va metric 7",
     "the address: metric nothing → 7"),
    (("NeighbourDelete", "address == 10.0.0.9", {}),
     "neighbour add 10.0.0.9 lladdr 02:00:00:00:00:44 dev va nud permanent",
     "there is another neighbour in its place"),
    (("RuleDelete", "priority == 1001", {}), "rule add iif vc lookup 100 priority 1001",
     "there is another rule in its place"),
    (("NexthopReplace", "id == 1", {"via": "10.0.0.8"}), "nexthop replace id 1 via 10.0.0.7 dev va",
     "the nexthop: gateway 10.0.0.8 → 10.0.0.7"),
    (("LinkDelete", "name == bri0", {}), "link add bri0 type bridge", "there is another link bri0"),
)  # fmt: skip


@pytest.mark.parametrize("case", MEANWHILE, ids=[f"{one[0]} {line}"[:60] for one, line, _ in MEANWHILE])
def test_what_somebody_did_meanwhile_is_told_before_it_is_taken_back(case: tuple[Case, str, str], netns: Netns) -> None:
    change, line, says = case
    build(netns)
    netns.ip("link add low type ifb")
    with Desk(netns) as desk:
        made(desk, *change)
        netns.ip(line)
        seen = desk.changes.back()
        assert f"changed meanwhile: {says}" in texts(seen)
        assert seen.tier >= Tier.AFFECTING


@pytest.mark.parametrize(
    "case", [one for one in MEANWHILE if one[0][0] != "LinkDelete"], ids=lambda one: f"{one[0][0]} {one[1]}"[:60]
)
def test_done_again_is_what_stood_before_it_was_undone(case: tuple[Case, str, str], netns: Netns) -> None:
    change, line, _ = case
    build(netns)
    netns.ip("link add low type ifb")
    before = picture(netns)
    with Desk(netns) as desk:
        made(desk, *change)
        netns.ip(line)
        there = picture(netns)
        for _ in range(2):
            desk.changes.undo(desk.changes.back())
            gone = difference(before, picture(netns))
            assert [one for one in gone if one.startswith("-")] == []
            desk.changes.redo(desk.changes.forth())
            assert difference(there, picture(netns)) == []


QUIET: tuple[Case, ...] = (
    ("LinkSet", "name == va", {"mtu": "1400"}),
    ("LinkDown", "name == vc", {}),
    ("RouteReplace", "dst == 10.20.0.0/16", {"metric": "9"}),
    ("AddressAdd", "", {"local": "10.9.0.1/24", "dev": "va"}),
    ("AddVeth", "", VETH),
    ("LinkDelete", "name == va", {}),
    ("NexthopDelete", "id == 2", {}),
    ("RuleMove", "priority == 1000", {"priority": "900"}),
    ("RouteFlush", "", {"where": "dst in 10.16/12"}),
    ("RuleFlush", "", {"where": "family == inet"}),
    ("NexthopFlush", "", {"where": "id > 0"}),
    ("AddTuntap", "", {"name": "u1", "mode": "tun"}),
)


@pytest.mark.parametrize("case", QUIET, ids=[f"{name}-{where}" for name, where, _ in QUIET])
def test_undone_and_done_again_it_is_as_it_was(case: Case, netns: Netns) -> None:
    """At once, where nobody did anything; what the change itself brings along is nothing that others put there."""
    build(netns)
    before = picture(netns)
    with Desk(netns) as desk:
        made(desk, *case)
        after = picture(netns)
        for _ in range(2):
            # The kernel draws link-local addresses, and tells of them, after a moment.
            seen = desk.changes.back()
            assert (seen.tier, seen.asks, texts(seen)) == (Tier.REVERSIBLE, False, "")
            assert desk.changes.undo(seen).startswith("undone: ")
            assert difference(before, picture(netns)) == []
            assert desk.changes.redo(desk.changes.forth()).startswith("done again: ")
            assert difference(after, picture(netns)) == []


def test_what_others_put_on_a_new_link_is_told_and_comes_back_if_nobody_confirms(netns: Netns) -> None:
    build(netns)
    with Desk(netns) as desk:
        made(desk, "AddVeth", "", VETH)
        for line in ("address add 10.8.0.1/24 dev v1", "route add 10.50.0.0/16 via 10.8.0.9", "link set v2 up"):
            netns.ip(line)
        there = picture(netns, indexes=True)
        seen = desk.changes.back()
        assert seen.tier is Tier.CUTTING
        assert "1 address goes along" in texts(seen)
        assert "1 route goes along" in texts(seen)
        desk.changes.undo(seen, 1)
        assert comes_true(lambda: desk.changes.look() != "")
        assert difference(there, picture(netns, indexes=True)) == []
        # The addition can still be undone, then.
        assert desk.changes.undo(desk.changes.back()).startswith("undone: ")
        assert desk.row("links", "name == v1") is None


def test_a_new_link_is_taken_back_by_its_number(netns: Netns) -> None:
    build(netns)
    with Desk(netns) as desk:
        made(desk, "AddIfb", "", {"name": "i1"})
        netns.ip("link set i1 name mine")
        netns.ip("link add i1 type ifb")
        desk.changes.undo(desk.changes.back())
        names = {row["ifname"] for row in netns.ip_json("link show")}
        assert "i1" in names
        assert "mine" not in names


def test_what_cannot_be_done_again_is_refused(netns: Netns) -> None:
    build(netns)
    with Desk(netns) as desk:
        made(desk, "RouteDelete", "dst == 10.20.0.0/16", {})
        desk.changes.undo(desk.changes.back())
        netns.ip("route replace 10.20.0.0/16 via 10.0.0.7")
        there = picture(netns)
        with pytest.raises(Changed, match=r"gateway 10\.0\.0\.9 → 10\.0\.0\.7"):
            desk.changes.redo(desk.changes.forth())
        assert difference(there, picture(netns)) == []


def test_an_undo_that_was_looked_at_is_not_of_another_change(netns: Netns) -> None:
    build(netns)
    with Desk(netns) as desk:
        made(desk, "LinkSet", "name == va", {"mtu": "1400"})
        seen = desk.changes.back()
        made(desk, "LinkSet", "name == va", {"mtu": "1300"})
        with pytest.raises(UsageError, match="something else was changed meanwhile"):
            desk.changes.undo(seen)


ON_TOP: tuple[tuple[Case, str, str], ...] = (
    (("AddressAdd", "", {"local": "10.9.0.1/24", "dev": "va"}),
     "address add 10.9.0.2/24 dev va\nroute add 10.50.0.0/16 via 10.0.0.9 src 10.9.0.2", "1 address may go along"),
    (("NexthopAdd", "", {"id": "77", "via": "10.0.0.8", "dev": "va"}),
     "route add 10.50.0.0/16 nhid 77\nroute add 10.51.0.0/16 nhid 77", "2 routes may go along"),
    (("LinkUp", "name == low", {}),
     "address add 10.60.0.1/24 dev low\nroute add 10.61.0.0/16 dev low", "1 route goes along"),
)  # fmt: skip


@pytest.mark.parametrize("case", ON_TOP, ids=[one[0] for one, _, _ in ON_TOP])
def test_what_others_built_on_it_is_told_before_it_goes(case: tuple[Case, str, str], netns: Netns) -> None:
    change, lines, says = case
    build(netns)
    netns.ip("link add low type ifb")
    with Desk(netns) as desk:
        made(desk, *change)
        for line in lines.splitlines():
            netns.ip(line)
        there = picture(netns)
        seen = desk.changes.back()
        assert seen.asks
        assert says in texts(seen)
        desk.changes.undo(seen)
        desk.changes.redo(desk.changes.forth())
        assert difference(there, picture(netns)) == []


@pytest.mark.parametrize(
    ("case", "lines"),
    [
        (("RouteAdd", "", {"dst": "10.50.0.0/16", "via": "10.0.0.9"}),
         "route del 10.50.0.0/16 via 10.0.0.9\nroute add 10.50.0.0/16 via 10.0.0.9 metric 100"),
        (("RuleAdd", "", {"source": "10.9.0.0/16", "table_id": "100"}),
         "rule add from 10.9.0.0/16 lookup 100 priority 500"),
    ],
)  # fmt: skip
def test_undo_takes_nothing_that_is_somebody_elses(case: Case, lines: str, netns: Netns) -> None:
    build(netns)
    with Desk(netns) as desk:
        made(desk, *case)
        for line in lines.splitlines():
            netns.ip(line)
        there = picture(netns)
        # Whether there is anything left to undo or not: what counts is what is left.
        with suppress(UsageError):
            desk.changes.undo(desk.changes.back())
        gone = [one for one in difference(there, picture(netns)) if one.startswith("-")]
        assert not any("500" in one or ("100" in one and "10.50" in one) for one in gone)


@pytest.mark.parametrize(
    ("case", "line", "says"),
    [
        (("LinkSet", "name == va", {"mtu": "1400"}), "link set va mtu 1450", "mtu 1500 → 1450"),
        (("RouteReplace", "", {"dst": "10.50.0.0/16", "via": "10.0.0.9"}), "route add 10.50.0.0/16 via 10.1.0.9",
         "another route in its place"),
    ],
)  # fmt: skip
def test_redo_tells_what_changed_since(case: Case, line: str, says: str, netns: Netns) -> None:
    build(netns)
    with Desk(netns) as desk:
        made(desk, *case)
        desk.changes.undo(desk.changes.back())
        desk.changes.remember()
        netns.ip(line)
        seen = desk.changes.forth()
        assert seen.asks
        assert says in texts(seen)


def test_what_stood_on_a_new_link_is_done_again_with_it(netns: Netns) -> None:
    build(netns)
    with Desk(netns) as desk:
        made(desk, "AddVeth", "", VETH)
        made(desk, "AddressAdd", "", {"local": "10.9.0.1/24", "dev": "v1"})
        made(desk, "AddressAdd", "", {"local": "10.9.1.1/24", "dev": "v2"})
        after = picture(netns, indexes=True)
        for _ in range(3):
            desk.changes.undo(desk.changes.back())
        for _ in range(3):
            desk.changes.redo(desk.changes.forth())
        assert difference(after, picture(netns, indexes=True)) == []


def test_a_tun_that_is_used_by_now_is_not_taken_back_without_asking(netns: Netns) -> None:
    build(netns)
    with Desk(netns) as desk:
        made(desk, "AddTuntap", "", {"name": "u1", "mode": "tun"})
        for line in ("address add 10.77.0.1/24 dev u1", "link set u1 up", "route add 10.78.0.0/16 via 10.77.0.9"):
            netns.ip(line)
        there = picture(netns, indexes=True)
        seen = desk.changes.back()
        assert seen.asks
        assert texts(seen) == "1 address goes along; 1 route goes along"
        assert not seen.undo.can_be_guarded
        with pytest.raises(UsageError, match="no guardian could send"):
            desk.changes.undo(seen, 60)
        assert desk.changes.pending is None
        assert difference(there, picture(netns, indexes=True)) == []
        desk.changes.undo(seen)
        desk.changes.redo(desk.changes.forth())
        assert difference(there, picture(netns, indexes=True)) == []


@pytest.mark.parametrize("by", ["Y", "elsewhere"])
def test_what_was_taken_over_and_kept_is_not_undone_over_somebody_elses(by: str, netns: Netns) -> None:
    build(netns)
    with Desk(netns) as desk, Desk(netns) as other:
        desk.changes.apply(desk.down(), 60)
        app = SimpleNamespace(session=other.session, namespace="here", confirm_seconds=60)
        mine = changing.Desk(cast(Actions, app))
        assert mine.changes.adopt(entries()[0])
        if by == "Y":
            assert mine.confirm().startswith("kept: ")
        else:
            assert desk.changes.pending is not None
            desk.changes.pending.let_go()
            entries()[0].ask("CONFIRM")
            assert comes_true(lambda: mine.look() != "")
        assert comes_true(lambda: desk.changes.look() != "")
        for line in ("link set va up", "route add 10.20.0.0/16 via 10.0.0.5"):
            netns.ip(line)
        assert mine.changes.back().asks
        mine.changes.close()


def test_a_guarded_undo_that_is_refused_leaves_nothing_to_be_confirmed(netns: Netns) -> None:
    build(netns)
    with Desk(netns) as desk:
        made(desk, "RouteDelete", "dst == 10.20.0.0/16", {})
        netns.ip("address flush dev va")
        with pytest.raises(UsageError, match="not undone: the route"):
            desk.changes.undo(desk.changes.back(), 60)
        assert desk.changes.pending is None
        assert entries() == []
        netns.ip("address add 10.0.0.1/24 dev va")
        assert desk.changes.undo(desk.changes.back(), 60).startswith("undone: ")
        assert desk.changes.roll_back().startswith("rolled back")
        assert desk.changes.last is not None


def test_an_undo_that_is_refused_can_be_tried_again(netns: Netns) -> None:
    build(netns)
    with Desk(netns) as desk:
        made(desk, "RouteDelete", "dst == 10.20.0.0/16", {})
        netns.ip("link set va down")
        with pytest.raises(UsageError, match="not undone: the route"):
            desk.changes.undo(desk.changes.back())
        for line in ("link set va up", "address add fd00::1/64 dev va nodad"):
            netns.ip(line)
        assert desk.changes.undo(desk.changes.back()).startswith("undone: ")


def test_a_redo_that_nobody_confirms_can_be_done_again(netns: Netns) -> None:
    build(netns)
    with Desk(netns) as desk:
        made(desk, "LinkSet", "name == va", {"mtu": "1400"})
        desk.changes.undo(desk.changes.back())
        desk.changes.redo(desk.changes.forth(), 1)
        assert comes_true(lambda: desk.changes.look() != "")
        assert desk.changes.last is None
        assert desk.changes.redo(desk.changes.forth()).startswith("done again: ")


def test_what_a_rollback_would_overwrite_is_not_changed_before_it_is_decided(netns: Netns) -> None:
    build(netns)
    with Desk(netns) as desk:
        desk.changes.apply(previewed(desk.session, LinkSet, {"dev": "va", "mtu": "1400"}, []), 60)
        with pytest.raises(UsageError, match="would overwrite this"):
            desk.changes.apply(previewed(desk.session, LinkSet, {"dev": "va", "mtu": "1300"}, []))
        desk.changes.apply(previewed(desk.session, LinkSet, {"dev": "vc", "mtu": "1300"}, []))
        assert desk.changes.roll_back().startswith("rolled back")


def test_restoring_does_not_overwrite_what_is_there_again(netns: Netns) -> None:
    build(netns)
    with Desk(netns) as desk:
        row = desk.row("neighbours", "address == 10.0.0.9") or b""
        netns.ip("neighbour del 10.0.0.9 dev va")
        world = desk.world
        plan = of(world, [RestoreNeighbour.parsed({}, world, row)])
        netns.ip("neighbour add 10.0.0.9 lladdr 02:00:00:00:00:44 dev va nud permanent")
        with pytest.raises(Changed, match="there is one by now"):
            desk.changes.apply(plan)
        with pytest.raises(Problems, match="there is one again"):
            RestoreNeighbour.parsed({}, desk.world, row)


def test_many_marked_rows_are_one_look(netns: Netns) -> None:
    """Each is not looked for by itself: the tables would be read over as many times."""
    build(netns)
    for number in range(300):
        netns.ip(f"route add 10.{64 + number // 256}.{number % 256}.0/24 via 10.0.0.9")
    with Desk(netns) as desk:
        rows = desk.world.rows("routes", "dst in 10.64.0.0/15")
        assert len(rows) == 300
        asked = 0
        count = World.rows

        def counted(world: World, name: str, where: str = "") -> list[bytes]:
            nonlocal asked
            asked += 1
            return count(world, name, where)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(World, "rows", counted)
            seen = previewed(desk.session, RouteDelete, {}, rows)
        assert len(seen.steps) == 300
        assert asked < 100
