"""Benchmarks: `python benchmarks/run.py`, or `make bench`."""
