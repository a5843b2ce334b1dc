"""Many writers against the real kernel, every table compared at quiet points; `python -m tests.stress`."""
