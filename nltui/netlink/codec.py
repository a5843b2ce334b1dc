"""Typed values of one message and encoding of attribute trees; the only file that imports pyroute2.

pyroute2 gives classes, attribute names and nesting; what it lacks or has wrong is added from `schema/` once, when the
first message is asked about (the import takes 0.2 s, so nothing here happens at start). pyroute2 is used for nothing
else in this process, which is why its classes may be extended in place.
"""

from __future__ import annotations

import logging
import struct
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from nltui.errors import MalformedMessage, UsageError
from nltui.netlink.fields import NLMSG_HDRLEN
from nltui.netlink.schema.derive import ATOMS, Class, attributes_of, declarations
from nltui.netlink.schema.shape import Form, Layout, Message, Shape, parts

NETLINK_ROUTE, NETLINK_GENERIC = 0, 16
GENL_ID_CTRL = 16

Path = tuple[int, ...]

_HEADERS = {
    "rtmsg": ("rtmsg", "rtm_"),
    "ifinfmsg": ("ifinfomsg", "ifi_"),
    "ifaddrmsg": ("ifaddrmsg", "ifa_"),
    "fibmsg": ("fib_rule_hdr", ""),
    "ndmsg": ("ndmsg", "ndm_"),
    "ndtmsg": ("ndtmsg", "ndtm_"),
    "tcmsg": ("tcmsg", "tcm_"),
    "ifstatsmsg": ("if_stats_msg", ""),
    "br_vlan_msg": ("br_vlan_msg", ""),
    "ctrlmsg": ("genlmsghdr", ""),
}
"""pyroute2 class → C structure and prefix of its fields, as the uapi headers spell them."""

_RENAMED = {"rtm_proto": "rtm_protocol"}

_NAMES_OF_FORMS = {form: name for name, form in reversed(ATOMS.items())} | {Form.IP: "ipaddr", Form.TEXT: "asciiz"}


def layout(protocol: int, type_: int) -> Layout | None:
    """Structure and attributes of a message type; None where nothing is known of it."""
    cls = _registry().get((protocol, type_))
    return None if cls is None else _layout(cls)


def values(protocol: int, message: bytes) -> Mapping[Path, Any]:
    """Attribute path → value of every leaf pyroute2 decodes; where repeated, the last one wins, as in nla_parse().

    Addresses are text, structures dictionaries. Raises MalformedMessage, and UsageError for an unknown type.
    """
    type_ = struct.unpack_from("=H", message, 4)[0] if len(message) >= NLMSG_HDRLEN else -1
    cls = _registry().get((protocol, type_))
    if cls is None:
        raise UsageError(f"no codec for message type {type_} of protocol {protocol}")
    out: dict[Path, Any] = {}
    try:
        decoded = cls(message)
        decoded.decode()
        _collect(decoded, (), out)
    except Exception as error:  # pyroute2 raises whatever struct, inet_ntop and its dictionaries raise
        raise MalformedMessage(f"message type {type_}: {error}") from error
    return out


def encode(
    protocol: int,
    type_: int,
    header: Mapping[str, Any],
    attributes: Iterable[tuple[str, Any]] = (),
    flags: int = 0,
    sequence: int = 0,
) -> bytes:
    """One message. `header` fields are named as in the uapi structure without prefix; attributes are (name, value).

    A nested attribute's value is `{"attrs": [(name, value), ...]}`. Raises UsageError naming what does not fit.
    """
    cls = _registry().get((protocol, type_))
    if cls is None:
        raise UsageError(f"no codec for message type {type_} of protocol {protocol}")
    message = cls()
    message["header"] = {"type": type_, "flags": flags, "sequence_number": sequence, "pid": 0}
    prefix = _structure(cls)[1]
    known = {_spelled(prefix, field).removeprefix(prefix): field for field, _ in cls.fields}
    pairs = list(attributes)
    names = {shape.name for shape in attributes_of(cls).values()}
    for name in [*(key for key in header if key not in known), *(name for name, _ in pairs if name not in names)]:
        raise UsageError(f"{cls.__name__} has no {name}")
    for name, value in header.items():
        message[known[name]] = value
    message["attrs"] = pairs
    try:
        message.encode()
    except Exception as error:  # as in values()
        raise UsageError(f"cannot encode {cls.__name__}: {error}") from error
    return bytes(message.data)


