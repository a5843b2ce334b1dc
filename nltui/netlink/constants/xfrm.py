"""IPsec policies (linux/xfrm.h)."""

from __future__ import annotations

from typing import Final

XFRM_MSG_GETSA: Final = 18
XFRM_MSG_NEWPOLICY: Final = 19
XFRM_MSG_DELPOLICY: Final = 20
XFRM_MSG_GETPOLICY: Final = 21
XFRM_MSG_UPDPOLICY: Final = 25
XFRM_MSG_POLEXPIRE: Final = 27
XFRM_MSG_FLUSHPOLICY: Final = 29
XFRMNLGRP_EXPIRE: Final = 2
XFRMNLGRP_POLICY: Final = 4

XFRMA_TMPL: Final = 5
XFRMA_LASTUSED: Final = 14
XFRMA_POLICY_TYPE: Final = 16
XFRMA_MARK: Final = 21
XFRMA_IF_ID: Final = 31

POLICY_SIZE: Final = 168
"""Bytes of struct xfrm_userpolicy_info."""
POLICY_ID_SIZE: Final = 64
"""Bytes of struct xfrm_userpolicy_id, which requests begin with."""

DIRECTIONS: Final = {0: "in", 1: "out", 2: "fwd"}
ACTIONS: Final = {0: "allow", 1: "block"}
TYPES: Final = {0: "main", 1: "sub"}
MODES: Final = {0: "transport", 1: "tunnel", 2: "ro", 3: "in_trigger", 4: "beet", 5: "iptfs"}
TRANSFORMS: Final = {43: "route2", 50: "esp", 51: "ah", 60: "hao", 108: "comp"}
"""IPPROTO_* of a template."""
POLICY_FLAGS: Final = {1: "localok", 2: "icmp"}
