"""Interactive terminal inspector for Linux Netlink."""

__version__ = "0.1.0"
