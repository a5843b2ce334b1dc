"""What makes a row on the screen the same row, wherever sorting, filtering and changes have put it."""

from __future__ import annotations

from collections.abc import Hashable
from typing import NamedTuple

import numpy as np

from nltui.model import chains
from nltui.model.store import LINGERING, LIVE, Store


class RowId(NamedTuple):
    """What makes a row the same row: the hash of its key, where it was last, and which of the slot's rows it was."""

    key: int
    slot: int
    born: int = 0


def identity_of(store: Store, slot: int) -> RowId:
    """Of the row that a slot holds now."""
    return RowId(int(store.hash[slot]), slot, int(store.born[slot]))


def slot_of(store: Store, identity: Hashable) -> int | None:
    """The row's slot; a row that came back under the same key counts as the same. None where it is gone.

    Not where rows have names of their own: another link may get the ifindex of one that was deleted.
    """
    if not isinstance(identity, RowId):
        return None
    slot = identity.slot
    mine = int(store.hash[slot]) == identity.key and int(store.born[slot]) == identity.born
    if mine and store.state[slot] == LIVE:
        return slot
    lingers = mine and store.state[slot] == LINGERING
    if store.table.label:
        return slot if lingers else None
    same = np.flatnonzero(store.hash[: store.top] == np.uint64(identity.key))
    live = same[store.state[same] == LIVE].tolist()
    if store.chained:
        # Others of its group have the same key: only what its bytes say tells whether it came back.
        with store.lock:
            wanted = chains.identity(store.table, store.message(slot)) if lingers else None
            live = [at for at in live if lingers and chains.identity(store.table, store.message(at)) == wanted]
    if live:
        return int(live[0])
    return slot if lingers else None
