"""Three small tables, one a grouping, and a kernel of a few lines that answers dumps and tells what changed.

The family header is struct {u8 family, group, row, spare}. Attribute 1 is a value, 2 a counter, 3 an address.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from nltui.model.table import Column, Dump, Feed, Grouping, Key, Table
from nltui.model.types import IpAddress, Number, Text
from nltui.netlink import wire
from nltui.netlink.fields import ADDR, U8, U32, Head, attr

NEW, DEL, GET = 100, 101, 102
NLM_F_REPLACE, NLM_F_CREATE, NLM_F_APPEND = 0x100, 0x400, 0x800
AF_INET = 2
VALUE, COUNTER, ADDRESS = 1, 2, 3
PORT = 4711


def table(grouping: Grouping, capacity: int = 4096) -> Table:
    """UNIQUE: family and group. MULTISET: those and the value. CHAIN: those are the group, the row tells rows apart."""
    group = (Head(16, U8), Head(17, U8))
    keys = {
        Grouping.UNIQUE: Key((*group, attr(ADDRESS, format=ADDR))),
        Grouping.MULTISET: Key((*group, attr(VALUE)), Grouping.MULTISET),
        Grouping.CHAIN: Key(group, Grouping.CHAIN, lambda message: message[18]),
    }
    return Table(
        name="small",
        title="Small",
        singular="small one",
        help="Rows for tests.",
        command="ip small show",
        feed=Feed.FOLLOWED,
        columns=(
            Column(name="group", fields=(Head(17, U8),), type=Number(), json="group", help="Group."),
            Column(name="row", fields=(Head(18, U8),), type=Number(), json="row", help="Row in its group."),
            Column(name="value", fields=(attr(VALUE),), type=Text(), json="value", help="Value."),
            Column(name="address", fields=(attr(ADDRESS, format=ADDR),), type=IpAddress(), json="a.b", help="Address."),
            Column(
                name="counter", fields=(attr(COUNTER, format=U32),), type=Number(), json="n", help="N.", volatile=True
            ),
        ),
        line=("group", "value:value"),
        header=4,
        sets=frozenset({NEW}),
        removes=frozenset({DEL}),
        key=keys[grouping],
        dumps=(Dump(GET, bytes(4)),),
        volatile=frozenset({COUNTER}),
        capacity=capacity,
    )


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the small kernel; rows are equal when all but the counter is."""

    group: int
    row: int
    value: bytes
    counter: int = field(default=0, compare=False)

    def message(self, type_: int = NEW, flags: int = 0, port: int = 0) -> bytes:
        """Its bytes. Groups above 99 have an address, so that keys of more than one word are met."""
        body = bytes((AF_INET, self.group, self.row, 0)) + wire.nlattr(VALUE, self.value)
        body += wire.nlattr(COUNTER, self.counter.to_bytes(4, "little")) if self.counter else b""
        body += wire.nlattr(ADDRESS, bytes((10, 0, 0, self.group))) if self.group > 99 else b""
        return wire.nlmsg(type_, flags, 7, body, port)


def row_of(message: bytes) -> Row:
    """Back from bytes."""
    found = {item.type: message[item.payload] for item in wire.attributes(message, 20)}
    return Row(message[17], message[18], found[VALUE], int.from_bytes(found.get(COUNTER, b""), "little"))


class Kernel:
    """Rows by group, in order, and the notifications nobody has heard yet."""

    def __init__(self, grouping: Grouping) -> None:
        self.grouping = grouping
        self.groups: dict[int, list[Row]] = {}
        self.told: list[bytes] = []

    def rows(self) -> list[Row]:
        """All, as a dump shows them."""
        return [row for group in sorted(self.groups) for row in self.groups[group]]

    def add(self, row: Row, flags: int = 0) -> None:
        """As the FIB does it; refused silently where the kernel says EEXIST."""
        group = self.groups.setdefault(row.group, [])
        if self.grouping is Grouping.UNIQUE:
            group[:] = [row]
        elif self.grouping is Grouping.MULTISET:
            group.append(row)
        else:
            same = any(old.row == row.row for old in group)
            if flags & NLM_F_REPLACE and group and (not same or group[0].row == row.row):
                group[0] = row
            elif same:
                return
            elif flags & NLM_F_APPEND:
                group.append(row)
            else:
                group.insert(0, row)
        self.told.append(row.message(NEW, flags | NLM_F_CREATE, PORT))

    def delete(self, group: int, choose: int) -> None:
        """One row of a group goes."""
        rows = self.groups.get(group)
        if not rows:
            return
        gone = rows[choose % len(rows)]
        rows.remove(gone)
        if not rows:
            del self.groups[group]
        self.told.append(gone.message(DEL, 0, PORT))

    def vanish(self, group: int, choose: int) -> None:
        """The same, without a word."""
        before = len(self.told)
        self.delete(group, choose)
        del self.told[before:]

    def heard(self, most: int | None = None) -> list[bytes]:
        """What is queued, oldest first."""
        out, self.told = self.told[:most], [] if most is None else self.told[most:]
        return out


class KernelDump:
    """One dump in progress: like the kernel's, each part was made when the one before it was read."""

    def __init__(self, kernel: Kernel, groups_a_part: int) -> None:
        self._kernel, self._most = kernel, groups_a_part
        self._after = -1
        self._next = self._make()

    def _make(self) -> list[bytes] | None:
        groups = [group for group in sorted(self._kernel.groups) if group > self._after][: self._most]
        if not groups:
            return None
        self._after = groups[-1]
        return [row.message() for group in groups for row in self._kernel.groups[group]]

    def read(self) -> list[bytes] | None:
        """The next part; None at the end."""
        part, self._next = self._next, self._make()
        return part


def in_batches(messages: Sequence[bytes], sizes: Iterable[int]) -> Iterator[Sequence[bytes]]:
    """Cut into runs of these sizes; the rest is the last."""
    at = 0
    for size in sizes:
        if at >= len(messages):
            return
        yield messages[at : at + size]
        at += size
    if at < len(messages):
        yield messages[at:]


Choice = Callable[[int], int]
