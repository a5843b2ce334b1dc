"""Benchmarks: ratios against what others need for the same work; `python -m tests.bench`. No test asserts them."""
