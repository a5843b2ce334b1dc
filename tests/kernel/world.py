"""Some of everything in one namespace: what tables, decoders and `ip -j` comparisons are exercised on.

`build` asks for more than any one kernel offers (modules, compile options, ip versions) and returns what was refused,
so a test can print what it could not see. Same as typing the commands below.
"""

from __future__ import annotations

from tests.kernel.netns import CommandFailed, Netns
from tests.kernel.sample import sample

__all__ = ["build", "run", "sample"]

LINKS = """
link add veth0 address 02:00:00:00:00:10 type veth peer name veth1 address 02:00:00:00:00:11
link add veth2 address 02:00:00:00:00:12 numtxqueues 2 numrxqueues 2 type veth peer name veth3
link add veth4 address 02:00:00:00:00:14 type veth peer name veth5 address 02:00:00:00:00:15
link add far0 address 02:00:00:00:00:20 type veth peer name far1 netns {peer}
link add down0 address 02:00:00:00:00:22 type veth peer name down1
link add br0 address 02:00:00:00:00:30 type bridge
link set br0 type bridge ageing_time 20000 forward_delay 1100 hello_time 150 max_age 1500 priority 4096
link set br0 type bridge stp_state 1 group_fwd_mask 8 no_linklocal_learn 1
link set br0 type bridge mcast_snooping 1 mcast_querier 1 mcast_hash_max 2048 mcast_last_member_count 3
link set br0 type bridge mcast_stats_enabled 1 mcast_igmp_version 3 mcast_mld_version 2 mcast_query_interval 13000
link set br0 type bridge vlan_filtering 1
link set br0 type bridge vlan_default_pvid 10
link set br0 type bridge nf_call_iptables 1
link add br1 type bridge
link set br1 up
link set br0 up
link set veth1 master br0
link set veth3 master br0
link set veth1 type bridge_slave cost 77 priority 20 hairpin on isolated on learning off flood off
link set veth1 type bridge_slave mcast_fast_leave on mcast_flood off bcast_flood off neigh_suppress on
link set veth1 type bridge_slave mcast_to_unicast on mcast_router 2 group_fwd_mask 8 locked on
link set veth1 type bridge_slave mab on
link set veth3 type bridge_slave guard on root_block on proxy_arp on proxy_arp_wifi on
link add macvlan0 link veth0 address 02:00:00:00:00:40 type macvlan mode bridge
link add macvlan1 link veth0 address 02:00:00:00:00:41 type macvlan mode private
link add macvlan2 link veth0 address 02:00:00:00:00:42 type macvlan mode vepa bcqueuelen 2000
link add macvlan3 link veth4 address 02:00:00:00:00:43 type macvlan mode passthru nopromisc
link add macvlan4 link veth2 type macvlan mode source
link set macvlan4 type macvlan macaddr add 02:00:00:00:01:01
link set macvlan4 type macvlan macaddr add 02:00:00:00:01:02
link add macvtap0 link veth2 address 02:00:00:00:00:44 type macvtap mode bridge
link add vxlan4 type vxlan id 42 local 10.0.0.1 remote 10.0.0.9 dstport 4789 ttl 17 tos 16 ageing 600 maxaddress 50
link add vxlan5 type vxlan id 43 group 239.1.1.1 dev veth0 dstport 8472 srcport 5000 6000 nolearning proxy rsc
link add vxlan6 type vxlan id 44 local fd00::1 remote fd00::9 dstport 4790 ttl inherit flowlabel 0x12345 udp6zerocsumtx
link add vxlan7 type vxlan id 45 dstport 4791 l2miss l3miss udpcsum udp6zerocsumrx remcsumtx remcsumrx df set
link add vxlan8 type vxlan external dstport 4792
link add vxlan9 type vxlan id 47 dstport 4793 gbp local 10.0.0.1 nolearning
link add vxlan10 type vxlan external gpe dstport 4794
link add ifb0 type ifb
link add dummy0 type dummy
link add bond0 type bond mode active-backup miimon 100
link add link veth0 name vlan0 type vlan id 7
link add vrf0 type vrf table 777
link add gre0x type gre local 10.0.0.1 remote 10.0.0.9 key 5
link add ipip0x type ipip local 10.0.0.1 remote 10.0.0.9
link add ipvlan0 link veth0 type ipvlan
link add wg0 type wireguard
link add macsec0 link veth0 type macsec
link add geneve0 type geneve id 5 remote 10.0.0.9
link add team0 type team
link add vti0x type vti local 10.0.0.1 remote 10.0.0.9 key 3
link add xfrm0 type xfrm dev veth0 if_id 9
link add nlmon0 type nlmon
link add vcan0 type vcan
link add hsr0 type hsr slave1 veth4 slave2 veth5
link add \x1b[31mred type ifb
link add [bold]x type ifb
tuntap add tun0 mode tun user 1234 group 1235
tuntap add tap0 mode tap multi_queue vnet_hdr
link set veth0 alias some-[bold]alias[/]-ä
link property add dev veth0 altname an-alternative-name-longer-than-fifteen
link property add dev veth0 altname another
link property add dev veth0 altname third
link set veth2 alias \x1b]0;title\x07
link set veth0 group 42 txqueuelen 123 mtu 1400
link set veth2 promisc on
link set veth2 allmulticast on
link set veth4 arp off
link set veth4 multicast off
link set veth5 addrgenmode none
link set veth4 addrgenmode random
link set veth0 gso_max_size 40000 gso_max_segs 77
link set veth0 gro_max_size 30000
link set macvlan1 protodown on
link set macvlan1 protodown_reason 3 on
tc qdisc add dev veth2 root handle 1: htb default 10
tc class add dev veth2 parent 1: classid 1:10 htb rate 1mbit
tc qdisc add dev veth4 root tbf rate 1mbit burst 32kbit latency 400ms
tc qdisc add dev veth0 ingress
tc qdisc add dev veth5 clsact
tc qdisc add dev far0 root pfifo limit 77
link set lo up
link set veth0 up
link set veth1 up
link set veth2 up
link set veth3 up
link set far0 up
link set macvlan0 up
link set tap0 up
link set vxlan4 up
link set vxlan8 up
link set down0 up
link set ifb0 up
"""

