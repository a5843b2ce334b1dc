"""The parsers of the command line, which make the records of `asked.py`.

Flags follow `ip`. Options may stand before or after the command's name. Nothing here knows which tables exist.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from functools import partial
from typing import NoReturn

from nltui.cli.asked import Command, Doctor, Dump, Export, Monitor, Pending, Tui, Wait, Why
from nltui.errors import UsageError
from nltui.text import visible

VALUED = ("-n", "--netns", "--filter", "--config", "-rc", "--rcvbuf", "--timeout", "--theme", "--confirm-timeout")
"""Options that take the next word."""
PENDING = {
    "confirm": "Keep a change that waits to be confirmed: for a new login after it was made.",
    "rollback": "Take back now a change that waits to be confirmed, or that nobody watches over any more.",
    "status": "Tell which changes wait to be confirmed, and which were rolled back.",
}
LANGUAGE = """filters:
  WORD                     rows with this text in any column
  column op value          op: == != < <= > >= ~ !~ in covers has
  and, or, not, ( )        words side by side must all hold
  values                   10.0.0.0/8  1500  4k  5m  {22, 80}  "two words"
  dst in 10/8              inside; dst covers 10.1.2.3: contains; dst == 10.0.0.0/8: exactly
  flags has UP             dev ~ ^veth: a regular expression; case never matters
"""


class Shown(Exception):
    """Help or version was asked for; `str()` goes to stdout, and that is all there is to do."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{visible(message, limit=1000)} (see `{self.prog} --help`)")


class _Show(argparse.Action):
    """Stops parsing with the help text or, where `const` is set, with that text."""

    def __call__(self, parser: argparse.ArgumentParser, *others: object) -> NoReturn:
        raise Shown(self.const or parser.format_help())


def parse(argv: Sequence[str], version: str) -> Command:
    """The request in these words (without the program's name). Raises UsageError, or Shown for help and version."""
    place = _first_word(argv)
    command = argv[place] if place is not None else ""
    parsers: dict[str, Callable[[Sequence[str], str], Command]]
    parsers = {"dump": _dump, "monitor": _monitor, "wait": _wait, "why": _why, "export": _export, "doctor": _doctor}
    parsers |= {what: partial(_pending, what) for what in PENDING}
    parser = parsers.get(command)
    if place is None or parser is None:
        return _tui(argv, version)
    return parser([*argv[:place], *argv[place + 1 :]], version)


COMMANDS = ("dump", "monitor", "wait", "why", "export", "doctor", *PENDING)
"""First words that are no table."""


def _first_word(argv: Sequence[str]) -> int | None:
    place = 0
    while place < len(argv):
        word = argv[place]
        if word == "--":
            return None
        if not word.startswith("-"):
            return place
        place += 2 if word in VALUED else 1
    return None


def _parser(prog: str, version: str, description: str, epilog: str) -> _Parser:
    parser = _Parser(
        prog=prog,
        description=description,
        epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
        add_help=False,
    )
    parser.add_argument("-h", "--help", nargs=0, action=_Show, const="", help="show this and exit")
    parser.add_argument(
        "-V", "--version", nargs=0, action=_Show, const=f"{version}\n", help="show the version and exit"
    )
    parser.add_argument(
        "-n", "--netns", metavar="NETNS", help="look at this network namespace: a name of `ip netns`, a path or a pid"
    )
    parser.add_argument(
        "--config", metavar="FILE", help="take settings from this file; else $XDG_CONFIG_HOME/nltui/config.toml"
    )
    return parser


def _buffer(parser: _Parser) -> None:
    parser.add_argument(
        "-rc", "--rcvbuf", type=_size, metavar="BYTES", help="receive buffer of the sockets that listen; 8M unless told"
    )


def _size(word: str) -> int:
    """Bytes; `k`, `m` and `g` behind a number are powers of 1024, as in `ip -rc`."""
    digits = word.rstrip("kKmMgG")
    scale = {"": 0, "k": 10, "m": 20, "g": 30}.get(word[len(digits) :].lower())
    if scale is None or not (digits.isascii() and digits.isdigit()) or not 0 < int(digits) << scale < 1 << 30:
        raise argparse.ArgumentTypeError(f"{word!r} is no number of bytes below 1g")
    return int(digits) << scale


def _trial(word: str) -> int:
    if not (word.isascii() and word.isdigit()) or not 10 <= int(word) <= 600:
        raise argparse.ArgumentTypeError(f"{word!r} is no number of seconds from 10 to 600")
    return int(word)


def _filter(parser: _Parser) -> None:
    parser.add_argument(
        "words",
        nargs="*",
        default=[],
        metavar="FILTER",
        help="only rows that contain all these words, or for which `column op value` holds (see below)",
    )
    parser.add_argument("--filter", metavar="FILTER", help="the same, for a text that starts with a dash")


def _chosen(found: argparse.Namespace) -> str:
    words: str = " ".join(found.words)
    if not words or not found.filter:
        return words or found.filter or ""
    from nltui.model.filter.writing import both

    return both([words, found.filter])


