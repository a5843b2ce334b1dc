"""The process that takes a change back when nobody confirms it: `python -I -m nltui.changes.guardian`.

It is not the interface, and outlives it: a session of its own, deaf to SIGHUP and SIGINT, with the Netlink socket and
the journal as inherited descriptors. The end of whoever started it is no confirmation. It imports nothing but the
standard library: the journal holds encoded messages. It takes back what it knows nobody changed since, or does not know
about, see witness.py.

Its commands come by a socket beside the journal: APPLIED, CONFIRM, ROLLBACK, ROLLBACK ANYWAY, DISARM, STATUS; it
answers each.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import select
import signal
import socket
import struct
import sys
import time
from pathlib import Path
from typing import Any, NamedTuple

from nltui.changes import witness

TICK = 0.5
"""Seconds between two looks at the clock: it must also count while the machine sleeps."""
ANSWER = 5.0
"""Seconds for the kernel to answer one step."""
CARRIER, PAUSE = 8.0, 0.2
"""Seconds to wait for a carrier that a nexthop needs, and between two tries."""
COUNT = 12
"""Bytes at the end of a journal, decimal: how many steps of the change have been sent, or are being sent."""

UNDONE = frozenset({2, 3, 17, 19, 99})
"""ENOENT, ESRCH, EEXIST, ENODEV, EADDRNOTAVAIL: of a step back from what may not have been done, that it was not."""


def written(told: dict[str, Any], room: int) -> bytes:
    """A journal, with so many blanks for what will be added."""
    return json.dumps(told).encode() + b" " * room + b"0" * COUNT


def read(raw: bytes) -> Any:
    """What a journal tells, `sent` with it. Raises ValueError."""
    told = json.loads(raw[:-COUNT])
    if isinstance(told, dict):
        told["sent"] = int(raw[-COUNT:])
    return told


def count(descriptor: int, sent: int) -> None:
    """Say how many steps have been sent, with the one that is sent next.

    Not synced: it is of use to the guardian, who reads what was written; nothing of the network outlives the machine.
    """
    os.pwrite(descriptor, b"%0*d" % (COUNT, sent), os.fstat(descriptor).st_size - COUNT)


def sent(told: dict[str, Any]) -> list[dict[str, Any]]:
    """The steps back from what may have been done; what was never asked for may have been there before.

    All of them where the journal has been lost.
    """
    if "sent" not in told:
        return list(told["steps"])
    found = [step for step in told["steps"] if told["sent"] > step["after"]]
    if told.get("state") == "armed":
        last = max((step["after"] for step in found), default=0)
        found = [step | {"fine": [*step["fine"], *UNDONE]} if step["after"] == last else step for step in found]
    return found


class Journal:
    """A file that says what would be done, and what was; every change of it is on disk before anything else is done.

    It was made with blanks at its end, and keeps its size: writing it again needs nothing of a disk that is full.
    The count at its end is written by whoever applies the change.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._size = os.fstat(descriptor).st_size - COUNT
        self.told: dict[str, Any] = self._read()

    def _read(self) -> dict[str, Any]:
        told: dict[str, Any] = read(os.pread(self._descriptor, self._size + COUNT, 0))
        return told

    def sent(self) -> list[dict[str, Any]]:
        """The steps back from what may have been done until now; all of them where that cannot be read any more."""
        self.told.pop("sent", None)
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            self.told["sent"] = self._read()["sent"]
        return sent(self.told)

    def write(self, **told: Any) -> None:
        """Replace what it says; of many sentences those that fit. Nothing keeps anybody from rolling back."""
        self.told |= told
        raw = json.dumps(self.told).encode()
        for name in ("kept", "refused"):
            while len(raw) > self._size and self.told.get(name):
                self.told[name] = self.told[name][:-1]
                raw = json.dumps(self.told).encode()
        with contextlib.suppress(OSError):
            os.pwrite(self._descriptor, raw.ljust(self._size), 0)
            os.fsync(self._descriptor)


