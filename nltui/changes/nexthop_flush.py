"""`ip nexthop flush`, by a filter of the table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from nltui.changes.along import Along
from nltui.changes.base import Problems, Undo, asked
from nltui.changes.flush import Flush
from nltui.changes.inputs import Text
from nltui.changes.places import still
from nltui.changes.world import World


@dataclass(frozen=True, kw_only=True)
class NexthopFlush(Flush):
    """`ip nexthop flush`, by a filter of the table."""

    table: ClassVar[str] = "nexthops"
    title: ClassVar[str] = "flush: delete all nexthops that the filter shows"
    help: ClassVar[str] = "Routes that use them go with them, and groups lose their members."
    command: ClassVar[tuple[str, ...]] = ("nexthop", "flush")

    where: str | None = asked(
        Text(1000, "dev == eth0, proto == bgp …"), "", "which, in the filter language", required=True
    )

    def check(self, world: World) -> None:
        """The filter must be one, and show something."""
        # A group goes before its members: without them it would go by itself.
        groups, rows = world.rows("nexthops", "group ~ ."), world.rows("nexthops", self.where or "")
        mine = [*(row for row in rows if row in groups), *(row for row in rows if row not in groups)]
        if not mine:
            raise Problems({"where": "no nexthop is left by that"})
        object.__setattr__(self, "rows", tuple(mine))

    def undo(self, world: World) -> Undo:
        """All of them again, with their groups and routes."""
        return Along(world).nexthop(*still(world, self.table, self.rows))
