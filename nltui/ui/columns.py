"""Which columns fit, and where: width by need, the first column frozen, the rest leaving by priority."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from typing import NamedTuple

from nltui.model.table import Column
from nltui.model.types import Align

GAP = 2
"""Least cells between two columns."""
SPREAD = 4
"""Most cells added to a gap where there is room: farther apart, the eye loses the line."""
PUSH = 30
"""Most cells left empty between the words at the left and numbers at the right edge: across more, the eye gets lost."""
GUTTER = 1
"""Cells before the first column, for the row's mark, and after the last."""
WORD = 12
"""A column of this need or less is never cut while it is shown: it holds words and numbers."""
FIRST = 28
"""The first column is not cut below this as long as another could leave instead: a link-local address with prefix."""


class Slot(NamedTuple):
    """A column's place on the line: `cell` its index among the cells asked for, `x` and `width` in cells."""

    column: Column
    cell: int
    x: int
    width: int


class Layout(NamedTuple):
    """What one line shows; the marks say whether something is reachable sideways."""

    slots: tuple[Slot, ...]
    more_left: bool
    more_right: bool

    def at(self, x: int) -> Slot | None:
        """The column under a cell of the header line."""
        return next((slot for slot in reversed(self.slots) if x >= slot.x), None)


def floor(need: int, is_first: bool) -> int:
    """Least width of a column that is shown."""
    return min(need, FIRST if is_first else WORD)


def keep(columns: Sequence[Column], needs: Mapping[str, int], width: int, blank: Container[str] = ()) -> list[Column]:
    """The columns that stay when space is short, in order: highest `priority` leaves first, then the rightmost.

    `blank` ones, in which nothing was seen yet, leave before any word is cut.
    """
    kept = list(columns)

    def most() -> int:
        return sum(needs[c.name] for c in kept) + GAP * (len(kept) - 1) + 2 * GUTTER

    while most() > width and (empty := [column for column in kept[1:] if column.name in blank]):
        kept.remove(max(empty, key=lambda c: (c.priority, columns.index(c))))

    def least() -> int:
        return sum(floor(needs[c.name], c is columns[0]) for c in kept) + GAP * (len(kept) - 1) + 2 * GUTTER

    while len(kept) > 1 and least() > width:
        kept.remove(max(kept[1:], key=lambda c: (c.priority, columns.index(c))))
    return kept


def shrink(needs: list[int], room: int) -> list[int]:
    """Widths that fit: the widest column gives first, none goes below its floor unless it is alone."""
    widths = list(needs)
    over = sum(widths) + GAP * (len(widths) - 1) - room
    while over > 0:
        wide = [i for i, w in enumerate(widths) if w > floor(needs[i], i == 0)]
        if not wide:
            widths[0] = max(1, widths[0] - over) if len(widths) == 1 else widths[0]
            break
        widest = max(wide, key=lambda i: widths[i])
        others = [widths[i] for i in wide if i != widest]
        low = max(floor(needs[widest], widest == 0), max(others, default=0) - 1)
        give = min(over, max(1, widths[widest] - low))
        widths[widest] -= give
        over -= give
    return widths


def arrange(
    columns: Sequence[Column],
    needs: Mapping[str, int],
    width: int,
    left: int = 0,
    wide: bool = False,
    blank: Container[str] = (),
) -> Layout:
    """Place columns on a line of `width` cells; `left` columns after the first are scrolled out.

    `needs` is in cells by column name. In wide mode every column keeps its declared place and its full need.
    """
    index = {column.name: i for i, column in enumerate(columns)}
    kept = list(columns) if wide else keep(columns, needs, width, blank)
    order = kept + [column for column in columns if column not in kept]
    left = max(0, min(left, len(order) - 2))
    shown = kept if not wide and not left else [order[0], *order[1 + left :]]
    room = width - 2 * GUTTER
    sizes = [needs[column.name] for column in shown]
    if wide or left:
        sizes = _as_many(sizes, room)
        shown = shown[: len(sizes)]
    else:
        sizes = shrink(sizes, room)
    spare = max(0, room - sum(sizes) - GAP * (len(sizes) - 1))
    gap = GAP + min(SPREAD, spare // max(1, len(sizes)))
    spare -= (gap - GAP) * (len(sizes) - 1)
    numbers = _trailing_numbers(shown)
    slots: list[Slot] = []
    x = GUTTER
    for place, (column, size) in enumerate(zip(shown, sizes, strict=True)):
        if place and place == len(shown) - numbers:
            x += spare if spare <= PUSH else 0
        slots.append(Slot(column, index[column.name], x, max(1, min(size, width - x))))
        x += size + gap
    return Layout(tuple(slots), left > 0, left + len(shown) < len(order))


def _as_many(needs: list[int], room: int) -> list[int]:
    """Full widths from the left for as many as fit; the last one may be cut, the frozen first one leaves room."""
    sizes = [min(needs[0], max(FIRST, room // 3), max(1, room))]
    used = sizes[0]
    for need in needs[1:]:
        rest = room - used - GAP
        if rest < floor(need, False):
            break
        sizes.append(min(need, rest))
        used += GAP + sizes[-1]
    return sizes


def _trailing_numbers(columns: Sequence[Column]) -> int:
    """How many columns at the end are right-aligned: they stand at the right edge together."""
    count = 0
    for column in reversed(columns):
        if column.type.align is not Align.RIGHT:
            break
        count += 1
    return count
