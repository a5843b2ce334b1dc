"""Conditions of a declaration (`Where`) over a batch; `single.matches` is the reference for one message."""

from __future__ import annotations

import numpy as np

from nltui.model.table import Table, Where
from nltui.netlink.arrays import member
from nltui.netlink.columns import Batch, Bools, Ints


def accepted(table: Table, batch: Batch, conditions: tuple[Where, ...] | None = None) -> Bools:
    """Which messages fulfil all conditions (default: the table's own) and are not broken."""
    keep = ~batch.broken
    for where in table.accepts if conditions is None else conditions:
        keep &= fulfils(where, batch.ints(where.field)[0])
    return keep


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
