"""Shapes read off pyroute2's message classes, without importing it: `codec.py` hands the classes in.

A class tells its attributes in `nla_map` (implicitly numbered or not), by names of classes or of functions that look at
siblings; `fields` tells its structure. Classes made from declared shapes carry them in `shape`.
"""

from __future__ import annotations

import struct
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from nltui.netlink.schema import link
from nltui.netlink.schema.shape import Form, Shape, Siblings, parts

AF_BRIDGE, AF_INET6 = 7, 10

Class = Any
"""A pyroute2 message or attribute class."""

ATOMS = {
    "uint8": Form.U8,
    "uint16": Form.U16,
    "uint32": Form.U32,
    "uint64": Form.U64,
    "int8": Form.S8,
    "int16": Form.S16,
    "int32": Form.S32,
    "int64": Form.S64,
    "be8": Form.U8,
    "be16": Form.BE16,
    "be32": Form.BE32,
    "be64": Form.BE64,
    "ip4addr": Form.IP,
    "ip6addr": Form.IP,
    "ipaddr": Form.IP,
    "mpls_target": Form.MPLS,
    "target": Form.IP,
    "rtvia": Form.VIA,
    "l2addr": Form.LINK_ADDRESS,
    "lladdr": Form.LINK_ADDRESS,
    "ifla_bridge_id": Form.BRIDGE_ID,
    "asciiz": Form.TEXT,
    "string": Form.TEXT,
    "flag": Form.FLAG,
}
"""pyroute2's basic attribute classes; what is not here stays bytes."""


def declarations(cls: Class) -> list[tuple[int, str, str]]:
    """A class's attributes as (number, name, class name), implicit enumerations written out."""
    if not isinstance(cls.nla_map, tuple | list):
        return []
    return [
        (entry[0], entry[1], entry[2]) if isinstance(entry[0], int) else (place, entry[0], entry[1])
        for place, entry in enumerate(cls.nla_map)
    ]


@cache
def attributes_of(cls: Class) -> Mapping[int, Shape]:
    """Shapes of a class's attributes by number; where a number stands twice, the first one is the kernel's."""
    out: dict[int, Shape] = {}
    for number, name, kind in declarations(cls):
        out.setdefault(number, _shape(cls, name, kind))
    return out


class _Every(Mapping[int, Shape]):
    """A list written as a nest: every number, whatever it counts, has the same shape."""

    def __init__(self, shape: Shape) -> None:
        self._shape = shape

    def __getitem__(self, number: int) -> Shape:
        return replace(self._shape, name=f"[{number}]")

    def __len__(self) -> int:
        return 0

    def __iter__(self) -> Iterator[int]:
        return iter(())


def _shape(owner: Class, name: str, kind: str) -> Shape:
    """What the class named `kind` in `owner` says about an attribute's payload."""
    if kind.startswith("*") and kind != "*get_nh":
        inner = _shape(owner, name, kind[1:])
        return Shape(name, Form.NEST, attributes=lambda: _Every(inner))
    kind = kind.lstrip("*").partition("(")[0].partition("|")[0].strip()
    if kind in ("nested", "recursive"):
        return Shape(name, Form.NEST, attributes=lambda: attributes_of(owner))
    cls = getattr(owner, kind, None)
    if kind == "get_nh":
        return Shape(name, Form.NEXTHOPS, attributes=lambda: attributes_of(owner))
    if cls is None:
        return Shape(name, Form.BYTES)
    if not isinstance(cls, type):
        return _dynamic(name, kind, owner)
    return shape_of_class(name, cls)


def shape_of_class(name: str, cls: Class) -> Shape:
    """Form, fields and attributes of one attribute class."""
    ours = getattr(cls, "shape", None)
    if isinstance(ours, Shape):
        return replace(ours, name=name)
    fields = tuple(cls.fields or ())
    if declarations(cls):
        head = parts(fields) if all(_is_format(code) for _, code in fields) else ()
        return Shape(name, Form.NEST, parts=head, attributes=lambda: attributes_of(cls))
    for ancestor in cls.__mro__:
        if ancestor.__name__ in ATOMS:
            return Shape(name, ATOMS[ancestor.__name__])
    laid = parts(fields) if all(_is_format(code) for _, code in fields) else ()
    if len(laid) == 1 and fields[0][0] == "value":
        return Shape(name, laid[0].form)
    return Shape(name, Form.STRUCT, parts=laid) if laid and fields[0][0] != "value" else Shape(name, Form.BYTES)


def _is_format(code: Any) -> bool:
    """Whether a field's type is one of struct's formats; pyroute2 also allows classes."""
    try:
        return code == "s" or struct.calcsize(code) >= 0
    except (struct.error, TypeError):
        return False


def _dynamic(name: str, kind: str, owner: Class) -> Shape:
    """Attributes whose contents siblings or the address family decide (functions in pyroute2)."""

    def choose(sibling: Siblings, family: int) -> Shape:
        return _chosen(kind, owner, sibling, family) or Shape(name, Form.BYTES)

    return Shape(name, Form.NEST, choose=choose)


_TRAFFIC_CONTROL = {"get_options": "options", "get_xstats": "stats", "get_stats2": "stats2"}
"""Function of tcmsg → name in the module of a kind."""


def _chosen(kind: str, owner: Class, sibling: Siblings, family: int) -> Shape | None:
    module = sys.modules[owner.__module__]
    if kind == "info_data":
        cls = owner.data_map.get(_text(sibling(1)))
        return None if cls is None else shape_of_class("", cls)
    if kind == "info_slave_data":
        port = _text(sibling(4))
        if port == "bridge":
            return shape_of_class("", owner.bridge_slave_data)
        return link.PORT_KINDS.get(port)
    if kind == "info_peer":
        return shape_of_class("", module.ifinfveth)
    if kind == "af_spec":
        return shape_of_class("", owner.af_spec_bridge if family == AF_BRIDGE else owner.af_spec_inet)
    if kind in _TRAFFIC_CONTROL:
        plugin = module.plugins.get(_text(sibling(1)), module.sched_template)
        cls = getattr(plugin, _TRAFFIC_CONTROL[kind], module.common.stats2 if kind == "get_stats2" else None)
        return shape_of_class("", cls) if isinstance(cls, type) else None
    if kind == "protinfo" and family in (AF_BRIDGE, AF_INET6):
        return shape_of_class("", module.protinfo_bridge if family == AF_BRIDGE else owner.af_spec_inet.inet6)
    return None


def _text(payload: bytes | None) -> str:
    return (payload or b"").split(b"\0", 1)[0].decode("ascii", "replace")