def _tui(argv: Sequence[str], version: str) -> Tui:
    parser = _parser(
        "nltui",
        version,
        "Live tables of what the kernel tells through Netlink: links, addresses, routes, and who changed what.",
        "other commands:\n"
        "  nltui dump TABLE      print a table once (nltui dump --help)\n"
        "  nltui monitor         print changes as they happen (nltui monitor --help)\n"
        "  nltui wait TABLE      wait until a row is there, or gone (nltui wait --help)\n"
        "  nltui why DST         tell which route a packet takes, and why (nltui why --help)\n"
        "  nltui export FILE     write all tables, changes and a capture to a file\n"
        "  nltui status          tell which changes wait to be confirmed\n"
        "  nltui confirm         keep such a change; nltui rollback takes it back\n"
        "  nltui doctor          tell what this kernel, privilege and terminal allow\n\n"
        "examples:\n"
        "  nltui                 the dashboard\n"
        "  nltui routes dhcp     routes with `dhcp` in any column\n"
        "  nltui -n blue links   links of the network namespace blue\n\n" + LANGUAGE,
    )
    parser.add_argument("table", nargs="?", metavar="TABLE", help="open with this table")
    _filter(parser)
    _buffer(parser)
    parser.add_argument("--theme", metavar="NAME", help="colours; `:theme` on the screen lists them")
    parser.add_argument("--ascii", action="store_true", help="no character that is not ASCII")
    parser.add_argument(
        "--read-only",
        dest="read_only",
        action="store_true",
        help="give up every privilege for good before anything is shown: nothing can be changed from here",
    )
    parser.add_argument(
        # With its value it is an option of its own, so that a table's name can stand behind the other.
        "--read-only=broker",
        dest="broker",
        action="store_true",
        help="the same, while another process that only reads keeps the privilege to see IPsec policies",
    )
    parser.add_argument(
        "--confirm-timeout",
        dest="confirm_timeout",
        type=_trial,
        default=60,
        metavar="S",
        help="a change that may cut you off is taken back after so many seconds, 10 to 600, unless confirmed; 60",
    )
    parser.add_argument("--no-mouse", dest="mouse", action="store_false", help="leave the mouse to the terminal")
    found = parser.parse_intermixed_args(argv)
    return Tui(
        table=found.table,
        filter=_chosen(found),
        netns=found.netns,
        config=found.config,
        rcvbuf=found.rcvbuf,
        theme=found.theme,
        ascii=found.ascii,
        mouse=found.mouse,
        read_only=found.read_only or found.broker,
        broker=found.broker,
        confirm_timeout=found.confirm_timeout,
    )


def _dump(argv: Sequence[str], version: str) -> Dump:
    parser = _parser(
        "nltui dump",
        version,
        "Print a table once: consistent, of every routing table and both address families unless narrowed.",
        "examples:\n"
        "  nltui dump links\n"
        "  nltui dump routes 10.0.0 -4\n"
        "  nltui dump neighbours -j -p    JSON with the keys of `ip -j -d`\n"
        "  nltui dump routes 'dst covers 8.8.8.8 and proto != kernel'\n"
        "  nltui dump routes --count\n\n" + LANGUAGE,
    )
    parser.add_argument("table", metavar="TABLE", help="what to print")
    _filter(parser)
    family = parser.add_mutually_exclusive_group()
    family.add_argument("-4", dest="family", action="store_const", const=4, help="only IPv4")
    family.add_argument("-6", dest="family", action="store_const", const=6, help="only IPv6")
    parser.add_argument("-j", "--json", action="store_true", help="JSON, one array of flat objects")
    parser.add_argument("-p", "--pretty", action="store_true", help="with -j: indented")
    parser.add_argument("-d", "--details", action="store_true", help="every column, also those not shown at first")
    parser.add_argument("--count", action="store_true", help="only the number of rows")
    found = parser.parse_intermixed_args(argv)
    return Dump(
        table=found.table,
        filter=_chosen(found),
        netns=found.netns,
        config=found.config,
        family=found.family,
        json=found.json,
        pretty=found.pretty,
        count=found.count,
        details=found.details,
    )


def _monitor(argv: Sequence[str], version: str) -> Monitor:
    parser = _parser(
        "nltui monitor",
        version,
        "Print changes as they happen, one a line: time, what, old → new, and who asked for it.",
        "examples:\n"
        "  nltui monitor\n"
        "  nltui monitor links addresses\n"
        "  nltui monitor --strict         end with 4 rather than miss something\n"
        "  nltui monitor -j routes        one JSON object a line\n"
        "  nltui monitor routes 'dst in 10/8 or dst in fd00::/8'\n\n" + LANGUAGE,
    )
    parser.add_argument(
        "words",
        nargs="*",
        default=[],
        metavar="TABLE",
        help="what to follow (nothing: everything), and behind the tables a filter of their rows, old or new",
    )
    parser.add_argument("--filter", default="", metavar="FILTER", help="the same, where no table is named")
    parser.add_argument("-j", "--json", action="store_true", help="JSON lines")
    parser.add_argument("--strict", action="store_true", help="end with exit code 4 once anything was lost")
    _buffer(parser)
    found = parser.parse_intermixed_args(argv)
    return Monitor(
        words=tuple(found.words),
        filter=found.filter,
        netns=found.netns,
        config=found.config,
        json=found.json,
        strict=found.strict,
        rcvbuf=found.rcvbuf,
    )


