"""What a route sets for its way, as `ip` takes it: `mtu lock 1400 rtt 200ms congctl cubic` (RTA_METRICS)."""

from __future__ import annotations

import math
import re
import struct
import sys
from collections.abc import Iterator

from nltui.changes import build as b
from nltui.changes.again import attributes
from nltui.changes.inputs import Input
from nltui.changes.world import World
from nltui.errors import UsageError
from nltui.model.metrics import FEATURES
from nltui.model.recreate import Unrepeatable
from nltui.netlink.constants import rtnetlink as rt
from nltui.text import visible

METRICS = {
    **{name: number for number, name in rt.METRICS.items() if number != rt.RTAX_CC_ALGO},
    "congctl": rt.RTAX_CC_ALGO,
}
"""RTAX_* by the word that `ip` has for it."""
_UNLOCKED = frozenset({"features", "quickack", "fastopen_no_cookie"})
"""Behind these `ip` takes no `lock`."""
_TIMES = {"rtt": 8, "rttvar": 4, "rto_min": 1}
"""What a millisecond counts; a bare number is the kernel's own."""
_TIME = re.compile(r"(\d{1,10}(?:\.\d{1,6})?)(s|secs?|ms|msecs?)?", re.ASCII)
_MOST = {"hoplimit": 255, "quickack": 1, "fastopen_no_cookie": 1}
_NAME_LENGTH = 15
"""TCP_CA_NAME_MAX without the zero byte."""


def _pairs(text: str) -> Iterator[tuple[str, bool, str]]:
    """(word, whether it is locked, value). Raises UsageError."""
    left, seen = text.split(), set[str]()
    while left:
        word = left.pop(0)
        if word not in METRICS:
            raise UsageError(f"`{visible(word, limit=40)}` is none of {', '.join(METRICS)}")
        if word in seen:
            raise UsageError(f"`{word}` is said twice")
        seen.add(word)
        lock = left[:1] == ["lock"] and word not in _UNLOCKED
        left = left[1:] if lock else left
        if not left:
            raise UsageError(f"behind `{word}` something is missing")
        yield word, lock, left.pop(0)


def _number(word: str, text: str) -> int:
    """As the kernel takes it. Raises UsageError."""
    said = f"`{word} {visible(text, limit=40)}`"
    if word == "features":
        known = {name: bit for bit, name in FEATURES.items()}
        if text not in known:
            raise UsageError(f"{said}: one of {', '.join(known)}")
        return known[text]
    if word in _TIMES:
        time = _TIME.fullmatch(text)
        if time is None:
            raise UsageError(f"{said}: a time such as 200ms or 1.5s")
        milliseconds = math.ceil(float(time[1]) * (1000 if (time[2] or "").startswith("s") else 1))
        value = milliseconds * _TIMES[word] if time[2] else milliseconds
    else:
        if not (text.isascii() and text.isdigit()):
            raise UsageError(f"{said}: a number is needed")
        value = int(text)
    if value > _MOST.get(word, 0xFFFFFFFF):
        raise UsageError(f"{said}: at most {_MOST.get(word, 0xFFFFFFFF)}")
    return value


def encoded(text: str) -> bytes:
    """Attributes of RTA_METRICS; empty where nothing is said. Raises UsageError."""
    parts, locked = {}, 0
    for word, lock, value in _pairs(text):
        number = METRICS[word]
        # `ip` always locks this one.
        locked |= 1 << number if lock or word == "rto_min" else 0
        if word == "congctl":
            if not 0 < len(value.encode("utf-8", "surrogateescape")) <= _NAME_LENGTH:
                raise UsageError(f"`congctl {visible(value, limit=40)}`: a name of up to {_NAME_LENGTH} bytes")
            parts[number] = b.text(number, value)
        else:
            parts[number] = b.u32(number, _number(word, value))
    if locked:
        parts[rt.RTAX_LOCK] = b.u32(rt.RTAX_LOCK, locked)
    return b"".join(parts[number] for number in sorted(parts))


class Metrics(Input):
    """Any of them, one behind the other."""

    hint = "window 1000 mtu lock 1400 rtt 200ms congctl cubic …"

    def parse(self, text: str, world: World) -> str:
        """As it is."""
        encoded(text)
        return " ".join(text.split())


def fields_from(payload: bytes) -> dict[str, str]:
    """What a route's dialog shows of RTA_METRICS. Raises Unrepeatable where `ip` has no words for a part of it."""
    raw = attributes(payload, 0)
    mask = int.from_bytes(raw.pop(rt.RTAX_LOCK, b""), sys.byteorder)
    words = {number: word for word, number in METRICS.items()}
    found, more = {}, []
    for number, value in sorted(raw.items()):
        word = words.get(number)
        if word is None or (word != "congctl" and len(value) != 4):
            raise Unrepeatable("this route has metrics that the dialog has no fields for")
        lock = bool(mask >> number & 1)
        text = _told(word, value)
        if word in ("mtu", "advmss") and not lock:
            found[word] = text
        else:
            more.append(f"{word} lock {text}" if lock and word != "rto_min" else f"{word} {text}")
    return found | ({"metrics": " ".join(more)} if more else {})


def _told(word: str, raw: bytes) -> str:
    if word == "congctl":
        return raw.split(b"\0", 1)[0].decode("utf-8", "surrogateescape")
    (value,) = struct.unpack("=I", raw)
    if word == "features":
        if value not in FEATURES:
            raise Unrepeatable("this route has features that the dialog has no fields for")
        return FEATURES[value]
    # A time that is no whole number of milliseconds is told as the kernel has it.
    times = _TIMES.get(word)
    return f"{value // times}ms" if times and not value % times else str(value)