@cache
def _registry() -> dict[tuple[int, int], Class]:
    """(protocol, message type) → class, with pyroute2's classes extended."""
    from pyroute2.netlink import ctrlmsg
    from pyroute2.netlink.rtnl import ndmsg
    from pyroute2.netlink.rtnl.ifinfmsg import ifinfbase
    from pyroute2.netlink.rtnl.marshal import MarshalRtnl
    from pyroute2.netlink.rtnl.rtmsg import rtmsg_base

    from nltui.netlink.schema import link, nexthop, others, route

    # It reports malformed attributes to its logger, which by default ends on the terminal.
    logger = logging.getLogger("pyroute2")
    logger.addHandler(logging.NullHandler())
    logger.propagate = False
    found: dict[int, Class] = dict(MarshalRtnl.msg_map)
    info, families = ifinfbase.ifinfo, ifinfbase.af_spec_inet
    kinds = info.data_map
    for cls, extra in (
        (rtmsg_base, route.ROUTE),
        (rtmsg_base.metrics, route.METRICS),
        (ifinfbase, link.LINK),
        (families, link.FAMILIES),
        (families.inet6, link.INET6),
        (kinds["bridge"], link.BRIDGE),
        (kinds["vxlan"], link.VXLAN),
        (kinds["geneve"], link.GENEVE),
        (kinds["bond"], link.BOND),
        (found[20], others.ADDRESS),
        (found[32], others.RULE),
        (found[36], others.TRAFFIC_CONTROL),
        (ndmsg.ndmsg, others.NEIGHBOUR),
        (found[64], others.NEIGHBOUR_TABLE),
        (found[64].parms, others.NEIGHBOUR_PARAMETERS),
    ):
        _extend(cls, extra)
    kinds.update((kind, _attribute_class(shape, kind)) for kind, shape in link.KINDS.items())
    for first, message in (
        (72, others.ADDRESS_LABEL),
        (84, others.MULTICAST_DATABASE),
        (104, nexthop.NEXTHOP),
        (80, others.NETCONF),
        (88, others.NSID),
        (116, nexthop.NEXTHOP),
    ):
        found.update(dict.fromkeys(range(first, first + 3), _message_class(message)))
    for first, like in ((56, 20), (60, 20), (100, 36)):  # multicast and anycast addresses, chains
        found.update(dict.fromkeys(range(first, first + 3), found[like]))
    route_messages = {(NETLINK_ROUTE, number): cls for number, cls in found.items()}
    return route_messages | {(NETLINK_GENERIC, GENL_ID_CTRL): ctrlmsg}


def _extend(cls: Class, extra: Mapping[int, Shape]) -> None:
    """Add attributes to a pyroute2 class, or replace them by number."""
    numbered = {number: (number, name, kind) for number, name, kind in declarations(cls)}
    for number, shape in extra.items():
        numbered[number] = (number, shape.name, _bind(cls, shape))
    cls.nla_map = tuple(numbered[number] for number in sorted(numbered))


def _bind(cls: Class, shape: Shape) -> str:
    """The name under which `cls` finds the class for a shape, made where pyroute2 has none."""
    if shape.choose is None and shape.form in _NAMES_OF_FORMS and shape.form not in _BOUND:
        return _NAMES_OF_FORMS[shape.form]
    name = "shape_" + shape.name
    setattr(cls, name, _attribute_class(shape, name))
    return name


