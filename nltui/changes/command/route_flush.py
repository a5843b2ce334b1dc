"""`ip route flush …`: a filter of the table for what its words say."""

from __future__ import annotations

from nltui.changes.command.words import Asked
from nltui.changes.route_flush import RouteFlush
from nltui.errors import UsageError
from nltui.model.ip_line.line import Line
from nltui.model.ip_line.of_routes import of_routes


def asked(line: Line) -> Asked:
    """With the routes that the kernel made, as `ip` does. Raises UsageError."""
    if not line.words:
        raise UsageError("`ip route flush` needs more: table N, dev LINK, a prefix …")
    return RouteFlush, {"where": of_routes(line.words, line.family), "kernel": "yes"}, None
