"""Measurements of the text engine on real files: `python -m benchmarks.sweep` and `python -m benchmarks.speed`."""