ADDRESSES = """
address add 10.0.0.1/24 brd + dev veth0
address add 10.0.0.2/24 dev veth0 label veth0:1
address add 10.0.8.3/24 brd 10.0.8.200 dev veth0 scope link metric 55
address add 10.0.1.1 peer 10.0.1.2/32 dev veth0
address add 10.0.2.1/30 dev veth2 scope host valid_lft 3600 preferred_lft 1800
address add 10.0.3.1/24 dev veth2 scope site noprefixroute
address add 10.0.4.1/24 dev veth2 scope 77
address add 10.0.5.1/24 dev veth2 valid_lft 3600 preferred_lft 0
address add 10.0.6.1/24 dev far0 proto 99
address add 10.0.7.1/24 dev down0
address add 10.0.9.1/24 dev far0
address add 239.9.9.9/32 dev veth2 autojoin
address add 192.0.2.1/32 dev lo
address add fd00::1/64 dev veth0 nodad
address add fd00::2/64 dev veth0 nodad valid_lft 7200 preferred_lft 3600
address add fd00::3/64 dev veth0 nodad valid_lft 7200 preferred_lft 0
address add fd00::4/64 dev veth0
address add fd00:1::1/64 dev veth0 nodad home
address add fd00:2::1/64 dev veth0 nodad mngtmpaddr
address add fd00:3::1/64 dev veth0 nodad noprefixroute metric 77
address add fd00:4::1 peer fd00:4::2/128 dev veth0 nodad
address add fec0::1/64 dev veth0 nodad
address add fe80::5/64 dev veth2 nodad
address add fd00:5::1/64 dev far0 nodad proto 99
address add fd00:6::1/64 dev down0 tentative
address add fd00:7::1/64 dev veth0 optimistic
address add fd00:8::1/128 dev lo
address add fd00:9::1/64 dev far0 nodad
"""

