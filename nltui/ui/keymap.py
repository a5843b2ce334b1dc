"""Keys as the person wants them: `[keys]` of the configuration, by what a key does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from textual.binding import BindingsMap

from nltui.errors import did_you_mean
from nltui.text import visible


def known() -> Iterator[str]:
    """Ids of everything that has a key."""
    from nltui.ui.app import NltuiApp
    from nltui.ui.detail import Detail
    from nltui.ui.filter_bar import FilterBar
    from nltui.ui.table_view import TableView

    for owner in (NltuiApp, TableView, Detail, FilterBar):
        for binding in BindingsMap(owner.BINDINGS).key_to_bindings.values():
            yield from (one.id for one in binding if one.id)


def checked(keys: Mapping[str, str], places: Mapping[str, str]) -> tuple[dict[str, str], str]:
    """What can be used, and the first that cannot, in a sentence."""
    names = set(known())
    used: dict[str, str] = {}
    wrong = ""
    for name, wanted in keys.items():
        if name in names and all(part.strip() for part in wanted.split(",")):
            used[name] = wanted
            continue
        unknown = f"nothing is called `{name}`{did_you_mean(name, names)}"
        said = unknown if name not in names else f"`{wanted}` names no key"
        wrong = wrong or visible(f"{places.get(name, '[keys]')}: {said}", limit=400)
    return used, wrong
