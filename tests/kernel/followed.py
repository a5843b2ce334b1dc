"""A session that follows a throw-away namespace, and waiting until what it holds is what the kernel holds."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any, Self

from nltui.model import chains, single
from nltui.model.sync import State
from nltui.model.table import Feed, Grouping, Table
from nltui.system.namespaces import Namespace, resolve
from nltui.tables import TABLES
from nltui.worker.session import Session
from tests.kernel.netns import Netns

FOLLOWED = tuple(table for table in TABLES if table.feed is Feed.FOLLOWED and table.protocol == 0)
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


class Followed:
    """A running session: use it in a `with` statement; it is loaded on entry."""

    def __init__(self, ns: Netns, tables: Sequence[Table] = FOLLOWED, buffer: int | None = None) -> None:
        self.ns, self.tables = ns, tuple(tables)
        self._namespace: Namespace = resolve(ns.path)
        self.session = Session(self._namespace, self.tables, buffer=buffer)

    def __enter__(self) -> Self:
        self.session.start()
        assert self.session.wait([table.name for table in self.tables], PATIENCE), self.session.status()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.session.stop()
        self._namespace.close()
        if error is None:
            assert not self.session.status().trouble, self.session.status().trouble

    def state(self, table: Table) -> State:
        """What the state machine thinks of a table."""
        return self.session._readers[table.protocol].sync.states[table.name]

    def messages(self, table: Table) -> list[bytes]:
        """Rows as the kernel sent them; those of one key in the order of their chain."""
        store = self.session.store(table.name)
        with store.lock:
            live = store.live()
            if table.key is None or table.key.grouping is not Grouping.CHAIN:
                return [store.message(slot) for slot in live.tolist()]
            heads = chains.heads(store, live)
            return [store.message(slot) for head in heads for slot in chains.members(store, head)]

    def rows(self, table: Table) -> list[str]:
        """Rows as JSON without what counts on by itself, sorted by key; IPv4 routes of one group keep their order."""
        return sorted((self._shown(table, message) for message in self.messages(table)), key=lambda row: row[0:1])

    def _shown(self, table: Table, message: bytes) -> str:
        return json.dumps(shown(table, message, self.session.context), sort_keys=True)


def shown(table: Table, message: bytes, context: Any) -> dict[str, Any]:
    """One row's JSON without what counts on by itself."""
    out: dict[str, Any] = {}
    for column in table.columns:
        got = single.values(table, column, message)
        if column.json is None or column.volatile or (got is None and not column.type.absent):
            continue
        value = column.type.json(got, context)
        if value is not None:
            single.place(out, column.json, value)
    return out


Contents = dict[str, dict[object, list[Any]]]


def contents(followed: Followed) -> Contents:
    """Table → key → rows: the whole of what is known. Of IPv4 routes the rows of one key are in the kernel's order."""
    out: Contents = {}
    for table in followed.tables:
        groups: dict[object, list[Any]] = {}
        assert table.key is not None
        for message in followed.messages(table):
            key = tuple(single.value(table, field, message) for field in table.key.fields)
            groups.setdefault(key, []).append(stripped(table, message))
        for key, rows in groups.items():
            if not (table.key.grouping is Grouping.CHAIN and isinstance(key, tuple) and key[0] == 2):
                groups[key] = sorted(rows, key=repr)
        out[table.name] = groups
    return out


def stripped(table: Table, message: bytes) -> tuple[str, ...]:
    """Columns that are compared, as text."""
    columns = [column for column in table.columns if not column.volatile and not column.rate_of]
    return tuple(f"{c.name}={single.values(table, c, message)!r}" for c in columns)


def difference(one: Contents, other: Contents) -> list[str]:
    """In words, one line a key that is not alike."""
    lines = []
    for name in one:
        for key in {**one[name], **other[name]}:
            mine, theirs = one[name].get(key, []), other[name].get(key, [])
            if mine != theirs:
                extra = Counter(mine) - Counter(theirs), Counter(theirs) - Counter(mine)
                lines.append(f"{name} {key}: too many {[_apart(r) for r in extra[0]]}, missing {[_apart(r) for r in extra[1]]}, {len(mine)} rows")
    return lines


def _apart(row: tuple[str, ...]) -> str:
    return " ".join(part for part in row if not part.endswith("=None"))
