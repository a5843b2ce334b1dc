"""A namespace that is deleted while somebody looks at it: it is let go of, so that the kernel can free it, and said."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from nltui.system.namespaces import resolve
from nltui.tables import TABLES
from nltui.tables.links import LINKS
from nltui.worker.contract import Freshness
from nltui.worker.session import Session
from tests.kernel.followed import PATIENCE, comes_true
from tests.kernel.netns import Netns


@contextlib.contextmanager
def looking(argument: str) -> Iterator[Session]:
    """A session as `-n` makes it, all its tables loaded."""
    with resolve(argument) as namespace:
        session = Session(namespace, TABLES)
        session.start()
        try:
            assert session.wait([table.name for table in TABLES], PATIENCE)
            assert not session.status().trouble
            yield session
        finally:
            session.stop()


def delete(ns: Netns) -> None:
    subprocess.run(["ip", "netns", "del", ns.name], check=True)


def join(ns: Netns, peer: Netns) -> None:
    """A veth pair, one end in each; when one namespace is freed, both ends vanish."""
    peer.ip(f"link add out0 type veth peer name in0 netns {ns.name}")
    ns.ip("address add 10.1.0.1/24 dev in0")


def freed(peer: Netns) -> bool:
    return all(row["ifname"] != "out0" for row in peer.ip_json("link show"))


def held(ns_inode: int) -> list[str]:
    """Descriptors of this process that keep a namespace alive."""
    found = []
    for entry in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(OSError):
            if entry.readlink() == Path(f"net:[{ns_inode}]"):
                found.append(entry.name)
    return found


@pytest.mark.parametrize("spelling", ["{0.name}", "{0.path}", "/var{0.path}"])
def test_what_was_deleted_is_freed_and_said(netns: Netns, peer: Netns, spelling: str) -> None:
    join(netns, peer)
    with looking(spelling.format(netns)) as session:
        rows = session.store(LINKS.name).count
        inode = Path(netns.path).stat().st_ino
        delete(netns)
        assert comes_true(lambda: freed(peer))
        assert comes_true(lambda: session.status().gone)
        assert not held(inode)
        status = session.status()
        assert netns.name in status.trouble
        assert "was deleted" in status.trouble
        for table in TABLES[:4]:
            assert status.tables[table.name].freshness is Freshness.STALE
            assert status.tables[table.name].sentence == status.trouble
        assert status.tables[LINKS.name].rows == session.store(LINKS.name).count == rows
        view = session.rows(LINKS.name)
        assert view is not None
        view.tick()
        assert len(view) == rows


def test_an_unmounted_name_counts_as_deleted(netns: Netns, peer: Netns) -> None:
    join(netns, peer)
    with looking(netns.name) as session:
        subprocess.run(["umount", "-l", netns.path], check=True)
        assert comes_true(lambda: freed(peer))
        assert comes_true(lambda: session.status().gone)


def test_a_path_elsewhere_is_watched_too(netns: Netns, peer: Netns, tmp_path: Path) -> None:
    join(netns, peer)
    place = tmp_path / "place"
    place.touch()
    subprocess.run(["mount", "--bind", netns.path, str(place)], check=True)
    delete(netns)
    with looking(str(place)) as session:
        assert not session.status().gone
        subprocess.run(["umount", "-l", str(place)], check=True)
        assert comes_true(lambda: freed(peer))
        assert comes_true(lambda: session.status().gone)


def test_a_new_namespace_of_the_same_name_is_another(netns: Netns) -> None:
    netns.ip("link add old0 type ifb")
    with looking(netns.name) as session:
        delete(netns)
        subprocess.run(["ip", "netns", "add", netns.name], check=True)
        netns.ip("link add new0 type ifb")
        assert comes_true(lambda: "a new one has its name now" in session.status().trouble)
        events = session.status().events
        netns.ip("link add new1 type ifb")
        delete(netns)
        assert comes_true(lambda: session.status().trouble.endswith("was deleted"))
        assert session.status().events == events
        names = {session.context.lookup(LINKS.name, key) for key in range(1, 10)}
        assert "old0" in names
        assert not names & {"new0", "new1"}


def test_a_name_that_goes_while_another_stays_changes_nothing(netns: Netns) -> None:
    second = f"{netns.name}-second"
    place = Path(f"/run/netns/{second}")
    place.touch()
    subprocess.run(["mount", "--bind", netns.path, str(place)], check=True)
    try:
        with looking(netns.name) as session:
            delete(netns)
            subprocess.run(["ip", "-n", second, "link", "add", "late0", "type", "ifb"], check=True)
            assert comes_true(lambda: "late0" in {session.context.lookup(LINKS.name, key) for key in range(1, 10)})
            assert not session.status().gone
            subprocess.run(["ip", "netns", "del", second], check=True)
            assert comes_true(lambda: session.status().gone)
    finally:
        subprocess.run(["ip", "netns", "del", second], check=False, capture_output=True)


def test_a_process_that_ends_takes_the_look_at_its_namespace_with_it(netns: Netns, peer: Netns) -> None:
    join(netns, peer)
    sleeper = netns.popen([sys.executable, "-c", "print(flush=True); input()"], stdin=-1, stdout=-1)
    assert sleeper.stdout is not None
    sleeper.stdout.readline()
    with looking(str(sleeper.pid)) as session:
        delete(netns)
        assert not freed(peer)
        assert not session.status().gone
        sleeper.communicate("\n")
        assert comes_true(lambda: freed(peer))
        assert comes_true(lambda: session.status().gone)
        assert f"process {sleeper.pid} has ended" in session.status().trouble


def test_a_process_that_ends_where_the_namespace_has_a_name(netns: Netns, peer: Netns) -> None:
    join(netns, peer)
    sleeper = netns.popen([sys.executable, "-c", "print(flush=True); input()"], stdin=-1, stdout=-1)
    assert sleeper.stdout is not None
    sleeper.stdout.readline()
    with looking(f"/proc/{sleeper.pid}/ns/net") as session:
        sleeper.communicate("\n")
        netns.ip("link add late0 type ifb")
        assert comes_true(lambda: "late0" in {session.context.lookup(LINKS.name, key) for key in range(1, 10)})
        assert not session.status().gone
        delete(netns)
        assert comes_true(lambda: freed(peer))
        assert comes_true(lambda: session.status().gone)


def test_a_process_that_goes_elsewhere(netns: Netns, peer: Netns) -> None:
    join(netns, peer)
    script = "import ctypes; print(flush=True); input(); ctypes.CDLL(None).unshare(0x40000000); input()"
    mover = netns.popen([sys.executable, "-c", script], stdin=-1, stdout=-1)
    assert mover.stdin is not None
    assert mover.stdout is not None
    mover.stdout.readline()
    delete(netns)
    with looking(str(mover.pid)) as session:
        mover.stdin.write("\n")
        mover.stdin.flush()
        assert comes_true(lambda: freed(peer))
        assert comes_true(lambda: session.status().gone)
        assert f"process {mover.pid} is no longer in the network namespace" in session.status().trouble
    mover.communicate("\n")


def test_deletion_in_the_middle_of_loading(netns: Netns, peer: Netns) -> None:
    join(netns, peer)
    netns.ip("link set in0 up")
    peer.ip("link set out0 up")
    netns.batch(f"route add 10.{64 + n // 250}.{n % 250}.0/24 dev in0" for n in range(10_000))
    failures: list[BaseException] = []
    before = threading.excepthook
    threading.excepthook = lambda told: failures.append(told.exc_value or RuntimeError())
    try:
        with resolve(netns.name) as namespace:
            session = Session(namespace, TABLES)
            session.start()
            delete(netns)
            assert comes_true(lambda: freed(peer))
            assert comes_true(lambda: session.status().gone)
            session.stop()
            assert not [thread.name for thread in session.threads() if thread.is_alive()]
    finally:
        threading.excepthook = before
    assert not failures
