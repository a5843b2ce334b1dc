"""`python -m tests.stress --seconds N --seed S`: exits 1 on any mismatch or audit repair. See `--help`."""

from __future__ import annotations

import argparse
import os
import socket
import subprocess
import sys
import time

from tests.kernel.churn import ground
from tests.kernel.followed import Followed
from tests.kernel.netns import Netns
from tests.stress.check import Findings, Witness, audit, compare

WRITERS = ("ip", "ip", "socket", "bulk")
ROUND = 2.5
"""Seconds of storm between two quiet points, about."""
FEWEST = 3
MOST = 40
"""Mismatches that are spelled out."""
IN_A_USER_NAMESPACE = ("unshare", "-Urmn", "sh", "-c", 'mount -t tmpfs tmpfs /run && exec "$@"', "sh")


class Writer:
    """A process that works when told to."""

    def __init__(self, ns: Netns, kind: str, seed: str, rate: int) -> None:
        command = [sys.executable, "-m", "tests.stress.writer", ns.name, kind, seed, str(rate)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def go(self, seconds: float) -> None:
        """Work for so long; returns at once."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{seconds}\n")
        self._process.stdin.flush()

    def done(self) -> int:
        """How many operations were sent; waits for the end."""
        assert self._process.stdout is not None
        return int(self._process.stdout.readline())

    def end(self) -> None:
        """Let it go."""
        self._process.communicate(timeout=60)


def storm(args: argparse.Namespace) -> int:
    """The whole run; returns the exit code."""
    found, operations, rounds = Findings(), 0, max(FEWEST, round(args.seconds / ROUND))
    with Netns() as ns:
        ground(ns)
        writers = [Writer(ns, kind, f"{args.seed}.{number}", args.rate) for number, kind in enumerate(WRITERS)]
        try:
            for turn in range(rounds):
                if turn == 0 and args.during_load:
                    start(writers, args.seconds / rounds)
                    time.sleep(args.seconds / rounds / 4)
                if turn == 0:
                    followed = Followed(ns, buffer=args.rcvbuf, audit=args.audit, wait=not args.during_load)
                    followed.__enter__()
                    witness = Witness(followed)
                if turn or not args.during_load:
                    start(writers, args.seconds / rounds)
                operations += sum(writer.done() for writer in writers)
                compare(followed, witness, args.audit, found)
            if args.audit:
                audit(followed)
            return report(args, followed, operations, rounds, found)
        finally:
            for writer in writers:
                writer.end()
            followed.session.stop()
            witness.close()


def start(writers: list[Writer], seconds: float) -> None:
    """All at once."""
    for writer in writers:
        writer.go(seconds)


def report(args: argparse.Namespace, followed: Followed, operations: int, rounds: int, found: Findings) -> int:
    """One line, and every finding; returns the exit code."""
    status, readers = followed.session.status(), followed.session.crew.readers.values()
    states = [followed.state(table) for table in followed.tables]
    repairs = sum(state.repairs for state in states)
    monitor = followed.session.crew.readers[0].monitor._socket
    buffer = monitor.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF) if monitor else 0
    print(
        f"seed {args.seed}: {operations} operations, {status.events} events,"
        f" {sum(reader.counts.overruns for reader in readers)} overruns, {status.lost} losses,"
        f" {sum(state.resyncs for state in states)} resyncs, {repairs} audit repairs,"
        f" {len(found.mismatches)} mismatches"
        f" ({rounds} quiet points, buffer {buffer}, hidden {len(found.hidden)}, untold {len(found.untold)})"
    )
    for line in found.mismatches[:MOST]:
        print(f"  mismatch: {line}")
    if found.mismatches:
        for state in states:
            print(f"  {state.table.name}: {state.phase.value}, {state.resyncs} resyncs, {state.tries} tries")
    for line in found.hidden[:MOST]:
        print(f"  hidden by an IPv6 dump: {line}")
    return 1 if found.mismatches or repairs else 0


def main(argv: list[str]) -> int:
    """Parse, enter a user namespace where wanted, run."""
    parser = argparse.ArgumentParser(prog="python -m tests.stress", description=__doc__)
    parser.add_argument("--seconds", type=float, default=10.0, help="of storm; quiet points come on top")
    parser.add_argument("--rate", type=int, default=0, help="most operations a second of each writer")
    parser.add_argument("--seed", default="1", help="chooses every operation")
    parser.add_argument("--rcvbuf", type=int, metavar="BYTES", help="the monitor's receive buffer, default 8 MiB")
    parser.add_argument("--during-load", action="store_true", help="the storm begins before the session loads")
    parser.add_argument("--no-audit", dest="audit", action="store_false", help="no timed dumps, see check.untold")
    parser.add_argument("--unprivileged", action="store_true", help="in a user namespace: no SO_RCVBUFFORCE")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args(argv)
    if args.unprivileged and not args.inside:
        command = [*IN_A_USER_NAMESPACE, sys.executable, "-m", "tests.stress", *argv, "--inside"]
        os.execvp(command[0], command)
    return storm(args)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
