"""The tree of one message: complete, named, and unimpressed by whatever bytes."""

from __future__ import annotations

import random
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nltui.netlink import tree, wire
from nltui.netlink.tree import Node
from tests.netlink import golden

MUTATIONS = 20_000


class Links:
    """A context that knows two links."""

    def lookup(self, table: str, key: int) -> str | None:
        return {("links", 1): "lo", ("links", 3): "eth\x1b[0m"}.get((table, key))


def nodes(roots: tuple[Node, ...]) -> list[Node]:
    out: list[Node] = []
    left = list(roots)
    while left:
        node = left.pop()
        out.append(node)
        left.extend(node.children)
    return out


def find(roots: tuple[Node, ...], name: str) -> Node:
    found = [node for node in nodes(roots) if node.name == name]
    assert found, f"no {name} among {sorted({node.name for node in nodes(roots)})}"
    return found[-1]


def uncovered(roots: tuple[Node, ...], length: int) -> list[tuple[int, int]]:
    """Stretches of no leaf and no nlattr header; also checks that nothing is covered twice or lies outside."""
    covered = bytearray(length)

    def cover(start: int, stop: int) -> None:
        assert 0 <= start <= stop <= length
        assert not any(covered[start:stop]), f"{start}:{stop} is covered twice"
        covered[start:stop] = b"\1" * (stop - start)

    for node in nodes(roots):
        if not node.children:
            cover(node.offset, node.offset + node.length)
        elif node.number >= 0:
            cover(node.offset, node.offset + wire.NLA_HDRLEN)
            assert all(node.offset <= child.offset for child in node.children)
    gaps, start = [], 0
    while (start := covered.find(b"\0", start)) >= 0:
        stop = covered.find(b"\1", start)
        stop = length if stop < 0 else stop
        gaps.append((start, stop))
        start = stop
    return gaps


@pytest.mark.parametrize("name", golden.names())
def test_every_byte_has_its_node(name: str) -> None:
    for message in golden.load(name):
        gaps = uncovered(tree.describe(0, message, Links()), len(message))
        assert all(stop - start < 8 and not any(message[start:stop]) for start, stop in gaps), gaps


@pytest.mark.parametrize("name", golden.names())
def test_this_kernels_messages_have_no_unknown_or_malformed_part(name: str) -> None:
    for message in golden.load(name):
        for node in nodes(tree.describe(0, message, Links())):
            assert not node.name.startswith("attr#"), node
            assert not {"malformed", "more than", "too short", "without its"} & {node.note[:9], node.note[:11]}, node


def test_mutated_messages_never_raise_and_stay_covered() -> None:
    chance = random.Random(20260101)
    messages = [message for message in golden.everything() if len(message) < 700]
    for _ in range(MUTATIONS):
        raw = bytearray(chance.choice(messages))
        for _ in range(chance.randint(1, 4)):
            raw[chance.randrange(len(raw))] = chance.choice((0, 1, 4, 5, 0x7F, 0x80, 0xFF, chance.randrange(256)))
        if chance.random() < 0.3:
            del raw[chance.randrange(len(raw)) :]
        roots = tree.describe(0, bytes(raw), Links())
        gaps = uncovered(roots, len(raw))
        assert all(stop - start < 8 for start, stop in gaps), (bytes(raw).hex(), gaps)
        for node in nodes(roots):
            assert (node.name + node.value + node.note).isprintable(), node


@given(st.integers(0, 22), st.binary(max_size=300))
@settings(max_examples=300, deadline=None)
def test_any_bytes_of_any_protocol_give_a_tree(protocol: int, raw: bytes) -> None:
    uncovered(tree.describe(protocol, raw), len(raw))


def test_a_route_is_named_down_to_its_metrics() -> None:
    metrics = wire.nlattr(2, struct.pack("=I", 1400)) + wire.nlattr(16, b"cubic\0")
    body = struct.pack("=BBBBBBBBI", 2, 24, 0, 0, 254, 4, 0, 1, 0) + wire.nlattr(1, bytes((10, 1, 0, 0)))
    body += wire.nlattr(4, struct.pack("=I", 3)) + wire.nlattr(8, metrics) + wire.nlattr(30, struct.pack("=I", 7))
    roots = tree.describe(0, wire.nlmsg(24, 0x600, 5, body), Links())
    assert [root.name for root in roots] == [
        "nlmsghdr", "rtmsg", "RTA_DST", "RTA_OIF", "RTA_METRICS", "RTA_NH_ID",
    ]  # fmt: skip
    assert find(roots, "nlmsg_type").value == "RTM_NEWROUTE"
    assert find(roots, "nlmsg_flags").value == "EXCL,CREATE"
    assert (find(roots, "rtm_table").value, find(roots, "rtm_table").note) == ("main", "254")
    assert find(roots, "rtm_protocol").value == "static"
    assert find(roots, "RTA_DST").value == "10.1.0.0"
    assert (find(roots, "RTAX_MTU").value, find(roots, "RTAX_MTU").note) == ("1400", "bytes")
    assert find(roots, "RTAX_CC_ALGO").value == "cubic"
    assert find(roots, "RTA_NH_ID").value == "7"


