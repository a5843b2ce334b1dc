"""What a table makes of one message: text, tone and JSON, with two links known by name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from nltui.model import single
from nltui.model.table import Table
from nltui.model.types import Tone

LINKS = {3: "eth0", 4: "br-lan"}


class Names:
    """The names of two links."""

    def lookup(self, table: str, key: int) -> str | None:
        return LINKS.get(key) if table == "links" else None


@dataclass(frozen=True, slots=True)
class Look:
    """One message of one table."""

    table: Table
    message: bytes

    def text(self, column: str) -> str:
        return single.text(self.table, self.table.column(column), self.message, Names())

    def tone(self, column: str) -> Tone:
        found = self.table.column(column)
        return found.type.tone(single.values(self.table, found, self.message), Names())

    def json(self) -> dict[str, Any]:
        return single.record(self.table, self.message, Names())

    def line(self) -> str:
        """As the activity log shows the row."""
        words = []
        for part in self.table.line:
            before, _, column = part.rpartition(":")
            shown = self.text(column)
            words += [f"{before} {shown}" if before else shown] if shown else []
        return " ".join(words)

    def key(self) -> tuple[object, ...]:
        assert self.table.key is not None
        fields = tuple(single.value(self.table, field, self.message) for field in self.table.key.fields)
        return (*fields, self.table.key.row(self.message)) if self.table.key.row else fields
