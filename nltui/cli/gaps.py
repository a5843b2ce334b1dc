"""What `nltui monitor` says of changes it did not hear: a sentence at once, a line when the tables were read again."""

from __future__ import annotations

import json
import sys
import time

from nltui.model.activity import GLYPH, clock
from nltui.model.gaps import Gap, sentence
from nltui.model.history import History, Kind


class GapLines:
    """Follows the gaps of the tables that are printed."""

    def __init__(self, history: History, wanted: set[str], as_json: bool) -> None:
        self._history, self._wanted, self._as_json = history, wanted, as_json
        self._open: dict[int, Gap] = {}
        """By number, as last seen."""
        self.any = False
        """Whether anything was lost so far."""

    @property
    def waiting(self) -> bool:
        """Whether a gap has not been healed yet."""
        return bool(self._open)

    def begins(self, number: int) -> None:
        """An entry of history tells of a gap."""
        gap = self._history.gap(number)
        if gap is None or not self._wanted.intersection(gap.tables):
            return
        self.any = True
        self._open[number] = gap
        if not gap.is_over:
            print(sentence(gap), file=sys.stderr, flush=True)

    def overtaken(self, missed: int) -> None:
        """So many changes were forgotten before they could be printed."""
        self.any = True
        said = f"GAP: {missed:,} changes not printed: they came faster than they could be written"
        print(said, file=sys.stderr, flush=True)
        self._write(Gap(time.time_ns(), (), lost=missed), said, "behind")

    def tell(self, printed: int, at_last: bool = False) -> None:
        """Print those that are over, once what was found until then is: changes up to number `printed`.

        `at_last`: all, there will be no later.
        """
        for number in tuple(self._open):
            gap = self._history.gap(number) or self._open[number]
            if at_last or (gap.is_over and gap.last <= printed):
                del self._open[number]
                self._write(gap, sentence(gap), gap.cause.value)

    def _write(self, gap: Gap, said: str, cause: str) -> None:
        if not self._as_json:
            sys.stdout.write(f"{clock(gap.time)} {GLYPH[Kind.GAP]} {said}\n")
            return
        seconds = None if gap.seconds is None else round(gap.seconds, 3)
        told = {"time": gap.time / 1e9, "change": "gap", "tables": gap.tables, "cause": cause}
        sys.stdout.write(json.dumps({**told, "lost": gap.lost, "seconds": seconds, "rows": gap.rows}) + "\n")
