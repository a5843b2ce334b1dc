"""Every network namespace that can be seen from here: the named ones, and those that only processes are in."""

from __future__ import annotations

from typing import NamedTuple

from nltui.system import namespaces
from nltui.system.namespaces import Identity
from nltui.system.processes import Process, Processes, numbers


class Place(NamedTuple):
    """One namespace. `argument` is what `-n` takes for it; empty for the one this process is in."""

    argument: str
    name: str
    """Visible."""
    processes: int
    """In it, as far as they may be looked at."""
    note: str
    """Who is in it: the container or service, else the first process; visible."""


def places() -> list[Place]:
    """Ours, then those with a name, then others by their first process. Same as `lsns -t net` and `ip netns`."""
    here = namespaces.current()
    here.close()
    named = {identity: path.rpartition("/")[2] for identity, path in namespaces.named_paths().items()}
    inside: dict[Identity, list[int]] = {}
    for pid in numbers():
        identity = namespaces.of_process(pid)
        if identity is not None:
            inside.setdefault(identity, []).append(pid)
    known = Processes()

    def place(identity: Identity, argument: str) -> Place:
        pids = sorted(inside.get(identity, []))
        return Place(argument, namespaces.name_of(identity), len(pids), _note(known, pids))

    found = [place(here.identity, "")]
    found += [place(identity, name) for identity, name in sorted(named.items(), key=lambda one: one[1])]
    others = [(min(pids), identity) for identity, pids in inside.items() if identity not in {here.identity, *named}]
    found += [place(identity, str(pid)) for pid, identity in sorted(others)]
    return [one for number, one in enumerate(found) if number == 0 or one.name != found[0].name]


def _note(known: Processes, pids: list[int]) -> str:
    first: Process | None = next((found for pid in pids[:8] if (found := known.describe(pid)) is not None), None)
    if first is None:
        return "no process" if not pids else ""
    if first.service and not first.service.startswith("/"):
        return f"{first.service} · {first.name}[{first.pid}]"
    return f"{first.name}[{first.pid}]"
