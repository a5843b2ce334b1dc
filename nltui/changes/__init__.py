"""What a person may ask the kernel to change. Never imported in read-only mode.

A change is a frozen dataclass. It says itself in words and as an `ip` line, and becomes steps (messages) that the
executor sends one by one; before that it is asked what would take it back.
"""
