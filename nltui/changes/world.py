"""What is there now, as changes may ask: devices by name, and rows as the kernel's own bytes."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

from nltui.errors import UsageError, did_you_mean
from nltui.model import chains, single
from nltui.model.filter.columnar import among, chooser
from nltui.model.filter.parsed import filter_of
from nltui.model.filter.writing import equal
from nltui.model.related import related, values
from nltui.model.table import Table
from nltui.model.types import Context
from nltui.text import visible
from nltui.worker.session import Session

_STATES = frozenset({"tentative", "dadfailed", "deprecated", "linkdown", "dead", "offload", "trap", "offload_failed"})


@dataclass(frozen=True)
class Device:
    """A link as it was when it was chosen: by `index` it is asked for, by `name` known to a person."""

    name: str
    index: int

    def __str__(self) -> str:
        return self.name


class World:
    """One moment of a session; devices are read once. Rows come from the session's stores, which follow the kernel."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.context: Context = _Moment(self)
        self._groups: dict[str, list[list[bytes]]] = {}
        self.by_destination: dict[tuple[object, ...], list[bytes]] = {}
        """Routes that were asked for by their destination, see `standing.routes`."""
        self.has_all_destinations = False

    def table(self, name: str) -> Table:
        """By name."""
        return next(table for table in self.session.tables if table.name == name)

    def rows(self, name: str, where: str = "") -> list[bytes]:
        """Messages of the rows that fulfil a filter, in the order in which the kernel gave them."""
        store, table = self.session.store(name), self.table(name)
        with store.lock:
            slots = store.live()
            if where:
                slots = among(chooser(store, self.context), filter_of(where, table).node, slots)
            return [store.message(slot) for slot in chains.in_order(store, slots)]

    def groups(self, name: str) -> list[list[bytes]]:
        """Rows that share a key, each group in the kernel's order; those that share it with none are not told."""
        if name not in self._groups:
            store = self.session.store(name)
            with store.lock:
                self._groups[name] = [[store.message(slot) for slot in group] for group in chains.several(store)]
        return self._groups[name]

    def about(self, name: str, message: bytes, letter: str) -> list[bytes]:
        """Rows of what a row is related to, by the relation's letter; none where the row has no such relation."""
        found = related(self.table(name), message, self.context).get(letter)
        return self.rows(found[0].table, found[1]) if found is not None else []

    def where(self, name: str, **values: str) -> list[bytes]:
        """Rows that have exactly these texts in these columns."""
        return self.rows(name, equal(list(values.items())))

    def said(self, name: str, message: bytes) -> dict[str, Any]:
        """A row's JSON, as `ip -j -d` has it, with what changes by itself."""
        return values(self.table(name), message, self.context, volatile=True)

    def lasting(self, name: str, message: bytes) -> dict[str, Any]:
        """The same without what changes by itself: what tells whether somebody changed the row."""
        return _lasting(values(self.table(name), message, self.context))

    def is_same(self, name: str, row: bytes, other: bytes) -> bool:
        """Whether two messages tell of the same row, as it lasts: a dump, or an event, or one after the other."""
        return row[16:] == other[16:] or self.lasting(name, row) == self.lasting(name, other)

    def row_text(self, name: str, row: bytes) -> str:
        """What a log says of a row, in a line."""
        shown = self.table(name)
        return " ".join(filter(None, (self.text(name, one.partition(":")[2] or one, row) for one in shown.line)))

    def text(self, name: str, column: str, message: bytes) -> str:
        """One cell."""
        table = self.table(name)
        return single.text(table, table.column(column), message, self.context)

    @cached_property
    def names(self) -> Mapping[int, str]:
        """What links are called, by ifindex: of one that goes it is still known."""
        table = self.table("links")
        column = table.column("name")
        return {index: single.text(table, column, row, self.session.context) for index, row in self.links.items()}

    @cached_property
    def links(self) -> Mapping[int, bytes]:
        """Messages of all links by ifindex."""
        return {int.from_bytes(message[20:24], sys.byteorder): message for message in self.rows("links")}

    def settled(self) -> Self:
        """Itself, with the names that links have now: what is told later still knows those that go."""
        _ = self.names
        return self

    @cached_property
    def devices(self) -> Sequence[Device]:
        """All links, by index."""
        return [Device(self.names[index], index) for index in sorted(self.links)]

    def device(self, name: str) -> Device:
        """By its name or an alternative name. Raises UsageError."""
        # What was read from a row may hold what is not shown as it is.
        shown = visible(name, limit=1000)
        mine = [device for device in self.devices if device.name == shown]
        if len(mine) > 1:
            raise UsageError(f"{len(mine)} links are called {shown!r} here")
        if mine:
            return mine[0]
        for index, message in self.links.items():
            if name in self.said("links", message).get("altnames", ()):
                return next(device for device in self.devices if device.index == index)
        hint = did_you_mean(shown, (device.name for device in self.devices))
        raise UsageError(f"there is no link {visible(name, limit=64)!r} here{hint}")

    def named(self, index: int) -> Device:
        """By ifindex; one that is not there is called by its number."""
        return next((device for device in self.devices if device.index == index), Device(f"if{index}", index))

    def link(self, device: Device) -> bytes:
        """Its row. Raises UsageError where it went meanwhile."""
        if device.index not in self.links:
            raise UsageError(f"{device.name} is not there any more")
        return self.links[device.index]


def _lasting(said: dict[str, Any]) -> dict[str, Any]:
    """Without states that come and go by themselves: duplicate address detection, the carrier of a route's link."""
    kept = {key: value for key, value in said.items() if key not in _STATES}
    for key, value in kept.items():
        if key == "flags" and isinstance(value, list):
            kept[key] = [one for one in value if one not in _STATES]
        elif key == "nexthops" and isinstance(value, list):
            kept[key] = [_lasting(leg) if isinstance(leg, dict) else leg for leg in value]
    return kept


class _Moment(Context):
    """Calls links what they were called then."""

    def __init__(self, world: World) -> None:
        self._world = world

    def lookup(self, table: str, key: int) -> str | None:
        """The name of a link; of another table what it is called now."""
        if table == "links" and key in self._world.names:
            return self._world.names[key]
        return self._world.session.context.lookup(table, key)
