"""Following a storm: the child that follows, and the parent that makes 200,000 adds, replaces and deletes."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

from nltui.system.namespaces import Namespace
from nltui.tables import TABLES
from nltui.worker.session import Session
from tests.bench.looking import view
from tests.bench.make import Sender, route

RATE = 40_000
"""Events a second."""
TURN = 200
"""Events sent at once."""
PATIENCE = 300.0


def storm(events: int, ifindex: int) -> Iterator[list[bytes]]:
    """Requests in turns: a third adds /24 routes of a metric of their own, then replaces, then deletes them."""
    third = events // 3

    def one(number: int) -> bytes:
        at, kind = number % third, number // third
        return route(at, ifindex, metric=9, step=7 if kind == 1 else 0, delete=kind == 2)

    for begin in range(0, third * 3, TURN):
        yield [one(number) for number in range(begin, min(begin + TURN, third * 3))]


def make(sender: Sender, events: int, ifindex: int) -> None:
    """Send the storm at RATE."""
    turns = list(storm(events, ifindex))
    begin = time.monotonic()
    for number, messages in enumerate(turns):
        sender.send(messages)
        ahead = begin + (number + 1) * TURN / RATE - time.monotonic()
        if ahead > 0:
            time.sleep(ahead)


def follow(namespace: Namespace, table: str, ordered: bool, wait: Callable[[], None]) -> dict[str, Any]:
    """Follow until `wait` returns and no more comes; `ordered` keeps a sorted view up to date 10 times a second."""
    session = Session(namespace, TABLES)
    session.start()
    if not session.wait([table], PATIENCE):
        raise RuntimeError(f"{table} did not become fresh")
    rows = view(session, table) if ordered else None
    used = time.process_time()
    waiter = threading.Thread(target=wait, daemon=True)
    waiter.start()
    while waiter.is_alive():
        waiter.join(0.1)
        if rows is not None:
            rows.tick()
    _settle(session)
    used = time.process_time() - used
    status = session.status()
    exact = _messages(session, table) == _kernel(namespace, table)
    session.stop()
    return {"cpu": used, "events": status.events, "lost": status.lost, "exact": exact}


def _settle(session: Session) -> None:
    """Until no event came for a fifth of a second."""
    events = -1
    while events != session.status().events:
        events = session.status().events
        time.sleep(0.2)


def _messages(session: Session, table: str) -> list[bytes]:
    """What is held, without the headers that name who asked."""
    store = session.store(table)
    with store.lock:
        return sorted(store.message(slot)[16:] for slot in store.live().tolist())


def _kernel(namespace: Namespace, table: str) -> list[bytes]:
    other = Session(namespace, TABLES)
    other.start()
    if not other.wait([table], PATIENCE):
        raise RuntimeError(f"{table} did not become fresh")
    found = _messages(other, table)
    other.stop()
    return found
