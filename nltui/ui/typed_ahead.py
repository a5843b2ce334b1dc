"""A slow line delivers several keys at once: they are to act in the order typed."""

from __future__ import annotations

import asyncio
import contextlib

from textual.widget import Widget

PATIENCE = 0.5
"""Most seconds to wait for keys that were typed already."""


async def settled(widget: Widget) -> None:
    """Wait until a widget has taken the keys that came before now: those stand in its queue, others act at once."""
    done = asyncio.Event()
    widget.call_later(done.set)
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(done.wait(), PATIENCE)
