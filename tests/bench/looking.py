"""What a person does with a big table: sort, filter, and a repaint after many rows changed."""

from __future__ import annotations

import socket
import time
from typing import Any

from nltui.model.rows import Rows
from nltui.netlink.constants.netlink import NETLINK_ROUTE
from nltui.netlink.socket import Sockets
from nltui.system.namespaces import Namespace
from nltui.tables import TABLES
from nltui.worker.session import Session
from tests.bench.make import route

CHANGED = 4000
PATIENCE = 300.0
COLUMNS = ("destination", "via", "dev", "metric")


def view(session: Session, table: str) -> Rows:
    """An ordered view of everything that is known now."""
    rows = session.rows(table)
    assert rows is not None
    settle(rows)
    return rows


def settle(rows: Rows) -> None:
    """Tick until a filter has been tried on every row."""
    rows.tick()
    while getattr(rows, "searching", 0):
        rows.tick()


def measure(namespace: Namespace, table: str, ifindex: int) -> dict[str, Any]:
    """Seconds by what was done."""
    session = Session(namespace, TABLES)
    session.start()
    if not session.wait([table], PATIENCE):
        raise RuntimeError(f"{table} did not become fresh")
    rows = view(session, table)
    out: dict[str, Any] = {"rows": len(rows)}
    # What rows read as is kept from filter to filter, as it is while a person types.
    out["first"] = _filter(rows, "nothing")
    out["prefix"] = _filter(rows, "16.0.1")
    out["substring"] = _filter(rows, "250.20")
    out["inside"] = _filter(rows, "dst in 16.1.0.0/16")
    out["equal"] = _filter(rows, "metric == 9")
    _filter(rows, "")
    out["sort"] = max(_sort(rows, column) for column in COLUMNS)
    rows.sort_by(COLUMNS[0])
    settle(rows)
    out["tick"] = _tick(session, namespace, rows, ifindex)
    session.stop()
    return out


def in_storm(namespace: Namespace, table: str) -> dict[str, Any]:
    """The same filters while routes come and go: the middle of nine, the view going on as on the screen."""
    session = Session(namespace, TABLES)
    session.start()
    if not session.wait([table], PATIENCE):
        raise RuntimeError(f"{table} did not become fresh")
    rows = view(session, table)
    out: dict[str, Any] = {"rows": rows.total}
    _filter(rows, "250.20")
    for name, text in (("inside", "dst in 16.1.0.0/16"), ("substring", "250.20")):
        took = []
        for _ in range(9):
            rows.filter("")
            settle(rows)
            begin = time.perf_counter()
            rows.filter(text)
            settle(rows)
            took.append(time.perf_counter() - begin)
            time.sleep(0.1)
        out[name] = sorted(took)[4]
    out["events"] = session.status().events
    session.stop()
    return out


def _filter(rows: Rows, text: str) -> float:
    rows.filter("")
    settle(rows)
    begin = time.perf_counter()
    rows.filter(text)
    settle(rows)
    return time.perf_counter() - begin


def _sort(rows: Rows, column: str) -> float:
    """Seconds to sort by it, its keys read once before."""
    seconds = 0.0
    for name in (column, "table", column):
        begin = time.perf_counter()
        rows.sort_by(name)
        settle(rows)
        seconds = time.perf_counter() - begin
    return seconds


def _tick(session: Session, namespace: Namespace, rows: Rows, ifindex: int) -> float:
    """The slowest of five ticks, each after CHANGED rows were replaced and taken in."""
    sock = Sockets(namespace).open(NETLINK_ROUTE)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
    count, slowest = min(CHANGED, len(rows) // 12), 0.0
    for turn in range(5):
        before = session.status().events
        for begin in range(0, count, 200):
            numbers = range(begin, min(begin + 200, count))
            sock.send(b"".join(route(number * 11, ifindex, step=8 + turn) for number in numbers))
        deadline = time.monotonic() + 10
        while session.status().events < before + count and time.monotonic() < deadline:
            time.sleep(0.005)
        begun = time.perf_counter()
        rows.tick()
        rows.rows(0, 50, [column for column in rows.table.columns if column.shown])
        slowest = max(slowest, time.perf_counter() - begun)
    sock.close()
    return slowest
