"""What a benchmark runs in a process of its own: `python -m tests.bench.child JOB NAMESPACE ...`.

Everything is imported before any clock starts. The last line of output is a JSON object.
"""

from __future__ import annotations

import importlib
import json
import mmap
import socket
import struct
import sys
import time
from collections.abc import Callable
from typing import Any

from nltui.netlink.constants.netlink import NLM_F_DUMP, NLM_F_REQUEST, NLMSG_DONE, NLMSG_ERROR
from nltui.netlink.socket import Sockets, dump_socket
from nltui.netlink.wire import nlmsg
from nltui.system.namespaces import Namespace, resolve
from nltui.tables import TABLES, find
from nltui.worker.contract import Freshness
from nltui.worker.session import Session
from tests.bench import churn, looking, process

PATIENCE = 300.0
LATE = (
    "config",
    "model.activity",
    "model.history",
    "model.log",
    "model.view",
    "worker.actors",
    "worker.guard",
    "worker.local",
    "worker.log_reader",
    "worker.monitor",
    "worker.reader",
    "worker.status",
)
"""What a session imports in its threads."""


def load(namespace: Namespace, table: str) -> dict[str, Any]:
    """A session until this table is fresh, in order, and its first screenful is there.

    It is the session of `nltui dump`: the table and those that name what it shows. The peer asks the kernel for no more
    either: `ip neigh` reads neighbours and the names of links, not routes, rules and nexthops.
    """
    wanted = (find(table), *(other for other in TABLES if other.label and other.name != table))
    names = [one.name for one in wanted]
    begin, used = time.perf_counter(), time.process_time()
    session = Session(namespace, wanted)
    session.start()
    fresh = session.wait(names, PATIENCE)
    if not fresh or any(one.freshness is not Freshness.FRESH for one in session.status().tables.values()):
        raise RuntimeError(f"{table} did not become fresh: {session.status()}")
    rows = looking.view(session, table)
    shown = rows.rows(0, 50, [column for column in rows.table.columns if column.shown])
    seconds, used = time.perf_counter() - begin, time.process_time() - used
    if not shown:
        raise RuntimeError(f"{table} shows nothing")
    peak, resident = process.memory_of_this()
    result = {"seconds": seconds, "cpu": used, "rows": len(rows), "peak": peak, "resident": resident}
    session.stop()
    return result


def drain(namespace: Namespace, table: str) -> dict[str, Any]:
    """The kernel alone: the table's dumps into one buffer, nothing looked at but the end of each."""
    room = memoryview(mmap.mmap(-1, 1 << 17))
    room[:] = bytes(1 << 17)
    sockets, seconds, size = Sockets(namespace), 0.0, 0
    for dump in find(table).dumps:
        sock = dump_socket(sockets, find(table).protocol, dump.strict)
        sock.setblocking(True)
        begin = time.perf_counter()
        sock.send(nlmsg(dump.type, NLM_F_REQUEST | NLM_F_DUMP, 1, dump.body))
        size += _drain(sock, room)
        seconds += time.perf_counter() - begin
        sock.close()
    return {"seconds": seconds, "bytes": size}


def _drain(sock: socket.socket, room: memoryview) -> int:
    size = 0
    while True:
        length = sock.recv_into(room)
        size += length
        if struct.unpack_from("=4xH", room)[0] in (NLMSG_DONE, NLMSG_ERROR):
            return size
        if length >= 20 and struct.unpack_from("=IH", room, length - 20) == (20, NLMSG_DONE):
            return size


def follow(namespace: Namespace, table: str, ordered: str) -> dict[str, Any]:
    """Events while the parent makes them: CPU used, and whether the rows then are the kernel's."""
    return churn.follow(namespace, table, ordered == "ordered", _say_ready)


def view(namespace: Namespace, table: str, ifindex: str) -> dict[str, Any]:
    """Filters, sorts and ticks of one table; `ifindex` is the link its routes go out by."""
    return looking.measure(namespace, table, int(ifindex))


def _say_ready() -> None:
    print("ready", flush=True)
    sys.stdin.read()


JOBS: dict[str, Callable[..., dict[str, Any]]] = {
    "load": load,
    "drain": drain,
    "follow": follow,
    "view": view,
    "storm": looking.in_storm,
}


def main(job: str, netns: str, *words: str) -> None:
    """Run one job."""
    for name in LATE:
        importlib.import_module(f"nltui.{name}")
    with resolve(netns) as namespace:
        print(json.dumps(JOBS[job](namespace, *words)))


if __name__ == "__main__":
    main(*sys.argv[1:])
