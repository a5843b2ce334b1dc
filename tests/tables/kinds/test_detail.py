"""The decoder of nests: nothing lost, nothing raised, nothing remembered that may change."""

from __future__ import annotations

import json
import struct

from hypothesis import given
from hypothesis import strategies as st

from nltui.netlink.wire import nlattr
from nltui.tables.kinds.detail import Item, Nest, decode
from nltui.tables.kinds.read import device, text, u8, u32
from nltui.tables.kinds.registry import KINDS, UNKNOWN, nest
from nltui.tables.kinds.show import line
from nltui.tables.kinds.vf import functions
from nltui.tables.kinds.xdp import XDP


class Links:
    """A context whose one link can be renamed."""

    def __init__(self, name: str | None = "eth7") -> None:
        self.name = name

    def lookup(self, table: str, key: int) -> str | None:
        return self.name if (table, key) == ("links", 7) else None


SAMPLE = Nest("sample", (Item(1, "id", u32), Item(2, "on", u8), Item(3, "link", device)), silent=frozenset({9}))


def test_declared_attributes_become_keys_in_the_order_declared() -> None:
    data = nlattr(2, b"\1") + nlattr(1, struct.pack("=I", 5))
    assert list(decode(SAMPLE, data, Links()).items()) == [("id", 5), ("on", 1)]


def test_the_last_of_a_repeated_attribute_wins() -> None:
    assert decode(SAMPLE, nlattr(2, b"\1") + nlattr(2, b"\2"), Links()) == {"on": 2}


def test_an_undeclared_attribute_is_kept_in_hexadecimal() -> None:
    assert decode(SAMPLE, nlattr(77, b"\xde\xad"), Links()) == {"attr#77": "dead"}


def test_padding_is_not_shown() -> None:
    assert decode(SAMPLE, nlattr(9), Links()) == {}


def test_an_attribute_of_another_length_is_kept_in_hexadecimal() -> None:
    assert decode(SAMPLE, nlattr(1, b"\1\2"), Links()) == {"attr#1": "0102"}


def test_what_follows_a_broken_attribute_is_kept() -> None:
    data = nlattr(2, b"\1") + b"\xff\x00\x01\x00\x07"
    assert decode(SAMPLE, data, Links()) == {"on": 1, "rest": "ff00010007"}


def test_a_renamed_link_is_seen_at_once() -> None:
    data = nlattr(3, struct.pack("=I", 7))
    context = Links("old")
    assert decode(SAMPLE, data, context) == {"link": "old"}
    context.name = "new"
    assert decode(SAMPLE, data, context) == {"link": "new"}
    context.name = None
    assert decode(SAMPLE, data, context) == {"link": "if7"}


def test_equal_bytes_are_decoded_once() -> None:
    data = nlattr(1, struct.pack("=I", 6))
    assert decode(SAMPLE, data, Links()) is decode(SAMPLE, bytes(data), Links())


def test_a_kind_without_schema_shows_its_attributes_by_number() -> None:
    assert nest("wireguard") is UNKNOWN
    assert decode(UNKNOWN, nlattr(1, b"\1"), Links()) == {"attr#1": "01"}


def test_text_chosen_by_others_is_visible_in_the_line_and_whole_in_json() -> None:
    hostile = Nest("hostile", (Item(1, "name", text),))
    shown = decode(hostile, nlattr(1, b"a\x1b[31m\0junk"), Links())
    assert shown == {"name": "a\x1b[31m"}
    assert line(shown) == "name a\\x1b[31m"


def test_a_line_has_words_for_what_is_so() -> None:
    shown = {"id": 5, "proxy": True, "learning": False, "range": {"low": 1, "high": 2}, "ips": ["a", "b"], "none": None}
    assert line(shown) == "id 5 proxy range {low 1 high 2} ips a,b"


ATTRIBUTES = st.lists(st.builds(nlattr, st.integers(0, 60), st.binary(max_size=40)), max_size=12).map(b"".join)


@given(st.sampled_from(sorted(KINDS)), ATTRIBUTES | st.binary(max_size=200))
def test_no_bytes_make_a_kind_raise(kind: str, data: bytes) -> None:
    shown = decode(nest(kind), data, Links())
    json.dumps(shown)
    assert line(shown).isprintable()


@given(ATTRIBUTES | st.binary(max_size=200))
def test_no_bytes_make_programs_or_virtual_functions_raise(data: bytes) -> None:
    json.dumps([functions(data, Links()), functions(nlattr(1, data), Links()), decode(XDP, data, Links())])
