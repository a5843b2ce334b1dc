"""What messages contain: plain data that `codec.py` adds to pyroute2's classes, and meanings for people.

Only what pyroute2 lacks or has wrong is declared here; nothing here imports it.
"""
