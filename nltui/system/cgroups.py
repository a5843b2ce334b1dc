"""Which service or container a process belongs to, from the path of its control group.

Source: cgroups(7), /proc/PID/cgroup; systemd.unit(5) and what container engines call their groups.
"""

from __future__ import annotations

import re

from nltui.text import visible

_CONTAINER = re.compile(rb"(?:^|[/:])(?:(?P<engine>[a-z][a-z-]*?)[-/])?(?P<id>[0-9a-f]{64})(?:\.scope)?(?=/|$)")
_LXC = re.compile(rb"(?:^|/)lxc(?:\.payload\.|\.payload/|/)(?P<name>[^/]+)")
_ENGINES = {b"cri-containerd": b"containerd", b"libpod": b"podman", b"crio": b"cri-o"}
_SHOWN = 12
"""Digits of a container id, as container engines print it."""


def service(raw: bytes) -> str:
    """What /proc/PID/cgroup says in a word: `ssh.service`, `docker 0123456789ab`, the path, or nothing for the root.

    The unified hierarchy counts, then systemd's own, then the others.
    """
    best = b""
    for line in sorted(raw.splitlines(), key=_rank):
        _, _, path = line.partition(b":")[2].partition(b":")
        named = _named(path)
        if named:
            return visible(named, limit=64)
        best = best or path.rstrip(b"/")
    return visible(best, limit=64)


def _rank(line: bytes) -> int:
    number, _, rest = line.partition(b":")
    if number == b"0" and rest.startswith(b":"):
        return 0
    return 1 if rest.startswith(b"name=systemd:") else 2


def _named(path: bytes) -> bytes:
    containers = list(_CONTAINER.finditer(path))
    if containers:
        # The innermost: of a pod's groups the container's own, not what it runs in.
        found = containers[-1]
        engine = found["engine"] or b"container"
        return _ENGINES.get(engine, engine) + b" " + found["id"][:_SHOWN]
    container = _LXC.search(path)
    if container is not None:
        return b"lxc " + container["name"]
    units = [part for part in path.split(b"/") if part.endswith((b".service", b".scope"))]
    return units[-1] if units else b""
