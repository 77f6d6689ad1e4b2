"""Measurements, long fuzz runs and mutation tests, each a program: `python -m benchmarks.NAME --help`."""