def now() -> float:
    """Seconds that no change of the clock moves, and that go on while the machine sleeps."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class Came(NamedTuple):
    """What a rollback could not do, and what it let be, in sentences."""

    refused: list[str]
    kept: list[str]


def send(sock: socket.socket, message: bytes) -> int:
    """One request; the errno of its acknowledgement, 0 done, ETIMEDOUT where none came."""
    for kind, answer in witness.answers(sock, message, time.monotonic() + ANSWER):
        if kind == witness.NLMSG_ERROR:
            return witness.error_of(answer)
    return errno.ETIMEDOUT


def roll_back(sock: socket.socket, steps: list[dict[str, Any]], *, anyway: bool = False) -> Came:
    """All steps, but for what somebody changed meanwhile; going on after errors.

    What needs something that only a later step brings is tried again, as long as that helps, and what needs a carrier
    for a while: a link that goes up has it only after a moment. `anyway`: whatever somebody changed.
    """
    waiting, kept = witness.standing(sock, steps, anyway=anyway)
    until = now() + CARRIER
    while True:
        refused = []
        for step in waiting:
            try:
                number = send(sock, bytes.fromhex(step["message"]))
            except OSError as error:
                number = error.errno or errno.EIO
            except (ValueError, struct.error):
                # A step that no journal of ours has keeps nobody from the others.
                number = errno.EBADMSG
            if number and number not in step["fine"]:
                refused.append((step, number))
        if len(refused) == len(waiting):
            if not any(number == errno.ENETDOWN for _, number in refused) or now() > until:
                return Came([f"{step['says']}: {os.strerror(number)}" for step, number in refused], kept)
            time.sleep(PAUSE)
        waiting = [step for step, _ in refused]


class Guardian:
    """Waits, and rolls back unless it is told to let be."""

    def __init__(self, netlink: socket.socket, journal: Journal, control: socket.socket) -> None:
        self._netlink, self._journal, self._control = netlink, journal, control
        self._deadline = now() + float(journal.told["seconds"])
        self._told_to_stop = False

    def stop(self, *_: object) -> None:
        """SIGTERM: somebody ends everything; then back it goes, at once."""
        self._told_to_stop = True

    def run(self) -> int:
        """Until it is decided. 0 confirmed or disarmed, 3 rolled back."""
        while True:
            left = self._deadline - now()
            if left <= 0 or self._told_to_stop:
                return self._back("nobody confirmed" if left <= 0 else "it was told to end")
            try:
                ready = select.select([self._control], [], [], min(left, TICK))[0]
            except OSError:
                continue
            if ready and (ended := self._command()) is not None:
                return ended

    def _command(self) -> int | None:
        """One connection, one command. The exit code where it decides: whether the answer arrives changes nothing."""
        try:
            peer, _ = self._control.accept()
        except OSError:
            return None
        with peer:
            peer.settimeout(2)
            try:
                word = peer.recv(64).decode("ascii", "replace").strip()
            except OSError:
                return None
            said, code = self._decided(word)
            with contextlib.suppress(OSError):
                peer.sendall(said.encode())
            return code

    def _decided(self, word: str) -> tuple[str, int | None]:
        """What is answered to a command, and the exit code where it ends this."""
        if word == "CONFIRM":
            self._journal.write(state="confirmed", ended=time.time())
            return "OK confirmed\n", 0
        if word == "DISARM":
            self._journal.write(state="disarmed", ended=time.time())
            return "OK disarmed\n", 0
        if word in ("ROLLBACK", "ROLLBACK ANYWAY"):
            code = self._back("asked for", anyway=word != "ROLLBACK")
            return f"OK rolled back{witness.came_of(self._journal.told['refused'], self._journal.told['kept'])}\n", code
        if word == "APPLIED":
            witness.remember(self._netlink, self._journal.told["steps"])
            # The time counts from when the person can see what it did.
            self._deadline = now() + float(self._journal.told["seconds"])
            self._journal.write(state="applied", applied=time.time())
        return f"OK {max(0, self._deadline - now()):.0f}\n", None

    def _back(self, why: str, *, anyway: bool = False) -> int:
        steps = self._journal.sent()
        self._journal.write(state="rolling back")
        came = roll_back(self._netlink, steps, anyway=anyway)
        self._journal.write(state="rolled back", why=why, **came._asdict(), ended=time.time())
        return 3


def main() -> int:
    """Descriptors by number on the command line: Netlink, journal, listening socket; READY on standard output."""
    netlink, journal, control = (int(word) for word in sys.argv[1:4])
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGPIPE, signal.SIGTSTP):
        signal.signal(number, signal.SIG_IGN)
    with socket.socket(fileno=netlink) as sock, socket.socket(fileno=control) as listening:
        # What was left in the queue by whoever used it before is of no interest.
        sock.setblocking(True)
        listening.setblocking(True)
        kept = Journal(journal)
        # Whoever takes over the watch must know it.
        kept.write(guardian=os.getpid())
        guardian = Guardian(sock, kept, listening)
        signal.signal(signal.SIGTERM, guardian.stop)
        path = listening.getsockname()
        print("READY", flush=True)
        null = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):
            os.dup2(null, descriptor)
        try:
            return guardian.run()
        finally:
            if isinstance(path, str) and path:
                with contextlib.suppress(OSError):
                    Path(path).unlink()


if __name__ == "__main__":
    sys.exit(main())
