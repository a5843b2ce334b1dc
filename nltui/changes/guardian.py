"""The process that takes a change back when nobody confirms it: `python -I -m nltui.changes.guardian`.

It is not the interface, and outlives it: a session of its own, deaf to SIGHUP and SIGINT, with the Netlink socket and
the journal as inherited descriptors. The end of whoever started it is no confirmation. It imports nothing but the
standard library: the journal holds encoded messages.

Its commands come by a socket beside the journal: APPLIED, CONFIRM, ROLLBACK, DISARM, STATUS; it answers each.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
import struct
import sys
import time
from pathlib import Path
from typing import Any

TICK = 0.5
"""Seconds between two looks at the clock: it must also count while the machine sleeps."""
ANSWER = 5.0
"""Seconds for the kernel to answer one step."""
NLMSG_ERROR = 2


class Journal:
    """A file that says what would be done, and what was; every change of it is on disk before anything else is done."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        size = os.fstat(descriptor).st_size
        self.told: dict[str, Any] = json.loads(os.pread(descriptor, size, 0))

    def write(self, **told: Any) -> None:
        """Replace what it says. A full disk keeps nobody from rolling back."""
        self.told |= told
        raw = json.dumps(self.told).encode()
        try:
            os.pwrite(self._descriptor, raw, 0)
            os.ftruncate(self._descriptor, len(raw))
            os.fsync(self._descriptor)
        except OSError:
            return


def now() -> float:
    """Seconds that no change of the clock moves, and that go on while the machine sleeps."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def send(sock: socket.socket, message: bytes, sequence: int) -> int:
    """One request; the errno of its acknowledgement, 0 done, ETIMEDOUT where none came."""
    length, type_, flags, _, _ = struct.unpack_from("=IHHII", message)
    sock.send(struct.pack("=IHHII", length, type_, flags, sequence, 0) + message[16:])
    deadline = time.monotonic() + ANSWER
    while (left := deadline - time.monotonic()) > 0:
        if not select.select([sock], [], [], left)[0]:
            break
        answer = sock.recv(1 << 16)
        offset = 0
        while offset + 20 <= len(answer):
            size, kind, _, number, _ = struct.unpack_from("=IHHII", answer, offset)
            if kind == NLMSG_ERROR and number == sequence:
                return -int(struct.unpack_from("=i", answer, offset + 16)[0])
            offset += max(16, size + 3 & ~3)
    return 110


def roll_back(sock: socket.socket, steps: list[dict[str, Any]]) -> list[str]:
    """All steps, going on after errors; those refused once more at the end. Returns what stayed refused."""
    waiting, sequence, refused = steps, 1, []
    for last in (False, True):
        again = []
        for step in waiting:
            sequence += 1
            try:
                number = send(sock, bytes.fromhex(step["message"]), sequence)
            except OSError as error:
                number = error.errno or 5
            if number and number not in step["fine"]:
                again.append(step)
                if last:
                    refused.append(f"{step['says']}: {os.strerror(number)}")
        waiting = again
    return refused


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
        """One connection, one command. The exit code where it decides."""
        try:
            peer, _ = self._control.accept()
            with peer:
                peer.settimeout(2)
                word = peer.recv(64).decode("ascii", "replace").strip()
                if word == "CONFIRM":
                    self._journal.write(state="confirmed", ended=time.time())
                    peer.sendall(b"OK confirmed\n")
                    return 0
                if word == "DISARM":
                    self._journal.write(state="disarmed", ended=time.time())
                    peer.sendall(b"OK disarmed\n")
                    return 0
                if word == "ROLLBACK":
                    code = self._back("asked for")
                    refused = self._journal.told["refused"]
                    more = f"; {len(refused)} steps refused" if refused else ""
                    peer.sendall(f"OK rolled back{more}\n".encode())
                    return code
                if word == "APPLIED":
                    # The time counts from when the person can see what it did.
                    self._deadline = now() + float(self._journal.told["seconds"])
                    self._journal.write(state="applied", applied=time.time())
                peer.sendall(f"OK {max(0, self._deadline - now()):.0f}\n".encode())
        except OSError:
            # Whoever asked went away; that decides nothing.
            return None
        return None

    def _back(self, why: str) -> int:
        self._journal.write(state="rolling back")
        refused = roll_back(self._netlink, self._journal.told["steps"])
        self._journal.write(state="rolled back", why=why, refused=refused, ended=time.time())
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
        guardian = Guardian(sock, Journal(journal), listening)
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
