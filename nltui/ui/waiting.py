"""Changes that another nltui left to be confirmed are taken over here; and the question before one's own are left."""

from __future__ import annotations

import contextlib
import importlib
from typing import TYPE_CHECKING

from nltui.errors import NltuiError
from nltui.model.types import Tone
from nltui.system import state
from nltui.text import visible

if TYPE_CHECKING:
    from nltui.changes.journals import Entry
    from nltui.ui.actions import Actions


def is_any() -> bool:
    """Whether there are journals; where that cannot be seen, they are looked at, which tells why."""
    try:
        return any(path.suffix == ".json" for path in state.JOURNALS.iterdir())
    except FileNotFoundError:
        return False
    except OSError:
        return True


def look_back(app: Actions, known: set[str]) -> str:
    """Take over what waits in the namespace that is looked at; a sentence about all else, once. In a thread.

    `known`: of what was told already; it is added to.
    """
    from nltui.changes.ended import settle
    from nltui.changes.journals import UNFINISHED, entries, unreadable

    sentences = {said: said for said in (*settle(), *unreadable())}
    for entry in entries():
        if entry.state in UNFINISHED:
            with contextlib.suppress(NltuiError):
                is_watched = entry.is_watched
                sentences[f"{entry.path} {is_watched}"] = _sentence(app, entry, is_watched)
    new = [said for key, said in sentences.items() if said and key not in known]
    known |= sentences.keys()
    return " · ".join(new)


def _sentence(app: Actions, entry: Entry, is_watched: bool) -> str:
    """Empty where it is pending here now."""
    if not is_watched:
        return (
            f"a change in {entry.namespace} was left unfinished, and nobody watches over it: {entry.sentence}; "
            f"`nltui rollback {entry.number}` takes it back"
        )
    if _is_here(app, entry):
        # Made by the screen's thread, since it is one object, and loaded here, since that takes a while.
        importlib.import_module("nltui.ui.changing")
        app.call_from_thread(lambda: app.desk)
        if app.desk.changes.adopt(entry):
            return ""
    left = f"{entry.left} s to roll back" if entry.left is not None else "a change waits"
    return (
        f"in {entry.namespace}: {left} · `nltui confirm {entry.number}` keeps it · `nltui rollback {entry.number}` · "
        f"{entry.sentence}"
    )


def _is_here(app: Actions, entry: Entry) -> bool:
    from nltui.system.namespaces import current
    from nltui.worker.session import Session

    assert isinstance(app.session, Session)
    if (namespace := app.session.namespace) is not None:
        return entry.told.get("namespace") == list(namespace.identity)
    with current() as here:
        return entry.told.get("namespace") == list(here.identity)


def ask_to_leave(app: Actions) -> None:
    """What becomes of the change that is pending when this ends. Cancel comes first: who is cut off types blindly."""
    from nltui.ui.picker import Item, Picker

    guard = app.desk.changes.pending
    if guard is None:
        app.leave()
        return
    items = [
        Item("stay", "cancel", "stay here"),
        Item("leave", "leave it", f"rolled back in {guard.left:.0f} s, unless `nltui confirm` keeps it"),
        Item("roll back", "roll back", "now, and leave"),
    ]
    if guard.letters:
        items.append(Item("keep", "keep", f"type its letters, {guard.letters[0]} {guard.letters[1]}, and leave"))
    items.append(Item(None, "", visible(guard.entry.sentence, limit=60), Tone.CHANGED))

    def chosen(what: str | None) -> None:
        if what == "leave":
            app.leave()
        elif what == "roll back":
            app.decide("roll back", leaves=True)
        elif what == "keep":
            app.action_confirm(leaves=True)

    app.push_screen(Picker("a change is pending: leave nltui?", items), chosen)
