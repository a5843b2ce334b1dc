"""Names of route protocols, tables, scopes, groups, realms and dsfield values, as `ip` prints them.

Source: iproute2's name files, and the built-in names of its lib/rt_names.c where no file says otherwise. As in
iproute2, a file in /etc/iproute2 replaces the distribution's whole file of that name, and the *.conf files of
rt_tables.d and rt_protos.d add to it, those in /etc replacing others of their name. Files are read once, when first
asked for. Names are text from outside and come out visible.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

from nltui.text import visible

DIRECTORIES = (Path("/etc/iproute2"), Path("/usr/share/iproute2"), Path("/usr/lib/iproute2"))
"""Where name files are, the winner first."""

_LINE = re.compile(r"\s*(0x[0-9a-fA-F]{1,8}|[0-9]{1,10})\s+(\S+)", re.ASCII)
_LONGEST_FILE = 1 << 20


class Database:
    """One kind of name: its file, the largest number it can name, iproute2's built-in names."""

    def __init__(self, file: str, largest: int, builtin: Mapping[int, str] | None = None) -> None:
        self.file, self.largest, self.builtin = file, largest, builtin or {}


PROTOCOLS = Database(
    "rt_protos",
    0xFF,
    {
        0: "unspec",
        1: "redirect",
        2: "kernel",
        3: "boot",
        4: "static",
        8: "gated",
        9: "ra",
        10: "mrt",
        11: "zebra",
        12: "bird",
        13: "dnrouted",
        14: "xorp",
        15: "ntk",
        16: "dhcp",
        18: "keepalived",
        42: "babel",
        186: "bgp",
        187: "isis",
        188: "ospf",
        189: "rip",
        192: "eigrp",
    },
)
ADDRESS_PROTOCOLS = Database("rt_addrprotos", 0xFF, {0: "unspec", 1: "kernel_lo", 2: "kernel_ra", 3: "kernel_ll"})
TABLES = Database("rt_tables", 0xFFFFFFFF, {253: "default", 254: "main", 255: "local"})
SCOPES = Database("rt_scopes", 0xFF, {0: "global", 200: "site", 253: "link", 254: "host", 255: "nowhere"})
GROUPS = Database("group", 0xFFFFFFFF, {0: "default"})
REALMS = Database("rt_realms", 0xFF, {0: "unknown"})
DSFIELDS = Database("rt_dsfield", 0xFF, {0: "0"})


def protocol(number: int) -> str | None:
    """Who installed a route or rule (rtm_protocol, linux/rtnetlink.h): `kernel`, `static`, `dhcp` …"""
    return _names(PROTOCOLS).get(number)


def address_protocol(number: int) -> str | None:
    """Who installed an address (IFA_PROTO, linux/if_addr.h): `kernel_ra` …"""
    return _names(ADDRESS_PROTOCOLS).get(number)


def table(number: int) -> str | None:
    """A routing table (RTA_TABLE): `main`, `local` …"""
    return _names(TABLES).get(number)


def scope(number: int) -> str | None:
    """How far a route or address reaches (rtm_scope, ifa_scope): `global`, `link`, `host` …"""
    return _names(SCOPES).get(number)


def group(number: int) -> str | None:
    """A link group (IFLA_GROUP): `default` …"""
    return _names(GROUPS).get(number)


def realm(number: int) -> str | None:
    """One half of RTA_FLOW: a routing realm."""
    return _names(REALMS).get(number)


def dsfield(number: int) -> str | None:
    """A TOS byte (rtm_tos, frh tos): `AF11`, `EF` …; `ip` prints an unknown one as `0x%02x`."""
    return _names(DSFIELDS).get(number)


@cache
def _names(database: Database) -> Mapping[int, str]:
    return read(database, DIRECTORIES)


def read(database: Database, directories: Sequence[Path]) -> dict[int, str]:
    """All names of one kind from these directories, the winner first. Never raises: what cannot be read names nothing.

    Unlike iproute2, which stops at the first odd line, an odd line is passed over and the rest of the file counts.
    """
    found = dict(database.builtin)
    for path in _files(database.file, directories):
        found.update((number, name) for number, name in _lines(path) if number <= database.largest)
    return found


def _files(name: str, directories: Sequence[Path]) -> Iterator[Path]:
    for directory in directories:
        if (directory / name).is_file():
            yield directory / name
            break
    added: dict[str, Path] = {}
    for directory in reversed(directories):
        try:
            added.update({path.name: path for path in (directory / f"{name}.d").iterdir() if path.suffix == ".conf"})
        except OSError:
            continue
    yield from (added[key] for key in sorted(added) if added[key].is_file())


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    try:
        with path.open("rb") as file:
            content = file.read(_LONGEST_FILE)
    except OSError:
        return
    for line in content.decode("utf-8", "backslashreplace").splitlines():
        match = _LINE.match(line)
        if match and not match[2].startswith("#"):
            yield int(match[1], 16 if match[1].startswith("0x") else 10), visible(match[2], limit=64)
