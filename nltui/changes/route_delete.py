"""`ip route delete`: of one row, which a description may find."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from nltui.changes import build as b
from nltui.changes import hits
from nltui.changes.again import away, remake
from nltui.changes.base import Step, Undo
from nltui.changes.of_row import OfRow
from nltui.changes.route_rows import place_of
from nltui.changes.routes import RouteAdd
from nltui.changes.world import World
from nltui.record import replace


@dataclass(frozen=True, kw_only=True)
class RouteDelete(OfRow):
    """`ip route delete`."""

    table: ClassVar[str] = "routes"
    title: ClassVar[str] = "delete this route"
    help: ClassVar[str] = "Exactly this route goes, also where several have its prefix."
    key: ClassVar[str] = "d"
    command: ClassVar[tuple[str, ...]] = ("route", "del")

    def sentence(self, world: World) -> str:
        """In words."""
        return f"the route {world.text('routes', 'destination', self.seen)} goes"

    def before(self, world: World) -> bytes | None:
        """One of the same prefix of which less is said."""
        dst = str(world.said("routes", self.seen)["dst"])
        return hits.route(world, dst, away(world, "routes", self.seen).body, self.seen)

    def steps(self, world: World) -> Sequence[Step]:
        """RTM_DELROUTE, with all that tells this one apart."""
        return [replace(away(world, "routes", self.seen), fine=frozenset())]

    def undo(self, world: World) -> Undo:
        """Add it again, at its place."""
        return Undo((remake(world, "routes", self.seen),), self._lost(world, self.seen))

    def _lost(self, world: World, row: bytes) -> tuple[str, ...]:
        if row[16] == b.AF_INET6:
            return ()
        mine = place_of(row[16:])
        group = [
            one for one in world.where("routes", dst=world.said("routes", row)["dst"]) if place_of(one[16:]) == mine
        ]
        middle = row in group[1:-1]
        return ("its place between the routes of its prefix: it would come last",) if middle else ()


class _Described(RouteAdd):
    """A route of which as little is said as one likes."""

    def check(self, world: World) -> None:
        """Nothing is needed beside the destination."""


def described(texts: Mapping[str, str], world: World) -> bytes | None:
    """The route that `ip route delete` takes away when it is told this of it. Raises Problems."""
    like = _Described.parsed(texts, world)
    return hits.route(world, like.dst, like.body(world, deleting=True), is_there=True)
