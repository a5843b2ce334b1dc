"""Who asked for a change: port ids of requesters, named from /proc while they live.

A port id is usually, not always, the process id of the requester's first Netlink socket, in its own PID namespace: a
container's port id 7 is not the process 7 seen from here, whose network namespace is another. A name holds for the
time in which that very process was seen; where nothing was seen in time the answer is `?`: a wrong name is worse than
none.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass

from nltui.config import DEFAULTS
from nltui.system import namespaces, processes

REMEMBERED = DEFAULTS.processes
UNKNOWN = "?"
LARGEST_PID = 1 << 22
"""PID_MAX_LIMIT; port ids from here on were chosen by the kernel for a process's further sockets."""
MARGIN_NS = 1_000_000_000
"""How far from a sighting a change may lie."""
SIGHTINGS = 8


@dataclass(slots=True)
class _Sighting:
    start: float
    """When the process began, which tells it from others with the same number."""
    first: int
    last: int
    name: str


class Actors:
    """Remembers sightings by port id. Safe from any thread."""

    def __init__(self, network: namespaces.Identity | None = None, remembered: int = REMEMBERED) -> None:
        """`network`: the namespace whose changes are heard; processes known to be in another did not ask for them.

        `remembered`: most port ids of which sightings are kept.
        """
        self._network, self._remembered = network, remembered
        self._lock = threading.Lock()
        self._seen: OrderedDict[int, list[_Sighting]] = OrderedDict()

    def see(self, port_id: int) -> None:
        """A change with this port id was heard just now: look at once, its process may be about to end."""
        if not 0 < port_id < LARGEST_PID:
            return
        found = processes.describe(port_id)
        if found is None or self._elsewhere(port_id):
            return
        now = time.time_ns()
        with self._lock:
            sightings = self._seen.setdefault(port_id, [])
            self._seen.move_to_end(port_id)
            if sightings and sightings[-1].start == found.start_time and sightings[-1].name == found.name:
                sightings[-1].last = now
                return
            sightings.append(_Sighting(found.start_time, now, now, found.name))
            del sightings[:-SIGHTINGS]
            while len(self._seen) > self._remembered:
                self._seen.popitem(last=False)

    def _elsewhere(self, pid: int) -> bool:
        network = None if self._network is None else namespaces.of_process(pid)
        return network is not None and network != self._network

    def see_all(self, port_ids: Iterable[int]) -> None:
        """Those of a whole batch."""
        for port_id in port_ids:
            self.see(port_id)

    def name(self, port_id: int, at: int) -> str:
        """Who a port id was at a time (ns since the epoch): `ip[4312]`; `?[4312]` where only the number is known."""
        with self._lock:
            for sighting in self._seen.get(port_id, ()):
                if sighting.first - MARGIN_NS <= at <= sighting.last + MARGIN_NS:
                    return f"{sighting.name}[{port_id}]"
        return f"{UNKNOWN}[{port_id}]" if 0 < port_id < LARGEST_PID else UNKNOWN
