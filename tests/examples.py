"""How many examples hypothesis draws: few in a usual run of the tests, and many more by hand."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

TIMES = int(os.environ.get("MIGRATOR_EXAMPLES", "1"))
"""MIGRATOR_EXAMPLES=50 draws fifty times as many."""


def examples(number: int, *allowed: HealthCheck, is_deterministic: bool = False) -> settings:
    """The settings of a test with so many examples; `is_deterministic` if some examples take much longer than others.

    There is no deadline, since machines that run tests are busy.
    """
    return settings(
        max_examples=number * TIMES,
        deadline=None,
        suppress_health_check=allowed,
        derandomize=is_deterministic and TIMES == 1,
    )
