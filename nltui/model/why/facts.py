"""What deciding takes of rules and routes: numbers as the kernel compares them. Made from rows by `worker/why.py`."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Prefix:
    """Address as a number of `bits`, and length."""

    bits: int
    address: int
    length: int

    def holds(self, address: bytes) -> bool:
        """Whether an address lies in it."""
        shift = self.bits - self.length
        return 8 * len(address) == self.bits and int.from_bytes(address) >> shift == self.address >> shift


@dataclass(frozen=True, slots=True)
class Rule:
    """struct fib_rule. `text` and `does` are the row's selector and action, visible."""

    priority: int
    text: str
    does: str
    action: int
    """FR_ACT_*, linux/fib_rules.h."""
    table: int = 0
    src: Prefix | None = None
    dst: Prefix | None = None
    inverted: bool = False
    mark: int = 0
    mask: int = 0
    iif: str = ""
    oif: str = ""
    tos: int = 0
    dscp: int | None = None
    l3mdev: bool = False
    tunnel: int = 0
    uids: tuple[int, int] | None = None
    ipproto: int = 0
    sports: tuple[int, int] | None = None
    dports: tuple[int, int] | None = None
    goto: int | None = None
    suppress_length: int = -1
    suppress_group: int = -1
    find_source: bool = False
    """FIB_RULE_FIND_SADDR."""


@dataclass(frozen=True, slots=True)
class Hop:
    """One nexthop. `gateway` visible, empty on link; `device` visible."""

    ifindex: int
    device: str
    gateway: str = ""
    dead: bool = False
    linkdown: bool = False
    weight: int = 1


@dataclass(frozen=True, slots=True)
class Route:
    """struct fib_alias or fib6_info. `order` is its place among routes to one prefix, in the kernel's order."""

    text: str
    table: int
    dst: Prefix
    src: Prefix | None
    tos: int
    metric: int
    type: int
    """RTN_*, linux/rtnetlink.h."""
    hops: tuple[Hop, ...]
    preference: int = 0
    """RFC 4191: 1 high, 0 medium, 3 low."""
    order: int = 0
    identity: object = None
    """What finds its row again."""
    message: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A route that was considered; `reason` says why it won or did not."""

    route: Route
    wins: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Step:
    """One rule: whether it was true of the packet (`reason` says why not), and what came of it."""

    rule: Rule
    matches: bool
    reason: str
    candidates: tuple[Candidate, ...] = ()
    outcome: str = ""


@dataclass(frozen=True, slots=True)
class Trace:
    """The whole decision. `route` is None where nothing was found, or a rule refuses; `verdict` is a sentence."""

    steps: tuple[Step, ...]
    route: Route | None
    hops: tuple[Hop, ...]
    """Those of the route that can be used: of several, the kernel picks one by a hash of the flow."""
    verdict: str
    errno: str = ""
    """ENETUNREACH …, where the packet is refused."""
