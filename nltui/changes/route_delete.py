"""`ip route delete`: of one row, which a description may find."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from nltui.changes import build as b
from nltui.changes import hits
from nltui.changes.again import attributes, away
from nltui.changes.base import Change, Step, Undo
from nltui.changes.of_row import OfRow
from nltui.changes.order import again_in_order
from nltui.changes.routes import RouteAdd
from nltui.changes.world import World
from nltui.netlink.constants import rtnetlink as rt
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
        return hits.route(world, away(world, "routes", self.seen).body, self.seen)

    def steps(self, world: World) -> Sequence[Step]:
        """RTM_DELROUTE, with all that tells this one apart."""
        return [replace(away(world, "routes", self.seen), fine=frozenset())]

    def undo(self, world: World) -> Undo:
        """Add it again, at its place."""
        return self.together([self], world)

    @classmethod
    def together(cls, changes: Sequence[Change], world: World) -> Undo:
        """All of them in the order in which they were."""
        rows = [one.seen for one in changes if isinstance(one, RouteDelete)]
        steps, lost = again_in_order(world, rows)
        if any(row[16] == b.AF_INET6 and not any(attributes(row, 28).get(rt.RTA_PRIORITY, b"")) for row in rows):
            lost.append("its metric 0, which only the kernel gives: it comes back with 1024")
        return Undo(tuple(steps), tuple(lost))


class _Described(RouteAdd):
    """A route of which as little is said as one likes."""

    def check(self, world: World) -> None:
        """Nothing is needed beside the destination."""


def described(texts: Mapping[str, str], world: World) -> tuple[bytes | None, list[bool]]:
    """The route that `ip route delete` takes away when it is told this of it, and which of its legs; none: all of it.

    Raises Problems.
    """
    like = _Described.parsed(texts, world)
    body = like.body(world, deleting=True)
    row = hits.route(world, body, is_there=True)
    goes = hits.legs(row, body) if row is not None and row[16] == b.AF_INET6 else []
    return row, [] if all(goes) else goes
