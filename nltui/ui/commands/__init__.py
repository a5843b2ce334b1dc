"""The command line: `:routes dst in 10/8`, `:ns blue`, `:theme light`. One class a command, listed here."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from nltui.errors import UsageError, did_you_mean
from nltui.ui.commands.actions import Press, Sort, Theme
from nltui.ui.commands.base import Command, Offer
from nltui.ui.commands.export import Export
from nltui.ui.commands.flaps import Lens
from nltui.ui.commands.ip import Ip
from nltui.ui.commands.namespaces import Ns
from nltui.ui.commands.tables import Go, Only
from nltui.ui.commands.why import Why
from nltui.ui.menu import Line
from nltui.worker.contract import TableStatus

if TYPE_CHECKING:
    from nltui.ui.actions import Actions

COMMANDS: tuple[type[Command], ...] = (Only, Sort, Lens, Why, Ns, Export, Theme, Ip)
"""Beside tables and keys' actions."""
_SHOWS = ("show", "list", "ls", "lst", "s", "l")
"""What `ip` takes for the display of an object, behind which nothing more is said."""
_IP = re.compile(r"\s*(?:[^\s'\"]*[#$]\s+)?(?:(?:sudo|doas)\s(?:.*?\s)?)?(?:\S*/)?ip\s+(?=\S)")
"""Where a line is one of `ip`, up to its first word."""
_FILTER = re.compile(r"(?:^|\s)(?!-)\S*[=~<>]|\s(?:in|covers|has)\s")
"""What only the filter language has."""


def commands(app: Actions) -> list[Command]:
    """All that can be typed now: tables, commands, then what keys do."""
    status = app.session.status()
    own = [made() for made in COMMANDS if not (app.read_only and made is Ip)]
    # A command about one table goes before going there.
    taken = {command.names[0] for command in own}
    found: list[Command] = [
        Go(table, digit, status.tables.get(table.name, TableStatus()))
        for digit, table in app.dashboard.tables
        if table.name not in taken
    ]
    found += own
    taken = {name for command in found for name in command.names}
    for key, binding in app.keyed_actions():
        if (binding.id or "").rpartition(".")[2] not in taken:
            found.append(Press(binding, key))
    return found


def split(line: str) -> tuple[str, str, int]:
    """(command word, argument, where that begins): `ip` in front, and `show` behind an object of it, say nothing."""
    if (ip := _IP.match(line)) is not None and _asks(line):
        # What stands before `ip`, only `ip` lines know.
        begin = ip.end() if line[: ip.end()].strip() == "ip" else 0
        return "ip", line[begin:], begin
    begin = len(line) - len(line.lstrip())
    word, _, rest = line[begin:].partition(" ")
    if word == "ip" and rest:
        begin += 3
        word, _, rest = rest.partition(" ")
        shows, space, more = rest.partition(" ")
        if shows in _SHOWS:
            return word, more, len(line) - len(more) if space else len(line)
    return word, rest, min(len(line), begin + len(word) + 1)


def _asks(line: str) -> bool:
    """Whether a line of `ip` asks for a change."""
    from nltui.model.ip_line.line import SHOWING, read

    try:
        return read(line).verb not in SHOWING
    except UsageError:
        return False


def is_ip(line: str) -> bool:
    """Whether a line is one of `ip`, right or wrong."""
    return _IP.match(line) is not None


def meant(line: str, namespace: str) -> tuple[str, str]:
    """(command word, argument) to run: a line of `ip` that shows something is a table and a filter.

    `namespace`: what the one that is looked at is called. Raises UsageError for such a line that cannot be used.
    """
    from nltui.model.ip_line.line import NoVerb, read
    from nltui.model.ip_line.shows import shown

    word, rest, _ = split(line)
    ip = _IP.match(line)
    if word == "ip" or ip is None or _FILTER.search(line[ip.end() :]):
        return word, rest
    try:
        found = read(line)
    except NoVerb as error:
        # A part of what is looked for: `ip a 10.0`.
        if error.word.isalpha():
            raise
        return word, rest
    except UsageError:
        # A table that only nltui has may stand behind `ip`, alone.
        if rest:
            raise
        return word, rest
    found.here(namespace)
    return shown(found)


def find(known: Sequence[Command], word: str) -> Command:
    """By name or alias, or by the unique beginning of one. Raises UsageError."""
    wanted = word.casefold()
    for command in known:
        if wanted in command.names:
            return command
    begin = [command for command in known if any(name.startswith(wanted) for name in command.names)]
    if wanted and len(begin) == 1:
        return begin[0]
    if wanted and begin:
        raise UsageError(f"{word!r} could be {', '.join(command.names[0] for command in begin[:6])}")
    if wanted == "ip":
        raise UsageError("this line of ip asks for a change, and in read-only mode nothing can be changed")
    hint = did_you_mean(word, (name for command in known for name in command.names))
    raise UsageError(f"no command or table {word!r}{hint}")


def offered(app: Actions, known: Sequence[Command], line: str, recent: Sequence[str]) -> Offer:
    """What could follow, or finish, a line up to the cursor."""
    word, rest, at = split(line)
    if not line.strip():
        lines = [(one, "recent") for one in recent] + [(command.names[0], command.note) for command in known]
        return Offer(tuple(lines), len(line))
    if at >= len(line) and not line.endswith(" "):
        found = tuple(_matching(known, word))
        return Offer(found, at - len(word) if line.endswith(word) else at, "" if found else _hint(app, known, line))
    try:
        command = find(known, word)
    except UsageError:
        return Offer(hint=_hint(app, known, line))
    offer = command.offer(app, rest)
    # Where nothing is left to complete, an empty frame would leave open whether Enter does what is meant.
    return Offer(
        offer.lines, at + offer.start, offer.hint or f"{command.names[0]}: {command.note.split('  ')[-1].strip()}"
    )


def _hint(app: Actions, known: Sequence[Command], line: str) -> str:
    """What a line of `ip` with options, or somebody else's prompt, would do, or what is wrong with any line."""
    try:
        word, rest = meant(line, app.namespace)
        return f"{find(known, word).names[0]}: {rest or 'all rows'}"
    except UsageError as error:
        return str(error)


def _matching(known: Sequence[Command], word: str) -> Iterator[Line]:
    """Names that begin so, then those that have it somewhere, or are told of in such words."""
    wanted = word.casefold()

    def rank(command: Command) -> int:
        if any(name == wanted for name in command.names):
            return 0
        if any(name.startswith(wanted) for name in command.names):
            return 1
        return 2 if wanted in " ".join((*command.names, command.note)).casefold() else 3

    for command in sorted(known, key=rank):
        if rank(command) < 3:
            yield command.names[0], command.note
