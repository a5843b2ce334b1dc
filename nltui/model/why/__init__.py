"""Which route a packet takes, and why: rules in order, the table each enters, its candidates, and what wins there.

No sockets: `worker/why.py` reads the rows and asks the kernel for its own answer.
"""
