"""The thread that looks closer at port ids: whose socket is it? It works behind the readers' backs and at its own pace.

NETLINK_DIAG tells the inode of the socket that has a port id, /proc/PID/fd who holds it. A port id is anybody's: a
program may bind any that is free, and another PID namespace counts otherwise. So a process is not taken to have asked
because its pid is the port id, but because it holds the socket, or ended right after.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable

from nltui.errors import NltuiError
from nltui.model.actor import LARGEST_PID
from nltui.netlink.port_ids import PortIds
from nltui.netlink.socket import Sockets
from nltui.system import descriptors, processes
from nltui.system.namespaces import Identity
from nltui.worker.pace import Pace
from nltui.worker.sighting import Sighting, Verdict

WAITING = 256
"""Most sightings that wait for a closer look; further ones stay unknown."""
SOON = 0.1
"""Seconds within which a process that closed the socket by ending is gone."""
LOOK_AGAIN = 0.01
LONGEST = 2.0
"""Seconds after which what could not be looked at is given up."""
SHARE = 0.1
"""Of one processor's time, the most for lists of sockets; and as much for looking through all processes."""
LISTING, SCANNING = 0.05, 0.2
"""Seconds of work that are saved up for each."""
IDLE = 0.5
"""Seconds without a question after which the socket is closed, which else would keep its namespace alive."""
RECENT = 32
"""Owners that are asked first."""
STRANGERS_HOLD = 5.0
"""Seconds for which the answer counts whether processes of other PID namespaces are there."""


