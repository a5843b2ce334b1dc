"""What is asked about a packet."""

from __future__ import annotations

import pytest

from nltui.errors import UsageError
from nltui.model.why.query import Query, parse

DST = bytes((8, 8, 8, 8))


@pytest.mark.parametrize(
    ("line", "query"),
    [
        ("8.8.8.8", Query(DST)),
        ("to 8.8.8.8 from 10.0.0.1", Query(DST, bytes((10, 0, 0, 1)))),
        ("8.8.8.8 mark 0x10 dev eth0", Query(DST, mark=16, oif="eth0")),
        ("8.8.8.8 iif eth0 tos 16", Query(DST, iif="eth0", tos=16)),
        ("8.8.8.8 ipproto tcp sport 1 dport 443 uid 5", Query(DST, ipproto=6, sport=1, dport=443, uid=5)),
        ("::1 ipproto 58", Query(bytes(15) + b"\1", ipproto=58)),
    ],
)
def test_words(line: str, query: Query) -> None:
    assert parse(line.split()) == query
    assert parse(query.text.split()) == query


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("", "which destination?"),
        ("nowhere", "'nowhere' is no address"),
        ("8.8.8.8 frm 1.1.1.1", "'frm' has no meaning here; did you mean `from`"),
        ("8.8.8.8 from", "a value is missing behind from"),
        ("8.8.8.8 from ::1", "different address families"),
        ("8.8.8.8 mark x", "'x' is no number"),
        ("8.8.8.8 dport 70000", "70000 is not between 0 and 65535"),
        ("8.8.8.8 iif a oif b", "has no oif yet"),
        ("8.8.8.8 mark 1 mark 2", "mark is given twice"),
    ],
)
def test_what_is_wrong_is_told(line: str, said: str) -> None:
    with pytest.raises(UsageError, match="why: ") as caught:
        parse(line.split())
    assert said in str(caught.value)


def test_names_are_visible() -> None:
    assert parse(["8.8.8.8", "oif", "\x1b[31mX"]).oif == "\\x1b[31mX"
