"""One line of text being edited, without a widget: text and caret."""

from __future__ import annotations


class LineEdit:
    """What keys do to a line."""

    def __init__(self, text: str = "") -> None:
        self.text = text
        self.caret = len(text)
        self.fresh = True
        """Whether what is typed next takes the place of all: nobody touched it since the focus came."""

    def enter(self) -> None:
        """The focus came."""
        self.caret, self.fresh = len(self.text), True

    def set(self, text: str) -> None:
        """Another text, the caret behind it."""
        self.text, self.caret = text, len(text)

    def insert(self, what: str) -> None:
        """At the caret, or instead of what was there when the focus came."""
        if self.fresh:
            self.text, self.caret, self.fresh = "", 0, False
        self.text = self.text[: self.caret] + what + self.text[self.caret :]
        self.caret += len(what)

    def erase(self) -> None:
        """Before the caret."""
        self.fresh = False
        if self.caret:
            self.text = self.text[: self.caret - 1] + self.text[self.caret :]
            self.caret -= 1

    def delete(self) -> None:
        """Behind the caret."""
        self.fresh = False
        self.text = self.text[: self.caret] + self.text[self.caret + 1 :]

    def move(self, by: int) -> None:
        """The caret, to the ends at most."""
        self.fresh = False
        self.caret = max(0, min(self.caret + by, len(self.text)))

    def shown(self, width: int) -> tuple[str, int]:
        """What of it fits so many cells of narrow text, and where the caret is in that."""
        begin = max(0, self.caret - width + 1)
        return self.text[begin : begin + width], self.caret - begin
