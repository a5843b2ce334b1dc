"""The neighbours table: what its columns make of a message, and that a proxy is no neighbour."""

from __future__ import annotations

import socket
import struct

import pytest

from nltui.model.types import Tone
from nltui.netlink.constants import neighbour as nd
from nltui.netlink.wire import nlattr, nlmsg
from nltui.tables.neighbours import NEIGHBOURS
from tests.tables.look import Look


def neighbour(dst: str, *attributes: bytes, state: int = nd.NUD_REACHABLE, flags: int = 0) -> Look:
    body = struct.pack("=BxHiHBB", socket.AF_INET, 0, 3, state, flags, 1)
    own = nlattr(nd.NDA_DST, socket.inet_aton(dst))
    return Look(NEIGHBOURS, nlmsg(28, 0, 0, body + own + b"".join(attributes)))


LLADDR = nlattr(nd.NDA_LLADDR, bytes.fromhex("020000000009"))


def test_a_neighbour_reads_as_a_sentence() -> None:
    assert neighbour("10.0.0.9", LLADDR).line() == "10.0.0.9 dev eth0 lladdr 02:00:00:00:00:09 ● REACHABLE"


@pytest.mark.parametrize(
    ("state", "text", "tone"),
    [
        (nd.NUD_REACHABLE, "● REACHABLE", Tone.OK),
        (nd.NUD_STALE, "○ STALE", Tone.DIM),
        (nd.NUD_FAILED, "✗ FAILED", Tone.BAD),
        (nd.NUD_INCOMPLETE, "◇ INCOMPLETE", Tone.CHANGED),
        (nd.NUD_PERMANENT, "◆ PERMANENT", Tone.ACCENT),
        (0, "", Tone.PLAIN),
        (0x400, "· 400", Tone.PLAIN),
    ],
)
def test_a_state_has_glyph_word_and_tone(state: int, text: str, tone: Tone) -> None:
    look = neighbour("10.0.0.9", state=state)
    assert (look.text("state"), look.tone("state")) == (text, tone)


def test_words_are_null_in_json_as_ip_writes_them() -> None:
    managed = nlattr(nd.NDA_FLAGS_EXT, struct.pack("=I", nd.NTF_EXT_MANAGED))
    look = neighbour("10.0.0.9", LLADDR, managed, flags=nd.NTF_ROUTER | nd.NTF_EXT_LEARNED)
    assert look.json() == {
        "dst": "10.0.0.9",
        "dev": "eth0",
        "lladdr": "02:00:00:00:00:09",
        "state": ["REACHABLE"],
        "router": None,
        "extern_learn": None,
        "managed": None,
    }
    assert look.text("flags") == "router,extern_learn,managed"


def test_ages_come_in_seconds() -> None:
    ages = nlattr(nd.NDA_CACHEINFO, struct.pack("=IIII", 6100, 100, 250, 1))
    assert {key: neighbour("10.0.0.9", ages).json()[key] for key in ("confirmed", "used", "updated")} == {
        "confirmed": 61,
        "used": 1,
        "updated": 2,
    }


def test_a_proxy_and_a_neighbour_of_one_address_are_two_rows() -> None:
    assert neighbour("10.0.0.9").key() != neighbour("10.0.0.9", flags=nd.NTF_PROXY, state=0).key()


def test_other_flags_and_states_make_no_other_row() -> None:
    assert neighbour("10.0.0.9").key() == neighbour("10.0.0.9", flags=nd.NTF_ROUTER, state=nd.NUD_STALE).key()
