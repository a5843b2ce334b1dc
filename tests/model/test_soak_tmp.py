"""A followed table against a small kernel: any mixture of changes, batches and dumps ends equal, or doubted."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from nltui.model.history import Kind
from nltui.model.table import Grouping
from tests.model.follower import Fed
from tests.model.small import NLM_F_APPEND, NLM_F_REPLACE, Kernel, KernelDump, Row, row_of, table

GROUPS = st.sampled_from([1, 2, 3, 4, 150, 151])
VALUES = st.sampled_from([b"a", b"b", b"cc\0", b"dddd", b"long enough for another length"])
FLAGS = st.sampled_from([0, 0, NLM_F_APPEND, NLM_F_REPLACE])
ROWS = st.builds(Row, GROUPS, st.integers(0, 3), VALUES, st.integers(0, 2))


class Following(RuleBasedStateMachine):
    """Rules change the kernel, hear some of what it said, and read parts of dumps."""

    grouping = Grouping.UNIQUE

    def __init__(self) -> None:
        super().__init__()
        self.kernel, self.fed = Kernel(self.grouping), Fed(table(self.grouping))
        self.dump: KernelDump | None = None
        self.base: list[Row] = []
        self.unsure = False
        """Whether rows went without a word since the running or last dump began."""

    def made(self, row: Row) -> Row:
        """A row of a multiset is its value; it has no counter and no number."""
        return Row(row.group, 0, row.value) if self.grouping is Grouping.MULTISET else row

    @initialize(rows=st.lists(ROWS, max_size=8))
    def load(self, rows: list[Row]) -> None:
        for row in rows:
            self.kernel.add(self.made(row), NLM_F_APPEND)
        self.kernel.heard()
        self.fed.load([row.message() for row in self.kernel.rows()])
        self.equal()
        assert not self.fed.changes(), "a first load is no change"

    @rule(row=ROWS, flags=FLAGS)
    def add(self, row: Row, flags: int) -> None:
        self.kernel.add(self.made(row), flags)

    @rule(group=GROUPS, choose=st.integers(0, 3))
    def delete(self, group: int, choose: int) -> None:
        self.kernel.delete(group, choose)

    @rule(group=GROUPS, choose=st.integers(0, 3))
    def vanish(self, group: int, choose: int) -> None:
        self.kernel.vanish(group, choose)
        self.unsure = True

    @rule(most=st.integers(1, 12))
    def hear_some(self, most: int) -> None:
        self.fed.hear(self.kernel.heard(most))

    @rule()
    def hear_all(self) -> None:
        self.fed.hear(self.kernel.heard())
        if self.dump is None:
            self.equal()

    @precondition(lambda self: self.dump is None)
    @rule(groups_a_part=st.integers(1, 4))
    def begin(self, groups_a_part: int) -> None:
        self.fed.hear(self.kernel.heard())
        self.fed.begin()
        self.unsure = False
        self.dump = KernelDump(self.kernel, groups_a_part)

    @precondition(lambda self: self.dump is not None)
    @rule(pumped=st.booleans(), clean=st.booleans())
    def read(self, pumped: bool, clean: bool) -> None:
        assert self.dump is not None
        if pumped:
            self.fed.hear(self.kernel.heard())
        part = self.dump.read()
        if part is not None:
            self.fed.take(part)
            return
        self.fed.hear(self.kernel.heard())
        self.dump = None
        remove = clean and not self.fed.doubted and not self.unsure
        missing = self.fed.finish(remove)
        if missing and not remove:
            self.unsure = True
        self.equal()

    def equal(self) -> None:
        """Unless something is known to be doubtful, rows and their order are the kernel's."""
        if self.unsure or self.fed.doubted:
            return
        mine = {group[0][17]: [row_of(message) for message in group] for group in self.fed.groups()}
        if self.grouping is Grouping.MULTISET:
            found = [row_of(message) for group in self.fed.groups() for message in group]
            assert sorted(map(repr, found)) == sorted(map(repr, self.kernel.rows()))
        else:
            assert mine == self.kernel.groups

    @invariant()
    def sound(self) -> None:
        self.fed.check()

    def teardown(self) -> None:
        if self.dump is not None:
            while (part := self.dump.read()) is not None:
                self.fed.take(part)
            self.fed.hear(self.kernel.heard())
            self.fed.finish(False)
        self.fed.hear(self.kernel.heard())
        self.fed.load([row.message() for row in self.kernel.rows()])
        self.unsure = self.fed.doubted = False
        self.fed.check()
        self.equal()
        self.history_tells_all()

    def history_tells_all(self) -> None:
        """Replayed from nothing known, every entry's old bytes are what the entry before left."""
        known: dict[tuple[int, int, bytes], list[Row]] = {}
        for change in self.fed.changes():
            assert bool(change.old) == (change.kind is not Kind.ADDED)
            assert bool(change.new) == (change.kind is not Kind.REMOVED)
            old, new = change.old and row_of(change.old), change.new and row_of(change.new)
            if self.grouping is Grouping.UNIQUE and isinstance(old, Row):
                before = known.get((old.group, 0, b""))
                assert before is None or before == [old], (before, old)
            if isinstance(old, Row) and isinstance(new, Row):
                assert old != new, "only counters differ"
            if self.grouping is Grouping.UNIQUE:
                row = new if isinstance(new, Row) else old
                assert isinstance(row, Row)
                known[row.group, 0, b""] = [new] if isinstance(new, Row) else []


class Multiset(Following):
    grouping = Grouping.MULTISET


class Chain(Following):
    grouping = Grouping.CHAIN


SETTINGS = settings(max_examples=2500, stateful_step_count=50, deadline=None)
TestUnique, TestMultiset, TestChain = Following.TestCase, Multiset.TestCase, Chain.TestCase
TestUnique.settings = TestMultiset.settings = TestChain.settings = SETTINGS
