"""Which columns fit, and how wide."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from nltui.ui.columns import FIRST, GAP, arrange
from tests.ui.fake import ROUTES, column

COLUMNS = tuple(c for c in ROUTES.columns if c.shown)


def needs(**sizes: int) -> dict[str, int]:
    return {c.name: sizes.get(c.name, len(c.name)) for c in COLUMNS}


def names(width: int, sizes: dict[str, int], left: int = 0) -> list[str]:
    return [slot.column.name for slot in arrange(COLUMNS, sizes, width, left).slots]


def test_all_columns_where_there_is_room() -> None:
    assert names(80, needs()) == ["destination", "via", "dev", "proto", "scope", "metric"]


def test_the_highest_priority_number_leaves_first() -> None:
    assert names(40, needs(destination=18)) == ["destination", "via", "dev", "proto"]


def test_scrolling_sideways_brings_back_what_left_and_keeps_the_first() -> None:
    assert names(40, needs(destination=18), left=3)[:3] == ["destination", "scope", "metric"]


def test_an_empty_column_leaves_before_a_word_is_cut() -> None:
    sizes = needs(destination=20, via=15)
    width = sum(sizes.values()) + GAP * 5
    placed = arrange(COLUMNS, sizes, width, blank={"proto"})
    assert "proto" not in [slot.column.name for slot in placed.slots]
    assert all(slot.width == sizes[slot.column.name] for slot in placed.slots)


def test_words_keep_their_width_while_the_long_column_gives() -> None:
    placed = arrange(COLUMNS, needs(destination=60, proto=8), 80)
    widths = {slot.column.name: slot.width for slot in placed.slots}
    assert widths["proto"] == 8
    assert FIRST <= widths["destination"] < 60


@given(
    st.lists(st.integers(1, 70), min_size=1, max_size=9),
    st.integers(1, 200),
    st.integers(0, 9),
    st.booleans(),
    st.data(),
)
def test_slots_never_overlap_nor_leave_the_line(
    sizes: list[int], width: int, left: int, wide: bool, data: st.DataObject
) -> None:
    columns = [
        column(f"c{i}", right=data.draw(st.booleans()), priority=data.draw(st.integers(1, 9)))
        for i in range(len(sizes))
    ]
    placed = arrange(columns, {c.name: size for c, size in zip(columns, sizes, strict=True)}, width, left, wide)
    assert placed.slots[0].column is columns[0]
    for before, after in zip(placed.slots, placed.slots[1:], strict=False):
        assert before.x + before.width <= after.x
    if width > 30:
        assert all(slot.x + slot.width <= width for slot in placed.slots)
