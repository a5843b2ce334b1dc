"""A table being followed without a socket: events and dumps are handed in as bytes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nltui.model import chains
from nltui.model.history import Change, History
from nltui.model.intake import Intake
from nltui.model.store import LIVE
from nltui.model.table import Table, Where
from nltui.worker.follow import Follower
from tests.netlink.buffers import lay


class Fed:
    """Follower, history and running dump of one table."""

    def __init__(self, table: Table) -> None:
        self.history = History(1 << 12, 1 << 20)
        self.follower = Follower(table, 3, self.history)
        self.store = self.follower.store
        self.intake: Intake | None = None
        self.doubted = False
        """Whether any event could not be applied exactly since the last dump began."""
        self.clock = 1000

    def hear(self, messages: Sequence[bytes]) -> None:
        """One batch of notifications."""
        if not messages:
            return
        words, start, size = lay(messages)
        self.clock += 1
        types = (words[start + 1] & np.uint32(0xFFFF)).astype(np.int64)
        result = self.follower.hear(words, types, start, size, np.full(len(start), self.clock, np.int64))
        self.doubted |= bool(result[1])

    def begin(self) -> None:
        """A dump starts."""
        self.doubted = False
        self.intake = Intake(self.store, self.history, 3, not self.follower.loaded)
        self.follower.events.dump = self.intake

    def take(self, messages: Sequence[bytes]) -> None:
        """A part of the dump; that of a first load lies where it will stay."""
        assert self.intake is not None
        words, start, size = lay(messages)
        in_place = not self.follower.loaded
        if in_place:
            places = self.store.arena.store(words, start, size)
            assert places is not None
            words, start = self.store.words, places
        self.intake.take(words, start, size, in_place)

    def finish(self, remove: bool, covers: tuple[Where, ...] = ()) -> int:
        """The dump has ended."""
        assert self.intake is not None
        self.intake.flush()
        missing = self.intake.finish(covers, remove)
        self.follower.events.dump = None
        self.follower.loaded = True
        self.intake = None
        return missing

    def load(self, messages: Sequence[bytes]) -> None:
        """A whole dump at once."""
        self.begin()
        if messages:
            self.take(messages)
        self.finish(True)

    def messages(self) -> list[bytes]:
        """Live rows, in no order."""
        return [self.store.message(slot) for slot in self.store.live().tolist()]

    def groups(self) -> list[list[bytes]]:
        """Live rows, group by group in the order of their chains."""
        store, live = self.store, self.store.live()
        if not store.chained:
            return [[store.message(slot)] for slot in live.tolist()]
        return [[store.message(slot) for slot in chains.members(store, head)] for head in chains.heads(store, live)]

    def changes(self) -> list[Change]:
        """All of history."""
        found, missed = self.history.since(0)
        assert not missed
        return found

    def check(self) -> None:
        """What holds at any moment: every live row is found by its key, every slot is in one place only."""
        store = self.store
        live = store.live()
        assert len(live) == store.count
        if self.intake is None and len(live):
            read, hashes = store.read_keys(store.batch(live, store.key_plan))
            assert np.array_equal(store.hash[live], hashes)
            found = store.find(read, hashes)
            if store.chained:
                heads = chains.heads(store, live)
                reached = [slot for head in heads for slot in chains.members(store, head)]
                assert sorted(reached) == live.tolist()
                assert set(found.tolist()) == set(heads)
                ordered = chains.in_order(store, live)
                assert sorted(ordered) == live.tolist()
                groups = (chains.members(store, head) for head in heads)
                assert all(ordered[at : at + len(one)] == one for one in groups for at in [ordered.index(one[0])])
            else:
                assert np.array_equal(found, live)
        places = [(int(store.at[s]), int(store.size[s])) for s in np.flatnonzero(store.state[: store.top])]
        for (one, size), (other, _) in zip(sorted(places), sorted(places)[1:], strict=False):
            assert one + (size + 3) // 4 <= other or not size
        assert (store.state[: store.top] == LIVE).sum() == store.count
