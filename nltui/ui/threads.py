"""From a thread to the screen's own."""

from __future__ import annotations

from collections.abc import Callable

from textual.app import App
from textual.message_pump import MessagePump


def hand_over(node: MessagePump, call: Callable[..., object], *args: object) -> None:
    """What a thread found, to `call` in the screen's own thread.

    A widget that was removed meanwhile has no program any more, and a program that ended obeys nobody: then nobody
    waits for what was found.
    """
    try:
        app: App[object] = node.app
    except RuntimeError:  # NoActiveAppError, which has no public name
        return
    if app.is_running:
        app.call_from_thread(call, *args)
