"""`ip neighbour flush`, of a link or by a filter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from nltui.changes.again import attributes, away
from nltui.changes.base import Change, Problems, Step, Tier, Undo, asked, line_of_many
from nltui.changes.inputs import Dev, Text
from nltui.changes.neighbours import lasting, restored
from nltui.changes.places import Places
from nltui.changes.world import Device, World
from nltui.model.filter.writing import both, equal
from nltui.netlink.constants import neighbour as nd


@dataclass(frozen=True, kw_only=True)
class NeighbourFlush(Change):
    """`ip neighbour flush`."""

    table: ClassVar[str] = "neighbours"
    title: ClassVar[str] = "flush: forget all resolved neighbours of a link"
    help: ClassVar[str] = "Permanent and NOARP entries stay, unless a filter shows them."
    key: ClassVar[str] = ""
    command: ClassVar[tuple[str, ...]] = ("neighbour", "flush")
    tier: ClassVar[Tier] = Tier.AFFECTING

    dev: Device | None = asked(Dev(), "dev", "the link")
    where: str | None = asked(Text(1000, "state ~ STALE, dev == eth0 …"), "", "which, in the filter language")

    rows: tuple[bytes, ...] = ()
    """Those that were there when it was made up: what comes later was not seen, and stays."""

    @classmethod
    def filled(cls, row: bytes, world: World) -> dict[str, str]:
        """The link of the row."""
        return {"dev": world.said("neighbours", row).get("dev", "")}

    def check(self, world: World) -> None:
        """A link or a filter, which must be one."""
        if self.dev is None and self.where is None:
            raise Problems({"dev": "must be given, or a filter"})
        object.__setattr__(self, "rows", tuple(self._found(world)))
        if not self.rows:
            raise Problems({"where" if self.where else "dev": "no neighbour is left by that"})

    def _found(self, world: World) -> list[bytes]:
        kept = 0 if self.where is not None else nd.NUD_PERMANENT | nd.NUD_NOARP
        link = equal([("dev", self.dev.name)]) if self.dev is not None else ""
        rows = world.rows("neighbours", both([link, self.where or ""]))
        return [row for row in rows if not row[24] & kept and not row[26] & nd.NTF_PROXY and attributes(row, 28)]

    def sentence(self, world: World) -> str:
        """In words."""
        which = f" with {self.where}" if self.where is not None else ""
        link = f" of {self.dev}" if self.dev is not None else ""
        count = len(self.rows)
        return f"{count} {'neighbour' if count == 1 else 'neighbours'}{link}{which} forgotten"

    @property
    def line(self) -> str:
        """Of many lines, what they have in common."""
        if self.where is None:
            return super().line
        return line_of_many("ip neighbour del …", len(self.rows), self.where)

    def steps(self, world: World) -> Sequence[Step]:
        """One RTM_DELNEIGH each."""
        return [away(world, "neighbours", row) for row in self._left(world)]

    def undo(self, world: World) -> Undo:
        """Those that had an address."""
        undos = [restored(world, row) for row in self._left(world)]
        lost = dict.fromkeys(said for one in undos for said in one.lost)
        return Undo(tuple(step for one in undos for step in one.steps), tuple(lost))

    def _left(self, world: World) -> list[bytes]:
        """Those that nobody made another, or took away, since they were shown; states come and go."""
        places = Places(world)
        now = ((row, places.rows("neighbours", row)) for row in self.rows)
        return [row for row, there in now if there and lasting(there[0], world) == lasting(row, world)]
