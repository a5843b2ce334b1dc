"""IPsec policies beside `ip xfrm policy`, which has no JSON: its words are put together from a row."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from nltui.model.related import values
from nltui.system.namespaces import resolve
from nltui.tables import TABLES, find
from nltui.worker.contract import Freshness
from nltui.worker.session import Session
from tests.kernel.followed import comes_true
from tests.kernel.netns import Netns

POLICIES = (
    "src 10.0.0.0/8 dst 10.1.0.0/16 dir out priority 5 tmpl src 1.1.1.1 dst 2.2.2.2 proto esp reqid 3 mode tunnel",
    "src 10.0.0.0/8 dst 10.1.0.0/16 dir fwd",
    "src fd00::/8 dst ::/0 proto tcp sport 7 dport 5 dir in action block mark 7 mask 0xff if_id 9",
    "src ::/0 dst fd01::/16 dir out tmpl proto comp mode transport level use tmpl proto esp spi 0x1234 mode transport",
    "src fd00::1/128 dst fd00::2/128 dev va dir in tmpl src fd00::3 dst fd00::4 proto ah mode beet reqid 4000000000",
)


@contextmanager
def followed(ns: Netns) -> Iterator[Session]:
    with resolve(ns.name) as namespace:
        session = Session(namespace, TABLES)
        session.start()
        try:
            assert session.wait(("policies", "links"), 10)
            yield session
        finally:
            session.stop()


def rows(session: Session) -> list[dict[str, Any]]:
    store, table = session.store("policies"), find("policies")
    with store.lock:
        messages = [store.message(slot) for slot in store.live().tolist()]
    return [values(table, message, session.context) for message in messages]


def spelled(one: dict[str, Any]) -> str:
    """As `ip xfrm policy` has it, its lines joined."""
    out = [f"src {one['src']} dst {one['dst']}"]
    out += [f"{word} {one[word]}" for word in ("proto", "sport", "dport", "dev") if word in one]
    out.append(f"dir {one['dir']}")
    out += ["action block"] if one["action"] == "block" else []
    out.append(f"priority {one['priority']} ptype main")
    out += [f"mark {one['mark']}"] if "mark" in one else []
    for tmpl in one.get("templates", ()):
        spi = f" spi {tmpl['spi']}" if "spi" in tmpl else ""
        level = " level use" if "level" in tmpl else ""
        out.append(f"tmpl src {tmpl['src']} dst {tmpl['dst']}")
        out.append(f"proto {tmpl['proto']}{spi} reqid {tmpl['reqid']} mode {tmpl['mode']}{level}")
    out += [f"if_id {one['if_id']}"] if "if_id" in one else []
    return " ".join(out)


def told(ns: Netns) -> list[str]:
    text = ns.run(["ip", "xfrm", "policy"]).stdout
    found = (re.sub(r"\s+", " ", part).strip() for part in re.split(r"^(?=src)", text, flags=re.MULTILINE))
    return sorted(part for part in found if part)


def test_they_are_those_of_ip_as_they_come_change_and_go(netns: Netns) -> None:
    netns.ip("link add va type veth peer name vb")
    for line in POLICIES[:3]:
        netns.ip(f"xfrm policy add {line}")
    with followed(netns) as session:

        def same() -> bool:
            return sorted(map(spelled, rows(session))) == told(netns)

        assert sorted(map(spelled, rows(session))) == told(netns)
        for line in POLICIES[3:]:
            netns.ip(f"xfrm policy add {line}")
        assert comes_true(same), (sorted(map(spelled, rows(session))), told(netns))
        assert len(told(netns)) == len(POLICIES)
        netns.ip("xfrm policy update src 10.0.0.0/8 dst 10.1.0.0/16 dir fwd priority 77 action block")
        assert comes_true(same)
        netns.ip("xfrm policy delete src 10.0.0.0/8 dst 10.1.0.0/16 dir out")
        assert len(told(netns)) == len(POLICIES) - 1
        assert comes_true(same)
        netns.ip("xfrm policy flush")
        assert told(netns) == []
        assert comes_true(same)
        assert session.status().malformed == 0


def test_without_the_privilege_only_their_panel_says_so(netns: Netns) -> None:
    script = (
        "from nltui.tables import TABLES\n"
        "from nltui.worker.session import Session\n"
        "session = Session(None, TABLES); session.start()\n"
        "session.wait([table.name for table in TABLES if table.dumps], 10)\n"
        "now = session.status()\n"
        "print(repr(now.trouble)); print(now.tables['policies'].sentence, now.tables['policies'].absent)\n"
        "print(sorted({one.freshness.value for name, one in now.tables.items() if name != 'policies'}))\n"
        "print(session.reread(['links', 'routes'], 5)); session.stop()\n"
    )
    words = ["setpriv", "--reuid", "65534", "--clear-groups", sys.executable, "-c", script]
    said = netns.run(words).stdout.splitlines()
    assert said == [
        "''",
        "the kernel shows IPsec policies only to CAP_NET_ADMIN: run nltui with sudo True",
        str([Freshness.FRESH.value]),
        "True",
    ]
