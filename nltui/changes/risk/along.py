"""What the kernel takes along: counted from what would have to be made again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from nltui.changes.again import attributes
from nltui.changes.along import Along
from nltui.changes.base import Step, Undo
from nltui.changes.build import AF_INET6
from nltui.changes.risk.finding import Finding
from nltui.changes.risk.links import goes_down, leaves, touched
from nltui.changes.world import World
from nltui.netlink.constants import if_addr as ia
from nltui.netlink.constants import if_link as il
from nltui.netlink.constants import neighbour as nd
from nltui.netlink.constants import rtnetlink as rt
from nltui.netlink.constants.netlink import NLM_F_CREATE, NLM_F_REPLACE

_NAMES = {
    il.RTM_NEWLINK: ("other link", "other links"),
    rt.RTM_NEWADDR: ("address", "addresses"),
    rt.RTM_NEWROUTE: ("route", "routes"),
    rt.RTM_NEWNEIGH: ("lasting neighbour", "lasting neighbours"),
    rt.RTM_NEWNEXTHOP: ("nexthop", "nexthops"),
}
NAMED = 3
"""Links that are named; of others it is said how many."""
_LINK_LOCAL = b"\xfe\x80"


def takes(steps: Sequence[Step], world: World, undo: Undo) -> Iterator[Finding]:
    """Rows of other tables that go with what is changed, or may go."""
    taken = Counter(step.type for step in (*undo.steps, *_behind(steps, world)) if _makes(step))
    # What is changed itself does not go along.
    taken.subtract(step.type & ~3 for step in steps)
    certain = any(leaves(step) for step, _ in touched(steps, world))
    for type_, (one, many) in _NAMES.items():
        count = taken[type_]
        if count > 0:
            goes = ("goes" if count == 1 else "go") if certain else "may go"
            yield Finding(f"{count:,} {one if count == 1 else many} {goes} along{_silent(steps, type_, undo, count)}")
    yield from _smaller(steps, world, undo)


def _smaller(steps: Sequence[Step], world: World, undo: Undo) -> Iterator[Finding]:
    """Links on top of one whose MTU is lowered are not left a larger one."""
    mine = {device.index for _, device in touched(steps, world)}
    sized = (device for step, device in touched(undo.steps, world) if il.IFLA_MTU in attributes(step.body, 16))
    names = list(dict.fromkeys(device.name for device in sized if device.index not in mine))
    if names:
        rest = f" and {len(names) - NAMED:,} more" if len(names) > NAMED else ""
        yield Finding(f"the smaller MTU is also that of {', '.join(names[:NAMED])}{rest}")


def _behind(steps: Sequence[Step], world: World) -> Iterator[Step]:
    """What a link that leaves the namespace does not take with it, which nothing brings back."""
    for step, device in touched(steps, world):
        if il.IFLA_NET_NS_FD in attributes(step.body, 16):
            yield from Along(world).device(device).steps


def _makes(step: Step) -> bool:
    """Whether it makes a row that would be gone: no setting of one, and nothing that the kernel makes by itself."""
    if step.type == il.RTM_NEWLINK:
        return bool(step.flags & NLM_F_CREATE)
    if step.type == rt.RTM_NEWADDR and step.body[0] == AF_INET6:
        return not attributes(step.body, 8).get(ia.IFA_ADDRESS, b"").startswith(_LINK_LOCAL)
    if step.type == rt.RTM_NEWNEIGH:
        return bool(step.body[8] & (nd.NUD_PERMANENT | nd.NUD_NOARP) or step.body[10] & nd.NTF_EXT_LEARNED)
    return not step.flags & NLM_F_REPLACE


def _silent(steps: Sequence[Step], type_: int, undo: Undo, count: int) -> str:
    if type_ != rt.RTM_NEWROUTE or not any(goes_down(step) for step in steps):
        return ""
    four = sum(step.type == type_ and step.body[0] != AF_INET6 for step in undo.steps)
    which = f", {four:,} of them IPv4" if four < count else ""
    return f"{which}, of which the kernel will not tell" if four else ""
