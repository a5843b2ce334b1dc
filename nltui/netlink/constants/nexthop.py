"""Numbers of linux/nexthop.h: attributes of struct nhmsg messages."""

from __future__ import annotations

from typing import Final

NHA_ID: Final = 1
NHA_GROUP: Final = 2
NHA_GROUP_TYPE: Final = 3
NHA_BLACKHOLE: Final = 4
NHA_OIF: Final = 5
NHA_GATEWAY: Final = 6
NHA_ENCAP_TYPE: Final = 7
NHA_ENCAP: Final = 8
NHA_FDB: Final = 11
NHA_RES_GROUP: Final = 12

NEXTHOP_GRP_TYPE_MPATH: Final = 0
NEXTHOP_GRP_TYPE_RES: Final = 1

# inside NHA_RES_GROUP; the timers are clock_t (USER_HZ)
NHA_RES_GROUP_BUCKETS: Final = 1
NHA_RES_GROUP_IDLE_TIMER: Final = 2
NHA_RES_GROUP_UNBALANCED_TIMER: Final = 3
NHA_RES_GROUP_UNBALANCED_TIME: Final = 4
