"""What a number stood for at a time."""

from __future__ import annotations

import pytest

from nltui.model.past import NAMES, RECENT_NS, Past
from nltui.model.table import Grouping
from nltui.record import replace
from tests.model import small
from tests.model.follower import Fed

SECOND = 1_000_000_000
KEY = 7


@pytest.fixture
def past() -> Past:
    """Of a table without rows."""
    fed = Fed(replace(small.table(Grouping.UNIQUE), label="value"))
    assert fed.follower.past is not None
    return fed.follower.past


def tell(past: Past, *lives: tuple[float, str | None], before: str | None = None) -> None:
    for seconds, label in lives:
        past._note(KEY, label, int(seconds * SECOND), before)


def at(past: Past, seconds: float, late: bool = False) -> tuple[bool, str | None]:
    return past.at(KEY, int(seconds * SECOND), late)


def test_what_never_changed_is_not_remembered(past: Past) -> None:
    assert at(past, 5) == (False, None)
    tell(past, (10, "eth0"), before="eth0")
    assert at(past, 5) == (False, None)


def test_one_after_another(past: Past) -> None:
    tell(past, (10, None), (20, "new0"), (30, "wan0"), before="old0")
    assert [at(past, t)[1] for t in (1, 9.9, 10, 19, 20, 29, 30, 99)] == [
        *["old0"] * 4, *["new0"] * 2, *["wan0"] * 2,
    ]  # fmt: skip


def test_what_was_found_late_is_told_only_where_there_was_one(past: Past) -> None:
    long = RECENT_NS / SECOND
    tell(past, (10, "old1"), before="old0")
    assert at(past, 11, late=True) == (True, "old1"), "a rename is no other row"
    tell(past, (20, None))
    assert at(past, 21, late=True) == (True, "old1")
    tell(past, (30, "new0"))
    assert at(past, 31, late=True) == (True, None)
    assert at(past, 31) == (True, "new0")
    assert at(past, 32 + long, late=True) == (True, "new0")


def test_memory_is_bounded(past: Past) -> None:
    for number in range(10 * NAMES):
        past._note(KEY, str(number), 1 + number, None)
    assert len(past._known[KEY][0]) == NAMES
    assert past.at(KEY, 5) == (True, None), "forgotten, and not taken for another"
    assert past.at(KEY, 10 * NAMES) == (True, str(10 * NAMES - 1))
    few = Past(past._store, keys=3)
    for key in range(10):
        few._note(key, "x", 1, None)
    assert sorted(few._known) == [7, 8, 9]
