"""Filters: whatever is kept, and however prefixes are searched, a row matches where its texts have every word."""

from __future__ import annotations

import random
import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nltui.model import search, single
from nltui.model.cells import Memo
from nltui.model.prefixes import Prefixes
from nltui.model.store import FREE, Store
from nltui.netlink.columns import Addresses
from nltui.netlink.constants import rtnetlink as rt
from nltui.netlink.constants.netlink import NLM_F_CREATE, NLM_F_REPLACE
from nltui.netlink.wire import nlattr, nlmsg
from nltui.tables.routes import ROUTES
from tests.model.follower import Fed

OCTETS = st.sampled_from([0, 1, 10, 11, 16, 100, 101, 110, 255])
PREFIXES = st.tuples(OCTETS, OCTETS, OCTETS, OCTETS, st.sampled_from([0, 1, 8, 10, 24, 31, 32, 33]))
WORDS = (
    "10",
    "0.1",
    "1.10.",
    "/24",
    "0/2",
    "1/1",
    ".",
    "/",
    "e 1",
    "ole 10.1",
    "blackhole",
    "default",
    "fd00",
    "eth",
    "nop",
)


class Names:
    """Links have names, in capitals."""

    def lookup(self, table: str, key: int) -> str | None:
        return f"ETH{key}"


def text_of(prefix: tuple[int, ...]) -> str:
    return ".".join(map(str, prefix[:4])) + (f"/{prefix[4]}" if prefix[4] != 32 else "")


@settings(max_examples=1000, deadline=None)
@given(st.lists(PREFIXES, min_size=1, max_size=20), st.data())
def test_prefixes_are_searched_as_if_they_were_text(prefixes: list[tuple[int, ...]], data: st.DataObject) -> None:
    texts = [text_of(prefix) for prefix in prefixes]
    whole = data.draw(st.sampled_from(texts))
    begin = data.draw(st.integers(0, len(whole) - 1))
    part = whole[begin : data.draw(st.integers(begin + 1, len(whole)))]
    wanted = data.draw(st.just(part) | st.text("0123./x", min_size=1, max_size=6))
    low = np.array([int.from_bytes(bytes(prefix[:4]), "big") for prefix in prefixes], np.uint64)
    addresses = Addresses(np.zeros(len(low), np.uint64), low, np.full(len(low), 4, np.uint8))
    numbers = Prefixes(addresses, np.array([prefix[4] for prefix in prefixes], np.int64))
    assert numbers.contain(wanted).tolist() == [wanted in text for text in texts]
    assert numbers.begin(wanted).tolist() == [text.startswith(wanted) for text in texts]


def route(chance: random.Random, *, delete: bool = False) -> bytes:
    """Of few prefixes and many kinds: unicast and blackhole, IPv4, IPv6 and default."""
    family, number = chance.choice([2, 2, 2, 10]), chance.randrange(300)
    length = chance.choice([0, 24, 32] if family == 2 else [64])
    address = (
        struct.pack("!I", (10 << 24) + (number << 8)) if family == 2 else bytes((0xFD, 0, 0, number & 255)) + bytes(12)
    )
    type_ = 6 if number % 5 == 0 else 1
    body = struct.pack("=BBBBBBBBI", family, length, 0, 0, rt.RT_TABLE_MAIN, 4, 0, type_, 0)
    body += nlattr(rt.RTA_DST, address) if length else b""
    body += nlattr(rt.RTA_OIF, struct.pack("=I", chance.randrange(1, 9)))
    flags = 0 if delete else NLM_F_CREATE | NLM_F_REPLACE
    return nlmsg(rt.RTM_DELROUTE if delete else rt.RTM_NEWROUTE, flags, 0, body)


def expected(store: Store, slots: list[int], needle: str) -> list[bool]:
    out = []
    for slot in slots:
        columns = [column for column in ROUTES.columns if not column.volatile]
        texts = [single.text(ROUTES, column, store.message(slot), Names()).casefold() for column in columns]
        out.append(all(any(word in text for text in texts) for word in needle.split()))
    return out


@pytest.mark.parametrize("kept", [True, False], ids=["kept", "anew"])
def test_rows_match_where_their_texts_have_every_word(kept: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "CHUNK", 64)
    monkeypatch.setattr(search, "MANY", 8)
    chance, fed = random.Random(8), Fed(ROUTES)
    fed.begin()
    fed.take([route(chance) for _ in range(200)])
    fed.finish(True)
    finder = search.Search(fed.store, Memo(Names()))
    for turn in range(60):
        fed.hear([route(chance, delete=chance.random() < 0.3) for _ in range(chance.choice([1, 5, 40]))])
        needle = " ".join(chance.sample(WORDS, chance.choice([1, 1, 2])))
        slots = np.flatnonzero(fed.store.state[: fed.store.top] != FREE)
        if turn % 3 == 2:
            slots = slots[chance.randrange(len(slots)) :]
        wanted = expected(fed.store, slots.tolist(), needle)
        if not kept:
            assert slots[finder.matches(slots, needle.split())].tolist() == slots[np.array(wanted)].tolist(), needle
            continue
        found: list[bool] = []
        while len(slots):
            count = finder.first_range(slots)
            found += finder.tried(slots[:count], tuple(needle.split())).tolist()
            slots = slots[count:]
        assert found == wanted, needle
        if turn % 20 == 19:
            finder.forget()
