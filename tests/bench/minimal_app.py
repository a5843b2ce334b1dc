"""The peer of the first paint: a Textual app with as many panels, a bar above and below, and nothing behind them."""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.containers import Grid
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widgets import Static


class Panel(ScrollView):
    """One empty big table."""

    DEFAULT_CSS = "Panel { border: round $primary; }"

    def on_mount(self) -> None:
        """Room to scroll."""
        self.virtual_size = Size(80, 100)

    def render_line(self, y: int) -> Strip:
        """Nothing to show."""
        return Strip.blank(self.size.width)


class Minimal(App[None]):
    """Seven panels between two lines."""

    CSS = "Static { height: 1; } Grid { grid-size: 2 4; height: 1fr; }"

    def compose(self) -> ComposeResult:
        """As the dashboard's."""
        yield Static("minimal")
        with Grid():
            for title in ("Links", "Addresses", "Routes", "Neighbours", "Rules", "Nexthops", "Uevents"):
                panel = Panel()
                panel.border_title = title
                yield panel
        yield Static("keys")


if __name__ == "__main__":
    Minimal().run()
