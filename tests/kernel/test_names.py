"""Names are those that `ip` prints for the same numbers on this system."""

import re

from nltui.system import names
from tests.kernel.netns import Netns

SOME = (0, 1, 2, 3, 4, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 42, 99, 186, 187, 188, 189, 192, 250, 255)


def reach(number: int) -> int:
    """The nearest scope that the kernel takes for a route without a gateway."""
    return min(max(number, 1), 254)


def test_route_protocols_tables_and_scopes(netns: Netns) -> None:
    netns.ip("link add d0 type veth peer name d1")
    netns.ip("link set d0 up")
    netns.ip("link set d1 up")
    for number in SOME:
        netns.ip(f"route add 10.0.0.{number} dev d0 proto {number} scope {reach(number)} table {1000 + number}")
        netns.ip(f"-6 route add fd00::1:{number} dev d0 table {number or 256}")
    for number in SOME:
        (route,) = netns.ip_json(f"-d route show table {1000 + number}")
        assert route["protocol"] == (names.protocol(number) or str(number))
        assert route["scope"] == (names.scope(reach(number)) or str(reach(number)))
    shown = netns.ip_json("-d -6 route show table all")
    tables = {route["dst"]: route.get("table") for route in shown if re.fullmatch("fd00::1:[0-9]+", route["dst"])}
    for number in SOME:
        table = number or 256
        wanted = None if table == 254 else names.table(table) or str(table)
        assert tables[f"fd00::1:{number}"] in (wanted, "main" if table == 254 else wanted)


def test_link_groups(netns: Netns) -> None:
    netns.ip("link add d0 type veth peer name d1")
    for number in (0, 1, 4_000_000):
        netns.ip(f"link set d0 group {number}")
        (link,) = netns.ip_json("-d link show d0")
        assert link["group"] == (names.group(number) or str(number))


def test_dsfields(netns: Netns) -> None:
    netns.ip("link add d0 type veth peer name d1")
    netns.ip("link set d0 up")
    netns.ip("link set d1 up")
    some = (0x04, 0x08, 0x10, 0x14, 0x18)
    for number in some:
        netns.ip(f"route add 10.1.0.0/16 dev d0 tos {number:#x}")
    shown = [route["tos"] for route in netns.ip_json("route show") if "tos" in route]
    assert sorted(shown) == sorted(names.dsfield(number) or f"0x{number:02x}" for number in some)
