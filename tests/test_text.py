"""Whatever bytes come in, what a person sees is one bounded line of drawn characters."""

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nltui.text import ELLIPSIS, MARKS_PER_BASE, plain, visible


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        (b"eth0", "eth0"),
        (b"", ""),
        (b"[bold]x", "[bold]x"),
        (b"\x1b[31mX", "\\x1b[31mX"),
        (b"a\nb\tc\x7f", "a\\x0ab\\x09c\\x7f"),
        (b"\xff\xfe", "\\xff\\xfe"),
        (b"\xed\xa0\x80", "\\xed\\xa0\\x80"),
        (b"caf\xc3\xa9", "café"),
        ("\u202egnp", "\\u202egnp"),
        ("a\u200bb\u2028c", "a\\u200bb\\u2028c"),
        ("\ud800", "\\ud800"),
        ("\ue000", "\\ue000"),
        ("\U000e0041", "\\U000e0041"),
        ("\x9b31m", "\\x9b31m"),
        ("a\u00a0b", "a\\xa0b"),
        ("a\u3164b\ufe0f", "a\\u3164b\\ufe0f"),
        ("e\u0301", "e\u0301"),
    ],
)
def test_shown(raw: bytes | str, shown: str) -> None:
    assert visible(raw) == shown


def test_a_mark_without_a_base_does_not_combine_with_what_stands_before() -> None:
    assert visible("\x1b\u0301") == "\\x1b\\u0301"
    assert visible("\u0301a") == "\\u0301a"


def test_a_flood_of_marks_is_bounded() -> None:
    shown = visible("a" + "\u0300" * 100, limit=1000)
    assert shown.count("\u0300") == MARKS_PER_BASE


@pytest.mark.parametrize(
    ("raw", "limit", "shown"),
    [
        ("abcd", 4, "abcd"),
        ("abcde", 4, "abc…"),
        (b"abcde", 4, "abc…"),
        ("abcde", 1, "…"),
        ("ab\x1bcd", 4, "ab…"),
        ("a\x1b", 5, "a\\x1b"),
        ("ab\x1b", 5, "ab…"),
        ("é" * 300, 256, "é" * 255 + "…"),
        ("\U0001f600".encode() * 5, 4, "\U0001f600" * 3 + "…"),
    ],
)
def test_the_limit_counts_the_ellipsis_and_never_cuts_an_escape(raw: bytes | str, limit: int, shown: str) -> None:
    assert visible(raw, limit) == shown


@given(st.one_of(st.binary(), st.text(st.characters())), st.integers(1, 60))
def test_every_character_is_drawn_and_the_length_bounded(raw: bytes | str, limit: int) -> None:
    shown = visible(raw, limit)
    assert len(shown) <= limit
    for character in shown:
        category = unicodedata.category(character)
        assert category[0] != "C"
        assert character == " " or category[0] != "Z"


@given(st.text(st.characters(exclude_categories=["C", "Z", "M"], exclude_characters="\u115f\u1160\u2800\u3164\uffa0")))
def test_ordinary_text_passes_unchanged(text: str) -> None:
    assert visible(text, limit=max(1, len(text))) == text
    assert visible(text.encode(), limit=max(1, len(text))) == text


@given(st.text(), st.integers(1, 20))
def test_only_a_text_that_is_cut_ends_in_an_added_ellipsis(text: str, limit: int) -> None:
    whole = visible(text, limit=10 * len(text) + 1)
    shown = visible(text, limit)
    assert shown == whole if len(whole) <= limit else shown.endswith(ELLIPSIS)


@given(st.binary())
def test_plain_becomes_valid_ascii_json(raw: bytes) -> None:
    written = json.dumps(plain(raw), ensure_ascii=True)
    assert written.isascii()
    assert written.isprintable()
    assert json.loads(written) == plain(raw)
