"""How a row differs from what was seen before: what keeps a change from overwriting what somebody else did."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any

from nltui.changes.base import Subject
from nltui.changes.places import Places
from nltui.changes.world import World
from nltui.text import visible


def differences(world: World, subject: Subject, places: Places) -> list[str]:
    """In sentences; empty where it is as it was. Counters and timers do not count."""
    if subject.device:
        told = _of_link(world, subject.message)
        index = int.from_bytes(subject.message[20:24], sys.byteorder)
        return told or _of_settings(world, subject, world.links[index])
    name, table = subject.table, world.table(subject.table)
    mine = places.rows(name, subject.message)
    if subject.is_absent:
        return [f"there is one by now: {visible(world.row_text(name, row), limit=200)}" for row in mine[:1]]
    if subject.message in mine:
        return []
    if not mine:
        return [f"the {table.singular} is gone"]
    if subject.told is not None:
        return _of_settings(world, subject, mine[0])
    then = world.lasting(name, subject.message)
    now = [world.lasting(name, row) for row in mine]
    return [] if then in now else between(then, now[0])


def between(then: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """`name old → new` of what differs."""
    names = sorted(one for one in {*then, *now} if then.get(one) != now.get(one))
    return [f"{one} {_said(then.get(one))} → {_said(now.get(one))}" for one in names]


def _of_settings(world: World, subject: Subject, row: bytes) -> list[str]:
    if subject.told is None:
        return []
    then, now = subject.told(subject.message, world), subject.told(row, world)
    return [
        f"{one} {_said(then.get(one))} → {_said(now.get(one))}"
        for one in subject.names
        if then.get(one) != now.get(one)
    ]


def _of_link(world: World, then: bytes) -> list[str]:
    index = int.from_bytes(then[20:24], sys.byteorder)
    now = world.links.get(index)
    before = world.said("links", then)
    if now is None:
        return [f"{visible(before['ifname'], limit=64)} is gone"]
    after = world.said("links", now)
    told = []
    if before["ifname"] != after["ifname"]:
        names = (visible(one["ifname"], limit=64) for one in (before, after))
        told.append("the link with index {} was called {} and is now {}".format(index, *names))
    was, is_now = (one.get("linkinfo", {}).get("info_kind") for one in (before, after))
    if was != is_now:
        told.append(f"it was of kind {_said(was)} and is now {_said(is_now)}")
    return told


def _said(value: Any) -> str:
    """JSON as words: a person reads it."""
    if value in (None, "", [], {}):
        return "nothing"
    if isinstance(value, Mapping):
        return " ".join(f"{key} {_said(one)}" if one not in (None, [], {}) else str(key) for key, one in value.items())
    if isinstance(value, Sequence) and not isinstance(value, str):
        return " / ".join(_said(one) for one in value)
    return visible(str(value), limit=200)
