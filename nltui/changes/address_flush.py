"""`ip address flush`, of a link or by a filter."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from nltui.changes.again import away
from nltui.changes.along import Along
from nltui.changes.base import Change, Problems, Step, Tier, Undo, asked, line_of_many, quoted
from nltui.changes.inputs import Dev, Text
from nltui.changes.places import still
from nltui.changes.world import Device, World
from nltui.model.filter.writing import both, equal
from nltui.netlink.constants import rtnetlink as rt


@dataclass(frozen=True, kw_only=True)
class AddressFlush(Change):
    """`ip address flush`."""

    table: ClassVar[str] = "addresses"
    title: ClassVar[str] = "flush: delete all addresses of a link, or those that a filter shows"
    help: ClassVar[str] = "They go with the routes that need them."
    key: ClassVar[str] = ""
    command: ClassVar[tuple[str, ...]] = ("address", "flush")
    tier: ClassVar[Tier] = Tier.CUTTING

    dev: Device | None = asked(Dev(), "dev", "the link; of all links unless told")
    where: str | None = asked(Text(1000, "scope == global, family == inet6 …"), "", "which, in the filter language")

    @classmethod
    def filled(cls, row: bytes, world: World) -> dict[str, str]:
        """The link of the address under the cursor."""
        return {"dev": world.said("addresses", row).get("ifname", "")}

    rows: tuple[bytes, ...] = ()
    """Those that were there when it was made up: what comes later was not seen, and stays."""

    def check(self, world: World) -> None:
        """A link or a filter, which must be one and show something."""
        if self.dev is None and self.where is None:
            raise Problems({"dev": "must be given, or a filter"})
        link = equal([("dev", self.dev.name)]) if self.dev is not None else ""
        mine = world.rows("addresses", both([link, self.where or ""]))
        if not mine:
            said = "no address is left by that" if self.where else f"{self.dev} has no addresses"
            raise Problems({"where" if self.where else "dev": said})
        object.__setattr__(self, "rows", tuple(mine))

    def sentence(self, world: World) -> str:
        """In words."""
        if self.where is not None:
            count = len(self.rows)
            who = f"{self.dev} loses" if self.dev is not None else "links lose"
            return f"{who} {count:,} {'address' if count == 1 else 'addresses'}: all with {self.where}"
        return f"{self.dev} loses all its {len(self.rows)} addresses"

    @property
    def line(self) -> str:
        """Of many lines, what they have in common."""
        if self.where is None:
            return super().line
        link = f" dev {quoted(self.dev)}" if self.dev is not None else ""
        return line_of_many(f"ip address del …{link}", len(self.rows), self.where)

    def steps(self, world: World) -> Sequence[Step]:
        """One RTM_DELADDR an address; a secondary one may be gone with its primary."""
        return [away(world, "addresses", row) for row in still(world, "addresses", self.rows)]

    def undo(self, world: World) -> Undo:
        """All of them again, before what needs them."""
        by_link: dict[int, list[bytes]] = {}
        for row in still(world, "addresses", self.rows):
            by_link.setdefault(int.from_bytes(row[20:24], sys.byteorder), []).append(row)
        along = Along(world)
        undos = [along.addresses(world.named(index), rows) for index, rows in by_link.items()]
        steps = [step for one in undos for step in one.steps]
        steps.sort(key=lambda step: step.type & ~3 != rt.RTM_NEWADDR)
        return Undo(tuple(dict.fromkeys(steps)), tuple(dict.fromkeys(said for one in undos for said in one.lost)))
