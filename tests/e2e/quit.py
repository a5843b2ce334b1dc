"""How long leaving takes in every state of the program, many times: `python -m tests.e2e.quit --times 200` as root."""

from __future__ import annotations

import argparse
import contextlib
import itertools
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.e2e.terminal import Terminal
from tests.kernel.netns import Netns

ROUTES = 100_000
"""Of the large table."""


@dataclass(frozen=True, slots=True)
class State:
    """What brings the program there, by what is on screen before; and the keys that leave."""

    enter: Callable[[Terminal], None]
    leave: str
    words: tuple[str, ...] = ()
    stormy: bool = False


def starting(screen: Terminal) -> None:
    """Nothing but the alternate screen is there yet."""


def loading(screen: Terminal) -> None:
    """The panels are drawn and being filled."""
    screen.shows("Routes")


def loaded(screen: Terminal) -> None:
    """Everything is there."""
    screen.shows("FRESH")


def filtering(screen: Terminal) -> None:
    """The filter line is open, letters are typed."""
    loaded(screen)
    screen.press("/10.9")
    screen.shows("10.9")


def detailed(screen: Terminal) -> None:
    """A row's detail is open."""
    loaded(screen)
    screen.press("\r")
    screen.shows("Summary")


def helped(screen: Terminal) -> None:
    """The list of keys is open."""
    loaded(screen)
    screen.press("?")
    screen.shows("type to search")


def storming(screen: Terminal) -> None:
    """Events arrive faster than lines can be read."""
    screen.shows("192.0.2.")


STATES = {
    "starting": State(starting, "q"),
    "loading": State(loading, "qq", ("routes",)),
    "loaded": State(loaded, "q"),
    "filter": State(filtering, "\x03\x03", ("routes",)),
    "detail": State(detailed, "qqq"),
    "help": State(helped, "\x11"),
    "storm": State(storming, "q", stormy=True),
}


@contextlib.contextmanager
def large(routes: int = ROUTES) -> Iterator[Netns]:
    """A namespace with so many routes."""
    with Netns() as ns:
        ns.ip("link add wan0 type ifb")
        ns.ip("link set wan0 up")
        ns.batch(f"route add {prefix(number)} dev wan0" for number in range(routes))
        yield ns


def prefix(number: int) -> str:
    """A distinct /32 of 10/8."""
    return f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}/32"


@contextlib.contextmanager
def storm(ns: Netns) -> Iterator[None]:
    """Addresses come and go, as fast as one process can ask for it."""
    lines = (f"address {verb} 192.0.2.{number}/32 dev wan0\n" for number in range(1, 200) for verb in ("add", "del"))
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder, "storm")
        script.write_text("".join(lines))
        words = ["sh", "-c", 'while ip -batch "$1"; do :; done', "sh", str(script)]
        process = ns.popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            yield
        finally:
            process.kill()
            process.wait()


def once(ns: Netns, name: str) -> float:
    """Start, go to the state, leave; seconds from the last key to the end. The terminal must be as it was."""
    state = STATES[name]
    with storm(ns) if state.stormy else contextlib.nullcontext(), Terminal(["-n", ns.name, *state.words]) as screen:
        if name != "starting":
            state.enter(screen)
        screen.press(state.leave)
        code, seconds = screen.leaves()
        assert code == 0, (name, code, screen.output[-2000:])
        screen.settles()
        return seconds


def main() -> None:
    """Print the longest and the usual time of every state."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=200, help="in all, the states take turns")
    parser.add_argument("--routes", type=int, default=ROUTES)
    asked = parser.parse_args()
    seconds: dict[str, list[float]] = {name: [] for name in STATES}
    with large(asked.routes) as ns:
        for name in itertools.islice(itertools.cycle(STATES), asked.times):
            seconds[name].append(once(ns, name))
    for name, took in seconds.items():
        if took:
            usual, longest = sorted(took)[len(took) // 2], max(took)
            print(f"{name:10} {len(took):4} times  usually {usual * 1000:5.0f} ms  longest {longest * 1000:5.0f} ms")


if __name__ == "__main__":
    main()
