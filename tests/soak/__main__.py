"""Memory, CPU and the time a key takes, second by second; ends with 1 where memory grows after the first minute."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import tempfile
import time
from dataclasses import dataclass, field
from statistics import mean, quantiles

from tests.bench.process import cpu, memory, nltui
from tests.kernel.netns import Netns
from tests.soak.churn import Churn, ground
from tests.soak.screen import Screen

WARM = 60.0
"""Seconds until rings and memories are full."""
SETTINGS = """
[limits]
history_entries = 8_192
history_bytes = 2_097_152
log_records = 200
memo_values = 1_000
processes = 64
names = 128
"""
"""Rings that are full within the first minute: what they take is no growth, however slow the machine is."""
GROWTH = 0.05
"""Share of what was resident then that may be added."""
EDGE = 10
"""Samples that are averaged at both ends."""
STALL = 5.0
"""Seconds without a look at the kernel, at the beginning."""
DASHBOARD_EVERY, DASHBOARD_SOON, DASHBOARD = 15.0, 5.0, 3.0
"""Seconds between looks at the dashboard, in the first minute less, so that what they remember is full by its end; and
how long they last."""


@dataclass
class Record:
    """What was seen each second."""

    at: list[float] = field(default_factory=list)
    resident: list[float] = field(default_factory=list)
    """Megabytes."""
    cpu: list[float] = field(default_factory=list)
    """Share of a core."""
    keys: list[float] = field(default_factory=list)
    """Seconds from key to paint."""

    def growth(self, warm: float) -> tuple[float, float]:
        """Megabytes resident when warm, and at the end."""
        first = next((n for n, at in enumerate(self.at) if at >= warm), len(self.at) - 1)
        return mean(self.resident[first : first + EDGE]), mean(self.resident[-EDGE:])


def main() -> int:
    """Returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--seconds", type=float, default=600.0)
    parser.add_argument("--rate", type=int, default=4000, help="commands of ip a second, about as many events")
    asked = parser.parse_args()
    with Netns() as ns, tempfile.NamedTemporaryFile("w", suffix=".toml") as settings:
        ground(ns)
        settings.write(SETTINGS)
        settings.flush()
        with Screen(nltui("-n", ns.name, "--config", settings.name, "routes")) as screen:
            screen.says("16.0.0.0")
            with Churn(ns, asked.rate) as churn:
                record = watch(screen, asked.seconds)
            print(f"commands   {churn.commands:,} ({churn.commands / asked.seconds:,.0f} a second)")
            if churn.refused:
                print(f"refused    {churn.refused.splitlines()[0]}")
    return report(record, min(WARM, asked.seconds / 3))


def watch(screen: Screen, seconds: float) -> Record:
    """Look, and press keys."""
    record, begin = Record(), time.monotonic()
    stall(screen)
    used, sampled, dashboard = cpu(screen.pid), time.monotonic(), time.monotonic()
    while (now := time.monotonic()) - begin < seconds:
        if now - dashboard > (DASHBOARD_EVERY if now - begin > WARM else DASHBOARD_SOON):
            screen.press(b"z")
            screen.rest_and_note(DASHBOARD)
            screen.press(b"z")
            screen.rest_and_note(1.0)
            dashboard = time.monotonic()
        record.keys.append(screen.page_down())
        screen.rest_and_note(0.2)
        now = time.monotonic()
        if now - sampled >= 1.0:
            spent = cpu(screen.pid)
            record.at.append(now - begin)
            record.resident.append(memory(screen.pid)[1])
            record.cpu.append((spent - used) / (now - sampled))
            used, sampled = spent, now
            if len(record.at) % 10 == 0:
                print(
                    f"{record.at[-1]:6.0f} s  {record.resident[-1]:7.1f} MB  {record.cpu[-1] * 100:4.0f} % CPU  "
                    f"key {record.keys[-1] * 1000:4.0f} ms",
                    flush=True,
                )
    return record


def stall(screen: Screen) -> None:
    """Hold the program for a while: buffers fill up as far as they ever will, and some of what happens is lost."""
    os.kill(screen.pid, signal.SIGSTOP)
    time.sleep(STALL)
    os.kill(screen.pid, signal.SIGCONT)
    screen.rest_and_note(STALL)


def report(record: Record, warm: float) -> int:
    """Print the figures; 1 where memory grew."""
    before, after = record.growth(warm)
    cuts = quantiles(record.keys, n=100)
    grown = (after - before) / before
    print(f"resident   {before:.1f} MB after {warm:.0f} s, {after:.1f} MB at the end: {grown:+.1%}")
    print(f"cpu        {mean(record.cpu):.0%} of a core")
    print(f"page down  p50 {cuts[49] * 1000:.0f} ms, p99 {cuts[98] * 1000:.0f} ms, {len(record.keys)} times")
    return int(grown > GROWTH)


if __name__ == "__main__":
    sys.exit(main())
