"""Sockets beside `ss`, and what a change says of the connections that it cuts."""

from __future__ import annotations

import subprocess
import sys

from nltui.changes.addresses import AddressDelete
from nltui.changes.links.state import LinkDown
from nltui.changes.preview import of
from nltui.changes.world import World
from nltui.model import single
from nltui.system.namespaces import resolve
from nltui.tables import TABLES, find
from nltui.worker.session import Session
from tests.kernel.followed import comes_true
from tests.kernel.netns import Netns

OPEN = """
import socket, sys
held = []
def listen(family, address):
    one = socket.socket(family, socket.SOCK_STREAM); one.bind((address, 0)); one.listen(5); held.append(one)
    two = socket.create_connection(one.getsockname()[:2]); held.extend((two, one.accept()[0]))
listen(socket.AF_INET, "10.0.0.1"); listen(socket.AF_INET6, "::1"); listen(socket.AF_INET6, "fd00::1")
for family, address in ((socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::1")):
    one = socket.socket(family, socket.SOCK_DGRAM); one.bind((address, 0)); held.append(one)
one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); one.connect(("10.0.0.1", 9)); held.append(one)
print("open", flush=True); sys.stdin.read()
"""


def shown(session: Session) -> set[tuple[str, ...]]:
    table, world = find("sockets"), World(session)
    rows = world.rows("sockets")
    names = ("proto", "state", "local", "peer")
    return {tuple(single.text(table, table.column(name), row, session.context) for name in names) for row in rows}


def told(ns: Netns) -> set[tuple[str, ...]]:
    lines = [line.split() for line in ns.run(["ss", "-H", "-tuan"]).stdout.splitlines()]
    found = ((kind, state, mine, peer) for kind, state, _, _, mine, peer in lines)
    return {(kind, state, mine, "" if peer.endswith(":*") else peer) for kind, state, mine, peer in found}


def test_they_are_those_of_ss(netns: Netns) -> None:
    netns.ip("link add va type veth peer name vb")
    netns.ip("link set va up")
    netns.ip("link set vb up")
    netns.ip("address add 10.0.0.1/24 dev va")
    netns.ip("address add fd00::1/64 dev va nodad")
    program = netns.popen([sys.executable, "-c", OPEN], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert program.stdin is not None
    assert program.stdout is not None
    with program, resolve(netns.name) as namespace:
        assert program.stdout.readline() == "open\n"
        session = Session(namespace, TABLES)
        session.start()
        try:
            assert session.wait(("sockets", "addresses", "links"), 10)
            assert comes_true(lambda: shown(session) == told(netns)), (shown(session), told(netns))
            assert len(shown(session)) == 12
            world = World(session)
            seen = of(world, [LinkDown.parsed({"dev": "va"}, world)])
            assert "4 established connections use an address that goes" in [one.text for one in seen.findings]
            one = of(world, [AddressDelete.parsed({"dev": "va", "local": "10.0.0.1/24"}, world)])
            assert "2 established connections use an address that goes" in [found.text for found in one.findings]
            # What two looks find changed is no event that anybody was told of.
            before = session.history.last
            program.stdin.close()
            program.wait()
            assert session.reread(("sockets",), 10)
            assert shown(session) == told(netns)
            assert session.history.last == before
        finally:
            session.stop()
