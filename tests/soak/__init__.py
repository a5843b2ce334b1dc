"""`python -m tests.soak --seconds 600` as root: the whole program open for long while everything changes."""
