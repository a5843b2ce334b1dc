"""Members of long arrays and structures of counters, in order, a word each. Plain data."""

from __future__ import annotations

IPV4 = (
    "forwarding mc_forwarding proxy_arp accept_redirects secure_redirects send_redirects shared_media rp_filter "
    "accept_source_route bootp_relay log_martians tag arp_filter medium_id noxfrm nopolicy force_igmp_version "
    "arp_announce arp_ignore promote_secondaries arp_accept arp_notify accept_local src_vmark proxy_arp_pvlan "
    "route_localnet igmpv2_unsolicited_report_interval igmpv3_unsolicited_report_interval "
    "ignore_routes_with_linkdown drop_unicast_in_l2_multicast drop_gratuitous_arp bc_forwarding arp_evict_nocarrier"
)
"""IPV4_DEVCONF_*, the first is number 1 (linux/ip.h)."""

IPV6 = (
    "forwarding hop_limit mtu6 accept_ra accept_redirects autoconf dad_transmits rtr_solicits rtr_solicit_interval "
    "rtr_solicit_delay use_tempaddr temp_valid_lft temp_prefered_lft regen_max_retry max_desync_factor max_addresses "
    "force_mld_version accept_ra_defrtr accept_ra_pinfo accept_ra_rtr_pref rtr_probe_interval "
    "accept_ra_rt_info_max_plen proxy_ndp optimistic_dad accept_source_route mc_forwarding disable_ipv6 accept_dad "
    "force_tllao ndisc_notify mldv1_unsolicited_report_interval mldv2_unsolicited_report_interval "
    "suppress_frag_ndisc accept_ra_from_local use_optimistic accept_ra_mtu stable_secret use_oif_addrs_only "
    "accept_ra_min_hop_limit ignore_routes_with_linkdown drop_unicast_in_l2_multicast drop_unsolicited_na "
    "keep_addr_on_down rtr_solicit_max_interval seg6_enabled seg6_require_hmac enhanced_dad addr_gen_mode "
    "disable_policy accept_ra_rt_info_min_plen ndisc_tclass rpl_seg_enabled ra_defrtr_metric ioam6_enabled ioam6_id "
    "ioam6_id_wide ndisc_evict_nocarrier accept_untracked_na accept_ra_min_lft force_forwarding"
)
"""DEVCONF_*, the first is number 0 (linux/ipv6.h)."""

LINK_STATS = (
    "rx_packets tx_packets rx_bytes tx_bytes rx_errors tx_errors rx_dropped tx_dropped multicast collisions "
    "rx_length_errors rx_over_errors rx_crc_errors rx_frame_errors rx_fifo_errors rx_missed_errors tx_aborted_errors "
    "tx_carrier_errors tx_fifo_errors tx_heartbeat_errors tx_window_errors rx_compressed tx_compressed rx_nohandler "
    "rx_otherhost_dropped"
)
"""struct rtnl_link_stats64; struct rtnl_link_stats ends at rx_nohandler (linux/if_link.h)."""