def _attribute_class(shape: Shape, name: str) -> Class:
    """A pyroute2 attribute class for a declared shape; what siblings decide is bytes to it."""
    from pyroute2.netlink import nla, nlmsg_atoms

    if shape.form is Form.NEST and shape.attributes is not None and not shape.parts:
        cls = type(name, (nla,), {"shape": shape, "nla_map": ()})
        _extend(cls, shape.attributes())
        return cls
    if shape.form is Form.LINK_ADDRESS:
        return type(name, (nlmsg_atoms.lladdr,), {"shape": shape, "decode": _link_address})
    if shape.form is Form.STRUCT and all(part.form in _CODES for part in shape.parts):
        declared = tuple((part.name, _CODES[part.form]) for part in shape.parts)
        if not shape.repeat:
            return type(name, (nla,), {"shape": shape, "fields": declared})
        methods = {"encode": _encode_array, "decode": _decode_array}
        return type(name, (nlmsg_atoms.cdata,), {"shape": shape, "element": declared, **methods})
    return type(name, (nlmsg_atoms.cdata,), {"shape": shape})


def _link_address(self: Any) -> None:
    """Decode method: any length as pairs of digits, where pyroute2 logs to the root logger about odd ones."""
    from pyroute2.netlink import nlmsg_atoms

    nlmsg_atoms.cdata.decode(self)
    self.value = bytes(self["value"]).hex(":")


def _encode_array(self: Any) -> None:
    """Encode method of an array of structures: from a list of dictionaries, absent fields 0."""
    from pyroute2.netlink import nlmsg_atoms

    packed = [struct.pack(code, record.get(name, 0)) for record in self.value for name, code in self.element]
    self["value"] = b"".join(packed)
    nlmsg_atoms.cdata.encode(self)


def _decode_array(self: Any) -> None:
    """Decode method of an array of structures: a list of dictionaries; a rest shorter than one is dropped."""
    from pyroute2.netlink import nlmsg_atoms

    nlmsg_atoms.cdata.decode(self)
    raw, names = bytes(self["value"]), [name for name, _ in self.element]
    layout = struct.Struct("=" + "".join(code for _, code in self.element))
    whole = raw[: len(raw) - len(raw) % layout.size]
    self.value = [dict(zip(names, values, strict=True)) for values in layout.iter_unpack(whole)]


_BOUND = (Form.MPLS, Form.VIA, Form.BRIDGE_ID, Form.LINK_ADDRESS)
"""Forms whose pyroute2 class does not fit."""

_CODES = {
    Form.U8: "B",
    Form.U16: "H",
    Form.U32: "I",
    Form.U64: "Q",
    Form.S32: "i",
    Form.BE16: ">H",
    Form.BE32: ">I",
}


def _message_class(message: Message) -> Class:
    from pyroute2.netlink import nlmsg

    members = {"fields": message.fields, "nla_map": (), "prefix": "", "uapi": (message.struct, message.prefix)}
    cls = type(message.struct, (nlmsg,), members)
    _extend(cls, message.attributes)
    return cls


@cache
def _layout(cls: Class) -> Layout:
    name, prefix = _structure(cls)
    named = [(_spelled(prefix, field), code) if not code.endswith("x") else (field, code) for field, code in cls.fields]
    size = sum(struct.calcsize("=" + code.lstrip("<>=!")) for _, code in cls.fields)
    return Layout(name, size, parts(tuple(named)), lambda: attributes_of(cls))


def _structure(cls: Class) -> tuple[str, str]:
    """Name of a message's C structure and the prefix of its fields."""
    found: tuple[str, str] = getattr(cls, "uapi", None) or _HEADERS.get(cls.__name__, (cls.__name__, ""))
    return found


def _spelled(prefix: str, field: str) -> str:
    full = field if field.startswith(prefix) else prefix + field
    return _RENAMED.get(full, full)


def _collect(node: Any, path: Path, out: dict[Path, Any]) -> None:
    """Walk a decoded message; unknown attributes and arrays of messages are not descended into."""
    numbers = {name: number for number, name, _ in reversed(declarations(type(node)))}
    for slot in node["attrs"]:
        name, cell = slot.cell
        if name not in numbers:
            continue
        if not cell.decoded:
            cell.decode()  # else reading the slot would log what is wrong and give bytes
        value = slot[1]
        here = (*path, numbers[name])
        if isinstance(value, dict) and "attrs" in value:
            _collect(value, here, out)
        else:
            out[here] = value
