"""Several rows under one key, in the kernel's order: a linked list through the store's slots.

Groups of one row, nearly all, never come here; what does is handled row by row.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable

import numpy as np

from nltui.model.store import Store
from nltui.model.table import Table
from nltui.netlink.columns import Ints


def identity(table: Table, message: bytes) -> Hashable:
    """What tells rows of one group apart; None for tables without groups (all rows of a key are the same)."""
    key = table.key
    return key.row(message) if key is not None and key.row is not None else None


def members(store: Store, head: int) -> list[int]:
    """Slots of a group, first to last."""
    out = [head]
    while store.next[out[-1]]:
        out.append(int(store.next[out[-1]]) - 1)
    return out


def heads(store: Store, slots: Ints) -> list[int]:
    """Those of the slots that are the first of their group."""
    followers = set((store.next[slots][store.next[slots] > 0].astype(np.int64) - 1).tolist())
    return [slot for slot in slots.tolist() if slot not in followers]


def several(store: Store) -> list[list[int]]:
    """Slots of all groups of more than one row."""
    if not store.chained:
        return []
    live = store.live()
    # What a row led to that went counts no more.
    linked = live[store.next[live] > 0]
    followers = set((store.next[linked].astype(np.int64) - 1).tolist())
    return [members(store, head) for head in linked.tolist() if head not in followers]


def in_order(store: Store, slots: Ints) -> list[int]:
    """Slots as they are, but those of one group in the group's order."""
    given = [int(slot) for slot in slots.tolist()]
    groups = several(store)
    if not groups:
        return given
    group = {slot: mine for mine in groups for slot in mine}
    chosen, out = set(given), list[int]()
    for slot in given:
        if slot in chosen:
            mine = [one for one in group.get(slot, (slot,)) if one in chosen]
            out += mine
            chosen.difference_update(mine)
    return out


def append(store: Store, head: int, slot: int) -> None:
    """Put a row at the end of a group."""
    store.next[members(store, head)[-1]] = slot + 1
    store.next[slot] = 0


def arrange(store: Store, before: list[int], order: list[int]) -> None:
    """Relink a group in a new order; `before` is what members() gave."""
    if order == before:
        return
    for slot, follower in zip(order, [*order[1:], -1], strict=True):
        store.next[slot] = follower + 1
    if order[0] != before[0]:
        store.index.move(np.array([before[0]]), np.array([order[0]]))


def prepend(store: Store, head: int, slot: int) -> None:
    """Put a row before all others of its group."""
    before = members(store, head)
    arrange(store, before, [slot, *before])


def remove(store: Store, slots: Ints) -> None:
    """Take rows out of index and groups, and drop them."""
    if not store.chained:
        store.index.remove(slots)
        store.drop(slots)
        return
    one = [column[slots] for column in store.keys.columns]
    found = store.find(one, store.hash[slots])
    alone = (found == slots) & (store.next[slots] == 0)
    store.index.remove(slots[alone])
    for head in set(found[~alone].tolist()):
        _shrink(store, head, slots[found == head].tolist())
    store.drop(slots)


def _shrink(store: Store, head: int, leaving: Iterable[int]) -> None:
    before, gone = members(store, head), set(leaving)
    left = [slot for slot in before if slot not in gone]
    if not left:
        store.index.remove(np.array([head]))
        return
    for slot, follower in zip(left, [*left[1:], -1], strict=True):
        store.next[slot] = follower + 1
    if left[0] != head:
        store.index.move(np.array([head]), np.array([left[0]]))
