"""Another nltui that has applied a change with a guardian, and lives until it is killed; and a new login's commands."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Iterator

from tests.kernel.netns import Netns

PROGRAM = """
import sys, time
from nltui.changes import pending
from nltui.changes.base import Step
pending.LEAST = 1
from tests.changes.ground import Desk
from tests.kernel.netns import Netns
ns = Netns(); ns.name, ns.path = sys.argv[1], "/run/netns/" + sys.argv[1]
with Desk(ns) as desk:
    desk.changes.apply(desk.down(), int(sys.argv[2]))
    print("applied", flush=True)
    time.sleep(60)
"""


@contextlib.contextmanager
def applied_by_another(ns: Netns, seconds: int) -> Iterator[subprocess.Popen[str]]:
    """A program that has taken va down, and waits."""
    words = [sys.executable, "-c", PROGRAM, ns.name, str(seconds)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == "applied\n"
        yield program
        program.kill()


def left_by_another(ns: Netns, seconds: int) -> None:
    """Take va down, and leave that to its guardian: who did it is killed."""
    with applied_by_another(ns, seconds):
        pass


def nltui(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "nltui", *words], capture_output=True, text=True, check=False)


def is_down(ns: Netns, name: str = "va") -> bool:
    return "UP" not in ns.ip_json(f"link show dev {name}")[0]["flags"]