NEXTHOPS = """
nexthop add id 1 via 10.0.0.9 dev veth0
nexthop add id 2 via fd00::9 dev veth0
nexthop add id 3 dev veth2
nexthop add id 4 blackhole
nexthop add id 5 via 10.0.0.10 dev veth0 onlink protocol bgp
nexthop add id 6 via fd00::10 dev veth0 protocol 99
nexthop add id 7 via 10.9.9.9 fdb
nexthop add id 8 via 10.9.9.10 fdb
nexthop add id 9 encap mpls 100/200 via 10.0.0.9 dev veth0
nexthop add id 10 encap seg6 mode encap segs fd00::aa via fd00::9 dev veth0
-6 nexthop add id 11 blackhole
nexthop add id 100 group 1/5
nexthop add id 101 group 1,3/5,7 protocol zebra
nexthop add id 102 group 7/8 fdb
nexthop add id 103 group 2/6
nexthop add id 104 group 1/5,2 type resilient buckets 8 idle_timer 60 unbalanced_timer 300
"""

ROUTES = """
route add 10.1.0.0/16 via 10.0.0.9
route add 10.1.1.0/24 via 10.0.0.9 dev veth0 metric 100 proto bgp src 10.0.0.1
route add 10.1.1.0/24 via 10.0.0.10 dev veth0 metric 200 proto bird table 100
route add 10.1.2.0/24 via 10.0.0.9 proto zebra table 1000 tos 0x10 realms 3/4
route add 10.1.3.0/24 via 10.0.0.9 proto 77 table 70000 mtu 1300 advmss 1200 hoplimit 9 initcwnd 20 initrwnd 30
route add 10.1.4.0/24 via 10.0.0.9 mtu lock 1300 rtt 100 rttvar 50 window 4096 cwnd lock 5 ssthresh 6 reordering 7
route add 10.1.5.0/24 via 10.0.0.9 rto_min 300ms quickack 1 features ecn congctl cubic fastopen_no_cookie 1
route add 10.1.6.0/24 dev veth0 scope link proto static
route add 10.1.7.0/24 via 10.77.0.1 dev veth0 onlink
route add 10.1.8.0/24 nexthop via 10.0.0.9 weight 3 nexthop via 10.0.0.10 dev veth0 weight 256 nexthop dev veth2
route add 10.1.9.0/24 nexthop via 10.66.0.1 dev veth0 onlink nexthop via inet6 fd00::9 dev veth0 realms 5/6
route add 10.1.10.0/24 via inet6 fd00::9 dev veth0
route add 10.1.11.0/24 nhid 1
route add 10.1.12.0/24 nhid 101
route add 10.1.13.0/24 nhid 4
route add 10.1.14.0/24 nhid 104 table 100
route add 10.1.15.0/24 encap mpls 100/200 via 10.0.0.9
route add 10.1.16.0/24 encap ip id 9 src 10.0.0.1 dst 10.0.0.9 ttl 8 tos 4 dev vxlan8
route add 10.1.17.0/24 encap seg6 mode encap segs fd00::aa,fd00::bb dev veth0
route add 10.1.18.0/24 dev down0
route add 10.1.19.0/24 via 10.0.7.9 dev down0 onlink
route add 10.1.20.0/24 via 10.0.0.9 expires 600
route add 10.1.21.0/24 via 10.0.0.9 ttl-propagate enabled
route add default via 10.0.0.9
route add default via 10.0.0.10 metric 500 table 100 proto dhcp
route add local 10.2.0.0/16 dev lo
route add local 10.2.1.0/24 dev lo table 200
route add broadcast 10.2.2.0 dev veth0 table 200
route add multicast 239.0.0.0/8 dev veth0
route add blackhole 10.2.3.0/24
route add unreachable 10.2.4.0/24 metric 4278198272
route add prohibit 10.2.5.0/24
route add throw 10.2.6.0/24 table 100
route add anycast 10.2.8.0/24 dev veth0
-6 route add fd01::/64 via fd00::9
-6 route add fd01:1::/64 via fd00::9 dev veth0 metric 10 pref high proto bgp src fd00::1
-6 route add fd01:2::/64 via fd00::9 dev veth0 pref low expires 600 table 100
-6 route add fd01:3::/64 via fd00::9 pref medium table 70000 proto ra
-6 route add fd01:4::/64 nexthop via fd00::9 dev veth0 weight 2 nexthop via fd00::10 dev veth0 weight 9
-6 route append fd01:4::/64 nexthop via fe80::9 dev veth2
-6 route add fd01:5::/64 dev veth0 mtu lock 1290 hoplimit 3 advmss 1000 features ecn congctl lock reno
-6 route add fd01:6::/64 from fd00:ff::/64 via fd00::9
-6 route add fd01:7::/64 nhid 2
-6 route add fd01:8::/64 nhid 103
-6 route add fd01:9::/64 nhid 11
-6 route add fd01:a::/64 encap seg6 mode encap segs fd00::aa,fd00::bb dev veth0
-6 route add fd01:b::/64 encap seg6 mode inline segs fd00::cc via fd00::9 dev veth0
-6 route add fd01:c::/128 encap seg6local action End.DX6 nh6 fd00::9 dev veth0
-6 route add fd01:c::1/128 encap seg6local action End.DT6 table 100 dev veth0
-6 route add fd01:c::2/128 encap seg6local action End count dev veth0
-6 route add fd01:d::/64 encap ioam6 trace prealloc type 0x800000 ns 0 size 12 dev veth0
-6 route add fd01:e::/64 encap ip6 id 7 dst fd00::9 src fd00::1 hoplimit 4 tc 3 dev vxlan8
-6 route add fd01:f::/64 encap mpls 300 via fd00::9 dev veth0
-6 route add fd01:10::/64 via fd00:99::1 dev veth0 onlink
-6 route add fd01:11::/64 dev down0
-6 route add default via fe80::9 dev veth0
-6 route add default via fd00::10 metric 2000 table 100
-6 route add local fd02::/64 dev lo
-6 route add blackhole fd02:1::/64
-6 route add unreachable fd02:2::/64
-6 route add prohibit fd02:3::/64
-6 route add throw fd02:4::/64 table 100
-6 route add anycast fd02:5::/64 dev veth0
-6 route add multicast ff05::/16 dev veth0 table 200
-f mpls route add 100 as 200 via inet 10.0.0.9
"""

