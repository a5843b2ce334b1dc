"""Who asked, in the detail pane; and `f`, which shows only changes like the one under the cursor."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field

from nltui.model.actor import Actor, Certainty
from nltui.record import replace
from nltui.system.processes import Process
from nltui.tables.activity import ACTIVITY
from nltui.tables.diagnostics import DIAGNOSTICS
from tests.ui.fake import TABLES, FakeRows, FakeSession, record
from tests.ui.robot import Robot, sitting

IP = Process(
    4312, "ip", 1_700_000_000.0, 0, "ip route add 10.20.0.0/16 \\x1b[2J", 4312, 5, 99, "bash", "docker 0123456789ab"
)


@dataclass
class Known(FakeSession):
    """A session that knows requesters of activity rows."""

    actors: dict[Hashable, Actor] = field(default_factory=dict)

    def rows(self, name: str) -> FakeRows | None:
        return KnownRows(self) if name == "activity" and self.started else super().rows(name)


class KnownRows(FakeRows):
    def __init__(self, session: Known) -> None:
        self._session = session
        super().__init__(session.store["activity"])

    def requester(self, identity: Hashable) -> Actor | None:
        return self._session.actors.get(identity)


def session() -> Known:
    made = Known(tables=(*TABLES[:-1], DIAGNOSTICS, ACTIVITY))
    made.store["activity"].put(
        record(1, time="14:02:29", change="+", type="route", object="10.20.0.0/16", what="dev eth0", who="ip[4312]"),
        record(2, time="14:02:30", change="~", type="link", object="eth 0", what="mtu 1→2", who="?"),
        record(3, time="14:02:31", change="−", type="rule", object="99", what="from all", who="kernel"),
    )
    made.actors = {
        1: Actor(4312, Certainty.INFERRED, IP, "from the port id; it ended right after the change"),
        2: Actor(0, Certainty.UNKNOWN, None, "messages about links name no requester"),
    }
    return made


async def opened(robot: Robot) -> None:
    await robot.press("0")
    await robot.sees("10.20.0.0/16", "kernel")


async def test_the_detail_tells_everything_about_a_requester() -> None:
    async with sitting(140, 40, session()) as robot:
        await opened(robot)
        await robot.press("enter")
        await robot.sees(
            "what changed", "ip route add 10.20.0.0/16 \\x1b[2J", "root (0)", "docker 0123456789ab", "bash[99]"
        )
        await robot.sees("4312", "inferred: from the port id; it ended right after", "2023-11-1")


async def test_on_a_small_screen_the_requester_comes_first() -> None:
    async with sitting(80, 24, session()) as robot:
        await robot.press("0", "enter")
        await robot.sees(
            "ip route add 10.20.0.0/16 \\x1b[2J", "root (0)", "docker 0123456789ab", "bash[99]", "inferred"
        )


async def test_the_detail_follows_what_becomes_known() -> None:
    known = session()
    known.actors[1] = Actor(4312, Certainty.UNKNOWN, None, "being looked at")
    async with sitting(140, 40, known) as robot:
        await opened(robot)
        await robot.press("enter")
        await robot.sees("unknown: being looked at")
        known.actors[1] = Actor(4312, Certainty.EXACT, replace(IP, name="tc"), "its socket was seen")
        await robot.sees("exact: its socket was seen", "bash[99]")


async def test_f_offers_what_the_change_under_the_cursor_has() -> None:
    known = session()
    async with sitting(120, 36, known) as robot:
        await opened(robot)
        await robot.sees("f only")
        await robot.press("f")
        await robot.sees("only changes", "ip[4312]", "by this process", "by every process so named")
        await robot.sees("route 10.20.0.0/16", "of this object", "of this type")
        await robot.misses("the filter is cleared")
        await robot.press("enter")
        await robot.sees("/ activity: who == ip[4312]")
        await robot.press("f", "end", "escape")
        await robot.sees("/ activity: who == ip[4312]")


async def test_f_again_takes_the_filter_away() -> None:
    async with sitting(120, 36, session()) as robot:
        await opened(robot)
        await robot.press("f", "down", "enter")
        await robot.sees("/ activity: who == ip")
        await robot.press("f")
        await robot.sees("the filter is cleared")
        await robot.press("a", "l", "l", "enter")
        await robot.misses("/ activity")


async def test_a_value_with_spaces_is_quoted() -> None:
    async with sitting(120, 36, session()) as robot:
        await opened(robot)
        await robot.press("j", "f")
        await robot.sees("link eth 0")
        await robot.press("down", "enter")
        await robot.sees('/ activity: type == link object == "eth 0"')


async def test_f_is_of_the_activity_alone() -> None:
    async with sitting(120, 36, session()) as robot:
        for keys in ((), ("8", "8", "8")):
            await robot.press(*keys, "f")
            await robot.misses("only changes", "f only")
