"""Headers that routes and nexthops give to packets: as `ip` encodes them, read back from a row, and found by."""

from __future__ import annotations

import pytest

from nltui.changes import encap
from nltui.changes.base import Change, Problems
from nltui.changes.command import parsed
from nltui.changes.nexthops import NexthopReplace
from nltui.changes.routes import RouteReplace
from nltui.netlink.constants import nexthop as nh
from nltui.netlink.constants import rtnetlink as rt
from tests.changes.ground import Changing, build, difference, picture, undo
from tests.kernel.netns import Netns

MPLS = (
    ("mpls 100/200 ttl 9", rt.RTA_ENCAP, rt.RTA_ENCAP_TYPE,
     "180016800c00010000064000000c810005000200090000000600150001000000"),
    ("mpls 16", nh.NHA_ENCAP, nh.NHA_ENCAP_TYPE, "0c00088008000100000101000600070001000000"),
)  # fmt: skip
"""As `ip` sends it, which many kernels take; padding is zeros here."""


@pytest.mark.parametrize(("text", "nest", "type_", "sent"), MPLS)
def test_mpls_is_encoded_as_ip_does(text: str, nest: int, type_: int, sent: str, netns: Netns) -> None:
    """Of a kernel without it, too."""
    with Changing(netns) as changing:
        world = changing.world
        assert encap.packed(text, world, nest, type_).hex() == sent
        found = {nest: encap.encoded(text, world)[1], type_: b"\1\0"}
        assert encap.told(found, world, nest, type_) == text


ROUTES = (
    "encap ip id 7 src 10.0.0.1 dst 10.0.0.9 ttl 9 tos 8 key csum seq via 10.0.0.9",
    "encap ip6 id 7 src fd00::1 dst fd00::9 hoplimit 9 tc 8 via 10.0.0.9",
    "encap seg6 mode encap segs fd01::1,fd01::2 via 10.0.0.9 src 10.0.0.2",
    "nexthop encap ip id 7 dst 1.1.1.1 via 10.0.0.9 weight 2 nexthop encap seg6 mode encap segs fd01::1 via 10.1.0.9",
)
SIX = (
    "encap seg6 mode inline segs fd01::1,fd01::2 via fd00::9",
    "encap seg6local action End.DT6 table 100 dev va",
    "encap seg6local action End.DX2 oif vc dev va table 100",
    "encap seg6local action End.B6 srh segs fd01::1,fd01::2 dev va",
    "encap seg6local action End.DX4 nh4 10.0.0.9 dev va",
)
HOPS = ("encap ip id 7 dst 1.1.1.1 tos 8 csum via 10.0.0.9 dev va", "encap seg6 mode encap segs fd01::1 dev va")
CASES: tuple[tuple[type[Change], str, str], ...] = (
    *((RouteReplace, "dst == 10.30.0.0/16", f"-4 route add 10.30.0.0/16 {said}") for said in ROUTES),
    *((RouteReplace, "dst == fd30::/16", f"-6 route add fd30::/16 {said}") for said in SIX),
    *((NexthopReplace, "id == 20", f"nexthop add id 20 {said}") for said in HOPS),
)


@pytest.mark.parametrize(("cls", "where", "line"), CASES, ids=[line for _, _, line in CASES])
def test_what_the_edit_dialog_shows_sent_again_changes_nothing(
    cls: type[Change], where: str, line: str, netns: Netns
) -> None:
    build(netns)
    netns.ip(line)
    with Changing(netns) as changing:
        world, row = changing.world, changing.row(cls.table, where)
        assert row is not None
        texts = cls.filled(row, world)
        assert "encap" in f"{texts.get('hops', '')} {' '.join(texts)}"
        changing.executor.apply([cls.parsed(texts, world, row)], [])
        again = changing.row(cls.table, where)
    assert again is not None
    assert again[16:] == row[16:]


def test_the_sentence_tells_of_it(netns: Netns) -> None:
    build(netns)
    with Changing(netns) as changing:
        world = changing.world
        cls, texts, row = parsed("ip route add 10.30.0.0/16 encap ip id 7 dst 1.1.1.1 via 10.0.0.9", world)
        said = cls.parsed(texts, world, row).sentence(world)
        assert said == "packets to 10.30.0.0/16 go by 10.0.0.9, with a header of ip id 7 dst 1.1.1.1, in table main"


@pytest.mark.parametrize("said", [*ROUTES, *SIX])
def test_a_route_is_found_by_its_header_and_comes_back(said: str, netns: Netns) -> None:
    build(netns)
    line = f"route {{}} {'fd30::/16' if said in SIX else '10.30.0.0/16'} {said}"
    netns.ip(("-6 " if said in SIX else "-4 ") + line.format("add"))
    before = picture(netns)
    with Changing(netns) as changing:
        world = changing.world
        cls, texts, row = parsed(f"ip {line.format('del')}", world)
        done = changing.executor.apply([cls.parsed(texts, world, row)], [])
        assert difference(before, picture(netns))
        assert changing.executor.revert(done.undo.steps) == []
    assert difference(before, picture(netns)) == []
    with Netns() as other:
        build(other)
        undo(other, done.undo.steps)
        assert difference(before, picture(other)) == []


@pytest.mark.parametrize("said", HOPS)
def test_the_line_that_brings_a_nexthop_back_tells_all_of_its_header(said: str, netns: Netns) -> None:
    build(netns)
    netns.ip(f"nexthop add id 20 {said}")
    before = picture(netns)
    with Changing(netns) as changing:
        done = changing.apply("NexthopDelete", "id == 20", {})
    undo(netns, done.undo.steps)
    assert difference(before, picture(netns)) == []


@pytest.mark.parametrize(
    ("said", "what"),
    [
        ("encap mpls 100/1048576 via 10.0.0.9", "labels are up to 1048575"),
        ("encap mpls -5 via 10.0.0.9", "labels are up to 1048575"),
        ("encap ip dst fd00::1 via 10.0.0.9", "IPv4 is needed here"),
        ("encap ip id 7 id 8 via 10.0.0.9", "`id` is said twice"),
        ("encap seg6 segs fd01::1 dev va", "`mode` is missing"),
        ("encap seg6 mode encap segs fd01::1,bogus dev va", "'bogus' is no IP address"),
        ("encap seg6local action End.Z dev va", "'End.Z' is none of"),
        ("encap seg6local action End.DX2 oif nosuch dev va", "there is no link 'nosuch'"),
        ("encap ip id 7 nhid 10", "needs via or dev"),
    ],
)
def test_what_is_wrong_is_told_at_its_field(said: str, what: str, netns: Netns) -> None:
    build(netns)
    with Changing(netns) as changing:
        world = changing.world
        cls, texts, row = parsed(f"ip route add 10.30.0.0/16 {said}", world)
        with pytest.raises(Problems, match=what) as told:
            cls.parsed(texts, world, row)
        assert list(told.value.sentences) == ["encap"]
