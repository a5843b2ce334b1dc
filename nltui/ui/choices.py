"""The lists that open over the panels: sort columns, actors, keys."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from typing import TYPE_CHECKING

from textual.binding import Binding

from nltui.model.table import Table
from nltui.ui.table_view import TableView

if TYPE_CHECKING:
    from textual.app import App
    from textual.screen import Screen

    from nltui.ui.panel import Panel
    from nltui.ui.picker import Item

SHOWN = {
    "question_mark": "?", "colon": ":", "slash": "/", "minus": "-", "ampersand": "&",
    "left_square_bracket": "[", "right_square_bracket": "]", "escape": "Esc", "enter": "Enter",
    "pagedown": "PgDn", "pageup": "PgUp", "down": "↓", "up": "↑", "left": "←", "right": "→", "tab": "Tab",
    "shift+tab": "shift+Tab", "home": "Home", "end": "End", "space": "Space",
}  # fmt: skip
"""Textual's key names as they stand on the keyboard."""
MARKS = (
    ("+ −", "before a row: it came, or went, a moment ago"),
    ("?", "before a dimmed row: unconfirmed; the last dump did not show it, and could not refute it either"),
    ("✓ FRESH", "the table is exact as far as the kernel told"),
    ("… LOADING", "it is read for the first time; so many rows are there"),
    ("~ CONVERGING", "something in it is in doubt, and is read again"),
    ("! STALE", "it cannot be read, or nobody listens, since the time that is said"),
    ("LOSS", "messages that the kernel dropped; a GAP in the activity tells what came of it"),
)
"""What stands beside rows and in borders."""
_BY = {
    "?": "by somebody who could not be named",
    "kernel": "that no process asked for by Netlink",
    "silent": "found by a dump: there was no message",
}


def pick_sort(app: App[None], view: TableView) -> None:
    """A column to order by; the present one again reverses."""
    from nltui.ui.picker import Item, Picker

    if view.rows is None:
        return
    name, reverse = view.rows.sort
    arrow = "▼ " if reverse else "▲ "
    items = [Item(c.name, c.name, (arrow if c.name == name else "") + c.help) for c in view.table.columns]

    def chosen(column: str | None) -> None:
        if column is not None:
            view.sort_by(column, not reverse if column == name else False)

    app.push_screen(Picker(f"sort {view.table.title.lower()} by", items, name), chosen)


def pick_only(app: App[None], panel: Panel, apply: Callable[[str], Awaitable[None]]) -> None:
    """`f`: only changes like the one under the cursor: by the same process, program, object or type; or all again."""
    from nltui.model.actor import program
    from nltui.model.filter.writing import equal
    from nltui.ui.picker import Item, Picker

    cells = panel.view.cells_at_cursor()
    who, what, kind = (cells.get(name, "") for name in ("who", "object", "type"))
    name = program(who)
    items: list[Item] = []
    if who != name:
        items.append(Item(equal([("who", who)]), who, "by this process"))
    if who:
        items.append(Item(equal([("who", name)]), name, _BY.get(name, "by every process so named")))
    if what and kind:
        items.append(Item(equal([("type", kind), ("object", what)]), f"{kind} {what}", "of this object"))
        items.append(Item(equal([("type", kind)]), kind, "of this type"))
    if panel.filter_text:
        items.append(Item("", "all", "the filter is cleared"))

    async def chosen(text: str | None) -> None:
        if text is not None:
            await apply(text)

    app.push_screen(Picker("only changes …", items), chosen)


def pick_key(app: App[None], table: Table | None) -> None:
    """`?`: the keys that work here, the table and its columns; choosing a key presses it."""
    from nltui.ui.picker import Picker

    def chosen(key: str | None) -> None:
        if key is not None:
            app.simulate_key(key)

    app.push_screen(Picker("help", list(help_items(app.screen, table))), chosen)


def help_items(screen: Screen[object], table: Table | None) -> Iterator[Item]:
    """From what declares them: keys from bindings, words from the table."""
    from nltui.ui.picker import Item

    found: dict[str, list[str]] = {}
    declared = [one.id for one in screen.app.BINDINGS if isinstance(one, Binding)]
    places = {name: place for place, name in enumerate(declared)}
    # The program's own keys first, as they are declared, then those of the table or pane that has the focus.
    for key, active in sorted(
        screen.active_bindings.items(), key=lambda pair: places.get(pair[1].binding.id, len(places))
    ):
        # Bindings without an id are textual's own (copying selected text …), not part of this program.
        if active.enabled and active.binding.id:
            found.setdefault(active.binding.description, []).append(key)
    for description, keys in found.items():
        yield Item(keys[0], " ".join(SHOWN.get(key, key) for key in keys), description)
    yield Item(None, "")
    for glyph, words in MARKS:
        yield Item(None, glyph, words)
    if table is not None:
        yield Item(None, "")
        yield Item(None, table.title, f"{table.help}  ({table.command})")
        for column in table.columns:
            yield Item(None, f"  {column.name}", column.help)
