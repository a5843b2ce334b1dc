"""Notifications of one table as they were received, ready to be applied."""

from __future__ import annotations

from nltui.netlink.columns import Batch, Bools, Ints
from nltui.record import Record


class Heard(Record):
    """Accepted messages of one table, in the order received, with what nlmsghdr said of each."""

    batch: Batch
    sets: Bools
    """True where the message sets a row, False where it removes one."""
    flags: Ints
    ports: Ints
    sequences: Ints
    times: Ints
    """Nanoseconds since the epoch at which the batch was received."""


def bytes_of(batch: Batch, row: int) -> bytes:
    """A copy of one message."""
    begin, size = int(batch.start[row]), int(batch.size[row])
    return batch.words[begin : begin + (size + 3) // 4].tobytes()[:size]
