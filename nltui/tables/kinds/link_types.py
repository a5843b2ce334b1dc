"""Types of a link's own columns: state, flags, lower link, addresses, rates."""

from __future__ import annotations

from typing import Any

from nltui import text as door
from nltui.errors import MalformedMessage
from nltui.model.types import Align, Context, Json, Meaning, Order, Tone, Type, ip_text
from nltui.netlink.constants.if_ import IFF_POINTOPOINT, IFF_RUNNING, IFF_UP, INTERFACE_FLAGS
from nltui.netlink.constants.if_arp import ARPHRD_LOOPBACK, IPV4_ENDPOINTS, IPV6_ENDPOINTS
from nltui.netlink.constants.if_link import OPERATIONAL_STATES
from nltui.tables.kinds.detail import repeated
from nltui.tables.kinds.read import bits

STATES = {
    "UP": ("▲ UP", Tone.OK),
    "NO-CARRIER": ("◇ NO-CARRIER", Tone.CHANGED),
    "DORMANT": ("◇ DORMANT", Tone.CHANGED),
    "TESTING": ("◇ TESTING", Tone.CHANGED),
    "LOWERLAYERDOWN": ("▽ LOWER-DOWN", Tone.BAD),
    "NOTPRESENT": ("▽ ABSENT", Tone.BAD),
    "DOWN": ("▼ DOWN", Tone.BAD),
}
"""Word → glyph and word, tone."""


class State(Type):
    """Of (ifi_flags, IFLA_OPERSTATE): what somebody wants to know first. Nothing that `ip` prints as one value."""

    order = Order.TEXT

    def text(self, value: Any, context: Context) -> str:
        """Glyph and word."""
        return STATES[self._word(value)][0]

    def json(self, value: Any, context: Context) -> Json:
        """The word."""
        return self._word(value)

    def tone(self, value: Any, context: Context) -> Tone:
        """Green up, amber waiting, red down."""
        return STATES[self._word(value)][1]

    def _word(self, value: Any) -> str:
        flags, operational = value
        if not (flags or 0) & IFF_UP:
            return "DOWN"
        word = OPERATIONAL_STATES.get(operational or 0, "UNKNOWN")
        if word in ("DORMANT", "TESTING", "LOWERLAYERDOWN", "NOTPRESENT"):
            return word
        return "UP" if flags & IFF_RUNNING else "NO-CARRIER"


class LinkFlags(Type):
    """ifi_flags: NO-CARRIER for UP without RUNNING, then names; nameless bits in hexadecimal."""

    order = Order.TEXT
    meaning = Meaning.WORDS

    def text(self, value: Any, context: Context) -> str:
        """As `ip` between its angle brackets."""
        return ",".join(self.json(value, context))

    def json(self, value: Any, context: Context) -> Json:
        """List of names. `ip` adds M-DOWN, which is about another link and asked for separately."""
        missing = ["NO-CARRIER"] if value & IFF_UP and not value & IFF_RUNNING else []
        return missing + bits(value & ~IFF_RUNNING, INTERFACE_FLAGS)


class LinkKind(Type):
    """Of (IFLA_INFO_KIND, ifi_type): `phys` or `loopback`, dimmed, where the link has no kind."""

    order = Order.TEXT

    def text(self, value: Any, context: Context) -> str:
        """Visible kind."""
        kind, hardware = value
        if kind is None:
            return "loopback" if hardware == ARPHRD_LOOPBACK else "phys"
        return door.visible(kind.split(b"\0", 1)[0])

    def json(self, value: Any, context: Context) -> Json:
        """The kind, None where there is none."""
        return None if value[0] is None else door.plain(value[0].split(b"\0", 1)[0])

    def tone(self, value: Any, context: Context) -> Tone:
        """Dim where it is nothing the link itself says."""
        return Tone.DIM if value[0] is None else Tone.PLAIN


class Lower(Type):
    """Of (IFLA_LINK, IFLA_LINK_NETNSID): the link below or the other end; its number alone in another namespace."""

    order = Order.TEXT

    def text(self, value: Any, context: Context) -> str | None:
        """Name, or `if7` where it is unknown or elsewhere."""
        index, namespace = value
        if not index:
            return None
        return f"if{index}" if namespace is not None else self._name(index, context)

    def json(self, value: Any, context: Context) -> Json:
        """To be merged into the row: `link`, null for none, or `link_index`."""
        index, namespace = value
        if index is None:
            return None
        if not index:
            return {"link": None}
        return {"link": self._name(index, context)} if namespace is None else {"link_index": index}

    def _name(self, index: int, context: Context) -> str:
        return context.lookup("links", index) or f"if{index}"


class Hardware(Type):
    """Of (link-layer address, ifi_type): tunnels' as IP addresses, others as colon-separated hexadecimal."""

    def text(self, value: Any, context: Context) -> str | None:
        """aa:bb:cc:dd:ee:ff."""
        address, hardware = value
        return None if address is None else link_address(address, hardware)


class Broadcast(Hardware):
    """Of (address, ifi_type, ifi_flags): the broadcast address, or the peer's on a point-to-point link."""

    def text(self, value: Any, context: Context) -> str | None:
        """As Hardware."""
        return super().text(value[:2], context)

    def json(self, value: Any, context: Context) -> Json:
        """To be merged into the row."""
        shown = self.text(value, context)
        if shown is None:
            return None
        pair = {"link_pointtopoint": True} if value[2] & IFF_POINTOPOINT else {}
        return pair | {"broadcast": shown}


class Permanent(Hardware):
    """Of (IFLA_PERM_ADDRESS, ifi_type, IFLA_ADDRESS): shown where it is not the address in use."""

    def text(self, value: Any, context: Context) -> str | None:
        """As Hardware."""
        return None if value[0] == value[2] else super().text(value[:2], context)


def link_address(address: bytes, hardware: int | None) -> str:
    """As iproute2's ll_addr_n2a()."""
    if (len(address) == 4 and hardware in IPV4_ENDPOINTS) or (len(address) == 16 and hardware in IPV6_ENDPOINTS):
        return ip_text(address)
    return address.hex(":") if address else ""


class Names(Type):
    """IFLA_PROP_LIST: alternative names, IFLA_ALT_IFNAME each."""

    order = Order.TEXT
    meaning = Meaning.WORDS

    def text(self, value: Any, context: Context) -> str | None:
        """Visible, separated by spaces."""
        return " ".join(door.visible(name) for name in self._all(value)) or None

    def json(self, value: Any, context: Context) -> Json:
        """List of names."""
        return [door.plain(name) for name in self._all(value)] or None

    def _all(self, value: bytes) -> list[bytes]:
        try:
            return [name.split(b"\0", 1)[0] for name in repeated(value)]
        except MalformedMessage:
            return []


class Rate(Type):
    """A counter's change a second, in bytes: `0`, `980`, `1.2k`, `88M`; powers of 1,000."""

    align = Align.RIGHT

    def text(self, value: Any, context: Context) -> str:
        """At most four characters and a letter."""
        return scaled(value)

    def json(self, value: Any, context: Context) -> Json:
        """Not part of a link's state."""
        return None

    def tone(self, value: Any, context: Context) -> Tone:
        """Dim where nothing flows."""
        return Tone.PLAIN if value else Tone.DIM


def scaled(value: float) -> str:
    """Three significant digits at most, with k, M, G, T, P, E."""
    rest = float(value)
    for unit in ("", "k", "M", "G", "T", "P", "E"):
        if rest < 999.5 or unit == "E":
            break
        rest /= 1000
    return f"{rest:.1f}{unit}" if unit and rest < 9.95 else f"{rest:.0f}{unit}"
