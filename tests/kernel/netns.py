"""A throw-away network namespace for tests against the real kernel. Never the host's own interfaces."""

from __future__ import annotations

import ctypes
import itertools
import json
import os
import subprocess
import threading
from collections.abc import Callable, Iterable, Sequence
from types import TracebackType
from typing import Any, Self, TypeVar

PREFIX = "nltui-t-"
CLONE_NEWNET = 0x40000000
_numbers = itertools.count()
_T = TypeVar("_T")


class CommandFailed(Exception):
    """A command ended with a non-zero exit code; carries what it wrote to stderr."""


class Netns:
    """One network namespace, `nltui-t-<pid>-<n>`, made on entry and removed on exit. Same as `ip netns add`."""

    def __init__(self) -> None:
        self.name = f"{PREFIX}{os.getpid()}-{next(_numbers)}"
        self.path = f"/run/netns/{self.name}"

    def __enter__(self) -> Self:
        _checked(["ip", "netns", "add", self.name])
        try:
            self.ip("link set lo up")
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        subprocess.run(["ip", "netns", "del", self.name], capture_output=True, check=False)

    def ip(self, args: str) -> None:
        """`ip -n NAME ARGS`. Raises CommandFailed with the command and its stderr."""
        _checked(["ip", "-n", self.name, *args.split()])

    def ip_json(self, args: str) -> list[dict[str, Any]]:
        """`ip -j -n NAME ARGS` as Python values; empty output is an empty list."""
        return _json(["ip", "-j", "-n", self.name, *args.split()])

    def bridge(self, args: str) -> None:
        """`bridge -n NAME ARGS`. Raises CommandFailed."""
        _checked(["bridge", "-n", self.name, *args.split()])

    def bridge_json(self, args: str) -> list[dict[str, Any]]:
        """`bridge -j -n NAME ARGS` as Python values."""
        return _json(["bridge", "-j", "-n", self.name, *args.split()])

    def tc(self, args: str) -> None:
        """`tc -n NAME ARGS`. Raises CommandFailed."""
        _checked(["tc", "-n", self.name, *args.split()])

    def batch(self, lines: Iterable[str]) -> None:
        """`ip -batch -`: one process for many commands; stops at the first refused one and raises CommandFailed."""
        _checked(["ip", "-n", self.name, "-batch", "-"], "\n".join(lines) + "\n")

    def run(self, argv: Sequence[str], timeout: float = 60) -> subprocess.CompletedProcess[str]:
        """Run a program inside and wait for it; the exit code is the caller's to judge."""
        return subprocess.run(
            ["ip", "netns", "exec", self.name, *argv], capture_output=True, text=True, timeout=timeout, check=False
        )

    def popen(self, argv: Sequence[str], **options: Any) -> subprocess.Popen[str]:
        """Start a program inside; the caller ends it."""
        return subprocess.Popen(["ip", "netns", "exec", self.name, *argv], text=True, **options)

    def sysctl(self, key: str, value: str | int) -> None:
        """Set a sysctl inside: `net.ipv4.ip_forward` or `net/ipv4/conf/a.b/forwarding`. Raises CommandFailed."""
        path = key if "/" in key else key.replace(".", "/")
        done = self.run(["sh", "-c", 'printf %s "$2" > "$1"', "sh", f"/proc/sys/{path}", str(value)])
        if done.returncode:
            raise CommandFailed(f"sysctl {key}={value}: {done.stderr.strip()}")

    def inside(self, function: Callable[[], _T]) -> _T:
        """Call `function` in a short-lived thread that has entered the namespace; sockets it opens stay inside."""
        result: list[_T] = []
        failure: list[BaseException] = []

        def enter() -> None:
            try:
                libc = ctypes.CDLL(None, use_errno=True)
                handle = os.open(self.path, os.O_RDONLY | os.O_CLOEXEC)
                try:
                    if libc.setns(handle, CLONE_NEWNET):
                        number = ctypes.get_errno()
                        raise OSError(number, os.strerror(number), self.path)
                finally:
                    os.close(handle)
                result.append(function())
            except BaseException as error:
                failure.append(error)

        thread = threading.Thread(target=enter)
        thread.start()
        thread.join()
        if failure:
            raise failure[0]
        return result[0]


def _checked(argv: Sequence[str], stdin: str | None = None) -> str:
    done = subprocess.run(
        argv, input=stdin, capture_output=True, text=True, errors="surrogateescape", timeout=60, check=False
    )
    if done.returncode:
        raise CommandFailed(f"{' '.join(argv)}: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout


def _json(argv: Sequence[str]) -> list[dict[str, Any]]:
    out = _checked(argv).strip()
    if not out:
        return []
    # Some versions print several documents after another, and names with control characters unescaped.
    decoder, rows, place = json.JSONDecoder(strict=False), [], 0
    while place < len(out):
        value, place = decoder.raw_decode(out, place)
        rows.extend(value if isinstance(value, list) else [value])
        while place < len(out) and out[place].isspace():
            place += 1
    return [row for row in rows if row]
