"""Which processes there were lately: a bounded memory of forks, executed programs and ends, with their times.

No I/O: what happened is told by whoever hears the kernel's process events, so that any history can be played.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, field

from nltui.record import replace
from nltui.system.processes import Process

REMEMBERED = 8192
"""Most lives remembered; the one heard of longest ago is forgotten first."""
PROGRAMS = 4
"""Last programs of one life that are remembered."""
NUMBERS = 4
"""Last lives with one number that are remembered."""


@dataclass(slots=True, eq=False)
class Life:
    """One process, from fork to end. Times in ns since the epoch; 0 before anything was heard, None not yet."""

    pid: int
    born: int
    programs: list[tuple[int, Process | None]] = field(default_factory=list)
    """(when executed, what was seen of it then); None where it had gone on before it could be looked at."""
    died: int | None = None

    def at(self, time: int) -> Process | None:
        """What it ran at a time, as far as that was seen."""
        ran = [seen for executed, seen in self.programs if executed <= time]
        return ran[-1] if ran else None

    def port_ids(self) -> set[int]:
        """Numbers that its first Netlink socket may have got: its pid as it counts itself."""
        return {seen.inner or seen.pid for _, seen in self.programs if seen is not None} or {self.pid}


class Lives:
    """Tell it what happened, in order; ask it who had a port id. Safe from any thread."""

    def __init__(self, limit: int = REMEMBERED) -> None:
        self._limit = limit
        self._lives: OrderedDict[int, Life] = OrderedDict()
        """By a number of their own, oldest first."""
        self._by_pid: dict[int, list[int]] = {}
        self._by_inner: dict[int, list[int]] = {}
        """Those of other PID namespaces, by the pid that they have there."""
        self._number = 0
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._lives)

    def forked(self, pid: int, parent: int, time: int) -> None:
        """A new process: until it executes something, it is another one of its parent."""
        with self._lock:
            above = self._present(parent)
            seen = above.at(time) if above is not None else None
            like = None
            if seen is not None and not seen.is_elsewhere and above is not None:
                like = _child(seen, pid, time)
            self._add(Life(pid, time, [(time, like)]))

    def executed(self, pid: int, time: int, seen: Process | None) -> None:
        """A process runs a program now; `seen`: what /proc said of it right afterwards."""
        with self._lock:
            life = self._present(pid) or self._add(Life(pid, 0))
            life.programs.append((time, seen))
            del life.programs[:-PROGRAMS]
            if seen is not None and seen.is_elsewhere:
                self._index(self._by_inner, seen.inner, self._by_pid[pid][-1])

    def died(self, pid: int, time: int) -> None:
        """A process ended."""
        with self._lock:
            life = self._present(pid) or self._add(Life(pid, 0))
            life.died = time

    def was(self, seen: Process) -> None:
        """What the kernel says of a process at its end, where it was not looked at while it lived."""
        with self._lock:
            numbers = self._by_pid.get(seen.pid)
            life = self._lives.get(numbers[-1]) if numbers else None
            if life is None:
                life = self._add(Life(seen.pid, 0))
            if not life.programs:
                life.programs.append((0, seen))
            elif life.programs[-1][1] is None:
                life.programs[-1] = life.programs[-1][0], seen

    def forget(self) -> None:
        """Something was not heard: nothing that is remembered can be trusted to be whole."""
        with self._lock:
            self._lives.clear()
            self._by_pid.clear()
            self._by_inner.clear()

    def with_port_id(self, port_id: int, begin: int, end: int) -> list[Life]:
        """Lives that, between two times, may have had this number as the port id of their first Netlink socket."""
        with self._lock:
            numbers = [*self._by_pid.get(port_id, ()), *self._by_inner.get(port_id, ())]
            lives = [self._lives[number] for number in numbers if number in self._lives]
            return [
                life
                for life in lives
                if life.born <= end and (life.died is None or life.died >= begin) and port_id in life.port_ids()
            ]

    def _present(self, pid: int) -> Life | None:
        numbers = self._by_pid.get(pid)
        life = self._lives.get(numbers[-1]) if numbers else None
        return life if life is not None and life.died is None else None

    def _add(self, life: Life) -> Life:
        self._number += 1
        self._lives[self._number] = life
        self._index(self._by_pid, life.pid, self._number)
        while len(self._lives) > self._limit:
            number, gone = self._lives.popitem(last=False)
            for index, keys in ((self._by_pid, {gone.pid}), (self._by_inner, gone.port_ids())):
                for key in keys:
                    self._drop(index, key, number)
        return life

    def _index(self, index: dict[int, list[int]], key: int, number: int) -> None:
        numbers = index.setdefault(key, [])
        if number not in numbers:
            numbers.append(number)
            del numbers[:-NUMBERS]

    def _drop(self, index: dict[int, list[int]], key: int, number: int) -> None:
        numbers = index.get(key, [])
        if number in numbers:
            numbers.remove(number)
        if not numbers:
            index.pop(key, None)


def _child(parent: Process, pid: int, time: int) -> Process:
    """What is known of a process that was forked and has executed nothing."""
    made = replace(parent, pid=pid, inner=pid, ticks=0, start_time=time / 1e9)
    return replace(made, parent=parent.pid, parent_name=parent.name)
