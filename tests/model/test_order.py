"""Orders of many rows against sorting their values one by one."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from nltui.model.order import in_order

KINDS = ("u1", "u4", "u8", "i4", "i8", "f8")


@st.composite
def keys(draw: st.DrawFn) -> list[NDArray[Any]]:
    """One to three columns of equally many values, often few different ones, from all of their range."""
    count = draw(st.integers(1, 40))
    out: list[NDArray[Any]] = []
    for kind in draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=3)):
        if kind == "f8":
            values: Any = st.floats(-1e6, 1e6)
        else:
            least, most = int(np.iinfo(kind).min), int(np.iinfo(kind).max)
            values = st.integers(least, most) | st.integers(max(least, -3), 3) | st.sampled_from([least, most])
        few = draw(st.lists(values, min_size=1, max_size=draw(st.sampled_from([1, 3, 40]))))
        out.append(np.array(draw(st.lists(st.sampled_from(few), min_size=count, max_size=count)), kind))
    return out


@settings(max_examples=500, deadline=None)
@given(keys())
def test_rows_are_in_the_order_of_their_keys_then_of_their_places(columns: list[NDArray[Any]]) -> None:
    rows = list(zip(*(column.tolist() for column in columns), strict=True))
    order = in_order(columns)
    expected = sorted(range(len(rows)), key=lambda row: (rows[row], row))
    assert (list(range(len(rows))) if order is None else order.tolist()) == expected
