"""Where one message has its attributes: many that share all their headers share all these places."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray


@dataclass(slots=True)
class Node:
    """One level of the tree of wanted attribute types."""

    column: int = -1
    """Row of the place arrays, -1 where only descended through."""
    children: dict[int, Node] = field(default_factory=dict)


def shape(
    words: NDArray[np.uint32], start: int, end: int, body: int, root: Node
) -> tuple[list[tuple[int, int]], list[tuple[int, int, int]]] | None:
    """Attribute headers (offset in words, header) and places (column, offset, length) of the message at word `start`.

    It ends before byte `end`. None where a chain of attributes is broken.
    """
    heads: list[tuple[int, int]] = []
    places: dict[int, tuple[int, int]] = {}
    todo = [(root, start + body // 4, end)]
    while todo:
        level, position, end = todo.pop()
        inside: dict[int, tuple[Node, int, int]] = {}
        while (position + 1) * 4 <= end:
            head = int(words[position])
            size, type_ = head & 0xFFFF, (head >> 16) & 0x3FFF
            if size < 4 or position * 4 + size > end:
                return None
            heads.append((position - start, head))
            node = level.children.get(type_)
            if node is not None:
                inside[type_] = node, position + 1, size - 4
            position += (size + 3) >> 2
        for node, at, length in inside.values():
            if node.column >= 0:
                places[node.column] = at - start, length
            if node.children:
                todo.append((node, at, at * 4 + length))
    return heads, [(column, offset, length) for column, (offset, length) in places.items()]
