"""`ip route flush`, by a filter of the table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from nltui.changes.again import again, attributes, away
from nltui.changes.base import Change, Problems, Step, Tier, Undo, asked
from nltui.changes.inputs import Flag, Text
from nltui.changes.world import World
from nltui.netlink.constants import rtnetlink as rt
from nltui.text import visible


@dataclass(frozen=True, kw_only=True)
class RouteFlush(Change):
    """`ip route flush`, by a filter of the table."""

    table: ClassVar[str] = "routes"
    title: ClassVar[str] = "flush: delete all routes that the filter shows"
    help: ClassVar[str] = "Every route for which the filter holds goes; the kernel's own stay, unless told."
    key: ClassVar[str] = ""
    command: ClassVar[tuple[str, ...]] = ("route", "flush")
    tier: ClassVar[Tier] = Tier.CUTTING
    needs_row: ClassVar[bool] = False

    where: str | None = asked(
        Text(1000, "dst in 10/8, dev == eth0 …"), "", "which, in the filter language", required=True
    )

    kernel: bool | None = asked(Flag(), "", "also those that the kernel made, as `ip route flush` does")

    def rows(self, world: World) -> list[bytes]:
        """Those that would go."""
        rows = world.rows("routes", self.where or "")
        return [row for row in rows if self.kernel or (int(row[20]) != 255 and row[21] != rt.RTPROT_KERNEL)]

    def check(self, world: World) -> None:
        """The filter must be one, and show something."""
        if not self.rows(world):
            raise Problems({"where": "no route is left by that"})

    def sentence(self, world: World) -> str:
        """In words."""
        return f"{len(self.rows(world)):,} routes go: all with {self.where}"

    @property
    def line(self) -> str:
        """Of many lines, what they have in common."""
        return f"ip route del …  (each route with {visible(self.where or '', limit=200)})"

    def steps(self, world: World) -> Sequence[Step]:
        """One RTM_DELROUTE a route."""
        return [away(world, "routes", row) for row in self.rows(world)]

    def undo(self, world: World) -> Undo:
        """All of them again, those on a link before those through gateways."""
        rows = sorted(self.rows(world), key=lambda row: rt.RTA_GATEWAY in attributes(row, 28))
        return Undo(tuple(again(world, "routes", row) for row in rows))
