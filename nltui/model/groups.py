"""Events about groups of several rows: replayed on plain lists of rows, then written to the store all together.

Source of what REPLACE and APPEND do: net/ipv4/fib_trie.c (fib_table_insert), net/ipv6/ip6_fib.c (fib6_add_rt2node).
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nltui.model import chains
from nltui.model.heard import Heard, bytes_of
from nltui.model.history import Kind
from nltui.model.multipath import ECMP
from nltui.model.store import Store
from nltui.model.table import Grouping
from nltui.netlink.constants.netlink import NLM_F_APPEND, NLM_F_REPLACE

AF_INET = 2


class Row:
    """One row. `slot` -1: not in the store yet; `source`: the event that its bytes are of, -1 where they are stored."""

    __slots__ = ("identity", "message", "slot", "source")

    def __init__(self, slot: int, source: int, message: bytes, identity: Hashable) -> None:
        self.slot, self.source, self.message, self.identity = slot, source, message, identity


class Told:
    """An entry for history: the event, and the row before it (`old`: the event that its bytes were of, -1 stored)."""

    __slots__ = ("event", "kind", "old", "row")

    def __init__(self, event: int, kind: Kind, row: Row, old: int) -> None:
        self.event, self.kind, self.row, self.old = event, kind, row, old


class Group:
    """Rows of one key, first to last, and the slots they had before."""

    __slots__ = ("before", "hash", "rows")

    def __init__(self, hash_: int, before: list[int], rows: list[Row]) -> None:
        self.hash, self.before, self.rows = hash_, before, rows


class Replay:
    """What came of a run of events."""

    def __init__(self) -> None:
        self.groups: list[Group] = []
        self.told: list[Told] = []
        self.doubtful: list[int] = []
        """Events that only a dump can settle."""
        self.left: list[tuple[int, Hashable]] = []
        """(key's hash, identity) of rows that are gone, which an older dump must not bring back."""


def replay(store: Store, heard: Heard, events: list[int], hashes: list[int], heads: list[int]) -> Replay:
    """Play these events of a batch in order; `hashes` of their keys, `heads` where their groups begin (-1 none)."""
    out = Replay()
    groups: dict[int, Group] = {}
    multiset = store.table.key is not None and store.table.key.grouping is Grouping.MULTISET
    for event, hashed, head in zip(events, hashes, heads, strict=True):
        group = groups.get(hashed)
        if group is None:
            groups[hashed] = group = _group(store, hashed, head)
            out.groups.append(group)
        message = bytes_of(heard.batch, event)
        row = Row(-1, event, message, chains.identity(store.table, message))
        sets, flags = bool(heard.sets[event]), int(heard.flags[event])
        mine = next((at for at, one in enumerate(group.rows) if one.identity == row.identity), -1)
        doubt = _unsure_of_copies if multiset else _unsure_of_place
        if doubt(store, group.rows, row, mine, sets, flags):
            out.doubtful.append(event)
        if not sets:
            out.left.append((hashed, row.identity))
            if mine >= 0:
                gone = group.rows.pop(mine)
                out.told.append(Told(event, Kind.REMOVED, gone, gone.source))
            continue
        if mine < 0 and group.rows and flags & NLM_F_REPLACE and not multiset:
            mine = 0
        if mine >= 0:
            _overwrite(store, out, group, mine, row)
        else:
            group.rows.insert(len(group.rows) if flags & NLM_F_APPEND or multiset else 0, row)
            out.told.append(Told(event, Kind.ADDED, row, -1))
    return out


def _group(store: Store, hashed: int, head: int) -> Group:
    slots = chains.members(store, head) if head >= 0 else []
    messages = [store.message(slot) for slot in slots]
    rows = [Row(slot, -1, one, chains.identity(store.table, one)) for slot, one in zip(slots, messages, strict=True)]
    return Group(hashed, slots, rows)


def _overwrite(store: Store, out: Replay, group: Group, at: int, row: Row) -> None:
    """The event's bytes take the place of a row's."""
    held = group.rows[at]
    if held.identity != row.identity:
        out.left.append((group.hash, held.identity))
    old, same = held.source, store.comparer.alike(held.message, row.message)
    if not same:
        out.told.append(Told(row.source, Kind.CHANGED, held, old))
    held.source, held.message, held.identity = row.source, row.message, row.identity


def _unsure_of_copies(store: Store, rows: list[Row], row: Row, mine: int, sets: bool, flags: int) -> bool:
    """Of rows that are all alike it cannot be told which one went, nor whether one more came."""
    return (mine >= 0 and (sets or len(rows) > 1)) or (not sets and mine < 0)


def _unsure_of_place(store: Store, rows: list[Row], row: Row, mine: int, sets: bool, flags: int) -> bool:
    """Whether only a dump can tell what the kernel holds now, and in which order."""
    if not sets and mine < 0:
        return True
    if sets and mine >= 0 and len(rows) > 1 and not (flags & NLM_F_REPLACE and mine == 0):
        # The kernel had no such row, else it had refused: where it stands among the others is not known.
        return True
    if row.message[16] == AF_INET or not rows:
        return False
    if len(rows) > 1:
        return True
    held = rows[0]
    if not sets:
        return not store.comparer.alike(held.message, row.message)
    if held.identity == ECMP:
        # Any row that stood between the legs comes back when they go.
        return row.identity != ECMP or bool(flags & NLM_F_APPEND)
    return not flags & NLM_F_REPLACE


def settle(
    store: Store, heard: Heard, found: Replay, read: list[NDArray[Any]], hashes: NDArray[np.uint64], touch: bool
) -> None:
    """Write what the groups came to; `read` and `hashes` are the batch's keys, `touch` says that a dump is running."""
    rows = [row for group in found.groups for row in group.rows if row.source >= 0]
    _update(store, heard, [row for row in rows if row.slot >= 0], touch)
    _insert(store, heard, [row for row in rows if row.slot < 0], read, hashes, touch)
    gone: list[int] = []
    left: list[int] = []
    entered: list[int] = []
    moved: list[tuple[int, int]] = []
    for group in found.groups:
        before, after = group.before, [row.slot for row in group.rows if row.slot >= 0]
        if after == before:
            continue
        stay = set(after)
        gone += [slot for slot in before if slot not in stay]
        for slot, follower in zip(after, [*after[1:], -1], strict=False):
            store.next[slot] = follower + 1
        if not after:
            left.append(before[0])
        elif not before:
            entered.append(after[0])
        elif after[0] != before[0]:
            moved.append((before[0], after[0]))
    store.index.remove(np.array(left, np.int64))
    store.index.move(*np.array(moved, np.int64).reshape(-1, 2).T)
    if entered:
        store.enter(np.array(entered))
    if gone:
        store.drop(np.array(gone))


def _update(store: Store, heard: Heard, rows: list[Row], touch: bool) -> None:
    """Rows that are in the store get the bytes of their last event."""
    if not rows:
        return
    batch, slots = heard.batch, np.array([row.slot for row in rows])
    events = np.array([row.source for row in rows])
    places = store.arena.store(batch.words, batch.start[events], batch.size[events])
    if places is None:
        store.full += len(rows)
    else:
        store.update(slots, places, batch.size[events])
    store.touched[slots] = touch


def _insert(
    store: Store, heard: Heard, rows: list[Row], read: list[NDArray[Any]], hashes: NDArray[np.uint64], touch: bool
) -> None:
    """New rows get slots; they are not yet linked, nor indexed."""
    if not rows:
        return
    slots = store.insert(heard.batch, np.array([row.source for row in rows]), hashes, read)
    if slots is None:
        return
    store.indexed = store.top
    store.touched[slots] = touch
    for row, slot in zip(rows, slots.tolist(), strict=True):
        row.slot = slot
