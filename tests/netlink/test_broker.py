"""Reading with the help of a process that keeps CAP_NET_ADMIN: it answers, and nothing else can be had from it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.kernel.followed import comes_true
from tests.kernel.netns import Netns

SCRIPT = """
import json, os, socket, struct, sys, time
from nltui.cli import tui
tui._lock(None, 1 << 20, True)
from nltui.netlink import socket as sockets
from nltui.netlink.broker import Offer
from nltui.netlink.wire import nlmsg
from nltui.system import privileges

broker = sockets._Helped.broker
hear, ask = broker._offers[:2]

def number(sock, type_, body, flags=0x5):
    try:
        socket.socket.send(sock, nlmsg(type_, flags, 1, body))
        sock.setblocking(True); sock.settimeout(5)
        while True:
            got = sock.recv(1 << 16)
            if struct.unpack_from("=H", got, 4)[0] == 2:
                return struct.unpack_from("=i", got, 16)[0]
    except OSError as error:
        return -error.errno

def join(sock):
    try:
        sock.setsockopt(270, 1, 3)
        return "joined"
    except OSError as error:
        return -error.errno

def made(offer):
    descriptor, sequence = broker.ask(offer)
    return socket.socket(fileno=descriptor), sequence

dump, sequence = made(ask)
rows = dump.recv(1 << 16)
dump.recv(1 << 16)
heard, _ = made(hear)
plain = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 6)
told = {
    "badge": privileges.current().badge.value,
    "types": [struct.unpack_from("=H", rows, 4)[0], struct.unpack_from("=I", rows, 8)[0] == sequence],
    # XFRM_MSG_FLUSHPOLICY, and RTM-like requests on what was handed over.
    "flush": [number(one, 29, b"") for one in (dump, heard, plain)],
    "groups": [join(one) for one in (dump, heard, plain)],
    "unknown": broker.has(Offer(0, (), 18, b"")),
}
print(json.dumps(told), flush=True)
sys.stdin.readline()
heard.setblocking(True)
print(struct.unpack_from("=H", heard.recv(1 << 16), 4)[0], flush=True)
broker._control.send(bytes([200]))
print(len(broker._control.recv(100)), flush=True)
sys.stdin.readline()
"""


def test_what_it_hands_over_only_tells(netns: Netns) -> None:
    netns.ip("xfrm policy add src 10.0.0.0/8 dst 10.1.0.0/16 dir out")
    before = netns.run(["ip", "xfrm", "policy"]).stdout
    program = netns.popen([sys.executable, "-c", SCRIPT], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert program.stdin is not None
    assert program.stdout is not None
    with program:
        told = json.loads(program.stdout.readline())
        assert told == {
            "badge": "READ-ONLY", "types": [19, True], "flush": [-1, -1, -1], "groups": [-1, -1, -1], "unknown": False,
        }  # fmt: skip
        assert netns.run(["ip", "xfrm", "policy"]).stdout == before
        helper = int(Path(f"/proc/{program.pid}/task/{program.pid}/children").read_text().split()[0])
        held = dict(
            line.split(":\t", 1) for line in Path(f"/proc/{helper}/status").read_text().splitlines() if ":\t" in line
        )
        admin = f"{1 << 12:016x}"
        assert (held["CapEff"], held["CapPrm"], held["CapBnd"], held["NoNewPrivs"]) == (admin, admin, "0" * 16, "1")
        assert len(list(Path(f"/proc/{helper}/fd").iterdir())) == 4
        netns.ip("xfrm policy add src 10.2.0.0/16 dst 10.1.0.0/16 dir out")
        program.stdin.write("\n")
        program.stdin.flush()
        assert program.stdout.readline() == "19\n"
        # What is no number of anything ends it.
        assert program.stdout.readline() == "0\n"
        assert comes_true(lambda: "Z" in Path(f"/proc/{helper}/stat").read_text())


def test_it_ends_with_whoever_it_helps(netns: Netns) -> None:
    script = "from nltui.cli import tui; tui._lock(None, 1 << 20, True); print('locked', flush=True); input()"
    program = netns.popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    with program:
        assert program.stdout is not None
        assert program.stdout.readline() == "locked\n"
        helper = int(Path(f"/proc/{program.pid}/task/{program.pid}/children").read_text().split()[0])
        program.kill()
    assert comes_true(lambda: not Path(f"/proc/{helper}").exists())


@pytest.mark.parametrize("what", ["unprivileged", "unlocked"])
def test_without_it_nothing_starts(what: str, netns: Netns) -> None:
    lacking = "import nltui.system.lock as lock, nltui.errors as errors\n"
    lacking += "def engage(*args, **told): raise errors.UsageError('a step of it failed')\nlock.engage = engage\n"
    script = "from nltui.cli import tui\n" + (lacking if what == "unlocked" else "") + "tui._lock(None, 1 << 20, True)"
    before = ["setpriv", "--reuid", "65534", "--clear-groups"] if what == "unprivileged" else []
    done = netns.run([*before, sys.executable, "-c", script])
    assert done.returncode == 1
    wanted = "needs CAP_NET_ADMIN to begin with" if what == "unprivileged" else "a step of it failed"
    assert wanted in done.stderr
