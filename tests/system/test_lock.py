"""Read-only mode as root: nothing in the process, its threads or its children changes anything any more."""

from __future__ import annotations

import ctypes
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from nltui.system import lock
from nltui.system.privileges import Badge
from tests.kernel.netns import Netns

TRIED = '''
import json, os, socket, struct, subprocess, sys, threading
locked = sys.argv[1] == "locked"
if locked:
    from nltui.system import lock
    lock.engage([sys.argv[2]])
from nltui.netlink import gate
from nltui.system import privileges

def send():
    """RTM_NEWLINK, by a socket that no gate watches: lo down."""
    sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
    sock.send(struct.pack("=IHHII", 32, 16, 5, 1, 0) + struct.pack("=BxHiII", 0, 0, 1, 0, 1))
    return struct.unpack_from("=i", sock.recv(4096), 16)[0]

def tried(act):
    try:
        return act()
    except Exception as error:
        return type(error).__name__

def in_thread(act):
    out = []
    thread = threading.Thread(target=lambda: out.append(tried(act)))
    thread.start(); thread.join()
    return out[0]

def write(path, text="1"):
    with open(path, "w") as file:
        file.write(text)
    return "written"

def tap():
    """What makes or deletes a tap that lasts: for that it is only opened to be read."""
    import fcntl
    device = os.open("/dev/net/tun", os.O_RDONLY)
    fcntl.ioctl(device, 0x400454CA, struct.pack("16sH22x", b"nltuitap", 2 | 0x1000))
    return "made"

told = {
    "main": tried(send),
    "thread": in_thread(send),
    "child": subprocess.run(["ip", "link", "add", "x0", "type", "ifb"], capture_output=True).returncode,
    "python": subprocess.run([sys.executable, "-c", "import os; os.setuid(0); os.sethostname('x')"],
                             capture_output=True).returncode if locked else 1,
    "sysctl": tried(lambda: write("/proc/sys/net/ipv4/conf/lo/rp_filter")),
    "file": tried(lambda: write("/tmp/nltui-lock-test")),
    "state": tried(lambda: write(sys.argv[2] + "/state")),
    "signal": tried(lambda: os.kill(int(sys.argv[3]), 0) or "sent"),
    "tap": tried(tap),
    "badge": privileges.current().badge.value,
}
print(json.dumps(told))
'''


def tried(ns: Netns, how: str, folder: Path) -> dict[str, object]:
    # A tap that lasts and belongs to nobody: who opens it may delete it, whatever he may else.
    ns.ip("tuntap add dev nltuitap mode tap")
    done = ns.run([sys.executable, "-c", TRIED, how, str(folder), str(os.getpid())])
    assert done.returncode == 0, done.stderr
    found: dict[str, object] = json.loads(done.stdout)
    return found


def test_nothing_can_be_changed(netns: Netns, tmp_path: Path) -> None:
    told = tried(netns, "locked", tmp_path)
    assert told.pop("badge") == Badge.READ_ONLY.value
    assert told.pop("state") == "written"
    assert told["main"] == told["thread"] == -1
    assert told["child"] != 0
    assert told["python"] != 0
    assert told["sysctl"] in ("PermissionError", "OSError")
    assert told["file"] == "PermissionError"
    version = ctypes.CDLL(None).syscall(lock.SYS_CREATE_RULESET, None, ctypes.c_size_t(0), 1)
    assert version < 5 or told["tap"] == "PermissionError"
    assert version < 6 or told["signal"] == "PermissionError"
    assert [row["ifname"] for row in netns.ip_json("link show")] == ["lo", "nltuitap"]
    assert "UP" in netns.ip_json("link show dev lo")[0]["flags"]


def test_without_the_lock_the_same_changes_something(netns: Netns, tmp_path: Path) -> None:
    told = tried(netns, "open", tmp_path)
    Path("/tmp/nltui-lock-test").unlink(missing_ok=True)
    assert told["main"] == 0
    assert told["child"] == 0
    assert told["file"] == "written"
    assert (told["tap"], told["signal"]) == ("made", "sent")
    assert [row["ifname"] for row in netns.ip_json("link show")] == ["lo", "nltuitap", "x0"]
    assert "UP" not in netns.ip_json("link show dev lo")[0]["flags"]


def test_with_another_thread_it_refuses(tmp_path: Path) -> None:
    script = (
        "import threading, time; from nltui.system import lock\n"
        "threading.Thread(target=time.sleep, args=(3,), daemon=True).start(); lock.engage()"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert "there are other threads already" in done.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root: makes a file that only others may read")
def test_what_cannot_be_read_without_privileges_is_told(tmp_path: Path) -> None:
    hidden = tmp_path / "hidden"
    hidden.mkdir()
    os.chown(hidden, 12345, 12345)
    hidden.chmod(0o700)
    script = f"import sys; sys.path.append({str(hidden)!r}); from nltui.system import lock; lock.engage()"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert "cannot be read without privileges" in done.stderr


@pytest.mark.parametrize("what", ["link", "others", "none"])
def test_only_a_folder_of_our_own_may_be_written_into(what: str, tmp_path: Path) -> None:
    """What is in its place may lead to /proc/sys, where uid 0 needs no capability."""
    folder = tmp_path / "nltui"
    if what == "link":
        folder.symlink_to("/proc/sys/net")
    elif what == "others":
        folder.mkdir()
        folder.chmod(0o777)
    assert not lock.is_own(str(folder))
    assert lock.is_own(str(tmp_path))
