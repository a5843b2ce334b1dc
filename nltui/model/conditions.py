"""Conditions of a declaration (`Where`) over a batch; `single.matches` is the reference for one message."""

from __future__ import annotations

import numpy as np

from nltui.model.table import Condition, Table, Uses, Where
from nltui.netlink.arrays import member
from nltui.netlink.columns import Batch, Bools, Ints
from nltui.netlink.fields import Field

RTNEXTHOP = 8
"""Size of struct rtnexthop in bytes (linux/rtnetlink.h): length, flags, hops, ifindex."""


def accepted(table: Table, batch: Batch, conditions: tuple[Condition, ...] | None = None) -> Bools:
    """Which messages fulfil all conditions (default: the table's own) and are not broken."""
    keep = ~batch.broken
    for one in table.accepts if conditions is None else conditions:
        keep &= uses(one, batch) if isinstance(one, Uses) else fulfils(one, batch.ints(one.field)[0])
    return keep


def fields(conditions: tuple[Condition, ...]) -> list[Field]:
    """What they read."""
    out: list[Field] = []
    for one in conditions:
        out += (one.device, one.legs) if isinstance(one, Uses) else (one.field,)
    return out


def uses(condition: Uses, batch: Batch) -> Bools:
    """Which routes go out by the link; legs of all are walked in lockstep, up to one that is malformed."""
    found: Bools = batch.ints(condition.device)[0] == condition.ifindex
    at, left = batch.blobs(condition.legs)
    rows = np.flatnonzero(left >= RTNEXTHOP)
    at, left = at[rows], left[rows]
    while len(rows):
        size = (batch.words[at >> 2] & np.uint32(0xFFFF)).astype(np.int64)
        fits = (size >= RTNEXTHOP) & (size <= left)
        rows, at, left, size = rows[fits], at[fits], left[fits], size[fits]
        found[rows] |= batch.words[(at >> 2) + 1] == condition.ifindex
        step = (size + 3) & ~3
        on = left - step >= RTNEXTHOP
        rows, at, left = rows[on], (at + step)[on], (left - step)[on]
    return found


def fulfils(where: Where, values: Ints) -> Bools:
    """Which values of a condition's field fulfil it."""
    keep = np.ones(len(values), bool)
    if where.among is not None:
        keep &= member(values, where.among)
    if where.without:
        keep &= ~member(values, where.without)
    if where.clear:
        keep &= (values & where.clear) == 0
    if where.set:
        keep &= (values & where.set) == where.set
    return keep
