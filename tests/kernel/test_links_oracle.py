"""The links table against `ip -j -d -s -s link show`, on a namespace with every kind that the kernel offers."""

from __future__ import annotations

from collections.abc import Mapping

from nltui.tables.links import LINKS
from tests.kernel import oracle
from tests.kernel.netns import Netns
from tests.kernel.oracle import Row
from tests.kernel.world import build

ONLY_IP: Mapping[str, str] = {}
"""Keys that only ip has, each with the reason."""

M_DOWN = "M-DOWN"
"""A flag that ip puts among a link's own when the link below is not up; here it is that link's state."""

COUNTS_ON = {
    **{
        f"linkinfo.info_data.{name}": 100.0
        for name in ("hello_timer", "tcn_timer", "topology_change_timer", "gc_timer")
    },
    **{
        f"linkinfo.info_slave_data.{name}": 100.0 for name in ("hold_timer", "message_age_timer", "forward_delay_timer")
    },
    **{
        f"stats64.{way}.{name}": 1e9
        for way in ("rx", "tx")
        for name in ("bytes", "packets", "dropped", "multicast", "otherhost", "errors", "carrier_changes")
    },
}
"""What differs between two looks, and by how much: seconds, bytes, packets."""


def flat(row: Row, above: str = "") -> Row:
    """Nested objects as dotted paths."""
    out: Row = {}
    for key, value in row.items():
        if isinstance(value, dict) and value:
            out |= flat(value, f"{above}{key}.")
        elif key == "flags" and isinstance(value, list):
            out[above + key] = [flag for flag in value if flag != M_DOWN]
        else:
            out[above + key] = value
    return out


def test_every_key_of_every_kind_is_as_ip_prints_it(netns: Netns, peer: Netns) -> None:
    refused = build(netns, peer)
    theirs = [flat(row) for row in oracle.ip(netns, "-s -s link show")]
    # One message at a time, and the whole program.
    for rows in (oracle.decoded(LINKS, netns, "links"), oracle.dumped(LINKS, netns)):
        ours = [flat(row) for row in rows]
        report = oracle.compare(ours, theirs, lambda row: row["ifindex"], COUNTS_ON)
        print("\n".join(f"refused: {line}" for line in refused if line.startswith("link")), report, sep="\n")
        oracle.assert_equal(report, ONLY_IP, at_least=25)
    kinds = {row.get("linkinfo.info_kind") for row in ours}
    assert kinds >= {"bridge", "veth", "macvlan", "macvtap", "vxlan", "tun", "ifb"}
    assert report.compared["linkinfo.info_slave_data.state"] >= 2