def test_names_that_others_chose_are_made_harmless() -> None:
    body = bytes(16) + wire.nlattr(3, b"\x1b[31mX\0") + wire.nlattr(10, struct.pack("=I", 3))
    roots = tree.describe(0, wire.nlmsg(16, 0, 0, body), Links())
    assert "\x1b" not in find(roots, "IFLA_IFNAME").value
    master = find(roots, "IFLA_MASTER")
    assert "\x1b" not in master.value
    assert master.value.startswith("eth")
    assert master.note == "ifindex 3"


def test_an_ifindex_of_another_namespace_is_not_looked_up() -> None:
    body = bytes(16) + wire.nlattr(5, struct.pack("=I", 1)) + wire.nlattr(37, struct.pack("=i", 0))
    link = find(tree.describe(0, wire.nlmsg(16, 0, 0, body), Links()), "IFLA_LINK")
    assert (link.value, link.note) == ("1", "ifindex in another namespace")


def test_an_unknown_attribute_keeps_its_bytes() -> None:
    node = find(tree.describe(0, wire.nlmsg(24, 0, 0, bytes(12) + wire.nlattr(57, b"\xde\xad"))), "attr#57")
    assert (node.number, node.value, node.offset, node.length) == (57, "de ad", 28, 6)


def test_an_unknown_nest_is_opened() -> None:
    inner = wire.nlattr(3, b"\1")
    roots = tree.describe(0, wire.nlmsg(24, 0, 0, bytes(12) + wire.nlattr(57 | wire.NLA_F_NESTED, inner)))
    assert [child.name for child in find(roots, "attr#57").children] == ["attr#3"]


def test_a_scalar_of_another_length_says_so() -> None:
    node = find(tree.describe(0, wire.nlmsg(24, 0, 0, bytes(12) + wire.nlattr(4, b"\1\2"))), "RTA_OIF")
    assert (node.value, node.note) == ("01 02", "malformed: 2 bytes, u32 has 4")


def test_from_a_malformed_attribute_on_the_rest_is_bytes() -> None:
    raw = wire.nlmsg(24, 0, 0, bytes(12) + wire.nlattr(4, b"\1\0\0\0") + struct.pack("=HHI", 99, 5, 0))
    node = find(tree.describe(0, raw), "malformed attribute")
    assert (node.offset, node.length, node.note) == (36, 8, "malformed: says 99 bytes, 8 are left")


def test_nests_without_end_are_not_followed_for_ever() -> None:
    raw = b""
    for _ in range(1000):
        raw = wire.nlattr(57 | wire.NLA_F_NESTED, raw)
    roots = tree.describe(0, wire.nlmsg(24, 0, 0, bytes(12) + raw))
    assert any(node.note == "nested too deep to follow" for node in nodes(roots))


def test_a_refusal_shows_errno_request_and_the_kernels_words() -> None:
    roots = tree.describe(0, golden.load("acknowledgements")[0])
    assert find(roots, "error").value == "ENETUNREACH"
    request = find(roots, "request")
    assert request.value == "RTM_NEWROUTE"
    assert find(request.children, "RTA_GATEWAY").value == "10.99.99.99"
    assert find(roots, "NLMSGERR_ATTR_MSG").value == "Nexthop has invalid gateway"


def test_refusals_of_refusals_without_end_are_not_followed() -> None:
    raw = b""
    for _ in range(1500):
        raw = wire.nlmsg(2, 0, 0, bytes(4) + raw)
    uncovered(tree.describe(0, raw), len(raw))


def test_a_message_full_of_empty_attributes_has_a_bounded_tree() -> None:
    raw = wire.nlmsg(24, 0, 0, bytes(12) + wire.nlattr(1) * 100_000)
    roots = tree.describe(0, raw)
    assert len(nodes(roots)) < tree.MOST + 100
    assert find(roots, "more").note == "too many attributes to show"


def test_a_group_of_nexthops_shows_members_and_weights() -> None:
    members = struct.pack("=IBBHIBBH", 1, 0, 0, 0, 5, 4, 0, 0)
    roots = tree.describe(0, wire.nlmsg(104, 0, 0, bytes(8) + wire.nlattr(2, members)))
    group = find(roots, "NHA_GROUP")
    assert [child.name for child in group.children] == ["[0]", "[1]"]
    assert find(group.children[1:], "id").value == "5"
    assert find(group.children[1:], "weight").note == "weight 5"


def test_a_short_message_is_one_node_that_says_so() -> None:
    (node,) = tree.describe(0, b"abc")
    assert (node.value, node.note) == ("61 62 63", "too short, needs 16 bytes")
    assert tree.describe(0, b"") == ()
