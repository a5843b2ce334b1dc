"""`ip route flush`, by a filter of the table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from nltui.changes import hits
from nltui.changes.again import away
from nltui.changes.base import Change, Problems, Step, Tier, Undo, asked, line_of_many
from nltui.changes.inputs import Flag, Text
from nltui.changes.order import again_in_order
from nltui.changes.places import still
from nltui.changes.world import World
from nltui.netlink.constants import rtnetlink as rt


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
    rows: tuple[bytes, ...] = ()
    """Those that were there when it was made up: what comes later was not seen, and stays."""

    @classmethod
    def of_view(cls, where: str) -> dict[str, str]:
        """What the table shows."""
        return {"where": where} if where else {}

    def check(self, world: World) -> None:
        """The filter must be one, and show something."""
        rows = world.rows("routes", self.where or "")
        mine = tuple(row for row in rows if self.kernel or (int(row[20]) != 255 and row[21] != rt.RTPROT_KERNEL))
        if not mine:
            raise Problems({"where": "no route is left by that"})
        for group in world.groups("routes"):
            _first(world, group, mine)
        object.__setattr__(self, "rows", mine)

    def sentence(self, world: World) -> str:
        """In words."""
        goes = "route goes" if len(self.rows) == 1 else "routes go"
        return f"{len(self.rows):,} {goes}: all with {self.where}"

    @property
    def line(self) -> str:
        """Of many lines, what they have in common."""
        return line_of_many("ip route del …", len(self.rows), self.where or "")

    def steps(self, world: World) -> Sequence[Step]:
        """One RTM_DELROUTE a route."""
        return [away(world, "routes", row) for row in still(world, "routes", self.rows)]

    def undo(self, world: World) -> Undo:
        """All of them again, at their places."""
        steps, lost = again_in_order(world, self.rows)
        return Undo(tuple(steps), tuple(lost))


def _first(world: World, group: Sequence[bytes], gone: Sequence[bytes]) -> None:
    """See that of routes that are alike the kernel takes none that stays. Raises Problems."""
    for at, row in enumerate(group):
        body = away(world, "routes", row).body if row in gone else b""
        other = next((one for one in group[:at] if body and one not in gone and hits.takes(one, body)), None)
        if other is not None:
            said = away(world, "routes", other).says
            raise Problems({"where": f"the kernel would take another one, which stands before: {said}"})
