"""Values as people write them."""

from __future__ import annotations

import time

import pytest

from nltui.model.filter.literals import moment, network, number, seconds


@pytest.mark.parametrize(
    ("text", "value"),
    [("1500", 1500), ("0x5dc", 1500), ("1,500", 1500), ("1.5k", 1500), ("4Ki", 4096), ("2M", 2_000_000), ("-1", -1),
     ("1G", 10**9), ("k", None), ("1.2.3", None), ("", None), ("0x", None), ("1e3", None)],
)  # fmt: skip
def test_numbers(text: str, value: float | None) -> None:
    assert number(text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [("90", 90), ("90s", 90), ("1.5h", 5400), ("1h30m", 5400), ("500ms", 0.5), ("2d", 172800), ("1w", 604800),
     ("forever", float("inf")), ("1x", None), ("h", None), ("", None), ("1h 3m", None)],
)  # fmt: skip
def test_lengths_of_time(text: str, value: float | None) -> None:
    assert seconds(text) == value


def test_moments() -> None:
    now = time.mktime((2026, 1, 31, 14, 2, 30, 0, 0, -1))
    assert moment("14:02:30", now) == int(now) * 10**9
    assert moment("14:02:30.25", now) == int(now) * 10**9 + 250_000_000
    assert moment("14:02", now) == (int(now) - 30) * 10**9
    assert moment("2026-01-31T14:02:30", now) == int(now) * 10**9
    assert moment("-5m", now) == int((now - 300) * 1e9)
    for text in ("", "25:00", "14:60", "2026-13-01T00:00", "-", "-forever", "soon", "5"):
        assert moment(text, now) is None, text


@pytest.mark.parametrize(
    ("text", "value"),
    [("10/8", (32, 10 << 24, 8)), ("10.1/16", (32, (10 << 24) + (1 << 16), 16)), ("10.0.0.1", (32, (10 << 24) + 1, 32)),
     ("::/0", (128, 0, 0)), ("fe80::1", (128, (0xFE80 << 112) + 1, 128)), ("10.0.0.0/33", None), ("fe80::1%eth0", None),
     ("10", None), ("/8", None), ("10.0.0.0/", None), ("10.0.0.0/-1", None), ("1.2.3.4.5/8", None)],
)  # fmt: skip
def test_addresses_and_prefixes(text: str, value: tuple[int, int, int] | None) -> None:
    assert network(text) == value


def test_what_a_row_shows_is_an_address_only_in_full() -> None:
    assert network("10/7") == (32, 10 << 24, 7)
    assert network("10/7", short=False) is None
    assert network("10.0.0.0/7", short=False) == (32, 10 << 24, 7)