def _wait(argv: Sequence[str], version: str) -> Wait:
    parser = _parser(
        "nltui wait",
        version,
        "Wait until a row of a table matches: exit code 0 then, 124 when the time is up. Of a log (uevents): until the "
        "next one that matches.",
        "examples:\n"
        "  nltui wait links 'name == eth0 and state == UP' --timeout 10\n"
        "  nltui wait addresses 'dev == eth0 and not flags has tentative'\n"
        "  nltui wait neighbours 'address == 10.0.0.1' --absent\n\n" + LANGUAGE,
    )
    parser.add_argument("table", metavar="TABLE", help="where to look")
    _filter(parser)
    parser.add_argument("--timeout", type=_seconds, metavar="S", help="seconds (or 500ms, 5m); without it, no end")
    parser.add_argument("--absent", action="store_true", help="until no row matches")
    found = parser.parse_intermixed_args(argv)
    return Wait(
        table=found.table,
        filter=_chosen(found),
        netns=found.netns,
        config=found.config,
        timeout=found.timeout,
        absent=found.absent,
    )


def _why(argv: Sequence[str], version: str) -> Why:
    parser = _parser(
        "nltui why",
        version,
        "Tell which route a packet takes, and why: the rules in order, the table each enters, the candidates there,\n"
        "the nexthop with its neighbour and link; and what the kernel answers, where a difference is marked.",
        "examples:\n"
        "  nltui why 8.8.8.8\n"
        "  nltui why 10.3.4.5 from 10.0.0.1 mark 0x1\n"
        "  nltui why fd00::1 ipproto tcp dport 443 -j\n",
    )
    parser.add_argument(
        "words",
        nargs="+",
        metavar="WORD",
        help="as for `ip route get`: DST, then from, mark, iif, oif, tos, ipproto, sport, dport or uid with a value",
    )
    parser.add_argument("-j", "--json", action="store_true", help="JSON, one object")
    found = parser.parse_intermixed_args(argv)
    return Why(words=tuple(found.words), netns=found.netns, config=found.config, json=found.json)


def _export(argv: Sequence[str], version: str) -> Export:
    parser = _parser(
        "nltui export",
        version,
        "Write everything that is known to a file (tar.gz): every table as JSON lines and as text, the changes since\n"
        "the start, a manifest, and a capture of the messages that Wireshark opens. No file is ever overwritten.",
        "examples:\n  nltui export\n  nltui export /tmp/before.tar.gz -n blue\n",
    )
    parser.add_argument("file", nargs="?", metavar="FILE", help="where to; a directory: with the usual name in it")
    found = parser.parse_args(argv)
    return Export(file=found.file, netns=found.netns, config=found.config)


def _seconds(word: str) -> float:
    from nltui.model.filter.literals import seconds

    found = float(word) if word.replace(".", "", 1).isdecimal() else seconds(word)
    if found is None or found == float("inf"):
        raise argparse.ArgumentTypeError(f"{word!r} is no length of time")
    return found


def _doctor(argv: Sequence[str], version: str) -> Doctor:
    parser = _parser(
        "nltui doctor",
        version,
        "Tell what this kernel, privilege and terminal allow, what would help, and how a short session went.\n"
        "Nothing is changed, but that the kernel may load the module of a Netlink protocol that is tried.",
        "examples:\n  nltui doctor\n  nltui doctor -j -n blue\n",
    )
    parser.add_argument("-j", "--json", action="store_true", help="JSON, one object")
    _buffer(parser)
    found = parser.parse_args(argv)
    return Doctor(netns=found.netns, config=found.config, json=found.json, rcvbuf=found.rcvbuf)


def _pending(what: str, argv: Sequence[str], version: str) -> Pending:
    examples = f"examples:\n  nltui {what}\n  nltui {what} -n blue\n"
    if what == "status":
        parser = _parser(f"nltui {what}", version, PENDING[what], examples)
        parser.add_argument("-j", "--json", action="store_true", help="JSON, one array of objects")
        parser.set_defaults(which=None)
    else:
        parser = _parser(f"nltui {what}", version, PENDING[what], f"{examples}  nltui {what} 2\n")
        parser.add_argument(
            "which", nargs="?", metavar="WHICH", help="where several wait: its number in `nltui status`, or its NETNS"
        )
        parser.set_defaults(json=False)
    found = parser.parse_args(argv)
    return Pending(what=what, netns=found.netns, which=found.which, config=found.config, json=found.json)
