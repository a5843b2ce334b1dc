"""Details of link kinds: one schema file a kind, one line in `registry.py`."""
