"""Other processes, timed: commands, and the bench's own children whose imports are no part of the figure."""

from __future__ import annotations

import compileall
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


def environment() -> dict[str, str]:
    """Ours, with this tree's nltui importable from anywhere."""
    return {**os.environ, "PYTHONPATH": str(ROOT)}


def compile_all() -> None:
    """Write the bytecode of nltui and of the benchmarks, as installing a program does: its compiler is nobody's start.

    Without this, a tree where PYTHONDONTWRITEBYTECODE is set is compiled at every start. RuntimeError: it cannot be.
    """
    for part in ("nltui", "tests"):
        if not compileall.compile_dir(ROOT / part, quiet=1):
            raise RuntimeError(f"the bytecode of {ROOT / part} cannot be written")


def wall(argv: Sequence[str]) -> float:
    """Seconds from start to end of a command, its output thrown away. Raises CalledProcessError."""
    begin = time.perf_counter()
    subprocess.run(argv, stdout=subprocess.DEVNULL, check=True, env=environment())
    return time.perf_counter() - begin


def nltui(*words: str) -> list[str]:
    """The command line of this tree's nltui."""
    return [sys.executable, "-m", "nltui", *words]


def child(*words: str) -> dict[str, Any]:
    """Run `python -m tests.bench.child WORDS`; what it measured of itself."""
    with start(*words) as process:
        return ended(process)


def start(*words: str) -> subprocess.Popen[str]:
    """The same, without waiting: it says `ready` on its first line and ends when its input does."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.bench.child", *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=environment(),
    )


def ended(process: subprocess.Popen[str]) -> dict[str, Any]:
    """Close its input and read its last line."""
    out, _ = process.communicate()
    if process.returncode:
        raise RuntimeError(f"a child of the benchmark failed with {process.returncode}")
    found: dict[str, Any] = json.loads(out.strip().splitlines()[-1])
    return found


def cpu(pid: int) -> float:
    """Seconds of CPU a running process has used, user and system, one tick at least (/proc/PID/stat, proc(5))."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return max(int(fields[11]) + int(fields[12]), 1) / os.sysconf("SC_CLK_TCK")


def memory(pid: int) -> tuple[float, float]:
    """Megabytes (2²⁰) resident of a running process: the most so far, and now (VmHWM, VmRSS)."""
    lines = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    peak, now = (int(lines[key].split()[0]) / 1024 for key in ("VmHWM", "VmRSS"))
    return peak, now


def memory_of_this() -> tuple[float, float]:
    """The same, of this process."""
    return memory(os.getpid())
