"""The engine alone: messages of random lengths beside uniform ones, which have a fast path."""

from __future__ import annotations

import random
import struct
import time
from collections.abc import Iterator

import numpy as np

from nltui.netlink.columns import Batch, Plan, Words
from nltui.netlink.constants import rtnetlink as rt
from nltui.netlink.fields import Storage
from nltui.netlink.frames import split
from nltui.netlink.wire import nlattr, nlmsg
from nltui.tables.routes import ROUTES
from tests.bench.figure import Figure, Settings, medians

TARGET = 3.0
BURST = 16_000
"""Messages in a mebibyte, about what a dump's burst holds."""
FIELDS = [field for column in ROUTES.columns for field in column.fields]


def run(settings: Settings) -> Iterator[Figure]:
    """200,000 routes of random attributes and lengths, and as many that are alike."""
    count, chance = settings.size(200_000), random.Random(7)
    alike = _bursts([_message(number, None) for number in range(count)])
    mixed = _bursts([_message(number, chance) for number in range(count)])
    plan = Plan(FIELDS, ROUTES.body)
    got = medians(
        settings.rounds,
        mixed=lambda: _decode(mixed, plan, True),
        alike=lambda: _decode(alike, plan, True),
        lockstep=lambda: _decode(alike, plan, False),
    )
    yield Figure("dec", "decode 200,000 of random lengths / alike", got["mixed"], got["alike"], "s", TARGET)
    yield Figure("dec", "decode 200,000 alike, by shapes / in lockstep", got["alike"], got["lockstep"], "s", 1.0)


def _message(number: int, chance: random.Random | None) -> bytes:
    body = struct.pack("=BBBBBBBBI", 2, 24, 0, 0, rt.RT_TABLE_MAIN, 186, 0, 1, 0)
    body += nlattr(rt.RTA_TABLE, struct.pack("=I", 254)) + nlattr(rt.RTA_DST, struct.pack("!I", number << 8))
    body += nlattr(rt.RTA_GATEWAY, bytes((192, 0, 2, number & 255))) + nlattr(rt.RTA_OIF, struct.pack("=I", 3))
    if chance is not None:
        for type_ in chance.sample((rt.RTA_PRIORITY, rt.RTA_PREFSRC, rt.RTA_FLOW, 60, 61), chance.randrange(5)):
            body += nlattr(type_, bytes(4 if type_ < 60 else chance.randrange(80)))
    return nlmsg(rt.RTM_NEWROUTE, 2, 1, body, 1)


def _bursts(messages: list[bytes]) -> list[Words]:
    """Buffers of as many messages as a dump takes at once."""
    parts = (messages[begin : begin + BURST] for begin in range(0, len(messages), BURST))
    return [np.frombuffer(bytes(16) + b"".join(part), np.uint32) for part in parts]


def _decode(bursts: list[Words], plan: Plan, shapes: bool) -> float:
    """Seconds to find and locate all, and to read every column's fields."""
    begin = time.perf_counter()
    for words in bursts:
        start, size, problem = split(words, 16, len(words) * 4)
        if problem:
            raise RuntimeError(problem)
        batch = Batch(words, start, size, plan, shapes=shapes)
        for field in FIELDS:
            read = {Storage.INT: batch.ints, Storage.ADDR: batch.addresses, Storage.BLOB: batch.blobs}
            read[field.format.storage](field)
    return time.perf_counter() - begin
