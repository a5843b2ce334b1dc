"""Undo and redo look before they send: at what others did meanwhile, and at what goes along by now."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from nltui.changes import pending
from nltui.changes.base import Tier
from nltui.changes.execute import Changed
from nltui.changes.journals import entries
from nltui.changes.preview import Preview, previewed
from nltui.changes.registry import CHANGES
from nltui.errors import UsageError
from tests.changes.ground import Desk, build, difference, picture
from tests.kernel.followed import comes_true
from tests.kernel.netns import Netns

VETH = {"name": "v1", "peer": "v2", "address": "02:00:00:00:01:01", "peer_address": "02:00:00:00:01:02", "up": "yes"}
Case = tuple[str, str, dict[str, str]]


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(pending, "LEAST", 1)
    yield
    for entry in entries():
        entry.forget()


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
