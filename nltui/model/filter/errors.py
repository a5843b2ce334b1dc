"""What is wrong with a filter, and where."""

from __future__ import annotations

from nltui.errors import UsageError


class FilterError(UsageError):
    """A filter that cannot be understood; `start` and `stop` are the offsets of the token that is to blame.

    At the end of the text where something is missing: then `start` equals `stop`.
    """

    def __init__(self, sentence: str, start: int, stop: int) -> None:
        super().__init__(f"filter: {sentence} (at character {start + 1})")
        self.sentence, self.start, self.stop = sentence, start, stop
