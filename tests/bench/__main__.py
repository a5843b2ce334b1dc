"""`python -m tests.bench [NAME...] [--json FILE] [--rounds N] [--small]`, as root; exits 1 when a target is missed."""

from __future__ import annotations

import argparse
import json
import platform
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.bench import decode, events, keys, load, printing, screen, sockets, view
from tests.bench.figure import Figure, Settings
from tests.bench.process import compile_all

BENCHES: dict[str, Callable[[Settings], Iterator[Figure]]] = {
    "load": load.run,
    "print": printing.run,
    "sockets": sockets.run,
    "decode": decode.run,
    "start": screen.start,
    "view": view.run,
    "events": events.run,
    "keys": keys.run,
    "idle": screen.idle,
}


def main(argv: list[str]) -> int:
    """Run what is named, or everything; print a line a figure."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Ratios against others' work.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHES))
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    parser.add_argument("--rounds", type=int, default=5, help="how often each side runs; the median counts")
    parser.add_argument("--small", action="store_true", help="tiny loads, to try the benchmarks themselves")
    args = parser.parse_args(argv)
    unknown = [name for name in args.names if name not in BENCHES]
    if unknown:
        parser.error(f"no benchmark {', '.join(unknown)}; there are {', '.join(BENCHES)}")
    settings = Settings(args.rounds, args.small)
    compile_all()
    figures: list[Figure] = []
    for name in args.names or BENCHES:
        for figure in BENCHES[name](settings):
            figures.append(figure)
            print(figure.line(), flush=True)
    if args.json:
        machine = {"kernel": platform.release(), "python": platform.python_version(), "small": args.small}
        args.json.write_text(json.dumps({**machine, "figures": [one.record() for one in figures]}, indent=2) + "\n")
    return 0 if all(figure.ok for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
