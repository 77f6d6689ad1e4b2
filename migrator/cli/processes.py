"""Releases judged in several processes."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from migrator.cli import opening, pool
from migrator.cli.given_answers import GivenAnswers
from migrator.cli.judging import Judged, Look, judge_by_itself
from migrator.cli.opening import Place
from migrator.cli.settings import Settings


def jobs(settings: Settings, places: int, answers: GivenAnswers) -> int:
    """How many processes it takes: one where there is little to do, or where each would say the same of its answers."""
    return 1 if answers.take_from_environment else pool.jobs(settings, places)


def judge_all(places: Iterator[Place], settings: Settings, look: Look, jobs: int) -> Iterator[Judged]:
    """Judge the places in so many processes."""
    return pool.each(_judge, places, jobs, partial(_begin, settings, look))


_state: list[tuple[Settings, GivenAnswers, Look]] = []


def _begin(settings: Settings, look: Look) -> None:
    quiet = settings.but(quiet=True)  # what is to be said besides, the parent says
    _state[:] = [(quiet, GivenAnswers(quiet, opening.project_of(quiet)), look)]


def _judge(place: Place) -> Judged:
    settings, answers, look = _state[0]
    return judge_by_itself(place, settings, answers, look)
