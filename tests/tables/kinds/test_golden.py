"""Every kind's schema against what `ip` prints for the same bytes.

A file of `golden/` is a kind: messages without their nlmsghdr, in hexadecimal and little-endian, built from the uapi
headers because few kernels have every kind; `ip` is the program's output for them, `beyond` what only nltui shows.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from nltui.model import single
from nltui.netlink import wire
from nltui.tables.kinds.registry import KINDS
from nltui.tables.links import LINKS

GOLDEN = Path(__file__).with_name("golden")
NAMES = {5: "t0", 7: "eth7"}


class Neighbours:
    """Two known links."""

    def lookup(self, table: str, key: int) -> str | None:
        return NAMES.get(key) if table == "links" else None


def cases() -> list[Any]:
    return [
        pytest.param(case, id=f"{path.stem}-{number}")
        for path in sorted(GOLDEN.glob("*.json"))
        for number, case in enumerate(json.loads(path.read_text("utf-8"))["cases"])
    ]


def both(ip: dict[str, Any], beyond: dict[str, Any]) -> dict[str, Any]:
    """The two objects in one."""
    out = dict(ip)
    for key, value in beyond.items():
        out[key] = both(out[key], value) if isinstance(value, dict) and key in out else value
    return out


@pytest.mark.skipif(sys.byteorder == "big", reason="golden bytes are little-endian")
@pytest.mark.parametrize("case", cases())
def test_json_is_what_ip_prints(case: dict[str, Any]) -> None:
    message = wire.nlmsg(16, 0, 0, bytes.fromhex(case["message"]))
    assert single.record(LINKS, message, Neighbours()) == both(case["ip"], case["beyond"])


@pytest.mark.skipif(sys.byteorder == "big", reason="golden bytes are little-endian")
@pytest.mark.parametrize("case", cases())
def test_details_are_one_line_of_text(case: dict[str, Any]) -> None:
    message = wire.nlmsg(16, 0, 0, bytes.fromhex(case["message"]))
    for name in ("details", "member", "vfs", "xdp"):
        assert single.text(LINKS, LINKS.column(name), message, Neighbours()).isprintable()


def test_every_kind_has_golden_bytes() -> None:
    files = {path.stem for path in GOLDEN.glob("*.json")}
    assert files >= KINDS
