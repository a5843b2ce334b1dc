"""Numbers of linux/fib_rules.h: attributes, flags and actions of struct fib_rule_hdr messages."""

from __future__ import annotations

from typing import Final

FRA_DST: Final = 1
FRA_SRC: Final = 2
FRA_IIFNAME: Final = 3
FRA_GOTO: Final = 4
FRA_PRIORITY: Final = 6
FRA_FWMARK: Final = 10
FRA_FLOW: Final = 11
FRA_TUN_ID: Final = 12
FRA_SUPPRESS_IFGROUP: Final = 13
FRA_SUPPRESS_PREFIXLEN: Final = 14
FRA_TABLE: Final = 15
FRA_FWMASK: Final = 16
FRA_OIFNAME: Final = 17
FRA_L3MDEV: Final = 19
FRA_UID_RANGE: Final = 20
FRA_PROTOCOL: Final = 21
FRA_IP_PROTO: Final = 22
FRA_SPORT_RANGE: Final = 23
FRA_DPORT_RANGE: Final = 24
FRA_DSCP: Final = 25
FRA_FLOWLABEL: Final = 26
FRA_FLOWLABEL_MASK: Final = 27
FRA_SPORT_MASK: Final = 28
FRA_DPORT_MASK: Final = 29
FRA_DSCP_MASK: Final = 30
FRA_MAX: Final = 31
"""One more than is known here, so that the next one tells rules apart too."""

FIB_RULE_PERMANENT: Final = 0x01
FIB_RULE_INVERT: Final = 0x02
FIB_RULE_FIND_SADDR: Final = 0x10000
FIB_RULE_UNRESOLVED: Final = 0x04
FIB_RULE_IIF_DETACHED: Final = 0x08
FIB_RULE_OIF_DETACHED: Final = 0x10

FR_ACT_TO_TBL: Final = 1
FR_ACT_GOTO: Final = 2
FR_ACT_NOP: Final = 3
FR_ACT_BLACKHOLE: Final = 6
FR_ACT_UNREACHABLE: Final = 7
FR_ACT_PROHIBIT: Final = 8
