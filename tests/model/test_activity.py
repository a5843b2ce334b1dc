"""Lines of the activity log: what happened, to which row, old → new, and who asked."""

from __future__ import annotations

from nltui.model.activity import ActivityView
from nltui.model.actor import Actor, Certainty
from nltui.model.history import Source
from nltui.model.table import Grouping
from nltui.netlink import wire
from nltui.system.processes import Process
from nltui.tables.activity import ACTIVITY
from tests.model import small
from tests.model.follower import Fed
from tests.model.small import NEW, Row, table

SMALL = table(Grouping.UNIQUE)


class Nobody:
    generation = 0

    def lookup(self, table: str, key: int) -> str | None:
        return None


def named(port_id: int, at: int) -> Actor:
    return Actor(port_id, Certainty.EXACT, Process(port_id, "ip", 0.0, 0, "ip route add"))


class Happened:
    """The small table being followed, and the log of what happens to it."""

    def __init__(self, *rows: Row) -> None:
        self.fed = Fed(SMALL)
        self.fed.load([row.message() for row in rows])
        tables = [SMALL] * 4
        self.view = ActivityView(ACTIVITY, tables, self.fed.history, Nobody(), named)

    def hears(self, *messages: bytes) -> None:
        self.fed.hear(messages)

    def lines(self) -> list[str]:
        """Newest first, without the time."""
        self.view.tick()
        rows = self.view.rows(0, len(self.view), ACTIVITY.columns)
        return [" ".join(cell.text for cell in row.cells[1:]) for row in rows]


def test_nothing_happened() -> None:
    assert Happened(Row(1, 1, b"one")).lines() == []


def test_added_changed_removed() -> None:
    log = Happened()
    log.hears(Row(1, 1, b"one").message(NEW, 0, 77))
    log.hears(Row(1, 1, b"two").message(NEW, 0, 77))
    log.hears(Row(1, 1, b"two").message(small.DEL, 0, 0))
    assert log.lines() == [
        "− small one 1 value two kernel",
        "~ small one 1 value one→two ip[77]",
        "+ small one 1 value one ip[77]",
    ]


def test_several_events_of_one_key_in_one_batch_are_all_told() -> None:
    log = Happened(Row(1, 1, b"zero"))
    rows = Row(1, 1, b"one"), Row(1, 1, b""), Row(1, 1, b"x"), Row(1, 2, b"b")
    log.hears(*(row.message(small.DEL if row.value == b"x" else NEW) for row in rows))
    assert [line.partition(" small one ")[::2] for line in log.lines()] == [
        ("+", "1 value b kernel"),
        ("−", "1  kernel"),
        ("~", "1 value one→∅ kernel"),
        ("~", "1 value zero→one kernel"),
    ]


def test_a_difference_that_no_column_shows_names_the_attribute() -> None:
    log = Happened(Row(1, 1, b"one"))
    message = bytearray(Row(1, 1, b"one").message())
    message += wire.nlattr(77, b"new")
    message[0:4] = len(message).to_bytes(4, "little")
    log.hears(bytes(message))
    assert log.lines() == ["~ small one 1 attribute 77 kernel"]


def test_what_a_dump_found_was_silent() -> None:
    log = Happened(Row(1, 1, b"one"))
    log.fed.load([Row(2, 1, b"two").message()])
    assert sorted(log.lines()) == ["+ small one 2 value two silent", "− small one 1 value one silent"]
    assert {change.source for change in log.fed.changes()} == {Source.DUMP}


def test_hostile_text_is_made_harmless() -> None:
    log = Happened()
    log.hears(Row(1, 1, b"\x1b]0;title\x07[bold]").message())
    (line,) = log.lines()
    assert "\x1b" not in line
    assert "\\x1b]0;title\\x07[bold]" in line


def test_bytes_of_an_entry() -> None:
    log = Happened(Row(1, 1, b"one"))
    old, new, gone = Row(1, 1, b"one").message(), Row(1, 1, b"two").message(), Row(1, 1, b"two").message(small.DEL)
    log.hears(new)
    log.hears(gone)
    log.view.tick()
    assert (log.view.message(1), log.view.before(1)) == (new, old)
    assert (log.view.message(2), log.view.before(2)) == (new, None)
    assert log.view.subject(1) is SMALL
    assert (log.view.message(3), log.view.before(3), log.view.subject("x")) == (None, None, None)


def test_an_overtaken_entry_is_forgotten() -> None:
    log = Happened()
    for number in range(3 << 10):
        log.hears(Row(1, 1, str(number).encode() * 100).message())
    lines = log.lines()
    assert len(lines) == log.fed.history.last - log.fed.history.first + 1 < 3 << 10
    assert all(lines)


def asked_by(name: str, port_id: int) -> Actor:
    return Actor(port_id, Certainty.INFERRED, Process(port_id, name, 0.0, 0, name))


def test_filters_by_a_whole_column() -> None:
    log = Happened()
    for key, port_id in ((1, 7), (2, 77), (3, 0)):
        log.hears(Row(key, 1, b"x").message(NEW, 0, port_id))

    def found(text: str) -> list[str]:
        log.view.filter(text)
        return [line.rpartition(" ")[2] for line in log.lines()]

    assert found("who=ip[7]") == ["ip[7]"]
    assert found("who=ip") == ["ip[77]", "ip[7]"], "every process so named"
    assert found("WHO=KERNEL") == ["kernel"]
    assert found("who=p") == []
    assert found('who=ip[77] type="small one"') == ["ip[77]"]
    assert found('type="small one"') == ["kernel", "ip[77]", "ip[7]"]
    assert found("7") == ["ip[77]", "ip[7]"]
    assert found('"type=x"') == [], "in quotation marks: words"


def test_what_becomes_known_later_is_shown_and_found() -> None:
    names: dict[int, str] = {}
    verdicts = [0]
    log = Happened()
    log.view = ActivityView(
        ACTIVITY,
        [SMALL] * 4,
        log.fed.history,
        Nobody(),
        lambda port_id, at: (
            asked_by(names[port_id], port_id) if port_id in names else Actor(port_id, Certainty.UNKNOWN)
        ),
        lambda: verdicts[0],
    )
    log.hears(Row(1, 1, b"x").message(NEW, 0, 7))
    log.view.filter("who=ip")
    assert log.lines() == []
    log.view.filter("")
    assert log.lines()[0].endswith("?[7]")
    log.view.filter("who=ip")
    names[7] = "ip"
    assert log.lines() == [], "nobody said that there is news"
    verdicts[0] += 1
    assert log.view.tick()
    assert log.lines()[0].endswith("ip[7]")
    names[7] = "tc"
    assert log.lines() == [], "process events may come a moment after the verdict"


def test_who_asked_for_an_entry() -> None:
    log = Happened()
    log.hears(Row(1, 1, b"x").message(NEW, 0, 7), Row(2, 1, b"x").message(NEW, 0, 0))
    log.lines()
    asked, made = log.view.requester(1), log.view.requester(2)
    assert asked is not None
    assert made is not None
    assert (asked.certainty, asked.text) == (Certainty.EXACT, "ip[7]")
    assert (made.certainty, made.text, made.process) == (Certainty.INFERRED, "kernel", None)
    assert log.view.requester(3) is None
