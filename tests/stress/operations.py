"""Random operations as lines for `ip -force -batch -`, chosen by seed alone; many are refused.

What `tests.kernel.churn` makes, and links of more kinds, lifetimes, tentative addresses, flushes.
"""

from __future__ import annotations

from tests.kernel.churn import DEVICES, GROUND, PREFIXES4, Churn

MADE = ("x0", "x1", "x2", "m0", "w0", "u0", "t0", "d2")
"""Links that come and go."""
PORTS = ("v1", "d1", "u0", "t0", "d2")
"""What may be a bridge's port: one end of a pair only, else packets go round for ever and nothing is ever quiet."""


class Storm(Churn):
    """Makes lines from a seed."""

    def _any(self) -> str:
        return self._one(*DEVICES, *MADE)

    def _link(self) -> str:
        number, made, device = self._chance.randrange(3), self._one(*MADE), self._one(*DEVICES)
        if self._chance.random() < 0.4:
            return super()._link()
        return self._one(
            f"link add x{number} type {self._one('ifb', 'bridge')}",
            f"link add w0 type veth peer name u0{self._one('', ' up')}",
            f"link add m0 link {device} type macvlan mode {self._one('bridge', 'private')}",
            f"link add t0 type vxlan id {number + 1} dstport {4789 + number} {self._one('', f'dev {device}')}",
            f"link set {made} type vxlan ttl {number + 1}",
            f"link del {made}",
            f"link set {made} {self._one('up', 'up', 'down')}",
            f"link set {made} mtu {1400 + number}",
            f"link set {made} alias spoken-{number}",
            f"link set {made} group {number}",
            f"link set {made} txqueuelen {500 + number}",
            f"link set {made} address 02:00:00:00:07:0{number}",
            f"link set {self._one(*PORTS)} {self._one('nomaster', f'master x{number}')}",
            f"link property {self._one('add', 'del')} dev {made} altname second-{number}",
            f"link set {self._one('w0', 'y0', 'x0')} name {self._one('w0', 'y0', 'x0')}",
            f"link set {self._any()} promisc {self._one('on', 'off')}",
            f"link set {self._any()} addrgenmode {self._one('none', 'eui64')}",
            self._one(*GROUND),
        )

    def _address(self) -> str:
        number, device = self._chance.randrange(4), self._any()
        length, lifetime = self._one("16", "24", "25", "32"), self._one("", self._lifetime())
        if self._chance.random() < 0.5:
            return super()._address()
        return self._one(
            f"addr add 10.0.{number}.{number + 9}/{length} dev {device}{lifetime}",
            f"addr del 10.0.{number}.{number + 9}/{length} dev {device}",
            f"addr change 10.0.{number}.{number + 9}/{length} dev {device}{self._lifetime()}",
            f"addr add 10.0.{number}.1/24 dev {device} noprefixroute",
            f"addr add fd00:{number}::1 peer fd00:{number}::{number + 2}/128 dev {device}{self._one('', ' nodad')}",
            f"addr add fd00:{number}::9/64 dev {device}{lifetime}",
            f"addr change fd00:{number}::9/{self._one('64', '48')} dev {device}{self._lifetime()}",
            f"addr replace fd00:{number}::9/64 dev {device} nodad noprefixroute",
            f"addr del fd00:{number}::{self._one('1', '9')}/{self._one('64', '128')} dev {device}",
            f"addr flush dev {device} scope global",
        )

    def _lifetime(self) -> str:
        return f" valid_lft {self._one('1', '2', '3', '100', 'forever')} preferred_lft {self._one('0', '1')}"

    def _route(self, version: int) -> str:
        if self._chance.random() < 0.9:
            return super()._route(version)
        number, verb = self._chance.randrange(4), self._one("add", "replace", "change", "append", "test")
        device, metric = self._any(), f" metric {self._chance.randrange(1, 3)}"
        if version == 4:
            return "route " + self._one(
                f"{verb} {self._one(*PREFIXES4)} via 10.0.{number}.2 src 10.0.{number}.1{metric}",
                f"{verb} {self._one(*PREFIXES4)} dev {device} scope link realms {number}/2",
                f"{verb} 10.3.{number}.0/24 via inet6 fd00::2 dev {self._one(*DEVICES)}{metric}",
                f"{verb} throw 10.3.{number}.0/24 table 100",
                "flush table 100",
                f"flush dev {device} proto 181",
            )
        return "-6 route " + self._one(
            f"{verb} fd03:{number}::/64 via fd00::2 src fd00::1{metric}",
            f"{verb} fd03:{number}::/64 dev {device} expires {number + 1}",
            f"{verb} fd03:{number}::/64 via fd00::2 dev {device} pref high{metric}",
            f"{verb} fd01::/64 from fd02::/64 via fd00::3",
            "flush table 100",
            f"flush dev {device} proto 182",
        )

    def _rule(self) -> str:
        number = self._chance.randrange(3)
        if self._chance.random() < 0.6:
            return super()._rule()
        return self._one("rule", "-6 rule") + self._one(
            f" add {self._one('iif', 'oif')} {self._one(*MADE)} lookup 100 priority {600 + number}",
            f" add not fwmark {number} blackhole priority {800 + number}",
            f" add ipproto tcp dport {number + 1} lookup main priority {800 + number} protocol 18{number}",
            f" del priority {800 + number}",
        )
