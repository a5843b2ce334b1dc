"""Who asked for a change: port ids of requesters, named as well as possible, and never wrongly.

A port id is usually, not always, the process id of the requester's first Netlink socket, in its own PID namespace. What
is known about one comes from three sides: a look into /proc at the moment a change is heard, a closer look at whose
socket it is (owners.py), and the kernel's process events (process_events.py). Where they do not agree on one process,
the answer is `?`: a wrong name is worse than none.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable

from nltui.config import DEFAULTS
from nltui.model.actor import LARGEST_PID, Actor, Certainty
from nltui.netlink.constants.netlink import NETLINK_ROUTE
from nltui.netlink.socket import Sockets
from nltui.record import replace
from nltui.system import descriptors, processes
from nltui.system.namespaces import Identity, Namespace
from nltui.system.processes import Process
from nltui.worker.lives import Life, Lives
from nltui.worker.owners import Owners
from nltui.worker.sighting import Sighting, Verdict

REMEMBERED = DEFAULTS.processes
SIGHTINGS = 8
LAG_NS = 250_000_000
"""How long after a change was received the look at its requester may have come."""
MARGIN_NS = 1_000_000_000
"""How far from a sighting a change may lie for which no look was made (in a storm); and how far before the time it was
received a change may have been made."""
FORGOTTEN_NS = 3600 * 1_000_000_000
"""How long the name of what was introduced is kept after its time."""
SOON_NS = 100_000_000
"""How soon after its change a process that is named by process events has ended."""


class Actors:
    """Remembers sightings by port id. Safe from any thread."""

    def __init__(
        self,
        network: Identity | None = None,
        namespace: Namespace | None = None,
        *,
        lives: Lives | None = None,
        unheard: Callable[[], str] = lambda: "",
        told: Callable[[], None] = lambda: None,
        remembered: int = REMEMBERED,
    ) -> None:
        """`network`: identity of the namespace whose changes are heard, `namespace` to open sockets there (None: ours).

        `lives`: filled from process events, or None; `unheard` says why they are not heard, if so. `told` is called,
        from any thread, when an answer may differ. `remembered`: most port ids of which sightings are kept.
        """
        self._network, self._lives, self._unheard, self._told = network, lives, unheard, told
        self._remembered = remembered
        self._lock = threading.Lock()
        self._seen: OrderedDict[int, list[Sighting]] = OrderedDict()
        self._introduced: dict[int, tuple[Process, int]] = {}
        """Port id → (process, ns since the epoch until which it may have it)."""
        self._owners = Owners(Sockets(namespace), NETLINK_ROUTE, network, self._verdict)
        self._verdicts = 0

    def stop(self) -> None:
        """Let go of everything that is open."""
        self._owners.stop()

    def settle(self, seconds: float) -> bool:
        """Wait until everything seen was looked at closer; False when the time is up first."""
        return self._owners.settle(seconds)

    def knowledge(self) -> int:
        """Grows when answers may differ from before."""
        return self._verdicts

    def _verdict(self) -> None:
        self._verdicts += 1
        self._told()

    def introduce(self, port_id: int, pid: int, name: str, seconds: float) -> None:
        """Of a socket that was opened here for another process: who has it, what it is called, for how long at most."""
        process = processes.describe(pid)
        if process is not None:
            until = time.time_ns() + int(seconds * 1e9)
            now = {port: one for port, one in self._introduced.items() if one[1] > time.time_ns() - FORGOTTEN_NS}
            # Replaced, never changed: it may be looked through at the same time.
            self._introduced = now | {port_id: (replace(process, name=name), until)}

    # -- seeing

    def see_all(self, port_ids: Iterable[int]) -> None:
        """Those of a whole batch."""
        for port_id in port_ids:
            self.see(port_id)

    def see(self, port_id: int) -> None:
        """A change with this port id was heard just now: look at once, its process may be about to end."""
        if port_id == 0:
            return
        with self._lock:
            known = self._seen.get(port_id, ())
            last = known[-1] if known else None
        if last is not None and last.verdict is Verdict.HELD and self._still(last):
            last.last = time.time_ns()
            return
        process = processes.describe(port_id) if port_id < LARGEST_PID else None
        if process is not None and process.is_elsewhere:
            # In its own PID namespace it has another number: this is not its port id.
            process = None
        now = time.time_ns()
        if last is not None and last.verdict is Verdict.PENDING and last.process == process:
            last.last = now
            return
        sighting = Sighting(port_id, process, now, now, owner=_held_before(known, process))
        self._remember(sighting)
        self._owners.ask(sighting)

    def _still(self, sighting: Sighting) -> bool:
        owner = sighting.owner
        return (
            owner is not None
            and descriptors.holds(owner.pid, sighting.fd, sighting.inode)
            and processes.describe(owner.pid) == owner
        )

    def _remember(self, sighting: Sighting) -> None:
        with self._lock:
            sightings = self._seen.setdefault(sighting.port_id, [])
            self._seen.move_to_end(sighting.port_id)
            # A list is replaced, never changed: it may be looked through at the same time.
            self._seen[sighting.port_id] = [*sightings[-SIGHTINGS + 1 :], sighting]
            while len(self._seen) > self._remembered:
                self._seen.popitem(last=False)

    # -- answering

    def name(self, port_id: int, at: int) -> str:
        """Who a port id was at a time (ns since the epoch): `ip[4312]`; `?[4312]` where only the number is known."""
        return self.actor(port_id, at).text

    def actor(self, port_id: int, at: int) -> Actor:
        """Who had a port id when a change was received (ns since the epoch), and how well that is known."""
        with self._lock:
            known = self._seen.get(port_id, [])
        sighting = _at(known, at)
        named, until = self._introduced.get(port_id, (None, 0))
        held_by = sighting.owner if sighting is not None and sighting.verdict is Verdict.HELD else None
        if named is not None and at <= until and (held_by is None or held_by.same(named)):
            return Actor(port_id, Certainty.EXACT, named, "its socket with this port id was opened by nltui")
        if sighting is not None and sighting.verdict is Verdict.HELD:
            return Actor(port_id, Certainty.EXACT, sighting.owner, "its socket with this port id was seen")
        if sighting is not None and sighting.verdict is Verdict.PENDING:
            return _unknown(port_id, "being looked at")
        if sighting is None:
            held = _around(known, at)
            if held is not None:
                return Actor(port_id, Certainty.EXACT, held.owner, "its socket with this port id was seen around then")
        return self._inferred(port_id, at, sighting)

    def _inferred(self, port_id: int, at: int, sighting: Sighting | None) -> Actor:
        seen = sighting.process if sighting is not None else None
        if seen is not None and not self._may_be_here(seen):
            return _unknown(port_id, f"{seen.name}[{seen.pid}] has that number, in another network namespace")
        verdict = sighting.verdict if sighting is not None else None
        if verdict is Verdict.AGAIN and seen is not None:
            return Actor(port_id, Certainty.INFERRED, seen, "it had a socket with this port id before")
        if verdict is Verdict.HIDDEN and seen is not None and not self._owners.has_strangers:
            return Actor(port_id, Certainty.INFERRED, seen, "from the port id; its sockets may not be looked at")
        lives = self._lives_at(port_id, at, sighting)
        if len(lives) > 1 or (seen and verdict is not Verdict.DENIED and any(life.pid != seen.pid for life in lives)):
            return _unknown(port_id, "several processes had that number within a second")
        if verdict is Verdict.LEFT and seen is not None and (lives or not self._owners.has_strangers):
            if not lives or lives[0].died is None or lives[0].died <= at + SOON_NS:
                return Actor(port_id, Certainty.INFERRED, seen, "from the port id; it ended right after the change")
        elif lives and verdict in (None, Verdict.LEFT, Verdict.LATE, Verdict.DENIED):
            found = self._by_events(lives[0], at)
            if found is not None:
                return Actor(port_id, Certainty.INFERRED, found, "from the port id and the times it began and ended")
        return _unknown(port_id, self._why(port_id, sighting))

    def _lives_at(self, port_id: int, at: int, sighting: Sighting | None) -> list[Life]:
        """Whom process events know with this number, without what a closer look has excluded."""
        if self._lives is None or port_id >= LARGEST_PID:
            return []
        lives = self._lives.with_port_id(port_id, at - MARGIN_NS, at)
        if sighting is None or sighting.verdict is not Verdict.DENIED or sighting.process is None:
            return lives
        denied, when = sighting.process.pid, sighting.first
        return [life for life in lives if life.pid != denied or (life.died is not None and life.died < when)]

    def _by_events(self, life: Life, at: int) -> Process | None:
        """What a life ran at a time, where it is the kind that asks once and ends."""
        process = life.at(at)
        if process is None or life.died is None or not at - MARGIN_NS <= life.died <= at + SOON_NS:
            return None
        # `ip -n` enters the namespace after it was executed, and of some only the name is known, not how they count:
        # so much is taken on trust only where nobody with numbers of his own is.
        sure = process.inner > 0 and self._may_be_here(process)
        return process if sure or not self._owners.has_strangers else None

    def _may_be_here(self, process: Process) -> bool:
        return process.network is None or self._network is None or process.network == self._network

    def _why(self, port_id: int, sighting: Sighting | None) -> str:
        if sighting is not None and sighting.verdict is Verdict.DENIED:
            return sighting.reason
        if sighting is not None and sighting.process is not None:
            return "processes of other PID namespaces are here, and may have that number too"
        if port_id >= LARGEST_PID:
            return "the port id is no process id, and its socket is gone"
        unheard = self._unheard()
        return "it had gone before anything was seen of it" + (f"; {unheard}" if unheard else "")


def _unknown(port_id: int, reason: str) -> Actor:
    return Actor(port_id, Certainty.UNKNOWN, None, reason)


def _held_before(known: Iterable[Sighting], process: Process | None) -> Process | None:
    """The process, where it held a socket with this port id before."""
    if process is None:
        return None
    owners = [one.owner for one in known if one.verdict in (Verdict.HELD, Verdict.AGAIN)]
    return next((owner for owner in owners if owner is not None and owner.same(process)), None)


def _at(known: list[Sighting], at: int) -> Sighting | None:
    """The look that was made for a change received at a time: what lasted over it, else the first one right after."""
    return next((one for one in known if one.last >= at), None) if _covered(known, at) else None


def _covered(known: list[Sighting], at: int) -> bool:
    return any(one.last >= at and one.first - LAG_NS <= at for one in known)


def _around(known: list[Sighting], at: int) -> Sighting | None:
    """Where no look was made: what was seen within the margin, if that was one holder alone."""
    near = [one for one in known if one.first - MARGIN_NS <= at <= one.last + MARGIN_NS]
    held = [one for one in near if one.verdict is Verdict.HELD]
    return held[0] if held and len({(one.inode, one.owner) for one in near}) == 1 else None
