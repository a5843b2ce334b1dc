"""What the activity log tells was removed, by whomever, made again as it was."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from nltui.changes.again import ADD, again, attributes, away, body_of, says
from nltui.changes.base import Problems, Step, Subject, Undo
from nltui.changes.of_row import OfRow
from nltui.changes.places import Places
from nltui.changes.world import World
from nltui.netlink.constants import nexthop as nh
from nltui.netlink.constants import rtnetlink as rt
from nltui.record import replace
from nltui.text import visible


@dataclass(frozen=True, kw_only=True)
class Restore(OfRow):
    """A row that was removed; one class a table."""

    title: ClassVar[str] = "restore what was removed"
    help: ClassVar[str] = "The row is made again with all that it had."
    key: ClassVar[str] = ""
    command: ClassVar[tuple[str, ...]] = ()

    def _line(self, world: World) -> str:
        return says(world, self.table, self.seen)

    def sentence(self, world: World) -> str:
        """In words."""
        return f"the {world.table(self.table).singular} {world.row_text(self.table, self.seen)} is made again"

    def subjects(self, world: World) -> list[Subject]:
        """It must not be there again; of routes others may have the same place."""
        if Places(world).rows(self.table, self.seen):
            return []
        return [Subject(self.table, self.seen, is_absent=True)]

    def check(self, world: World) -> None:
        """Nor may another be in its place, where there is room for one."""
        super().check(world)
        gone = [index for index in _links(self.table, self.seen) if index not in world.links]
        if gone:
            raise Problems({"": f"the link that it was on, number {gone[0]}, is gone"})
        there = Places(world).rows(self.table, self.seen)
        if there and self.table in ("addresses", "neighbours", "nexthops"):
            raise Problems({"": f"there is one again: {visible(world.row_text(self.table, there[0]), limit=200)}"})

    def steps(self, world: World) -> Sequence[Step]:
        """The request that makes the row."""
        body_of(self.table, self.seen)
        flags = ADD if self.table == "neighbours" else None
        return [replace(again(world, self.table, self.seen, flags), fine=frozenset())]

    def undo(self, world: World) -> Undo:
        """Away again."""
        return Undo((away(world, self.table, self.seen),))


def _links(table: str, row: bytes) -> Iterator[int]:
    """Numbers of the links that a row names, but for those of several legs."""
    if table in ("addresses", "neighbours"):
        yield int.from_bytes(row[20:24], sys.byteorder)
    start, type_ = {"routes": (28, rt.RTA_OIF), "nexthops": (24, nh.NHA_OIF)}.get(table, (0, 0))
    if start and type_ in (found := attributes(row, start)):
        yield int.from_bytes(found[type_], sys.byteorder)


@dataclass(frozen=True, kw_only=True)
class RestoreAddress(Restore):
    """An address."""

    table: ClassVar[str] = "addresses"


@dataclass(frozen=True, kw_only=True)
class RestoreRoute(Restore):
    """A route, with nexthops, metric, protocol and table."""

    table: ClassVar[str] = "routes"


@dataclass(frozen=True, kw_only=True)
class RestoreNeighbour(Restore):
    """A neighbour."""

    table: ClassVar[str] = "neighbours"


@dataclass(frozen=True, kw_only=True)
class RestoreRule(Restore):
    """A rule."""

    table: ClassVar[str] = "rules"


@dataclass(frozen=True, kw_only=True)
class RestoreNexthop(Restore):
    """A nexthop."""

    table: ClassVar[str] = "nexthops"


RESTORES: dict[str, type[Restore]] = {
    cls.table: cls for cls in (RestoreAddress, RestoreRoute, RestoreNeighbour, RestoreRule, RestoreNexthop)
}
"""By table."""
