"""The command line: `:routes dst in 10/8`, `:ns blue`, `:theme light`. One class a command, listed here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from nltui.errors import UsageError
from nltui.ui.commands.actions import Press, Sort, Theme
from nltui.ui.commands.base import Command, Offer
from nltui.ui.commands.export import Export
from nltui.ui.commands.flaps import Lens
from nltui.ui.commands.ip import Ip
from nltui.ui.commands.namespaces import Ns
from nltui.ui.commands.tables import Go, Only
from nltui.ui.commands.why import Why
from nltui.ui.completions import Line
from nltui.worker.contract import TableStatus

if TYPE_CHECKING:
    from nltui.ui.actions import Actions

COMMANDS: tuple[type[Command], ...] = (Only, Sort, Lens, Why, Ns, Export, Theme, Ip)
"""Beside tables and keys' actions."""
_SHOWS = ("show", "list", "ls", "lst", "s", "l")
"""What `ip` takes for the display of an object, behind which nothing more is said."""
_ASKS = frozenset(
    ("add", "append", "change", "del", "delete", "flush", "prepend", "property", "replace", "set", "a", "d")
)
"""Behind an object of `ip`: what asks for a change."""


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
    begin = len(line) - len(line.lstrip())
    word, _, rest = line[begin:].partition(" ")
    if word == "ip" and rest:
        begin += 3
        family = rest.split(" ", 1)[0]
        if family in ("-4", "-6") and any(one in _ASKS for one in rest.split()[2:3]):
            return "ip", rest, begin
        word, _, rest = rest.partition(" ")
        shows, space, more = rest.partition(" ")
        if shows in _ASKS and more:
            return "ip", f"{word} {rest}", begin
        if shows in _SHOWS:
            return word, more, len(line) - len(more) if space else len(line)
    return word, rest, min(len(line), begin + len(word) + 1)


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
    raise UsageError(f"no command or table {word!r}")


def offered(app: Actions, known: Sequence[Command], line: str, recent: Sequence[str]) -> Offer:
    """What could follow, or finish, a line up to the cursor."""
    word, rest, at = split(line)
    if not line.strip():
        lines = [(one, "recent") for one in recent] + [(command.names[0], command.note) for command in known]
        return Offer(tuple(lines), len(line))
    if at >= len(line) and not line.endswith(" "):
        return Offer(tuple(_matching(known, word)), at - len(word) if line.endswith(word) else at)
    try:
        command = find(known, word)
    except UsageError as error:
        return Offer(hint=str(error))
    found = command.offer(app, rest)
    # Where nothing is left to complete, an empty frame would leave open whether Enter does what is meant.
    return Offer(
        found.lines, at + found.start, found.hint or f"{command.names[0]}: {command.note.split('  ')[-1].strip()}"
    )


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
