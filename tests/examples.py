"""How many examples hypothesis draws: enough on each run to see what breaks often, and many more to hunt by hand."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

TIMES = int(os.environ.get("MIGRATOR_EXAMPLES", "1"))
"""MIGRATOR_EXAMPLES=50 draws fifty times as many."""


def examples(number: int, *allowed: HealthCheck, same_each_time: bool = False) -> settings:
    """The settings of a test that draws so many; `same_each_time` for one whose examples take very different times.

    No example has a time to keep: machines that run tests are busy.
    """
    return settings(
        max_examples=number * TIMES,
        deadline=None,
        suppress_health_check=allowed,
        derandomize=same_each_time and TIMES == 1,
    )
