"""`ip route flush`, by a filter of the table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from nltui.changes import hits
from nltui.changes.again import away
from nltui.changes.base import Problems, Undo, asked
from nltui.changes.flush import Flush
from nltui.changes.inputs import Flag, Text
from nltui.changes.order import again_in_order
from nltui.changes.places import still
from nltui.changes.world import World
from nltui.netlink.constants import rtnetlink as rt


@dataclass(frozen=True, kw_only=True)
class RouteFlush(Flush):
    """`ip route flush`, by a filter of the table."""

    table: ClassVar[str] = "routes"
    title: ClassVar[str] = "flush: delete all routes that the filter shows"
    help: ClassVar[str] = "Every route for which the filter holds goes; the kernel's own stay, unless told."
    command: ClassVar[tuple[str, ...]] = ("route", "flush")

    where: str | None = asked(
        Text(1000, "dst in 10/8, dev == eth0 …"), "", "which, in the filter language", required=True
    )
    kernel: bool | None = asked(Flag(), "", "also those that the kernel made, as `ip route flush` does")

    def check(self, world: World) -> None:
        """The filter must be one, and show something."""
        rows = world.rows("routes", self.where or "")
        mine = tuple(row for row in rows if self.kernel or (int(row[20]) != 255 and row[21] != rt.RTPROT_KERNEL))
        if not mine:
            raise Problems({"where": "no route is left by that"})
        for group in world.groups("routes"):
            _first(world, group, mine)
        object.__setattr__(self, "rows", mine)

    def undo(self, world: World) -> Undo:
        """All of them again, at their places."""
        steps, lost = again_in_order(world, still(world, self.table, self.rows))
        return Undo(tuple(steps), tuple(lost))


def _first(world: World, group: Sequence[bytes], gone: Sequence[bytes]) -> None:
    """See that of routes that are alike the kernel takes none that stays. Raises Problems."""
    for at, row in enumerate(group):
        body = away(world, "routes", row).body if row in gone else b""
        other = next((one for one in group[:at] if body and one not in gone and hits.takes(one, body)), None)
        if other is not None:
            said = away(world, "routes", other).says
            raise Problems({"where": f"the kernel would take another one, which stands before: {said}"})
