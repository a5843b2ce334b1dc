"""Rows that a dump left in doubt, asked for one by one: what the kernel answers about a single row is final."""

from __future__ import annotations

import errno

import numpy as np

from nltui.errors import KernelRefused, NltuiError
from nltui.model.intake import Intake
from nltui.model.store import LIVE
from nltui.netlink.columns import Ints, Words
from nltui.netlink.request import Requests
from nltui.worker.follow import Follower

MOST = 256
"""Rows asked for after one dump: about 5 ms, while notifications wait in their buffer."""
GONE = (errno.ENODEV, errno.ENOENT)


class Asking:
    """Answers about one table's unconfirmed rows. Between ask() and settle() events are to be heard: they win."""

    def __init__(self, follower: Follower) -> None:
        store = follower.store
        unsure = np.flatnonzero(store.unconfirmed[: store.top] & (store.state[: store.top] == LIVE))
        self._follower, self._slots = follower, unsure[:MOST].tolist()
        self._intake = Intake(store, follower.history, follower.number, False)
        follower.events.dump = self._intake
        self._found: list[bytes] = []
        self._gone: list[tuple[int, int]] = []
        """Slots, and the hash of the key that each had when it was asked about."""

    def ask(self, requests: Requests) -> None:
        """Ask about each; an error that tells nothing about the row ends it."""
        store, ask = self._follower.store, self._follower.table.ask
        assert ask is not None
        for slot in self._slots:
            wanted = ask(store.message(slot))
            try:
                self._found.append(requests.get(wanted.type, wanted.body))
            except KernelRefused as refused:
                if refused.number in GONE:
                    self._gone.append((slot, int(store.hash[slot])))
            except NltuiError:
                return

    def settle(self) -> tuple[int, int]:
        """Take the answers in, but for rows that events told about meanwhile.

        Returns how many rows are still unconfirmed, and how many were not as the kernel has them.
        """
        follower, store = self._follower, self._follower.store
        if self._found:
            self._intake.take(*_laid(self._found), in_place=False)
        left = [slot for slot, key in self._gone if self._is_doubtful(slot) and int(store.hash[slot]) == key]
        self._intake.remove(np.array(left, np.int64))
        follower.events.dump = None
        unsure = store.unconfirmed[: store.top] & (store.state[: store.top] == LIVE)
        return int(unsure.sum()), self._intake.changed

    def _is_doubtful(self, slot: int) -> bool:
        store = self._follower.store
        return bool(store.state[slot] == LIVE and store.unconfirmed[slot] and not store.touched[slot])


def _laid(messages: list[bytes]) -> tuple[Words, Ints, Ints]:
    """Messages one behind the other: words, starts, sizes. Word 0 is never a message's."""
    size = np.array([len(message) for message in messages], np.int64)
    step = (size + 3) >> 2
    words = np.frombuffer(bytes(4) + b"".join(message + bytes(-len(message) % 4) for message in messages), np.uint32)
    return words, 1 + np.cumsum(step) - step, size
