"""One thing that a change may break."""

from __future__ import annotations

from nltui.record import Record


class Finding(Record):
    """A sentence for the person; `cuts`: the person may be cut off."""

    text: str
    cuts: bool = False
