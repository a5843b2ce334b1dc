"""The test world against this kernel: what it has, that trees cover it, that encoded messages are accepted."""

from __future__ import annotations

import socket
from functools import partial

import pytest

from nltui.netlink import codec, tree, wire
from nltui.netlink.tree import Node
from tests.kernel import world
from tests.kernel.netns import Netns

NLM_F_REQUEST_ACK_CREATE = 0x1 | 0x4 | 0x400


def names(nodes: tuple[Node, ...]) -> set[str]:
    return {node.name for node in nodes} | {name for node in nodes for name in names(node.children)}


def send(message: bytes) -> int:
    """Send one request; the errno of its acknowledgement, 0 where granted."""
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as sock:
        sock.settimeout(10)
        sock.send(message)
        answer = sock.recv(65536)
    return -int.from_bytes(answer[16:20], "little", signed=True)


def test_the_world_has_some_of_everything(netns: Netns, peer: Netns, capsys: pytest.CaptureFixture[str]) -> None:
    refused = world.build(netns, peer)
    with capsys.disabled():
        print(f"\n{len(refused)} commands this kernel or ip lacks; see tests/kernel/world.py")
    found = world.sample(netns)
    for table in ("links", "addresses", "routes4", "routes6", "neighbours", "rules4", "rules6"):
        assert len(found[table]) > 5, (table, refused)
    seen = {name for messages in found.values() for message in messages for name in names(tree.describe(0, message))}
    assert {"IFLA_LINKINFO", "RTA_MULTIPATH", "RTA_METRICS", "NDA_LLADDR", "FRA_FWMASK", "IFA_LABEL"} <= seen
    assert {link["ifname"] for link in netns.ip_json("link show")} >= {"veth0", "br0"}


def test_the_kernel_takes_what_the_codec_encodes(netns: Netns) -> None:
    netns.batch(
        [
            "link add veth0 type veth peer name veth1",
            "link set veth0 up",
            "link set veth1 up",
            "addr add 10.0.0.1/24 dev veth0",
        ]
    )
    index = netns.ip_json("link show dev veth0")[0]["ifindex"]
    nexthop = {"attrs": [("NHA_ID", 7), ("NHA_OIF", index), ("NHA_GATEWAY", "10.0.0.9")]}["attrs"]
    group = [("NHA_ID", 70), ("NHA_GROUP", [{"id": 7, "weight": 4}])]
    metrics = {"attrs": [("RTAX_MTU", 1300), ("RTAX_CC_ALGO", "cubic")]}
    requests = [
        codec.encode(0, 104, {"family": socket.AF_INET, "protocol": 4}, nexthop, NLM_F_REQUEST_ACK_CREATE, 1),
        codec.encode(0, 104, {"protocol": 4}, group, NLM_F_REQUEST_ACK_CREATE, 2),
        codec.encode(
            0,
            24,
            {"family": socket.AF_INET, "dst_len": 16, "table": 254, "protocol": 4, "type": 1},
            [("RTA_DST", "10.1.0.0"), ("RTA_NH_ID", 70), ("RTA_METRICS", metrics)],
            NLM_F_REQUEST_ACK_CREATE,
            3,
        ),
        codec.encode(
            0,
            28,
            {"family": socket.AF_INET, "ifindex": index, "state": 0x80},
            [("NDA_DST", "10.0.0.9"), ("NDA_LLADDR", "02:00:00:00:00:09")],
            NLM_F_REQUEST_ACK_CREATE,
            4,
        ),
    ]
    for request in requests:
        assert wire.header(request).length == len(request)
        assert netns.inside(partial(send, request)) == 0, tree.describe(0, request)
    assert netns.ip_json("nexthop show id 70")[0]["group"] == [{"id": 7, "weight": 5}]
    assert netns.ip_json("route show 10.1.0.0/16")[0]["metrics"][0]["mtu"] == 1300
    assert netns.ip_json("neigh show 10.0.0.9")[0]["lladdr"] == "02:00:00:00:00:09"
