"""A slow line delivers several keys at once: they are to act in the order typed."""

from __future__ import annotations

import asyncio
import contextlib

from textual import events
from textual.widget import Widget
from textual.widgets import Input

PATIENCE = 0.5
"""Most seconds to wait for keys that were typed already."""


async def settled(widget: Widget) -> None:
    """Wait until a widget has taken the keys that came before now: those stand in its queue, others act at once."""
    done = asyncio.Event()
    widget.call_later(done.set)
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(done.wait(), PATIENCE)


class OrderedInput(Input):
    """Takes keys that edit in the same order as letters.

    Textual runs what a key is bound to when the key has come all the way up to the program, letters at once: ctrl+u and
    a word typed right behind it would end with nothing.
    """

    async def _on_key(self, event: events.Key) -> None:
        for binding in self._bindings.key_to_bindings.get(event.key, ()):
            event.stop()
            event.prevent_default()
            await self.run_action(binding.action)
            return