class Owners:
    """ask() from any thread; `told` is called after every verdict."""

    def __init__(self, sockets: Sockets, protocol: int, network: Identity | None, told: Callable[[], None]) -> None:
        self._ports = PortIds(sockets, protocol)
        self._network, self._told = network, told
        self._queue: deque[Sighting] = deque()
        self._later: list[tuple[float, Sighting]] = []
        """(monotonic time, sighting) to be looked at again."""
        self._asked: dict[int, float] = {}
        self._recent: OrderedDict[int, None] = OrderedDict()
        self._owners: dict[int, list[int]] = {}
        """Inode → processes, as of the last look through all of them."""
        self._strangers: tuple[float, bool] = (float("-inf"), True)
        self._listing, self._scanning = Pace(SHARE, LISTING), Pace(SHARE, SCANNING)
        self._change = threading.Condition()
        self._stopping = False
        self._thread: threading.Thread | None = None

    @property
    def pending(self) -> int:
        """Sightings without a verdict."""
        with self._change:
            return len(self._asked)

    @property
    def has_strangers(self) -> bool:
        """Whether processes of other PID namespaces are, or may be, in the network namespace. True where unknown."""
        when, strangers = self._strangers
        return strangers or time.monotonic() - when > STRANGERS_HOLD

    def ask(self, sighting: Sighting) -> None:
        """Look closer soon."""
        with self._change:
            if len(self._asked) >= WAITING or self._stopping:
                sighting.verdict, sighting.reason = Verdict.DENIED, "too many requesters at once to look at each"
                return
            self._asked[id(sighting)] = time.monotonic()
            self._queue.append(sighting)
            if self._thread is None:
                self._thread = threading.Thread(target=self.run, name="nltui-owners", daemon=True)
                self._thread.start()
            self._change.notify_all()

    def stop(self, seconds: float = 1.0) -> None:
        """End the thread and let go of its socket."""
        with self._change:
            self._stopping = True
            self._change.notify_all()
        if self._thread is not None:
            self._thread.join(seconds)

    def settle(self, seconds: float) -> bool:
        """Wait until there is a verdict on everything asked; False when the time is up first."""
        with self._change:
            return self._change.wait_for(lambda: not self._asked, seconds)

    def run(self) -> None:
        """Until stop(); no exception leaves it."""
        while True:
            batch = self._next()
            if batch is None:
                break
            try:
                self._judge(batch)
            except Exception as error:  # a look that failed names nobody
                for sighting in batch:
                    self._say(sighting, Verdict.DENIED, f"looking closer failed: {type(error).__name__}")
        self._ports.close()

    def _next(self) -> list[Sighting] | None:
        """What is to be looked at now; None when it is time to end."""
        while True:
            with self._change:
                now = time.monotonic()
                due = [sighting for when, sighting in self._later if when <= now]
                if self._queue or due or self._stopping:
                    self._later = [one for one in self._later if one[0] > now]
                    batch = [*self._queue, *due]
                    self._queue.clear()
                    return None if self._stopping else batch
                wait = min((when - now for when, _ in self._later), default=IDLE)
                heard = self._change.wait(wait)
                if not heard and not self._later:
                    self._ports.close()
                    self._change.wait_for(lambda: self._queue or self._stopping)

    def _say(self, sighting: Sighting, verdict: Verdict, reason: str = "") -> None:
        with self._change:
            if self._asked.pop(id(sighting), None) is None:
                return
            sighting.reason, sighting.verdict = reason, verdict
            self._change.notify_all()
        self._told()

    def _again(self, sighting: Sighting, seconds: float) -> None:
        self._later.append((time.monotonic() + seconds, sighting))

    def _waited(self, sighting: Sighting) -> float:
        """Seconds since it was asked about."""
        return time.monotonic() - self._asked.get(id(sighting), 0.0)

    # -- judging

    def _judge(self, batch: list[Sighting]) -> None:
        if not self._listing.is_free():
            time.sleep(min(self._listing.wait(), SOON))
        with self._listing.working():
            inodes = self._inodes()
        for sighting in batch:
            inode = inodes.get(sighting.port_id)
            if inode is None:
                self._closed(sighting)
            else:
                self._open(sighting, inode, inodes)

    def _inodes(self) -> dict[int, int]:
        try:
            return self._ports.inodes()
        except (NltuiError, OSError):
            self._ports.close()
            return {}

    def _open(self, sighting: Sighting, inode: int, inodes: dict[int, int]) -> None:
        """The socket is there: who holds it?"""
        hidden = False
        for pid in self._likely(sighting, inode):
            try:
                fd = descriptors.find(pid, inode)
            except PermissionError:
                hidden |= sighting.process is not None and pid == sighting.process.pid
                continue
            if fd is not None and self._held(sighting, pid, fd, inode):
                return
        if not self._scanning.is_free():
            if self._waited(sighting) > LONGEST:
                self._say(sighting, Verdict.DENIED, "too many sockets at once to find who holds each")
            else:
                self._again(sighting, min(self._scanning.wait(), SOON))
            return
        with self._scanning.working():
            self._owners, complete = descriptors.owners(set(inodes.values()))
        holders = self._owners.get(inode, [])
        if len(holders) == 1:
            fd = descriptors.find(holders[0], inode)
            if fd is not None and self._held(sighting, holders[0], fd, inode):
                return
        if len(holders) > 1:
            self._say(sighting, Verdict.DENIED, "several processes hold its socket")
        elif hidden and not complete:
            self._look_for_strangers()
            self._say(sighting, Verdict.HIDDEN)
        elif not complete:
            self._say(sighting, Verdict.DENIED, "its socket is held by a process that may not be looked at")
        else:
            self._closed(sighting)

    def _likely(self, sighting: Sighting, inode: int) -> list[int]:
        """Processes worth a look before all others."""
        likely = [] if sighting.process is None else [sighting.process.pid]
        if sighting.port_id >= LARGEST_PID:
            # libnl and pyroute2 choose process id + n * 2^22 for their further sockets.
            likely.append(sighting.port_id % LARGEST_PID)
        holders = self._owners.get(inode, [])
        likely += holders if len(holders) == 1 else []
        return list(dict.fromkeys((*likely, *reversed(self._recent))))

    def _held(self, sighting: Sighting, pid: int, fd: int, inode: int) -> bool:
        owner = processes.describe(pid)
        if owner is None or not descriptors.holds(pid, fd, inode):
            return False
        self._recent[pid] = None
        self._recent.move_to_end(pid)
        while len(self._recent) > RECENT:
            self._recent.popitem(last=False)
        sighting.owner, sighting.fd, sighting.inode = owner, fd, inode
        self._say(sighting, Verdict.HELD)
        return True

    def _closed(self, sighting: Sighting) -> None:
        """The socket is gone: did the process that had the number end with it?"""
        process, late = sighting.process, self._waited(sighting)
        if process is None and late < LOOK_AGAIN:
            # Its end may be on its way to those who hear the kernel's process events.
            self._again(sighting, LOOK_AGAIN)
        elif process is None or not processes.is_alive(process):
            self._look_for_strangers()
            self._say(sighting, Verdict.LATE if process is not None and late > 2 * SOON else Verdict.LEFT)
        elif process.is_kernel:
            self._say(sighting, Verdict.DENIED, f"its pid is that of a kernel thread here, {process.name}")
        elif sighting.owner is not None:
            self._say(sighting, Verdict.AGAIN)
        elif late < SOON:
            self._again(sighting, LOOK_AGAIN)
        else:
            reason = f"{process.name}[{process.pid}] has that number, but no such socket"
            self._say(sighting, Verdict.DENIED, reason)

    def _look_for_strangers(self) -> None:
        when, _ = self._strangers
        if time.monotonic() - when > 1.0 and self._scanning.is_free():
            with self._scanning.working():
                self._strangers = time.monotonic(), processes.are_strangers_in(self._network)