RULES = """
rule add priority 100 from 10.0.0.0/24 lookup 100
rule add priority 101 to 10.1.0.0/16 lookup main suppress_prefixlength 0
rule add priority 102 from 10.0.0.1 to 10.0.0.9/32 lookup 70000
rule add priority 103 fwmark 0x10/0xf0 lookup 100
rule add priority 104 fwmark 7 lookup 100
rule add priority 105 iif veth0 lookup 100
rule add priority 106 oif veth2 lookup 100 suppress_ifgroup 42
rule add priority 107 iif gone0 oif gone1 lookup 100
rule add priority 108 tos 0x10 lookup 100
rule add priority 109 uidrange 1000-2000 lookup 100
rule add priority 110 ipproto tcp sport 1000-2000 dport 443 lookup 100
rule add priority 111 ipproto 132 lookup 100
rule add priority 112 from 10.3.0.0/16 blackhole
rule add priority 113 from 10.4.0.0/16 unreachable
rule add priority 114 from 10.5.0.0/16 prohibit
rule add priority 115 from 10.6.0.0/16 nop
rule add priority 116 from 10.7.0.0/16 goto 120
rule add priority 117 not from 10.8.0.0/16 lookup 200
rule add priority 118 from 10.9.0.0/16 lookup 100 realms 3/4 protocol bgp
rule add priority 119 tun_id 77 lookup 100
rule add priority 120 from all lookup 200
rule add priority 121 from all lookup 200 goto 30000
rule add priority 122 from 10.10.0.0/16 goto 31000
rule add priority 123 l3mdev
rule add priority 124 dscp 10 lookup 100
rule add priority 125 ipproto icmp lookup 100
-6 rule add priority 200 from fd00::/64 lookup 100
-6 rule add priority 201 to fd01::/64 fwmark 0x20/0xff lookup 70000
-6 rule add priority 202 not from fd00:1::/64 iif veth0 ipproto udp dport 53 lookup 100
-6 rule add priority 203 from fd00:2::/64 prohibit
-6 rule add priority 204 from fd00:3::/64 blackhole
-6 rule add priority 205 from fd00:4::/64 unreachable
-6 rule add priority 206 uidrange 0-99 oif lo lookup 200
-6 rule add priority 207 from all lookup main suppress_prefixlength 3 suppress_ifgroup 5
-6 rule add priority 208 tos 0x20 lookup 100
-6 rule add priority 209 goto 32000
"""

