"""The command that is copied makes the same row in a second namespace."""

from __future__ import annotations

import json
import shlex
import subprocess

import pytest

from nltui.model.recreate import Unrepeatable, command
from nltui.tables import find
from tests.kernel import world
from tests.kernel.followed import Followed
from tests.kernel.netns import Netns

LISTED = {
    "addresses": ["address show"],
    "routes": ["-4 route show table all", "-6 route show table all"],
    "neighbours": ["neighbour show nud all", "neighbour show proxy"],
    "rules": ["-4 rule show", "-6 rule show"],
    "nexthops": ["nexthop show"],
}
ORDER = ("addresses", "nexthops", "routes", "neighbours", "rules")
MOVING = (
    "used", "confirmed", "updated", "probes", "expires", "valid_life_time", "preferred_life_time", "ifindex",
    "tentative", "dadfailed",
)  # fmt: skip
"""Keys that time or the kernel sets."""
THERE = ("File exists", "already assigned")
"""What the kernel made there by itself."""


@pytest.mark.parametrize("name", ORDER)
def test_every_row_is_made_again(netns: Netns, peer: Netns, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with Netns() as other, Netns() as far:
        world.build(netns, peer)
        build_up_to(name, other, far)
        with Followed(netns) as followed:
            store, context, table = followed.session.store(name), followed.session.context, find(name)
            made, refused = [], []
            for slot in store.live().tolist():
                try:
                    made.append(command(table, store.message(slot), context))
                except Unrepeatable as error:
                    refused.append(str(error))
            assert all("lacks" not in said for said in refused), refused[:3]
        before = rows(netns, name)
        failed = [f"{line}: {said}" for line in made if (said := ran(other, line))]
        after = rows(other, name)
        missing = [row for row in before if row not in after]
        with capsys.disabled():
            print(f"\n  {name}: {len(made)} commands, {len(refused)} rows without one", end="", flush=True)
        assert not failed, "\n".join(failed[:20])
        assert not missing, "\n".join(map(str, missing[:20]))


def build_up_to(name: str, ns: Netns, far: Netns) -> None:
    """What rows of a table need: links, and what tables before it hold."""
    parts = {"addresses": world.ADDRESSES, "nexthops": world.NEXTHOPS}
    world.run(ns, world.LINKS.format(peer=far.name))
    far.ip("link set far1 up")
    for part in ("addresses", "nexthops"):
        if ORDER.index(part) < ORDER.index(name):
            world.run(ns, parts[part])


def ran(ns: Netns, line: str) -> str:
    words = shlex.split(line)
    done = subprocess.run([words[0], "-n", ns.name, *words[1:]], capture_output=True, text=True, check=False)
    return "" if not done.returncode or any(word in done.stderr for word in THERE) else done.stderr.strip()


def rows(ns: Netns, name: str) -> list[str]:
    found = [row for listed in LISTED[name] for row in ns.ip_json(f"-d {listed}")]
    if name == "addresses":
        found = [{**one, "ifname": link["ifname"]} for link in found for one in link.get("addr_info", [])]
    if name == "routes":
        # Those of addresses that the kernel chose by chance.
        found = [row for row in found if row.get("protocol") != "kernel"]
    # A state that resolution brings goes on changing, and what has none to ask for is not made.
    found = [row for row in found if row.get("state") not in (["INCOMPLETE"], ["FAILED"], ["NONE"])]
    found = [row for row in found if not str(row.get("lladdr", "")).startswith(("33:33", "01:00:5e"))]
    for row in found:
        if name == "neighbours" and row.get("state", [""])[0] in ("STALE", "DELAY", "PROBE", "REACHABLE", "FAILED"):
            del row["state"]
    steady = ({key: value for key, value in row.items() if key not in MOVING} for row in found)
    return [json.dumps(row, sort_keys=True) for row in steady]


KIND_STATES = ("bridge_id", "root_id", "root_port", "hello_timer", "tcn_timer", "topology_change_timer", "gc_timer")
"""Of a bridge: what it is doing, not how it is set."""
SOURCES = ("macaddr_count", "macaddr_data")
"""Of a macvlan in mode source: set by commands of their own."""


def test_links_are_made_with_the_settings_of_their_kind(netns: Netns, peer: Netns) -> None:
    world.build(netns, peer)
    with Netns() as other:
        with Followed(netns) as followed:
            store, context, table = followed.session.store("links"), followed.session.context, find("links")
            made, refused = [], []
            for slot in store.live().tolist():
                try:
                    made.append(command(table, store.message(slot), context))
                except Unrepeatable as error:
                    refused.append(str(error))
        failed = [f"{line}: {said}" for line in made if (said := ran(other, line))]
        assert not failed, "\n".join(failed)
        assert len(refused) <= 5, refused
        before, after = kinds(netns), kinds(other)
        names = [name for name in before if name in after]
        assert len(names) > 15
        assert {name: after[name] for name in names} == {name: before[name] for name in names}


def kinds(ns: Netns) -> dict[str, str]:
    found: dict[str, str] = {}
    for row in ns.ip_json("-d link show"):
        info = row.get("linkinfo", {})
        data = info.get("info_data", {})
        steady = {key: value for key, value in data.items() if key not in (*KIND_STATES, *SOURCES)}
        found[row["ifname"]] = json.dumps([info.get("info_kind"), steady], sort_keys=True)
    return found


def test_a_name_that_would_act_on_a_terminal_is_not_given(netns: Netns) -> None:
    netns.ip("link add \x1b[31mred type ifb")
    with Followed(netns) as followed:
        store, table = followed.session.store("links"), find("links")
        said = []
        for slot in store.live().tolist():
            with pytest.raises(Unrepeatable) as caught:
                command(table, store.message(slot), followed.session.context)
            said.append(str(caught.value))
    assert "a name in it has characters that are not safe to paste" in said
