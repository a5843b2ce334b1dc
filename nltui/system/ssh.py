"""The SSH session that this process was started in: $SSH_CONNECTION, which sshd(8) sets.

`sudo` and `su -` take it out of the environment, so processes further up are asked too.
"""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Iterator
from pathlib import Path

from nltui.record import Record

PROC = Path("/proc")
MOST = 64
"""Processes that are asked, at most."""


class Connection(Record):
    """Both ends, addresses as text, IPv4 ones plain also where they were mapped."""

    client: str
    server: str
    zone: str = ""
    """The link of a link-local address."""


def connection(proc: Path = PROC) -> Connection | None:
    """None where there is no session, or none that may be known."""
    for told in (os.environ.get("SSH_CONNECTION", ""), *_further_up(proc)):
        if found := _parsed(told):
            return found
    return None


def _parsed(told: str) -> Connection | None:
    words = told.split()
    if len(words) != 4:
        return None
    try:
        return Connection(client=_plain(words[0]), server=_plain(words[2]), zone=words[2].partition("%")[2])
    except ValueError:
        return None


def _plain(word: str) -> str:
    address = ipaddress.ip_address(word.partition("%")[0])
    return str(getattr(address, "ipv4_mapped", None) or address)


def _further_up(proc: Path) -> Iterator[str]:
    pid = os.getppid()
    for _ in range(MOST):
        if pid <= 1:
            return
        try:
            environment = (proc / str(pid) / "environ").read_bytes()
            pid = int((proc / str(pid) / "stat").read_bytes().rpartition(b")")[2].split()[1])
        except (OSError, ValueError, IndexError):
            return
        for variable in environment.split(b"\0"):
            if variable.startswith(b"SSH_CONNECTION="):
                yield os.fsdecode(variable.partition(b"=")[2])
