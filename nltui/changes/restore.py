"""What the activity log tells was removed, by whomever, made again as it was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from nltui.changes.again import again, away, body_of, says
from nltui.changes.base import Step, Subject, Undo
from nltui.changes.of_row import OfRow
from nltui.changes.world import World
from nltui.record import replace


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
        shown = world.table(self.table)
        cells = (world.text(self.table, name.partition(":")[2] or name, self.seen) for name in shown.line)
        return f"the {shown.singular} {' '.join(filter(None, cells))} is made again"

    def subjects(self, world: World) -> list[Subject]:
        """None: it is not there. That it came back meanwhile the kernel says itself."""
        return []

    def steps(self, world: World) -> Sequence[Step]:
        """The request that makes the row."""
        body_of(self.table, self.seen)
        return [replace(again(world, self.table, self.seen), fine=frozenset())]

    def undo(self, world: World) -> Undo:
        """Away again."""
        return Undo((away(world, self.table, self.seen),))


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
