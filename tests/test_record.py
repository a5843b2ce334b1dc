"""Records behave as frozen dataclasses do."""

from __future__ import annotations

import copy

import pytest

from nltui.record import Record, replace


class Point(Record):
    """A record with a default and something derived."""

    x: int
    y: int = 0

    @property
    def sum(self) -> int:
        return self.x + self.y


class Other(Record):
    """Of the same shape."""

    x: int
    y: int = 0


class Named(Record, kw_only=True):
    """Fields without a default may follow others."""

    name: str = ""
    size: int


class Deep(Point):
    """Fields of the base come first."""

    z: int = 0


class Empty(Record):
    """No fields at all."""


def test_fields_by_place_by_name_and_by_default() -> None:
    assert (Point(1, 2).x, Point(1, 2).y) == (1, 2)
    assert Point(y=2, x=1) == Point(1, 2)
    assert Point(1) == Point(1, 0)
    assert Point(1, 2).sum == 3
    assert Named(size=3).name == ""
    assert Deep(1, 2, 3) == Deep(x=1, y=2, z=3)


@pytest.mark.parametrize(
    ("kind", "placed", "given"),
    [
        (Point, (), {}),
        (Point, (1, 2, 3), {}),
        (Point, (1,), {"x": 1}),
        (Point, (1,), {"z": 1}),
        (Named, (1,), {}),
        (Empty, (1,), {}),
    ],
)
def test_a_wrong_missing_or_repeated_field_is_refused(
    kind: type[Record], placed: tuple[int, ...], given: dict[str, int]
) -> None:
    with pytest.raises(TypeError, match=kind.__name__):
        kind(*placed, **given)


@pytest.mark.parametrize("name", ["x", "new"])
def test_nothing_can_be_set_or_deleted(name: str) -> None:
    point = Point(1)
    with pytest.raises(AttributeError, match="frozen"):
        setattr(point, name, 2)
    with pytest.raises(AttributeError, match="frozen"):
        delattr(point, name)
    assert point == Point(1)


def test_equal_by_type_and_values() -> None:
    assert Point(1, 2) == Point(1, 2)
    assert Point(1, 2) != Point(1, 3)
    assert Point(1, 2) != Other(1, 2)
    assert Point(1, 2) != Deep(1, 2)
    assert len({Point(1, 2), Point(1, 2), Point(1, 3)}) == 2


def test_shown_with_its_names() -> None:
    assert repr(Point(1)) == "Point(x=1, y=0)"
    assert repr(Empty()) == "Empty()"


def test_replaced_and_copied() -> None:
    assert replace(Point(1, 2), y=3) == Point(1, 3)
    assert replace(Named(size=1), size=2) == Named(size=2)
    assert copy.deepcopy(Point(1, 2)) == Point(1, 2)
    with pytest.raises(TypeError):
        replace(Point(1, 2), z=3)


def test_matched_by_place() -> None:
    match Point(1, 2):
        case Point(x, y):
            assert (x, y) == (1, 2)
