"""`ip address …`: `brd +`, addresses without the length of their network, flushes of some."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping

from nltui.changes import addresses
from nltui.changes.address_flush import AddressFlush
from nltui.changes.base import Change
from nltui.changes.command.words import Asked, in_family, read, take
from nltui.changes.world import World
from nltui.errors import UsageError
from nltui.model.ip_line.conditions import spread
from nltui.model.ip_line.line import Line, cut
from nltui.model.ip_line.of_others import of_addresses

_CLASSES: Mapping[str, type[Change]] = {
    "add": addresses.AddressAdd, "replace": addresses.AddressReplace, "change": addresses.AddressChange,
    "delete": addresses.AddressDelete,
}  # fmt: skip
_MOST = 30
"""The longest network that has a broadcast address."""


def asked(line: Line, world: World) -> Asked:
    """Raises UsageError."""
    if line.verb == "flush":
        return _flush(line)
    cls = _CLASSES.get(line.verb)
    if cls is None:
        raise UsageError(f"`ip address {line.verb}` is not known here")
    # Of one that goes, `ip` takes all that can be said of one that comes; only its ends and its link tell it apart.
    texts = read(addresses.AddressAdd if line.verb == "delete" else cls, line.words)
    for name in ("local", "peer"):
        texts |= {name: spread(texts[name])} if name in texts else {}
    if "peer" in texts and "local" in texts:
        # The network is that of the other end; `ip` takes a length here, and makes nothing of it.
        texts["local"] = texts["local"].partition("/")[0]
    texts = in_family(cls, line, texts)
    if line.verb == "delete":
        return _delete(texts, world)
    if texts.get("broadcast") in ("+", "-"):
        texts = _broadcast(texts)
    return cls, texts, None


def _broadcast(texts: dict[str, str]) -> dict[str, str]:
    """`+` and `-` stand for the last and the first address of the network; of one too small for that, for none."""
    try:
        net = ipaddress.ip_interface(texts.get("peer") or texts.get("local", "")).network
    except ValueError:
        raise UsageError(f"`broadcast {texts['broadcast']}` needs an address with the length of its network") from None
    last = net.broadcast_address if texts["broadcast"] == "+" else net.network_address
    rest = {name: text for name, text in texts.items() if name != "broadcast"}
    return rest | {"broadcast": str(last)} if net.prefixlen <= _MOST else rest


def _delete(texts: dict[str, str], world: World) -> Asked:
    """Of an IPv4 address without a length, the kernel takes the first, whatever its network."""
    cls, local = addresses.AddressDelete, texts.get("local", "")
    kept = {name: text for name, text in texts.items() if name in ("local", "dev", "peer")}
    if local and "/" not in local and ":" not in local and "peer" not in texts and "dev" in texts:
        dev = world.device(texts["dev"]).name
        row = next((row for row in world.where("addresses", dev=dev) if _is(world, row, local)), None)
        if row is None:
            raise UsageError(f"{cut(dev)} has no address {cut(local)}")
        return cls, cls.filled(row, world), row
    return cls, kept, None


def _is(world: World, row: bytes, local: str) -> bool:
    return bool(world.said("addresses", row)["local"] == local)


def _flush(line: Line) -> Asked:
    """Of the link that is named, or of all, those for which the rest holds. Raises UsageError."""
    words = list(line.words)
    dev = take(words, "dev")
    where = of_addresses(tuple(words), line.family)
    if not words and dev is None:
        raise UsageError("`ip address flush` needs more: dev LINK, a prefix, scope …")
    return AddressFlush, ({"dev": dev} if dev is not None else {}) | ({"where": where} if where else {}), None
