"""A sample of the fault sweep; `python tests/faults/sweep.py` tries every fault."""

from __future__ import annotations

import pytest
from sweep import SCENARIOS, STRACE, Scenario, sweep

SAMPLE = 8


@pytest.mark.skipif(STRACE is None, reason="there is no strace on this machine, so no fault was tried")
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_no_fault_loses_anything(scenario: Scenario) -> None:
    said: list[str] = []
    tried, survived = sweep([scenario], sample=SAMPLE, say=said.append)
    assert tried >= SAMPLE
    assert survived == tried, "\n".join(said)