NEIGHBOURS = """
neigh replace 10.0.0.9 lladdr 02:00:00:00:02:01 dev veth0 nud permanent
neigh add 10.0.0.10 lladdr 02:00:00:00:02:02 dev veth0 nud stale
neigh add 10.0.0.11 lladdr 02:00:00:00:02:0b dev veth0 nud noarp
neigh add 10.0.0.12 lladdr 02:00:00:00:02:03 dev veth0 nud reachable extern_learn
neigh add 10.0.0.13 lladdr 02:00:00:00:02:04 dev veth0 nud permanent router protocol bgp
neigh add 10.0.0.14 dev veth0 use
neigh add 10.0.0.15 dev veth0 managed extern_learn
neigh add 10.0.0.16 lladdr 02:00:00:00:02:05 dev veth0 nud delay
neigh add 10.0.0.17 lladdr 02:00:00:00:02:06 dev veth0 nud probe
neigh add fd00::9 lladdr 02:00:00:00:02:07 dev veth0 nud permanent router
neigh add fd00::10 lladdr 02:00:00:00:02:08 dev veth0 nud stale protocol 99
neigh add fd00::11 lladdr 02:00:00:00:02:09 dev veth0 nud reachable extern_learn
neigh add fd00::12 dev veth0 managed
neigh add fe80::9 lladdr 02:00:00:00:02:0a dev veth2 nud permanent
neigh add proxy 10.0.0.99 dev veth0
neigh add proxy 10.0.0.98 dev veth2 protocol bgp
neigh add proxy fd00::99 dev veth0
neigh add proxy fd00::98 dev veth0 router extern_learn
bridge fdb add 02:00:00:00:03:01 dev veth1 master static
bridge fdb add 02:00:00:00:03:02 dev veth3 master static sticky
bridge fdb add 02:00:00:00:03:03 dev vxlan4 dst 10.0.0.8 vni 99 port 4799 self
bridge fdb add 02:00:00:00:03:04 dev vxlan9 nhid 102 self
bridge fdb append 00:00:00:00:00:00 dev vxlan6 dst fd00::77 self
bridge mdb add dev br0 port veth1 grp 239.1.2.3 permanent
bridge vlan add dev veth1 vid 20-30
"""


def build(ns: Netns, peer: Netns) -> list[str]:
    """Fill `ns` with links, addresses, nexthops, neighbours, routes and rules; `peer` has the far ends.

    Returns the refused commands, each with the kernel's or ip's answer.
    """
    ns.sysctl("net.ipv4.conf.default.proxy_arp", 1)
    refused = run(ns, LINKS.format(peer=peer.name))
    ns.sysctl("net.ipv6.conf.macvlan0.stable_secret", "fd00::5ec:e7")  # no ip command sets it
    peer.ip("link set far1 up")
    peer.ip("address add 10.0.6.2/24 dev far1")
    for family in (ADDRESSES, NEXTHOPS, NEIGHBOURS, ROUTES, RULES):
        refused += run(ns, family)
    return refused


def run(ns: Netns, commands: str) -> list[str]:
    """Run each line as `ip -n NAME LINE` (or `bridge`, `tc`); returns those refused, with the reason."""
    refused = []
    for line in commands.strip().splitlines():
        try:
            if line.startswith("bridge "):
                ns.bridge(line.removeprefix("bridge "))
            elif line.startswith("tc "):
                ns.tc(line.removeprefix("tc "))
            else:
                ns.ip(line)
        except CommandFailed as error:
            refused.append(f"{line}: {str(error).rpartition(line)[2].removeprefix(': ')}")
    return refused
