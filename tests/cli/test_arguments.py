"""Words of a command line and the request they make."""

import pytest

from nltui.cli.arguments import Shown, parse
from nltui.cli.asked import Command, Doctor, Dump, Monitor, Tui, Wait
from nltui.errors import UsageError


@pytest.mark.parametrize(
    ("line", "asked"),
    [
        ("", Tui()),
        ("links", Tui(table="links")),
        ("routes dhcp", Tui(table="routes", filter="dhcp")),
        ("routes 10.0.0 dev", Tui(table="routes", filter="10.0.0 dev")),
        ("-n blue routes", Tui(table="routes", netns="blue")),
        ("routes -n blue dhcp", Tui(table="routes", filter="dhcp", netns="blue")),
        ("routes --filter=-x", Tui(table="routes", filter="-x")),
        ("links dump", Tui(table="links", filter="dump")),
        ("-n dump links", Tui(table="links", netns="dump")),
        ("-- dump", Tui(table="dump")),
        ("dump links", Dump(table="links")),
        ("dump dump", Dump(table="dump")),
        ("dump routes 10 -4 -j -p", Dump(table="routes", filter="10", family=4, json=True, pretty=True)),
        ("dump -6 routes -d 10", Dump(table="routes", filter="10", family=6, details=True)),
        ("-n blue -j dump links --count", Dump(table="links", netns="blue", json=True, count=True)),
        ("-nblue dump -jp links", Dump(table="links", netns="blue", json=True, pretty=True)),
        ("--netns=/run/netns/x dump links", Dump(table="links", netns="/run/netns/x")),
        ("monitor", Monitor()),
        ("monitor -j links routes", Monitor(words=("links", "routes"), json=True)),
        ("monitor --strict -rc 64k routes", Monitor(words=("routes",), strict=True, rcvbuf=64 << 10)),
        ("monitor routes dst in 10/8", Monitor(words=("routes", "dst", "in", "10/8"))),
        ("monitor --filter up", Monitor(filter="up")),
        ("wait links eth0 --timeout 1.5", Wait(table="links", filter="eth0", timeout=1.5)),
        ("wait --timeout 2m links eth0 --absent", Wait(table="links", filter="eth0", timeout=120, absent=True)),
        ("dump links a or b --filter up", Dump(table="links", filter="(a or b) (up)")),
        ("-rc 4096 links", Tui(table="links", rcvbuf=4096)),
        ("--rcvbuf 2M doctor", Doctor(rcvbuf=2 << 20)),
        ("-n blue doctor -j", Doctor(netns="blue", json=True)),
        ("-j monitor links -n 1 routes", Monitor(words=("links", "routes"), json=True, netns="1")),
    ],
)
def test_asked(line: str, asked: Command) -> None:
    assert parse(line.split(), "nltui 1") == asked


@pytest.mark.parametrize(
    "line",
    [
        "doctor links",
        "-rc 0",
        "-rc x",
        "-rc 2g",
        "-rc 1kk",
        "-rc -1",
        "dump",
        "dump links -4 -6",
        "--nope",
        "dump links --jso",
        "-n",
        "monitor --count",
        "dump -n",
    ],
)
def test_misuse_is_one_sentence_that_names_the_help(line: str) -> None:
    with pytest.raises(UsageError, match=r"--help`\)$") as caught:
        parse(line.split(), "nltui 1")
    assert "\n" not in str(caught.value)


def test_what_was_typed_comes_back_visible() -> None:
    with pytest.raises(UsageError, match=r"\\x1b\[2J"):
        parse(["--\x1b[2J"], "nltui 1")


@pytest.mark.parametrize("line", ["-V", "--version", "dump -V", "monitor --version", "-V dump"])
def test_version(line: str) -> None:
    with pytest.raises(Shown) as caught:
        parse(line.split(), "nltui 1")
    assert str(caught.value) == "nltui 1\n"


@pytest.mark.parametrize(
    ("line", "begins"),
    [
        ("-h", "usage: nltui ["),
        ("-h dump", "usage: nltui dump "),
        ("dump --help", "usage: nltui dump "),
        ("monitor -h", "usage: nltui monitor "),
        ("doctor -h", "usage: nltui doctor "),
    ],
)
def test_help_wins_over_what_is_missing_and_has_examples(line: str, begins: str) -> None:
    with pytest.raises(Shown) as caught:
        parse(line.split(), "nltui 1")
    assert str(caught.value).startswith(begins)
    assert "examples:" in str(caught.value)
