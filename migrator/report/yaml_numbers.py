"""YAML numbers that JSON does not have."""

from __future__ import annotations

import math

from migrator.values.edits import Value


def plain(value: Value) -> Value:
    """The value with infinity and not-a-number as text, spelled as in YAML."""
    if isinstance(value, dict):
        return {key: plain(child) for key, child in value.items()}
    if isinstance(value, list):
        return [plain(child) for child in value]
    if isinstance(value, float) and not math.isfinite(value):
        return ".nan" if math.isnan(value) else (".inf" if value > 0 else "-.inf")
    return value
