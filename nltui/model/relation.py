"""What a row has to do with rows of other tables: declared in its table's file, read as a filter of the other one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from nltui.record import Record
from nltui.text import visible

MOST = 64
"""Values of a row that go into one filter."""


class Relation(Record):
    """`g` + `letter` goes from a row to the rows of `table` that fulfil `filter`.

    In the filter, `{dev}` stands for the row's value at that path of its JSON, through lists (`nexthops.gateway`); of
    several paths, `{gateway/via.host}`, all values count, in braces where there are more than one, so `in` belongs
    before it. `{ifname:re}` is the text inside a pattern in quotation marks. A row without such a value has no such
    relation.
    """

    letter: str
    title: str
    """What is there: `addresses`, `its master`."""
    table: str
    filter: str

    def of(self, row: Mapping[str, Any]) -> str:
        """The filter for one row, given as its JSON; empty where it has no such relation."""
        from string import Formatter

        found: list[str] = []
        for before, path, form, _ in Formatter().parse(self.filter):
            found.append(before)
            if path is None:
                continue
            values = list(dict.fromkeys(_at(row, path)))[:MOST]
            if not values:
                return ""
            found.append(_pattern(values[0]) if form == "re" else _literal(values))
        return "".join(found)


def by_letter(relations: Sequence[Relation], row: Mapping[str, Any]) -> dict[str, tuple[Relation, str]]:
    """Those that a row has, each with its filter, in the order declared; of several with one letter the first."""
    found: dict[str, tuple[Relation, str]] = {}
    for relation in relations:
        text = relation.of(row)
        if text:
            found.setdefault(relation.letter, (relation, text))
    return found


def _at(row: Mapping[str, Any], path: str) -> Iterator[str]:
    for one in path.split("/"):
        yield from _walk(row, one.split("."))


def _walk(value: Any, path: Sequence[str]) -> Iterator[str]:
    if isinstance(value, list):
        for one in value:
            yield from _walk(one, path)
    elif path and isinstance(value, Mapping):
        yield from _walk(value.get(path[0]), path[1:])
    elif not path and isinstance(value, str | int) and not isinstance(value, bool) and value != "":
        # JSON has names as they are; a filter stands on the screen.
        yield visible(str(value))


def _literal(values: Sequence[str]) -> str:
    from nltui.model.filter.writing import literal

    # What reads as a number stands in quotation marks: it is a name here, or compared as a number all the same.
    written = [literal(value, value.isdecimal()) for value in values]
    return written[0] if len(written) == 1 else "{" + ", ".join(written) + "}"


def _pattern(value: str) -> str:
    return re.escape(value).replace("\\", "\\\\").replace('"', '\\"')
