"""A session that follows a throw-away namespace, and waiting until what it holds is what the kernel holds."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from ipaddress import ip_address
from types import TracebackType
from typing import Any, Self

from nltui.model import chains, single
from nltui.model.content import Comparer
from nltui.model.sync import State
from nltui.model.table import Feed, Grouping, Table
from nltui.netlink.fields import Value
from nltui.system.namespaces import Namespace, resolve
from nltui.tables import TABLES
from nltui.worker.session import Session
from tests.kernel.netns import Netns
from tests.netlink.buffers import lay

AF_INET = 2
FOLLOWED = tuple(table for table in TABLES if table.feed is Feed.FOLLOWED and table.protocol == 0)
MOST = 4
"""Rows of one key that a message spells out."""
PATIENCE = 10.0
"""Seconds after which something that should come true counts as false; nothing is measured against it."""


def comes_true(condition: Callable[[], bool], patience: float = PATIENCE) -> bool:
    """Whether it does, looked at again and again."""
    deadline = time.monotonic() + patience
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


Groups = dict[tuple[Value, ...], list[bytes]]
"""Rows by key."""


class Followed:
    """A running session: use it in a `with` statement; it is loaded on entry, unless `wait` is False."""

    def __init__(
        self,
        ns: Netns,
        tables: Sequence[Table] = FOLLOWED,
        buffer: int | None = None,
        *,
        names: bool = False,
        audit: bool = True,
        wait: bool = True,
    ) -> None:
        self.ns, self.tables, self._wait = ns, tuple(tables), wait
        self.namespace: Namespace = resolve(ns.path)
        self.session = Session(self.namespace, self.tables, buffer=buffer, names=names, audit=audit)

    def __enter__(self) -> Self:
        self.session.start()
        if self._wait:
            self.loaded()
        return self

    def loaded(self) -> None:
        """Wait until every table is."""
        assert self.session.wait([table.name for table in self.tables], PATIENCE), self.session.status()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.session.stop()
        self.namespace.close()
        if error is None:
            assert not self.session.status().trouble, self.session.status().trouble

    def state(self, table: Table) -> State:
        """What the state machine thinks of a table."""
        return self.session.crew.readers[table.protocol].sync.states[table.name]

    def messages(self, table: Table) -> list[bytes]:
        """Rows as the kernel sent them; those of one key in the order of their chain."""
        store = self.session.store(table.name)
        with store.lock:
            live = store.live()
            if table.key is None or table.key.grouping is not Grouping.CHAIN:
                return [store.message(slot) for slot in live.tolist()]
            heads = chains.heads(store, live)
            return [store.message(slot) for head in heads for slot in chains.members(store, head)]

    def groups(self, table: Table) -> Groups:
        """Rows by key; of one key in the kernel's order where it has one (IPv4 routes), else in a fixed one."""
        assert table.key is not None
        out: Groups = {}
        for message in self.messages(table):
            key = tuple(single.value(table, field, message) for field in table.key.fields)
            out.setdefault(key, []).append(message)
        for rows in out.values():
            if rows[0][16] != AF_INET or table.key.row is None:
                rows.sort(key=lambda message: repr(chains.identity(table, message)))
        return out

    def records(self, table: Table) -> list[dict[str, Any]]:
        """Rows as `nltui dump -j` prints them."""
        return [single.record(table, message, self.session.context) for message in self.messages(table)]

    def lost(self) -> int:
        """What the kernel says that it dropped on the monitor socket (linux/netlink_diag.h, /proc/net/netlink)."""
        port = self.port()
        for line in self.ns.run(["cat", "/proc/net/netlink"]).stdout.splitlines()[1:]:
            _, protocol, pid, _, _, _, _, _, drops, _ = line.split()
            if (protocol, pid) == ("0", str(port)):
                return int(drops)
        raise AssertionError(f"no socket {port}")

    def port(self) -> int:
        """The monitor socket's port id."""
        monitor = self.session.crew.readers[0].monitor._socket
        assert monitor is not None
        number: int = monitor.getsockname()[0]
        return number


Pair = tuple[Table, tuple[Value, ...], list[bytes], list[bytes]]
"""A table, a key, and the rows that one and the other have under it."""


def differing(one: Followed, other: Followed) -> Iterator[Pair]:
    """Keys under which rows are not alike; counters and timers do not count, nor neighbours that are multicast groups.

    The kernel makes those whenever it sends to one, and says nothing.
    """
    for table in one.tables:
        left, right = one.groups(table), other.groups(table)
        if table.name == "neighbours":
            left, right = lasting(left), lasting(right)
        comparer = Comparer(table)
        for key in {**left, **right}:
            mine, theirs = left.get(key, []), right.get(key, [])
            if len(mine) != len(theirs) or not comparer.same(*lay(mine), *lay(theirs)).all():
                yield table, key, mine, theirs


def words(pair: Pair) -> str:
    """For an assertion message."""
    table, key, mine, theirs = pair
    return f"{table.name} {key}: {_hex(mine)}, by a new dump {_hex(theirs)}"


def _hex(messages: list[bytes]) -> str:
    more = f" and {len(messages) - MOST} more" if len(messages) > MOST else ""
    return f"{[message.hex() for message in messages[:MOST]]}{more}"


def difference(one: Followed, other: Followed) -> list[str]:
    """differing() in words."""
    return [words(pair) for pair in differing(one, other)]


def lasting(groups: Groups) -> Groups:
    """Without multicast groups."""
    return {
        key: rows
        for key, rows in groups.items()
        if not any(isinstance(part, bytes) and len(part) in (4, 16) and ip_address(part).is_multicast for part in key)
    }


def equal_to_a_new_dump(followed: Followed) -> list[str]:
    """difference() to a session that has just loaded; empty when there is none."""
    with Followed(followed.ns, followed.tables) as fresh:
        return difference(followed, fresh)
