"""Benchmarks: ratios against what others need for the same work. Run with `python -m tests.bench`; no test asserts them."""
